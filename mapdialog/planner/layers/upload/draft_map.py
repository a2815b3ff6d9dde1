"""Settings of the maps of an upload (static/js/planner/layers/preview.js)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from layers.models import Edition, Layer
from mapdialog.dialogue.texts import translated
from mapdialog.planner.layers import layer_map
from mapdialog.planner.layers.upload import words
from mapdialog.uploads.models import Upload


def map_settings(
    upload: Upload, draft: Edition, *, language: str, marked: list[dict[str, Any]]
) -> dict[str, Any]:
    """Settings of the map with the draft (static/js/planner/layers/preview.js)."""
    on = upload.municipality.day(timezone.now())
    map_of_draft = layer_map.edition_map(draft, municipality=upload.municipality, language=language, on=on)
    map_of_draft["texts"] |= words.map_texts()
    return {
        **map_of_draft,
        "style": draft.layer.style,
        "marks": marked,
        "others": _others(upload, draft, on=on, language=language),
        "features": reverse("planner:upload_features", args=[upload.pk]),
        "colours": reverse("planner:upload_colours", args=[upload.pk]),
    }


def _others(upload: Upload, draft: Edition, *, on: dt.date, language: str) -> list[dict[str, Any]]:
    """The municipality's other boundaries and plans in force, to be laid over the draft."""
    editions = Edition.objects.in_force_on(on).select_related("layer").order_by("layer__kind", "layer__name")
    overlays = editions.filter(
        layer__owner=upload.municipality.code,
        layer__kind__in=[Layer.Kind.BOUNDARY, Layer.Kind.ZONING, Layer.Kind.WATER, Layer.Kind.STREET],
    )
    names = {True: _("%(name)s (the edition in force)"), False: "%(name)s"}
    return [
        {
            "id": edition.pk,
            "kind": edition.layer.kind,
            "url": layer_map.tiles_of(edition),
            "name": names[edition.layer_id == draft.layer_id]
            % {"name": translated(edition.layer.titles, language) or edition.layer.name},
        }
        for edition in sorted(overlays, key=lambda edition: edition.layer_id != draft.layer_id)
    ]


def systems_settings(upload: Upload, *, language: str) -> dict[str, Any]:
    """Settings of the map with the coordinate systems that the file may be in."""
    on = upload.municipality.day(timezone.now())
    return {
        "base": layer_map.ground_settings(upload.municipality, on=on),
        "texts": layer_map.texts() | words.map_texts(),
        "language": language,
        "candidates": upload.understood.get("place", {}).get("candidates", []),
        "others": [],
    }
