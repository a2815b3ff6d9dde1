"""Django's system check of the journal: `manage.py check --deploy`, `./run upgrade` and /readyz ask it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register

from mapdialog.audit import journal


@register("journal", deploy=True)  # not of every command: the worker and the migrations go on without it
def journal_is_writable(**_options: Any) -> list[CheckMessage]:
    hint = "Until then nothing can be erased or moderated. See MAPDIALOG_JOURNAL in docs/operators.md."
    return [Error(trouble, hint=hint, id="mapdialog.E001") for trouble in journal.troubles()]


@register("journal", deploy=True)
def journal_is_ours(*, databases: Sequence[str] | None = None, **_options: Any) -> list[CheckMessage]:
    """Only where the database may be asked: `check --database default`, /readyz."""
    if not databases:
        return []
    hint = "What it says was not carried out here. See “The journal” in docs/operators.md."
    try:
        return [Warning(words, hint=hint, id="mapdialog.W001") for words in journal.strangeness()]
    except OSError as error:
        return [Warning(f"The journal cannot be read: {error}.", hint=hint, id="mapdialog.W001")]
