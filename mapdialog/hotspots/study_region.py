"""Where hotspots are looked for: the consultation's area, else the municipality, else its committees' areas.

Never what the pins happen to span.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from layers.importing import extent
from layers.models import Edition, Layer
from mapdialog.analysis.project import metric_geometries
from mapdialog.dialogue.models import Consultation
from mapdialog.hotspots import read
from mapdialog.hotspots.exposure_note import RegionFrom
from mapdialog.people.models import Municipality

Geometries = npt.NDArray[np.object_]


class NoRegionError(ValueError):
    """Nobody has said where to look; the message says what to load."""


@dataclass(frozen=True, kw_only=True)
class StudyRegion:
    """Where to look, on which day: a valid geometry in the municipality's metric CRS, and who said it.

    `committees`: the edition, where their areas said it.
    """

    municipality: Municipality
    on: dt.date
    geometry: shapely.Geometry
    said_by: RegionFrom
    committees: Edition | None = None


def of_consultation(consultation: Consultation, *, on: dt.date) -> StudyRegion:
    """The consultation's area, else its municipality's, else the union of its committees'.

    Raises NoRegionError without any of them.
    """
    municipality = consultation.municipality
    if consultation.area is None:
        return of_municipality(municipality, committees=consultation.boundary_layer, on=on)
    area = np.array([shapely.from_wkb(bytes(consultation.area.wkb))], dtype=object)
    return StudyRegion(
        municipality=municipality,
        on=on,
        geometry=_union(area, municipality=municipality),
        said_by=RegionFrom.CONSULTATION,
    )


def of_municipality(municipality: Municipality, *, committees: Layer | None, on: dt.date) -> StudyRegion:
    """The municipality's own area, of a set of municipalities that somebody loaded, else its committees'.

    Raises NoRegionError without either.
    """
    own = extent.municipality(municipality.code)
    edition = committees.editions.in_force_on(on).select_related("layer").first() if committees else None
    areas = own if len(own) else np.array(read.areas_frame(edition).geometry, dtype=object)
    if len(areas) == 0:
        raise NoRegionError(
            f"nobody has said where {municipality.code} is: draw the consultation's area, "
            "or load the municipality or its committees as boundaries"
        )
    return StudyRegion(
        municipality=municipality,
        on=on,
        geometry=_union(areas, municipality=municipality),
        said_by=RegionFrom.MUNICIPALITY if len(own) else RegionFrom.COMMITTEES,
        committees=None if len(own) else edition,
    )


def metric(geometries: Geometries, *, municipality: Municipality) -> Geometries:
    """Geometries in lon/lat, valid, in the municipality's metric CRS; empty where that has no such place."""
    shapes = metric_geometries(geometries, metric_srid=municipality.metric_srid)
    shapes[~is_somewhere(shapes)] = shapely.Polygon()
    return np.asarray(np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes)), dtype=object)


def is_somewhere(shapes: Geometries) -> npt.NDArray[np.bool_]:
    """(n,) whether a shape has a place: is not empty, and ends nowhere at infinity."""
    return np.asarray(np.isfinite(shapely.bounds(shapes)).all(axis=1))


def _union(geometries: Geometries, *, municipality: Municipality) -> shapely.Geometry:
    return shapely.union_all(metric(geometries, municipality=municipality))
