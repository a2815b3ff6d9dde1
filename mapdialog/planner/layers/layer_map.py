"""An edition on the map, for the planner's scripts: its tiles, its colours, the ground beneath, the words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.contrib.gis.db.models import Extent
from django.db.models import Count, Model
from django.urls import reverse
from django.utils.translation import gettext

from layers.models import Area, Edition, Feature, Layer, Zone
from layers.styles import levels
from layers.styles.catalog import Style, legend
from layers.styles.drawing import drawing
from mapdialog.dialogue.map_layers import base_settings, drawn_plan
from mapdialog.people.models import Municipality

# With more areas than this their colours tell nothing apart, and the page grows.
MOST_COLOURED_AREAS = 60
_GROUND = (Layer.Kind.WATER, Layer.Kind.BUILT_UP, Layer.Kind.STREET, Layer.Kind.PLACE)

Bounds = tuple[float, float, float, float]


def content_of(edition: Edition) -> type[Area | Zone | Feature]:
    """The table that holds what lies in the edition."""
    kinds: dict[str, type[Area | Zone | Feature]] = {Layer.Kind.BOUNDARY: Area, Layer.Kind.ZONING: Zone}
    return kinds.get(edition.layer.kind, Feature)


def bounds_of(edition: Edition) -> Bounds | None:
    """West, south, east, north in degrees; None for an edition without anything in it."""
    content = content_of(edition)._base_manager.filter(edition=edition)
    bounds: Bounds | None = content.aggregate(box=Extent("geom"))["box"]
    return bounds


def styles_of(edition: Edition) -> list[tuple[Style, int]]:
    """(style, how many) of each use, in the order of the official list; [] where codes have no colours.

    Existing and future use of one code are two.
    """
    layer, model = edition.layer, content_of(edition)
    if model is Zone:
        plan = drawn_plan(edition)
        counts = plan.counts()
        return [(style, counts[style.key]) for style in plan.styles()]
    if model is Feature and layer.style in ("", "neutral"):  # its code is a number, and no use
        return []
    content = model._base_manager.filter(edition=edition).order_by("code")
    counts = dict(content.values_list("code").annotate(n=Count("pk")))
    if model is Area and len(counts) > MOST_COLOURED_AREAS:
        return []
    styles = legend(layer.style or "neutral", codes=counts)
    if model is Area:
        # An area's code says nothing to a reader: its name stands in the legend.
        names = {code: name for code, name in content.values_list("code", "name") if name}
        styles = [replace(style, labels={"nb": names.get(style.code, style.code)}) for style in styles]
    return [(style, counts.get(style.code, 0)) for style in styles]


def edition_map(
    edition: Edition, *, municipality: Municipality, language: str, on: dt.date
) -> dict[str, Any]:
    """Settings of the map of one edition. `on` decides which ground lies beneath."""
    return {
        "bounds": bounds_of(edition),
        "base": ground_settings(municipality, on=on, but=edition),
        "edition": {
            "url": tiles_of(edition),
            "kind": edition.layer.kind,
            **_look(edition, language=language),
        },
        "labels": reverse("planner:edition_labels", args=[edition.pk]),
        "language": language,
        "texts": texts(),
    }


def _look(edition: Edition, *, language: str) -> dict[str, Any]:
    """Colours and how many of each; of a plan on several vertical levels also how many on each of them."""
    if edition.layer.kind == Layer.Kind.ZONING:
        plan = drawn_plan(edition)
        choices = plan.level_choices()
        look = {"style": plan.style_table(language=language), "counts": plan.counts()}
        if not choices:
            return look
        first = levels.shown_first(plan.levels)
        return {**look, "levels": choices, "level": first, "countsByLevel": plan.counts_by_level()}
    styles = styles_of(edition)
    return {
        "style": {style.key: drawing(style, language=language) for style, _n in styles},
        "counts": {style.key: n for style, n in styles},
    }


def tiles_of(edition: Edition) -> str:
    return f"/tiles/layers/{edition.pk}/{{z}}/{{x}}/{{y}}.mvt"


def texts() -> dict[str, str]:
    return {
        "map": gettext("Map. Move it with the arrow keys and zoom with plus and minus."),
        "zoomIn": gettext("Zoom in"),
        "zoomOut": gettext("Zoom out"),
        "close": gettext("Close"),
        "popup": gettext("What is here"),
        "field": gettext("Field"),
        "level": gettext("Level of the plan"),
        "noName": gettext("(no name)"),
    }


def ground_settings(municipality: Municipality, *, on: dt.date, but: Edition | None = None) -> dict[str, Any]:
    """The own water, built-up land, streets and places in force, or a map server's pictures."""
    in_force = Edition.objects.published().in_force_on(on).select_related("layer")
    ground = in_force.filter(layer__owner=municipality.code, layer__kind__in=_GROUND)
    if but is not None:
        ground = ground.exclude(pk=but.pk)
    ordered = sorted(ground, key=lambda edition: _GROUND.index(Layer.Kind(edition.layer.kind)))
    return base_settings(ordered, municipality=municipality.code, officials=True)


def boxes(model: type[Model], *, pks: list[int]) -> dict[int, Bounds]:
    """Where each of these lies, for a list's way to the map. One query."""
    rows = model._base_manager.filter(pk__in=pks).annotate(box=Extent("geom"))
    return dict(rows.values_list("pk", "box"))
