"""All long work looks the same to the person who waits for it: progress, cancel, result."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    subject = models.CharField(_("subject"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveBigIntegerField(_("steps done"), default=0)
    total = models.PositiveBigIntegerField(_("steps in all"), null=True, blank=True)
    # How often a worker began. A step names the try it belongs to: a worker thought dead changes nothing.
    tries = models.PositiveIntegerField(_("tries"), default=0)
    cancel_requested = models.BooleanField(_("cancel requested"), default=False)
    message = models.TextField(_("message"), blank=True)
    result = models.JSONField(_("result"), default=dict, blank=True)
    result_file = models.FileField(_("result file"), upload_to="jobs/", blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    expires_at = models.DateTimeField(_("result kept until"), null=True, blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(done__lte=models.F("total")), name="job_done_within_total"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"]) | Q(ended_at__isnull=False),
                name="job_end_has_time",
            ),
        ]
        indexes = [
            # the worker and the pages ask for what has not ended; ended rows are the many
            models.Index(fields=["kind", "subject"], condition=Q(ended_at__isnull=True), name="job_open"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} ({self.state})"


class Stall(models.Model):
    """A task that lost its worker: killed, out of memory, or the machine went down."""

    class Outcome(models.TextChoices):
        AGAIN = "again", _("Tried again")
        DROPPED = "dropped", _("Left to the next one, which is already waiting")
        FAILED = "failed", _("Given up")

    task = models.CharField(_("task"), max_length=128)
    number = models.PositiveBigIntegerField(_("number in the queue"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("task that lost its worker")
        verbose_name_plural = _("tasks that lost their worker")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.task} {self.number} ({self.outcome})"
