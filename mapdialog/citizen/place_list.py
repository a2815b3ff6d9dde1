"""The list of places to choose from without a map."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from mapdialog.citizen.plan_map import PlanMap


def place_groups(plan_map: PlanMap) -> list[dict[str, Any]]:
    """Names on the map, then the parts of each plan; values are `latitude, longitude`."""
    names = [_option(place.name, place.position) for place in plan_map.named_places]
    groups = [{"name": _("Places"), "options": names, "is_cut": plan_map.named_places_are_cut}]
    listed: set[str] = set()
    for view in plan_map.plans:
        # Alternatives share most of their zones: each is listed once, under the first that has it.
        zones = [zone for zone in view.zones if zone.name not in listed]
        listed.update(zone.name for zone in zones)
        options = [_option(zone.name, zone.position) for zone in zones]
        groups.append({"name": view.name, "options": options, "is_cut": view.is_cut})
    return [group for group in groups if group["options"]]


def _option(name: str, position: tuple[float, float]) -> dict[str, str]:
    longitude, latitude = position
    return {"name": name, "value": f"{latitude:.5f}, {longitude:.5f}"}
