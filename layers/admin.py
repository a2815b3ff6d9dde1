"""Layers and their editions, mostly to be looked at: editions come from imports and stay."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from layers.models import Layer, LayerEvent, LayerVersion

_FROM_IMPORT = (
    "layer", "number", "begins", "valid_to", "source_srid", "file_name", "sha256", "imported_at",
    "imported_by", "feature_count", "report",
)  # fmt: skip


class _KeptAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Layer)
class LayerAdmin(_KeptAdmin):
    list_display = ("name", "owner", "kind", "style", "credit")
    list_filter = ("kind", "owner")
    search_fields = ("name", "owner")
    readonly_fields = ("owner", "kind", "name")


@admin.register(LayerVersion)
class LayerVersionAdmin(_KeptAdmin):
    """What can be changed is whether everyone may see it; the change goes into the layer's log."""

    list_display = ("layer", "number", "begins", "valid_to", "published", "feature_count")
    list_filter = ("published", "layer__kind", "layer__owner")
    list_select_related = ("layer",)
    search_fields = ("layer__name", "file_name")
    readonly_fields = _FROM_IMPORT
    fields = ("published", *_FROM_IMPORT)

    @admin.display(description=_("valid from"), ordering="valid_from", empty_value="–")
    def begins(self, obj: LayerVersion) -> dt.date | None:
        return obj.begins

    def save_model(self, request: HttpRequest, obj: LayerVersion, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        LayerEvent.objects.create(
            layer=obj.layer,
            version_number=obj.number,
            at=timezone.now(),
            by=f"user:{request.user.pk}",
            what="published" if obj.published else "unpublished",
        )


@admin.register(LayerEvent)
class LayerEventAdmin(_KeptAdmin):
    list_display = ("at", "layer", "version_number", "what", "by")
    list_filter = ("what",)
    list_select_related = ("layer",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
