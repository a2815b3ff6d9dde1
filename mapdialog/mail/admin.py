"""Mail in the administration, to be looked at: whom it was for and what became of it, never what it said."""

from __future__ import annotations

from django.contrib import admin

from mapdialog.audit.admin import ReadOnlyAdmin
from mapdialog.mail.models import Mail, RefusedAddress


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "recipient", "state", "tries", "due_at", "expires_at", "answer"]
    list_filter = ["state"]
    exclude = ["text"]  # it may hold a link that signs in


@admin.register(RefusedAddress)
class RefusedAddressAdmin(ReadOnlyAdmin):
    list_display = ["email", "at", "answer"]
    search_fields = ["email"]
