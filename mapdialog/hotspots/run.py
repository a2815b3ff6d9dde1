"""One calculation: read once, analyse, write Run, Hotspot and AreaSummary together or not at all."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import connection, transaction

from layers.models import Edition, Layer
from mapdialog.analysis.density import DensitySurface, around_the_middle, density_surface
from mapdialog.analysis.hotspots import AreaSummary as Counted
from mapdialog.analysis.hotspots import Hotspot as Found
from mapdialog.analysis.hotspots import HotspotResult, find_hotspots
from mapdialog.analysis.names import place_name
from mapdialog.analysis.parameters import ANALYSIS_VERSION, HotspotParameters
from mapdialog.analysis.project import metric_coordinates, metric_frame, metric_geometries
from mapdialog.dialogue.models import Consultation
from mapdialog.hotspots import read
from mapdialog.hotspots.claim import Claim
from mapdialog.hotspots.models import AreaSummary, Hotspot, Run

MOST_CELLS = 1_000_000  # 10,000 km² of 100 m; a surface with more is coarser, and says its cell size
KEPT_RUNS = 20


class NoBoundaries(Exception):
    """The boundaries asked for do not exist, or none of their editions is in force on that day."""


@dataclass(frozen=True)
class Outcome:
    """A stored run beside the full analysis result, which also knows every pin's own hotspot."""

    run: Run
    result: HotspotResult
    surface: DensitySurface | None


def boundaries(consultation: Consultation, *, on: dt.date, name: str | None = None) -> Edition | None:
    """The boundary edition to count by: of the named layer, else of the consultation's own set, else None.

    Raises NoBoundaries when something was asked for and is not there.
    """
    layer = consultation.boundary_layer
    if name is not None:
        owner = consultation.municipality.code
        layer = Layer.objects.filter(owner=owner, name=name, kind=Layer.Kind.BOUNDARY).first()
        if layer is None:
            known = Layer.objects.filter(owner=owner, kind=Layer.Kind.BOUNDARY).values_list("name", flat=True)
            raise NoBoundaries(
                f"{owner} has no boundaries called {name!r}; there are: {', '.join(known) or 'none'}."
            )
    if layer is None:
        return None
    edition = layer.editions.in_force_on(on).first()
    if edition is None:
        raise NoBoundaries(
            f"No edition of {layer} is in force on {on.isoformat()}; give another day with --on."
        )
    return edition


@dataclass(frozen=True, kw_only=True)
class _Pins:
    """The pins at a spot known well enough to be a point, and how many are left out for which reason."""

    located: gpd.GeoDataFrame
    n_without_spot: int
    n_rough: int

    @classmethod
    def of(cls, pins: gpd.GeoDataFrame) -> _Pins:
        has_spot = ~(pins.geometry.isna() | pins.geometry.is_empty)
        located = pins[has_spot & pins["is_spot"]]
        return cls(
            located=located,
            n_without_spot=int((~has_spot).sum()),
            n_rough=int(has_spot.sum()) - len(located),
        )


def calculate(
    consultation: Consultation,
    *,
    at: dt.datetime,
    on: dt.date,
    boundary: Edition | None,
    parameters: HotspotParameters,
) -> Outcome:
    """Calculate and store. `parameters.metric_srid` is the municipality's.

    The data version is read before the pins: what is said in between makes the run out of date, never
    wrongly up to date. Two runs of one consultation wait for each other.
    """
    started = time.monotonic()
    with transaction.atomic():
        _wait_for_turn(consultation)
        consultation.data_version.refresh_from_db()
        pins = _Pins.of(read.pins_frame(consultation))
        areas = read.areas_frame(boundary)
        water = read.water_of(consultation.municipality.code, on=on)
        result = _result(pins.located, areas=areas, water=water, parameters=parameters)
        ground = _ground(consultation, areas=areas, metric_srid=parameters.metric_srid)
        surface = _surface(pins.located, ground=ground, parameters=parameters)
        run = Run.objects.create(
            consultation=consultation,
            boundary_edition=boundary,
            data_version=consultation.data_version.number,
            parameters=parameters.as_dict(),
            code_version=ANALYSIS_VERSION,
            started_at=at,
            finished_at=at + dt.timedelta(seconds=time.monotonic() - started),
            n=len(pins.located),
            n_without_place=pins.n_without_spot,
            n_rough=pins.n_rough,
            n_outside=next((row.n for row in result.areas if row.code is None), 0),
            density=density_document(surface, metric_srid=parameters.metric_srid),
        )
        _store_parts(run, result=result, areas=areas, on=on)
        _forget_old(consultation)
    return Outcome(run=run, result=result, surface=surface)


def _result(
    located: gpd.GeoDataFrame,
    *,
    areas: gpd.GeoDataFrame,
    water: shapely.Geometry | None,
    parameters: HotspotParameters,
) -> HotspotResult:
    return find_hotspots(
        located,
        areas=areas,
        metric_srid=parameters.metric_srid,
        distance_m=parameters.distance_m,
        minimum=parameters.minimum,
        water=water,
    )


def _wait_for_turn(consultation: Consultation) -> None:
    """One run of a consultation at a time; its long reading has a limit of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('hotspots'), %s)", [consultation.pk])
        cursor.execute("SET LOCAL statement_timeout = '10min'")


def _store_parts(run: Run, *, result: HotspotResult, areas: gpd.GeoDataFrame, on: dt.date) -> None:
    area_ids = dict(zip(areas["code"], areas["area_id"], strict=True))
    AreaSummary.objects.bulk_create(_summary(row, run=run, area_ids=area_ids) for row in result.areas)
    consultation = run.consultation
    hotspots = ranked(result.hotspots)
    names = _names(
        hotspots,
        owner=consultation.municipality.code,
        on=on,
        areas=areas,
        metric_srid=consultation.municipality.metric_srid,
    )
    Hotspot.objects.bulk_create(
        (
            _hotspot(hotspot, rank=rank, run=run, area_ids=area_ids, name=name)
            for rank, (hotspot, name) in enumerate(zip(hotspots, names, strict=True), start=1)
        ),
        batch_size=500,
    )


def _surface(
    located: gpd.GeoDataFrame,
    *,
    ground: tuple[float, float, float, float] | None,
    parameters: HotspotParameters,
) -> DensitySurface | None:
    """The density over the ground (metres): a pin far away changes neither where it lies nor its cells."""
    if located.empty:
        return None
    lonlat = shapely.get_coordinates(np.array(located.geometry, dtype=object))
    xy_m = metric_coordinates(lonlat, metric_srid=parameters.metric_srid)
    xy_m = xy_m[np.isfinite(xy_m).all(axis=1)]
    if not len(xy_m):
        return None
    west, south, east, north = ground or around_the_middle(xy_m, margin_m=3 * parameters.bandwidth_m)
    cell_m = max(parameters.cell_m, float(np.sqrt((east - west) * (north - south) / MOST_CELLS)))
    return density_surface(
        xy_m,
        cell_m=cell_m,
        bandwidth_m=max(parameters.bandwidth_m, 2 * cell_m),
        bounds=(west, south, east, north),
    )


def _ground(
    consultation: Consultation, *, areas: gpd.GeoDataFrame, metric_srid: int
) -> tuple[float, float, float, float] | None:
    """West, south, east, north in metres of the consultation's area, else of its committees; None without."""
    if consultation.area is not None:
        shapes = [shapely.from_wkb(bytes(consultation.area.wkb))]
    else:
        shapes = list(areas.geometry)
    if not shapes:
        return None
    metric = metric_geometries(np.array(shapes, dtype=object), metric_srid=metric_srid)
    west, south, east, north = (float(value) for value in shapely.total_bounds(metric))
    return west, south, east, north


def density_document(surface: DensitySurface | None, *, metric_srid: int) -> dict[str, Any]:
    """Where the surface lies and how high it gets; the values themselves go to `--json` only."""
    if surface is None:
        return {}
    rows, columns = surface.values.shape
    return {
        "west_m": surface.west_m,
        "south_m": surface.south_m,
        "cell_m": surface.cell_m,
        "bandwidth_m": surface.bandwidth_m,
        "rows": rows,
        "columns": columns,
        "srid": metric_srid,
        "peak_per_km2": float(surface.values.max()),
        "n_outside": surface.n_outside,
    }


def _summary(row: Counted, *, run: Run, area_ids: dict[str, int]) -> AreaSummary:
    return AreaSummary(
        run=run,
        area_id=area_ids.get(row.code) if row.code is not None else None,
        n=row.n,
        n_contributors=row.n_contributors,
        n_unknown=row.n_unknown,
        themes=row.by_theme,
        area_km2=row.land_km2,
    )


def _hotspot(
    hotspot: Found, *, rank: int, run: Run, area_ids: dict[str, int], name: dict[str, Any]
) -> Hotspot:
    return Hotspot(
        run=run,
        rank=rank,
        area_id=area_ids.get(hotspot.area) if hotspot.area is not None else None,
        geom=GEOSGeometry(memoryview(shapely.to_wkb(hotspot.geometry)), srid=4326),
        centre=Point(hotspot.centre, srid=4326),
        name=name,
        n=hotspot.n,
        n_contributors=hotspot.n_contributors,
        n_unknown=hotspot.n_unknown,
        themes=[{"key": key, "n": n} for key, n in hotspot.themes.items()],
        statistics=statistics_of(hotspot),
    )


def ranked(hotspots: list[Found]) -> list[Found]:
    """Those that claim something first, each kind in the order given (by size)."""
    return sorted(hotspots, key=lambda hotspot: _claim(hotspot).is_quiet)


def _claim(hotspot: Found) -> Claim:
    return Claim(
        n=hotspot.n,
        n_contributors=hotspot.n_contributors,
        n_unknown=hotspot.n_unknown,
        n_on_water=hotspot.n_on_water,
        ratio=hotspot.ratio,
    )


def statistics_of(hotspot: Found) -> dict[str, Any]:
    """How many are expected there; the probabilities are not calibrated, and are printed nowhere.

    None where the method does not know, and all of them None for a hotspot that claims nothing.
    """
    if _claim(hotspot).reason_for_none is not None:
        hotspot = replace(
            hotspot,
            p_even_spread=None,
            q_even_spread=None,
            p_even_spread_contributors=None,
            q_even_spread_contributors=None,
        )
    return {
        "method": "poisson-disc-even-spread",
        "radius_m": hotspot.radius_m,
        "in_disc": hotspot.in_disc,
        "expected": hotspot.expected,
        "ratio": hotspot.ratio,
        "on_water": hotspot.n_on_water,
        "p": hotspot.p_even_spread,
        "q": hotspot.q_even_spread,
        "p_contributors": hotspot.p_even_spread_contributors,
        "q_contributors": hotspot.q_even_spread_contributors,
    }


def _names(
    hotspots: list[Found], *, owner: str, on: dt.date, areas: gpd.GeoDataFrame, metric_srid: int
) -> list[dict[str, Any]]:
    places = metric_frame(read.names_frame(owner, on=on), metric_srid=metric_srid)
    shapes = metric_geometries(np.array(areas.geometry, dtype=object), metric_srid=metric_srid)
    area_of = dict(zip(areas["code"], zip(areas["name"], shapes, strict=True), strict=True))
    centres = metric_coordinates(
        np.array([hotspot.centre for hotspot in hotspots]).reshape(-1, 2), metric_srid=metric_srid
    )
    names = []
    for hotspot, centre in zip(hotspots, centres, strict=True):
        area_name, shape = area_of.get(hotspot.area, ("", None)) if hotspot.area is not None else ("", None)
        name = place_name(shapely.Point(centre), places=places, area_name=area_name, area=shape)
        names.append(dict(name.__dict__) if name else {})
    return names


def _forget_old(consultation: Consultation) -> None:
    """Keep the newest runs: each can be made again from the points, its parameters and the version."""
    newest = Run.objects.of(consultation).order_by("-finished_at", "-id").values("id")[:KEPT_RUNS]
    Run.objects.of(consultation).exclude(id__in=newest).delete()
