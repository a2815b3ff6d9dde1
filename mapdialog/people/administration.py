"""Django's administration, open to those who have something to do there; to others it says so."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _


class Administration(AdminSite):
    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "subtitle": ""}  # not every page of Django's gives one

    def has_permission(self, request: HttpRequest) -> bool:
        """By role. False leads to sign-in, which helps nobody who is signed in: PermissionDenied for them."""
        user = request.user
        if not user.is_authenticated:
            return False
        if not user.may_administer:
            raise PermissionDenied(
                _(
                    "The administration is for those who administer or moderate for a municipality, and "
                    "you have no such role. Your municipality's administrator gives roles."
                )
            )
        return True
