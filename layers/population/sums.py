"""People of larger areas, added up from the statistical units that lie in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from layers.models import Edition, Layer, Population
from layers.population import attaching
from layers.population.ages import Band
from layers.population.attaching import ByArea, PopulationError
from layers.population.current import added

# A unit lies in an area when this share of it does: borders drawn twice are never quite the same.
NESTED = 0.99
_NAMED = 10

_SHARES = """
SELECT unit.code, area.code, sum(ST_Area(ST_Intersection(unit.geom, area.geom)) / ST_Area(unit.geom))
FROM layers_area AS unit
JOIN layers_area AS area ON area.version_id = %(into)s AND ST_Intersects(unit.geom, area.geom)
WHERE unit.version_id = %(units)s AND ST_Area(unit.geom) > 0
GROUP BY 1, 2
"""


class NotNestedError(PopulationError):
    """Units lie in several areas: whose people they are is not known."""


def sum_up(units: Population, *, into: Edition, at: dt.datetime, by: str = "") -> Population:
    """Add the units' figures up for each area of an edition, band by band, and attach them to it.

    A sum that needs a number which the office does not give is not known. Raises NotNestedError, naming the
    units that lie in several areas, and PopulationError where nothing lies in any.
    """
    area_of = members(units.edition, into=into)
    by_area: ByArea = {}
    n_units = 0
    for code, cells in _by_unit(units).items():
        if code in area_of:
            n_units += 1
            _gather(by_area.setdefault(area_of[code], {}), cells)
    if not by_area:
        raise PopulationError(_("None of the units with figures lies in these areas."))
    sums = {
        code: {band: added(values) for band, values in cells.items()}
        for code, cells in _whole(by_area).items()
    }
    codes = set(units.edition.areas.values_list("code", flat=True))
    report = {
        "units": n_units,
        "outside": sorted(codes - set(area_of))[: attaching.LISTED_MAX],
        "total": sum(n or 0 for cells in sums.values() for band, n in cells.items() if band.start is None),
    }
    values: dict[str, Any] = {
        "edition": into, "year": units.year, "source": units.source, "licence": units.licence,
        "file_name": units.file_name, "sha256": units.sha256, "summed_from": units, "report": report,
    }  # fmt: skip
    with transaction.atomic():
        Layer.objects.select_for_update().get(pk=into.layer_id)
        areas = dict(into.areas.values_list("code", "pk"))
        return attaching.attach(values, by_area=sums, areas=areas, path=None, at=at, by=by)


def follow(loaded: Iterable[Population], *, at: dt.datetime, by: str = "") -> list[Population]:
    """Add up anew what was added up from figures that these have taken the place of."""
    renewed = []
    for units in loaded:
        stale = Population.objects.filter(
            replaced_at__isnull=True, year=units.year, summed_from__edition=units.edition
        ).exclude(summed_from=units)
        renewed += [
            sum_up(units, into=sums.edition, at=at, by=by) for sums in stale.select_related("edition")
        ]
    return renewed


def members(units: Edition, *, into: Edition) -> dict[str, str]:
    """Unit's code -> area's code: as composed, else by where the units lie. Units in no area are left out.

    Raises NotNestedError.
    """
    if into.composed_of_id == units.pk:
        return {unit: area.code for area in into.areas.all() for unit in area.properties.get("units", ())}
    with connection.cursor() as cursor:
        cursor.execute(_SHARES, {"into": into.pk, "units": units.pk})
        shares: dict[str, dict[str, float]] = {}
        for unit, area, share in cursor.fetchall():
            shares.setdefault(unit, {})[area] = share
    area_of: dict[str, str] = {}
    straddling = []
    for unit, by_area in sorted(shares.items()):
        area, share = max(by_area.items(), key=lambda pair: pair[1])
        if share >= NESTED:
            area_of[unit] = area
        elif sum(by_area.values()) > 1 - NESTED:
            straddling.append(unit)
    if straddling:
        message = _(
            "%(n)s units do not lie in one area alone, so their people cannot be added up: %(codes)s."
        )
        listed = ", ".join(straddling[:_NAMED]) + (", …" if len(straddling) > _NAMED else "")
        raise NotNestedError(message % {"n": len(straddling), "codes": listed})
    return area_of


def _by_unit(units: Population) -> ByArea:
    by_unit: ByArea = {}
    for code, start, to, n in units.counts.values_list("area__code", "age_from", "age_to", "n"):
        by_unit.setdefault(code, {})[Band(start=start, to=to)] = n
    return by_unit


def _gather(target: dict[Band, Any], cells: dict[Band, int | None]) -> None:
    for band, n in cells.items():
        target.setdefault(band, []).append(n)


def _whole(by_area: dict[str, dict[Band, Any]]) -> dict[str, dict[Band, list[int | None]]]:
    """Where one unit of an area lacks a band that others have, the area's number is not known."""
    for cells in by_area.values():
        most = max(len(values) for values in cells.values())
        for values in cells.values():
            values.extend([None] * (most - len(values)))
    return by_area
