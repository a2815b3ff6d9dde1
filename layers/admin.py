"""Layers and their editions, mostly to be looked at: editions come from imports and stay."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from layers.editions import life, publishing
from layers.models import CodeChange, Edition, Layer, LayerDocument, LayerEvent, Population, Succession

_FROM_IMPORT = (
    "layer", "number", "state", "begins", "valid_to", "source_srid", "file_name", "sha256", "imported_at",
    "imported_by", "feature_count", "report",
)  # fmt: skip
_SHAPES = ("geom", "geom_3857", "properties")


class _KeptAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class _ReadAdmin(_KeptAdmin):
    """To be looked at: the planner's pages change these, and write each change into the layer's log."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Layer)
class LayerAdmin(_ReadAdmin):
    list_display = ("name", "owner", "kind", "style", "credit")
    list_filter = ("kind", "owner")
    search_fields = ("name", "owner")


@admin.register(Edition)
class EditionAdmin(_KeptAdmin):
    """What can be changed is whether everyone may see it; the change goes into the layer's log."""

    list_display = ("layer", "number", "begins", "valid_to", "state", "published", "feature_count")
    list_filter = ("published", "state", "layer__kind", "layer__owner")
    list_select_related = ("layer",)
    search_fields = ("layer__name", "file_name")
    fields = ("published", *_FROM_IMPORT)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A draft cannot be published, and what is asked about not here: the planner's page asks."""
        if obj is None or obj.published:
            return _FROM_IMPORT
        is_asked = obj.state == Edition.State.DRAFT or publishing.doubts(obj.report)
        return (*_FROM_IMPORT, "published") if is_asked else _FROM_IMPORT

    @admin.display(description=_("valid from"), ordering="valid_from", empty_value="–")
    def begins(self, obj: Edition) -> dt.date | None:
        return obj.begins

    def save_model(self, request: HttpRequest, obj: Edition, form: Any, change: bool) -> None:
        by = f"user:{request.user.pk}"
        life.publish(obj, published=obj.published, at=timezone.now(), by=by)


@admin.register(LayerEvent)
class LayerEventAdmin(_ReadAdmin):
    list_display = ("at", "layer", "edition_number", "what", "by")
    list_filter = ("what",)
    list_select_related = ("layer",)


@admin.register(LayerDocument)
class LayerDocumentAdmin(_ReadAdmin):
    list_display = ("file_name", "edition", "type", "bytes", "added_at", "removed_at")
    list_filter = ("type",)
    list_select_related = ("edition__layer",)
    exclude = ("file",)  # handed out on the planner's page


@admin.register(Succession)
class SuccessionAdmin(_ReadAdmin):
    list_display = ("predecessor", "successor", "share_of_predecessor", "origin", "state", "decided_by")
    list_filter = ("state", "origin")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Succession]:
        """Names without the areas' shapes."""
        shapes = [f"{end}__{column}" for end in ("predecessor", "successor") for column in _SHAPES]
        return super().get_queryset(request).select_related("predecessor", "successor").defer(*shapes)


@admin.register(Population)
class PopulationAdmin(_ReadAdmin):
    list_display = ("edition", "year", "source", "imported_at", "replaced_at")
    list_filter = ("year",)
    list_select_related = ("edition__layer",)
    exclude = ("original",)  # served to nobody


@admin.register(CodeChange)
class CodeChangeAdmin(_ReadAdmin):
    list_display = ("scheme", "old_code", "old_name", "new_code", "new_name", "changed_on", "share")
    list_filter = ("scheme", "changed_on")
    search_fields = ("old_code", "old_name", "new_code", "new_name")
