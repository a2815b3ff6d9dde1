"""Long work, to be looked at; cancelling is the one thing to do about it."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mapdialog.audit.admin import ReadOnlyAdmin
from mapdialog.jobs import actions
from mapdialog.jobs.models import Job, Stall


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["kind", "subject", "state", "done", "total", "created_at", "ended_at"]
    list_filter = ["state", "kind"]
    exclude = ["result_file"]  # served to nobody
    actions = ["cancel"]

    @admin.action(description=_("Cancel the chosen jobs"), permissions=["view"])
    def cancel(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        for job in chosen:
            actions.cancel(job, at=timezone.now())


@admin.register(Stall)
class StallAdmin(ReadOnlyAdmin):
    list_display = ["at", "task", "number", "outcome"]
    list_filter = ["outcome", "task"]
