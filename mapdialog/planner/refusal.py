"""The one answer to whoever is signed in and may not see what was asked for, whether it exists or not."""

from __future__ import annotations

from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

Row = TypeVar("Row", bound=models.Model)


def one_of(rows: QuerySet[Row], *, request: HttpRequest, **lookup: Any) -> Row:
    """The row of those that this reader may see. Raises PermissionDenied, so that nobody learns what is in
    preparation elsewhere; Http404 for superusers, who may see everything there is."""
    row = rows.filter(**lookup).first()
    if row is not None:
        return row
    if request.user.is_authenticated and request.user.is_superuser:
        raise Http404
    raise PermissionDenied(
        _(
            "Either there is nothing here, or it belongs to a municipality in which you have no role for it. "
            "Your municipality's administrator gives roles."
        )
    )
