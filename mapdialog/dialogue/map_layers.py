"""Which layer versions belong on a consultation's map on a day: base map, boundaries, plans."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count

from layers.models import Layer, LayerVersion, Zone
from mapdialog.dialogue.models import Alternative, Consultation

# What covers goes beneath what is thin.
_DRAWN_FIRST = [
    Layer.Kind.WATER,
    Layer.Kind.OTHER,
    Layer.Kind.POPULATION,
    Layer.Kind.ZONING,
    Layer.Kind.BOUNDARY,
    Layer.Kind.STREET,
    Layer.Kind.LIGHT,
    Layer.Kind.ADDRESS,
    Layer.Kind.PLACE,
]


@dataclass(frozen=True, kw_only=True)
class PlanVersion:
    """An alternative with the version of its plan that holds, and how many zones have each code."""

    alternative: Alternative
    version: LayerVersion
    style_list: str
    codes: dict[str, int]


def base_versions(consultation: Consultation, *, on: dt.date) -> list[LayerVersion]:
    """The published base map layers in force, in drawing order. One query."""
    versions = (
        LayerVersion.objects.published()
        .holding_on(on)
        .filter(layer__in=consultation.base_layers.all())
        .select_related("layer")
    )
    return sorted(versions, key=lambda version: _DRAWN_FIRST.index(Layer.Kind(version.layer.kind)))


def base_settings(versions: list[LayerVersion]) -> dict[str, Any]:
    """The base map for the browser (static/js/README.md, base.js): a chosen map server's pictures, else the
    municipality's own layers, else nothing."""
    if settings.BASE_MAP:
        return {
            "mode": "direct",
            "url": settings.BASE_MAP.url,
            "credit": settings.BASE_MAP.credit,
            "maxNativeZoom": settings.BASE_MAP.max_native_zoom,
        }
    return {
        "mode": "own" if versions else "none",
        "credit": "; ".join(_credits(versions)),
        "layers": [
            {"version": version.pk, "kind": version.layer.kind, "name": version.layer.name}
            for version in versions
        ],
    }


def _credits(versions: list[LayerVersion]) -> list[str]:
    """Each source once; a layer made of several names them with a semicolon between."""
    named = (part.strip() for version in versions for part in version.layer.credit.split(";"))
    return list(dict.fromkeys(filter(None, named)))


def boundary_version(consultation: Consultation, *, on: dt.date) -> LayerVersion | None:
    """The edition of the consultation's boundary set in force. One query."""
    if consultation.boundary_layer_id is None:
        return None
    return LayerVersion.objects.holding_on(on).filter(layer=consultation.boundary_layer_id).first()


def plan_versions(
    consultation: Consultation, *, on: dt.date, published_only: bool = True
) -> list[PlanVersion]:
    """The plans on the table, in the order of the alternatives; those without a version in force are left
    out. Three queries."""
    alternatives = list(consultation.alternatives.select_related("layer").order_by("order", "id"))
    versions = LayerVersion.objects.holding_on(on).filter(
        layer__in=[alternative.layer_id for alternative in alternatives]
    )
    by_layer = {
        version.layer_id: version for version in (versions.published() if published_only else versions)
    }
    counted = Zone.objects.filter(version__in=by_layer.values()).values_list("version_id", "code")
    codes: dict[int, dict[str, int]] = {}
    for version_id, code, n in counted.annotate(n=Count("id")).order_by("version_id", "code"):
        codes.setdefault(version_id, {})[code] = n
    return [
        PlanVersion(
            alternative=alternative,
            version=by_layer[alternative.layer_id],
            style_list=alternative.layer.style or "neutral",
            codes=codes.get(by_layer[alternative.layer_id].pk, {}),
        )
        for alternative in alternatives
        if alternative.layer_id in by_layer
    ]
