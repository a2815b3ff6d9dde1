"""Django's system check of the journal: `manage.py check --deploy`, `./run upgrade` and /readyz ask it."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from mapdialog.audit import journal


@register("journal", deploy=True)  # not of every command: the worker and the migrations go on without it
def journal_is_writable(**given: Any) -> list[CheckMessage]:
    hint = "Until then nothing can be erased or moderated. See MAPDIALOG_JOURNAL in docs/operators.md."
    return [Error(trouble, hint=hint, id="mapdialog.E001") for trouble in journal.troubles()]
