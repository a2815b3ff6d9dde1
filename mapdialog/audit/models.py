"""Who did what, and when. Rows are only ever added: a database trigger refuses UPDATE and DELETE."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapdialog.audit.verb import Verb


class AuditEntry(models.Model):
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=80, help_text=_("user:ID, resident or command; never a name."))
    action = models.CharField(_("action"), max_length=40, choices=Verb)
    subject_type = models.CharField(_("subject"), max_length=40)
    subject_id = models.CharField(_("subject id"), max_length=64)
    detail = models.JSONField(_("detail"), default=dict)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="audit_subject")]


class JournalMark(models.Model):
    """Which journal this database writes to (`audit/journal.py`): the SHA-256 of its first line. One row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    first_line = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="journalmark_is_one")]

    def __str__(self) -> str:
        return self.first_line


def record(
    verb: Verb, *, subject: models.Model, by: str, at: dt.datetime, detail: dict[str, Any] | None = None
) -> AuditEntry:
    """Write one row, inside the caller's transaction. `detail` holds no personal data.

    Raises ValueError for a verb that is not declared, before anything is written.
    """
    return AuditEntry.objects.create(
        at=at,
        by=by,
        action=Verb(verb).value,
        subject_type=subject._meta.model_name or "",
        subject_id=str(subject.pk),
        detail=detail or {},
    )
