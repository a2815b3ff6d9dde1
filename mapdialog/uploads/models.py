"""A file on its way to becoming an edition of a layer."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from layers.models import Edition, Layer
from mapdialog.jobs.models import Job
from mapdialog.people.models import Municipality


class UploadQuerySet(models.QuerySet["Upload"]):
    def unfinished(self) -> Self:
        """Those that somebody still has to save or discard."""
        return self.exclude(state__in=Upload.ENDED)


class Upload(models.Model):
    """A file that an official sent in, what was understood of it, and the draft it was read into.

    `choices` is what a person has said (`choices.py`), `understood` what reading found out
    (`reading.py`); both are plain JSON. `reading` counts the readings: a step that names another one comes
    from a page that is out of date. The file stays until the upload is saved, or some time after it was
    discarded; it is served to nobody.
    """

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        ASKING = "asking", _("Waiting for your answer")
        READY = "ready", _("Ready to be saved")
        SAVING = "saving", _("Being saved")
        FAILED = "failed", _("Could not be read")
        SAVED = "saved", _("Saved")
        DISCARDED = "discarded", _("Discarded")

    ENDED = (State.SAVED, State.DISCARDED)
    AT_WORK = (State.READING, State.SAVING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="uploads")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"))
    touched_at = models.DateTimeField(_("last used"))
    file = models.FileField(_("file"), upload_to="uploads/", blank=True)
    file_name = models.CharField(_("file name"), max_length=200)
    bytes = models.PositiveBigIntegerField(_("bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    # The layer that it is a new edition of; empty for a new layer.
    layer = models.ForeignKey(Layer, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    choices = models.JSONField(_("choices"), default=dict)
    understood = models.JSONField(_("how the file was read"), default=dict, blank=True)
    # The draft, and after saving the edition that it became.
    draft = models.ForeignKey(Edition, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reading = models.PositiveIntegerField(_("reading"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READING)
    message = models.TextField(_("message"), blank=True)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["saved", "discarded"]) | ~Q(file=""), name="upload_file_until_ended"
            ),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="upload_sha256_form"),
        ]
        indexes = [
            # the list of what is unfinished, and the daily look for what nobody touched
            models.Index(
                fields=["municipality", "touched_at"],
                condition=~Q(state__in=["saved", "discarded"]),
                name="upload_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"
