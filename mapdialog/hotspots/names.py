"""A hotspot's stored name in words: what lies near it, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

NEAR_M = 40  # nearer than this, a direction says nothing


def hotspot_name(name: Mapping[str, Any], *, area_name: str = "") -> str:
    """“Near Grasmyr school, 120 m to the north-east”, “The north of Langesund”, or that there is no name."""
    if not name:
        return area_name or _("Outside every area")
    if name["kind"] == "area":
        return _in_area(name["name"], compass=name["compass"])
    if name["distance_m"] < NEAR_M or name["compass"] is None:
        return _("At %(place)s") % {"place": name["name"]}
    distance_m = round(name["distance_m"], -1)
    return _("%(distance)d m %(direction)s of %(place)s") % {
        "distance": distance_m,
        "direction": _directions()[name["compass"]],
        "place": name["name"],
    }


def _in_area(area: str, *, compass: str | None) -> str:
    if compass is None:
        return _("The middle of %(area)s") % {"area": area}
    return _("%(area)s, %(direction)s") % {"area": area, "direction": _directions()[compass]}


def _directions() -> dict[str, str]:
    return {
        "n": _("north"),
        "ne": _("north-east"),
        "e": _("east"),
        "se": _("south-east"),
        "s": _("south"),
        "sw": _("south-west"),
        "w": _("west"),
        "nw": _("north-west"),
    }
