"""Uploads, to be looked at; everything is done on the planner's pages."""

from __future__ import annotations

from django.contrib import admin

from mapdialog.audit.admin import ReadOnlyAdmin
from mapdialog.uploads.models import Upload


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    list_display = ["file_name", "municipality", "state", "created_at", "created_by", "layer"]
    list_filter = ["state", "municipality"]
    exclude = ["file"]  # served to nobody
