"""What looks wrong in a row of a file: where it lies, and letters that were read in the wrong encoding.

Nothing is mended by guessing and nothing published: the row waits until somebody has read it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from django.contrib.gis.geos import GEOSGeometry, Point, Polygon
from django.contrib.gis.geos.prepared import PreparedGeometry

from layers import countries, crs, damaged_letters
from layers.crs import Box
from layers.importing import extent
from mapdialog.contributions.own_marks import Marks
from mapdialog.contributions.screening import (
    DAMAGED_LETTERS,
    FROM_DEMO,
    MOVED_SPOT,
    OUTSIDE_AREA,
    SWAPPED_AXES,
)
from mapdialog.dialogue.demo_note import demo_note_in_files
from mapdialog.dialogue.models import Consultation

_DEGREES: Box = (-180, -85, 180, 85)
# A cell that says nothing but that a formula failed (`#REF!`, `#NAVN?`, `#VÄRDEFEL!`, Calc's `Err:502`), or
# that its column was too narrow when the table was saved (`#####`).
_SPREADSHEET_ERROR = re.compile(r"#[A-ZÆØÅÄÖ_]{2,15}(?:/0)?[!?]|#N/A|#I/T|#GETTING_DATA|#{3,}|Err:\d{3}")


def of_letters(text: str) -> list[str]:
    """`damaged-letters`, where a text seems to hold such."""
    return [DAMAGED_LETTERS] if damaged_letters.are_in(text) else []


def is_spreadsheet_error(text: str) -> bool:
    """Is that all that a cell says, with what it should have said lost?"""
    return _SPREADSHEET_ERROR.fullmatch(text) is not None


def of_marks(marks: Marks, *, has_spot: bool, consultation: Consultation) -> list[str]:
    """What would be shown for more than it is: as exact what was moved to a coarser grid, as real a demo."""
    is_moved = has_spot and marks.precision_m > consultation.public_precision_m
    is_demo = marks.is_demo and not demo_note_in_files(consultation)
    return [*([MOVED_SPOT] if is_moved else []), *([FROM_DEMO] if is_demo else [])]


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where contributions may lie: the consultation's area, else what the municipality's layers cover."""

    owner: str
    area: PreparedGeometry | None
    most: Polygon | None
    box: Box | None

    @classmethod
    def of(cls, consultation: Consultation) -> Ground:
        owner = consultation.municipality.code
        if consultation.area is None:
            return cls(owner=owner, area=None, most=None, box=extent.home(owner))
        west, south, east, north = consultation.area.extent
        width, height = east - west, north - south
        return cls(
            owner=owner,
            area=consultation.area.prepared,
            # a line or polygon may reach over the border, but not farther than intake takes it
            most=Polygon.from_bbox((west - width, south - height, east + width, north + height)),
            box=(west, south, east, north),
        )

    def doubts(self, geom: GEOSGeometry | None) -> list[str]:
        """The flags of a shape in lon/lat that lies somewhere else; none of a contribution without a spot."""
        if geom is None or self._holds(geom):
            return []
        turned = _turned(geom)
        return [SWAPPED_AXES if turned is not None and self._holds(turned) else OUTSIDE_AREA]

    def reading_of(self, x: float, y: float) -> str:
        """What numbers that are no degrees may be, in words for the reason of a refusal; "" for others."""
        if _DEGREES[0] <= x <= _DEGREES[2] and _DEGREES[1] <= y <= _DEGREES[3]:
            return ""
        fitting = crs.candidates(np.array([(x, y)]), owner=self.owner, home=self.box)
        fitting = [candidate for candidate in fitting if candidate.fits in ("home", "country")]
        if not fitting:
            return ""
        best = fitting[0]
        swapped = " with x and y swapped" if best.swap_axes else ""
        return (
            f"These numbers are no degrees. They may be EPSG:{best.srid} ({best.name}){swapped}: "
            "transform the file to EPSG:4326, longitude before latitude."
        )

    def _holds(self, geom: GEOSGeometry) -> bool:
        if self.area is not None and self.most is not None:
            return self.area.intersects(geom) and (isinstance(geom, Point) or self.most.covers(geom))
        if self.box is None:
            return countries.is_in_country(
                (geom.centroid.x, geom.centroid.y), country=self.owner.partition("-")[0]
            )
        return bool(Polygon.from_bbox(self.box).intersects(geom))


def _turned(geom: GEOSGeometry) -> GEOSGeometry | None:
    """The shape with longitude and latitude swapped; of a point only: others are drawn, not typed."""
    if not isinstance(geom, Point) or abs(geom.x) > _DEGREES[3]:
        return None
    return Point(geom.y, geom.x, srid=geom.srid)
