"""Second factors in the administration: whose they are, never their secret. One goes with a lost phone."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.people.notices import factor_was_removed

admin.site.unregister(Authenticator)


@admin.register(Authenticator)
class FactorAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    """Who reads a secret, or writes one, signs in as its owner: nobody does here, superusers neither."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    fields = ("user", "type", "created_at", "last_used_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Nor is a secret guessed letter by letter in the list's address."""
        return lookup.partition("__")[0] != "data" and super().lookup_allowed(lookup, value, request)

    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        by = f"user:{request.user.pk}"
        detail = {"kind": obj.type}
        record(Verb.FACTOR_REMOVED, subject=obj.user, by=by, at=timezone.now(), detail=detail)
        super().delete_model(request, obj)
        factor_was_removed(obj.user, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Authenticator]) -> None:
        for factor in queryset.select_related("user"):
            self.delete_model(request, factor)
