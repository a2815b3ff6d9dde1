"""What a demo says of itself on every page, print and export."""

from __future__ import annotations

from django.utils.translation import gettext

from mapdialog.dialogue.models import Consultation


def demo_note(consultation: Consultation) -> str:
    """In the reader's language, '' for a real consultation.

    A demo in a demo municipality is invented; elsewhere its data are real.
    """
    if consultation.municipality.is_demo:
        return gettext("Invented demo")
    return gettext("Demo with real data") if consultation.is_demo else ""


def demo_note_in_files(consultation: Consultation) -> str:
    """Not translated: files that leave the house say the same to every reader."""
    if consultation.municipality.is_demo:
        return "Oppdiktet demo"
    return "Demo med virkelige data / demo with real data" if consultation.is_demo else ""
