"""What a resident's map shows: the base, the plan with its legend, the area, and places to choose from."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.db.models import Extent
from django.db import connection
from django.db.models import Count
from django.utils.translation import get_language

from layers.models import Area, Edition, Layer, Zone
from layers.natural_order import natural_sql
from layers.styles import levels
from layers.styles.catalog import FUTURE, Style, style_for
from layers.styles.drawing import words as words_of
from mapdialog.citizen.presentation import Words, words
from mapdialog.dialogue.map_layers import PlanEdition, base_editions, boundary_edition, plan_editions
from mapdialog.dialogue.models import Consultation

# Longer lists than these help nobody on a phone, and the page has to stay light.
MOST_ZONES = 150
MOST_PLACES = 80
# Names a little outside the area are landmarks too.
_NEAR_DEGREES = 0.01

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class ZoneLine:
    """One zone of a plan in words, and a point inside it (lon, lat) to choose instead of tapping the map."""

    code: str
    field: str
    label: str
    level: int
    provision: Words
    position: tuple[float, float]

    @property
    def name(self) -> str:
        """What it is called in a list: with the vertical level when that is not the ground."""
        named = f"{self.field} – {self.label}" if self.field else self.label
        return named if self.level == levels.GROUND else f"{named} · {levels.words(self.level)}"


@dataclass(frozen=True, kw_only=True)
class PlanView:
    """One alternative: its tiles, the style of each land use in it, its zones in words (`is_cut`: not all).

    `zone_count` is how many zones are drawn, listed or not.

    `levels` are the vertical levels to choose from, from below; none when all is on one.
    """

    key: str
    name: Words
    edition: int
    styles: list[Style]
    table: dict[str, dict[str, Any]]
    levels: list[tuple[int, str]]
    first_level: int
    zone_count: int = 0
    zones: list[ZoneLine] = field(default_factory=list)
    is_cut: bool = False

    @property
    def short_name(self) -> str:
        """What a phone has room for: “Alternative A” of “Alternative A: 60 homes in the small wood”."""
        return self.name.text.partition(":")[0]

    @property
    def rest_of_name(self) -> str:
        return self.name.text.partition(":")[2].strip()

    def legend(self) -> list[tuple[str, str]]:
        """(code, words) of every land use in the plan."""
        return [(style.code, words_of(style, language=get_language() or "")) for style in self.styles]

    def zones_by_level(self) -> list[tuple[str, list[ZoneLine]]]:
        """(words of the level, its zones), the first level first; "" for the words when there is but one."""
        names = dict(self.levels)
        levels = sorted({zone.level for zone in self.zones}, key=lambda level: level != self.first_level)
        return [
            (names.get(level, ""), [zone for zone in self.zones if zone.level == level]) for level in levels
        ]


@dataclass(frozen=True, kw_only=True)
class NamedPlace:
    """A named place (lon, lat), to be chosen from a list."""

    name: str
    position: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class PlanMap:
    """All of it, for one consultation on one day.

    `area` is GeoJSON in EPSG:4326, simplified for drawing. `bounds` is what the map shows first: the plan,
    which may be a corner of the area, else the area, else the boundary set.
    """

    area: dict[str, Any] | None
    bounds: Bounds | None
    base: list[Edition]
    plans: list[PlanView]
    named_places: list[NamedPlace]
    named_places_are_cut: bool

    @classmethod
    def of(cls, consultation: Consultation, *, at: dt.datetime) -> PlanMap:
        """Six queries at most, whatever the number of layers."""
        day = consultation.municipality.day(at)
        area, area_bounds = _area(consultation)
        editions = plan_editions(consultation, on=day)
        zones = _zones_and_box(plan.edition for plan in editions)
        plans = _plans(editions, zones=zones)
        bounds = (
            _around(box for _n, box in zones.values())
            or area_bounds
            or _boundary_extent(consultation, day=day)
        )
        base = base_editions(consultation, on=day)
        named = [edition for edition in base if edition.layer.kind == Layer.Kind.PLACE]
        places = _places(named, bounds=bounds)
        return cls(
            area=area,
            bounds=bounds,
            base=base,
            plans=plans,
            named_places=places[:MOST_PLACES],
            named_places_are_cut=len(places) > MOST_PLACES,
        )


def _area(consultation: Consultation) -> tuple[dict[str, Any] | None, Bounds | None]:
    """The area to shade around, to a five-hundredth of its size, with five decimals (about a metre)."""
    if consultation.area is None:
        return None, None
    west, south, east, north = consultation.area.extent
    tolerance = max(east - west, north - south) / 500
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsGeoJSON(ST_SimplifyPreserveTopology(area, %s), 5)"
            " FROM dialogue_consultation WHERE id = %s",
            [tolerance, consultation.pk],
        )
        return json.loads(cursor.fetchone()[0]), (west, south, east, north)


def _zones_and_box(editions: Iterable[Edition]) -> dict[int, tuple[int, Bounds]]:
    """How many zones each edition has, and their box, by the edition's id."""
    ids = [edition.pk for edition in editions]
    zones = Zone.objects.filter(edition__in=ids).order_by().values_list("edition_id")
    rows = zones.annotate(n=Count("pk"), box=Extent("geom")) if ids else ()
    return {edition: (n, box) for edition, n, box in rows}


def _around(boxes: Iterable[Bounds]) -> Bounds | None:
    sides = list(zip(*boxes, strict=True))
    return (min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])) if sides else None


def _boundary_extent(consultation: Consultation, *, day: dt.date) -> Bounds | None:
    boundary = boundary_edition(consultation, on=day)
    areas = Area.objects.filter(edition=boundary)
    extent: Bounds | None = areas.aggregate(box=Extent("geom"))["box"] if boundary else None
    return extent


def _plans(plans: list[PlanEdition], *, zones: Mapping[int, tuple[int, Bounds]]) -> list[PlanView]:
    if not plans:
        return []
    rows: dict[int, list[tuple[Any, ...]]] = {}
    for row in _zones(plan.edition for plan in plans):
        rows.setdefault(row[0], []).append(row)
    counts = {edition: n for edition, (n, _box) in zones.items()}
    return [
        _plan(plan, rows=rows.get(plan.edition.pk, []), zone_count=counts.get(plan.edition.pk, 0))
        for plan in plans
    ]


def _plan(plan: PlanEdition, *, rows: list[tuple[Any, ...]], zone_count: int) -> PlanView:
    return PlanView(
        key=plan.alternative.key,
        name=words(plan.alternative.name),
        edition=plan.edition.pk,
        styles=plan.styles(),
        table=plan.style_table(language=get_language() or ""),
        levels=plan.level_choices(),
        first_level=levels.shown_first(plan.levels),
        zone_count=zone_count,
        zones=[_line(row, style_list=plan.style_list) for row in rows[:MOST_ZONES]],
        is_cut=len(rows) > MOST_ZONES,
    )


def _zones(editions: Iterable[Edition]) -> list[tuple[Any, ...]]:
    """Rows (edition, code, status, level, field, name, provision, lon, lat) of zones with something to say.

    One more of each edition than is listed: so it is known whether there are more.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT version_id, code, land_use_status, vertical_level, field, name, provision,
                ST_X(point), ST_Y(point)
            FROM (
                SELECT *, row_number() OVER (
                    PARTITION BY version_id ORDER BY {natural_sql("field")}, field, code, id
                ) AS number
                FROM layers_zone WHERE version_id = ANY(%s) AND (field <> '' OR provision <> '{{}}')
            ) AS named, ST_PointOnSurface(geom) AS point
            WHERE number <= %s ORDER BY version_id, number
            """,  # noqa: S608 (our own text)
            [[edition.pk for edition in editions], MOST_ZONES + 1],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _line(row: tuple[Any, ...], *, style_list: str) -> ZoneLine:
    _edition, code, status, level, zone_field, name, provision, lon, lat = row
    style = style_for(style_list, code=code, future=status == FUTURE)
    label = (not style.known and name) or words_of(style, language=get_language() or "")
    texts = json.loads(provision) if isinstance(provision, str) else provision
    return ZoneLine(
        code=code, field=zone_field, label=label, level=level, provision=words(texts), position=(lon, lat)
    )


def _places(editions: list[Edition], *, bounds: Bounds | None) -> list[NamedPlace]:
    """Named places in or near the area, in alphabetical order; without an area, of the whole layer.

    One more than is listed: so it is known whether there are more.
    """
    if not editions:
        return []
    west, south, east, north = bounds or (-180.0, -90.0, 180.0, 90.0)
    near = [west - _NEAR_DEGREES, south - _NEAR_DEGREES, east + _NEAR_DEGREES, north + _NEAR_DEGREES]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT DISTINCT ON ({natural_sql("name")}, name) name, ST_X(point), ST_Y(point)
            FROM (
                SELECT name, ST_PointOnSurface(geom) AS point FROM layers_feature
                WHERE version_id = ANY(%s) AND name <> '' AND geom && ST_MakeEnvelope(%s, %s, %s, %s, 4326)
            ) AS named
            ORDER BY {natural_sql("name")}, name, ST_X(point), ST_Y(point) LIMIT %s
            """,  # noqa: S608 (our own text)
            [[edition.pk for edition in editions], *near, MOST_PLACES + 1],
        )
        return [NamedPlace(name=name, position=(lon, lat)) for name, lon, lat in cursor.fetchall()]
