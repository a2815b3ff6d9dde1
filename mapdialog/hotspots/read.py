"""From tables to frames and geometries, in EPSG:4326; a frame is one query."""

from __future__ import annotations

import datetime as dt
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, QuerySet, Value, When
from django.db.models.fields.json import KT

from layers.models import Area, Edition, Feature, Layer, Zone
from layers.styles.catalog import FUTURE
from mapdialog.contributions.models import NOT_A_SPOT, Contribution
from mapdialog.dialogue.models import Consultation

LONLAT = "EPSG:4326"

# A line or an area gathers where a point on it lies: clusters are of points.
_PINS = """
SELECT id::text, contributor, theme, is_spot,
       ST_AsBinary(CASE WHEN GeometryType(geom) = 'POINT' THEN geom ELSE ST_PointOnSurface(geom) END)
FROM ({contributions}) AS pin(id, contributor, theme, geom, is_spot)
"""

_NAMED_KINDS = (Layer.Kind.PLACE, Layer.Kind.STREET, Layer.Kind.ADDRESS)


def pins_frame(consultation: Consultation) -> gpd.GeoDataFrame:
    """All contributions officials count: columns id (text), contributor, theme, is_spot, geometry (Point or
    None). `is_spot` is False where nobody chose the spot, or it is known too roughly to be a point.

    Rejected and erased ones are left out: they are not part of what was said.
    """
    contributions = (
        Contribution.objects.officials()
        .filter(consultation=consultation)
        .exclude(state=Contribution.State.REJECTED)
        .annotate(is_spot=Case(When(NOT_A_SPOT, then=Value(False)), default=Value(True)))
        .order_by("id")
        .values_list("id", "contributor_key", "theme__key", "geom", "is_spot")
    )
    sql, parameters = contributions.query.sql_with_params()
    with connection.cursor() as cursor:
        # ST_AsBinary here and not Django's geometry objects: a million of those take a minute
        cursor.execute(_PINS.format(contributions=sql), parameters)
        rows = cursor.fetchall()
    table = pd.DataFrame(rows, columns=["id", "contributor", "theme", "is_spot", "wkb"])
    return _frame(table.drop(columns="wkb"), wkb=table["wkb"])


def areas_frame(edition: Edition | None) -> gpd.GeoDataFrame:
    """The areas of a boundary edition: columns area_id, code, name, geometry. Empty for None."""
    return _features(
        Area.objects.filter(edition=edition), columns={"area_id": "id", "code": "code", "name": "name"}
    )


def water_of(owner: str, *, on: dt.date) -> shapely.Geometry | None:
    """Sea and lakes of a municipality as one geometry, or None where no water layer is known."""
    water = Feature.objects.filter(edition__in=_editions(owner, kinds=[Layer.Kind.WATER], on=on))
    polygons = _features(water, columns={"code": "code"}).geometry
    polygons = polygons[shapely.get_dimensions(polygons.to_numpy()) == 2]
    return shapely.union_all(polygons.to_numpy()) if len(polygons) else None


def editions_of(owner: str, *, kind: Layer.Kind, on: dt.date) -> list[Edition]:
    """What is in force of the owner's layers of a kind, published or not, in the order it was loaded."""
    return list(_editions(owner, kinds=[kind], on=on).select_related("layer").order_by("pk"))


def built_up_land(editions: list[Edition]) -> npt.NDArray[np.object_]:
    """The polygons of built-up land, as they stand."""
    land = _features(_features_in(editions), columns={"code": "code"})
    return np.array(land.geometry, dtype=object)


def buildings_frame(editions: list[Edition]) -> gpd.GeoDataFrame:
    """Outlines of buildings: columns floors (NaN: not known), is_home (true, false, or "") and geometry."""
    facts = {name: KT(f"properties__{name}") for name in ("floors", "is_home")}
    frame = _features(_features_in(editions).annotate(**facts), columns={name: name for name in facts})
    floors = pd.to_numeric(frame["floors"], errors="coerce").astype(np.float64)
    return frame.assign(floors=floors.where(floors > 0), is_home=frame["is_home"].fillna(""))


def zones_frame(editions: list[Edition]) -> gpd.GeoDataFrame:
    """The zones that plans have as they are, not those planned: columns edition_id, style, code, geometry."""
    zones = Zone.objects.filter(edition__in=editions).exclude(land_use_status=FUTURE)
    return _features(
        zones, columns={"edition_id": "edition_id", "style": "edition__layer__style", "code": "code"}
    )


def names_frame(owner: str, *, on: dt.date) -> gpd.GeoDataFrame:
    """Named places, streets and addresses of a municipality: columns name, kind, geometry."""
    named = Feature.objects.filter(edition__in=_editions(owner, kinds=_NAMED_KINDS, on=on)).exclude(name="")
    return _features(named, columns={"name": "name", "kind": "edition__layer__kind"})


def _features_in(editions: list[Edition]) -> QuerySet[Feature]:
    return Feature.objects.filter(edition__in=editions)


def _editions(owner: str, *, kinds: Any, on: dt.date) -> QuerySet[Edition]:
    return Edition.objects.in_force_on(on).filter(layer__owner=owner, layer__kind__in=kinds)


def _features(rows: QuerySet[Any], *, columns: dict[str, str]) -> gpd.GeoDataFrame:
    try:
        sql, parameters = rows.order_by("id").values_list(*columns.values(), "geom").query.sql_with_params()
    except EmptyResultSet:  # of no edition: Django knows without asking
        return _frame(pd.DataFrame(columns=[*columns]), wkb=pd.Series([], dtype=object))
    names = ", ".join(f'"{name}"' for name in [*columns, "geom"])
    outputs = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {outputs or 'NULL'}, ST_AsBinary(geom) FROM ({sql}) AS feature({names})",  # noqa: S608
            parameters,
        )
        rows_read = cursor.fetchall()
    table = pd.DataFrame(rows_read, columns=[*columns, "wkb"])
    return _frame(table.drop(columns="wkb"), wkb=table["wkb"])


def _frame(table: pd.DataFrame, *, wkb: pd.Series[Any]) -> gpd.GeoDataFrame:
    binary = np.array([bytes(value) if value is not None else None for value in wkb], dtype=object)
    return gpd.GeoDataFrame(
        table, geometry=gpd.GeoSeries(shapely.from_wkb(binary), crs=LONLAT, index=table.index)
    )
