"""Asking for a run from a page: by the task's name, so that no page loads the analysis."""

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from mapdialog.dialogue.models import Consultation


def ask_for_run(consultation: Consultation) -> bool:
    """Enqueue a run; False when one is waiting already. Not inside a transaction: the lock would abort it."""
    lock = f"hotspots-{consultation.pk}"
    try:
        app.configure_task("hotspots.run", lock=lock, queueing_lock=lock).defer(
            consultation_id=consultation.pk
        )
    except AlreadyEnqueued:
        return False
    return True
