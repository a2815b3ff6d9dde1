"""Is what was read plausible? Each check says what it found, and changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from layers import crs
from layers.findings.finding import Finding, Item, Severity, listing
from layers.importing import coverage, extent
from layers.importing.recognition.columns import Columns, Row
from layers.importing.shapes import typical_bounds
from layers.models import Layer
from layers.styles.catalog import normal_code

_TINY_M2 = 1.0
_MANY_VERTICES = 20_000
_FAR_M = 5_000.0
# Far from the rest: beyond this many times the distance within which nine of ten lie, and this far at least.
_STRAY_TIMES = 20
_STRAY_DEGREES = 0.5
_STRAY_FROM = 5
_HUGE_FROM = 20
_WHOLE = 0.95
_KNOWN_BY_NAME = (Layer.Kind.BOUNDARY, Layer.Kind.PLACE)

Numbers = NDArray[np.float64]
RowNumbers = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class CheckInput:
    """What is to be loaded: rows and shapes (EPSG:4326) by row number."""

    rows: Mapping[int, Row]
    geometries: crs.Geometries
    properties: Sequence[Mapping[str, Any]]
    columns: Columns
    kind: str
    owner: str
    name: str

    def row_numbers(self) -> RowNumbers:
        return np.array(list(self.rows), dtype=np.intp)

    def item(self, row_number: int, *, why: str = "", other: str = "", m2: float | None = None) -> Item:
        west, south, east, north = shapely.bounds(self.geometries[row_number])
        return Item(
            feature=int(row_number) + 1,
            code=self.rows[row_number].code,
            why=why,
            other=other,
            lon=round(float(west + east) / 2, 7),
            lat=round(float(south + north) / 2, 7),
            m2=None if m2 is None else round(float(m2), 2),
        )

    def listing(
        self, kind: str, row_numbers: RowNumbers, *, severity: Severity = "note", **values: Any
    ) -> list[Finding]:
        items = [self.item(row_number) for row_number in row_numbers.tolist()]
        return listing(kind, items, severity=severity, values=values)


def findings(checked: CheckInput, *, home: crs.Box | None) -> list[Finding]:
    """Everything that is odd about the shapes and fields that are to be loaded."""
    row_numbers = checked.row_numbers()
    shapes = checked.geometries[row_numbers]
    findings = [
        *_far_from_home(checked, shapes, home),
        *_strays(checked, row_numbers, shapes),
        *_same_shapes(checked, row_numbers, shapes),
    ]
    if checked.kind == Layer.Kind.BOUNDARY:
        codes = [checked.rows[row_number].code for row_number in row_numbers.tolist()]
        features = (row_numbers + 1).tolist()
        findings += coverage.check(shapes, codes=codes, features=features, owner=checked.owner)
        findings += _against_ground(checked, shapes)
    if checked.kind in _KNOWN_BY_NAME:
        findings += _without_name(checked, row_numbers)
    if checked.kind == Layer.Kind.ZONING:
        findings += _unknown_values(checked, row_numbers)
        findings += checked.listing("no_code", _without_code(checked, row_numbers), severity="warning")
    return [*findings, *_sizes(checked, row_numbers, shapes)]


def _far_from_home(checked: CheckInput, shapes: crs.Geometries, home: crs.Box | None) -> list[Finding]:
    if home is None:
        return []
    distance_m = extent.distance_m(typical_bounds(shapes), home)
    if distance_m < _FAR_M:
        return []
    return [
        Finding(kind="far_from_home", severity="warning", count=1, values={"km": round(distance_m / 1000)})
    ]


def _against_ground(checked: CheckInput, shapes: crs.Geometries) -> list[Finding]:
    """How much of the owner's other boundaries these cover, and how much of these lies outside them."""
    ground = extent.ground(checked.owner, but=checked.name)
    if len(ground) == 0 or shapely.get_num_coordinates(shapes).sum() > coverage.COMPARED_POINTS_MAX:
        return []
    theirs, ours = shapely.union_all(ground), shapely.union_all(shapes)
    shared = shapely.area(shapely.intersection(theirs, ours))
    findings = []
    for kind, share in (
        ("little_of_home", shared / shapely.area(theirs)),
        ("beyond_home", shared / shapely.area(ours)),
    ):
        if share < _WHOLE:
            percent = round(float(share if kind == "little_of_home" else 1 - share) * 100, 1)
            findings.append(Finding(kind=kind, severity="note", count=1, values={"percent": percent}))
    return findings


def _strays(checked: CheckInput, row_numbers: RowNumbers, shapes: crs.Geometries) -> list[Finding]:
    """Features far from the middle of all, such as one at 0, 0."""
    if len(row_numbers) < _STRAY_FROM:
        return []
    west, south, east, north = shapely.bounds(shapes).T
    lon, lat = (west + east) / 2, (south + north) / 2
    middle_lon, middle_lat = np.median(lon), np.median(lat)
    away = np.hypot((lon - middle_lon) * np.cos(np.radians(middle_lat)), lat - middle_lat)
    # of nearly all: in a small set one stray is a tenth
    usual = np.sort(away)[int(0.75 * (len(away) - 1))]
    far = row_numbers[(away > _STRAY_DEGREES) & (away > _STRAY_TIMES * usual)]
    return checked.listing("stray", far, severity="warning")


def _same_shapes(checked: CheckInput, row_numbers: RowNumbers, shapes: crs.Geometries) -> list[Finding]:
    """Features with the shape of an earlier one: of those with the same box and number of points."""
    marks = np.column_stack([shapely.bounds(shapes), shapely.get_num_coordinates(shapes)])
    _values, first, group, count = np.unique(
        marks, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    later = np.flatnonzero((count[group] > 1) & (first[group] != np.arange(len(row_numbers))))
    earlier = first[group][later]
    equal = shapely.equals_exact(
        shapely.normalize(shapes[later]), shapely.normalize(shapes[earlier]), tolerance=0
    )
    items = [
        checked.item(
            row_numbers[duplicate],
            other=checked.rows[int(row_numbers[original])].code,
            why=f"feature {row_numbers[original] + 1}",
        )
        for duplicate, original in zip(later[equal].tolist(), earlier[equal].tolist(), strict=True)
    ]
    return listing("same_shape", items, severity="warning")


def _sizes(checked: CheckInput, row_numbers: RowNumbers, shapes: crs.Geometries) -> list[Finding]:
    """Areas that are hardly any, or nearly all; shapes with more points than a map needs."""
    many = row_numbers[shapely.get_num_coordinates(shapes) > _MANY_VERTICES]
    findings = checked.listing("many_vertices", many, limit=_MANY_VERTICES)
    is_area = shapely.get_dimensions(shapes) == 2
    row_numbers, m2 = row_numbers[is_area], _square_metres(shapes[is_area])
    tiny = [
        checked.item(row_number, m2=size)
        for row_number, size in zip(row_numbers, m2, strict=True)
        if size < _TINY_M2
    ]
    findings += listing("tiny", tiny, severity="note", values={"limit": _TINY_M2})
    is_huge = (m2 > m2.sum() / 2) & (len(m2) >= _HUGE_FROM)
    items = [
        checked.item(row_number, m2=size)
        for row_number, size in zip(row_numbers[is_huge], m2[is_huge], strict=True)
    ]
    return [*findings, *listing("huge", items, severity="note")]


def _square_metres(shapes: crs.Geometries) -> Numbers:
    """Areas on the ellipsoid, each flat as at its middle: to a thousandth for less than 100 km."""
    _west, south, _east, north = shapely.bounds(shapes).T
    lat = np.radians((south + north) / 2)
    a, e2 = 6_378_137.0, 0.006_694_380_02
    bend = 1 - e2 * np.sin(lat) ** 2
    per_degree = np.radians(1) ** 2 * a * a * (1 - e2) / bend**2 * np.cos(lat)
    result: Numbers = shapely.area(shapes) * per_degree
    return result


def _without_name(checked: CheckInput, row_numbers: RowNumbers) -> list[Finding]:
    """Areas and places without a name; that none has one is told as a whole, but of bare shapes."""
    nameless = [row_number for row_number in row_numbers.tolist() if not checked.rows[row_number].name]
    if len(nameless) < len(row_numbers):
        return checked.listing("no_name", np.array(nameless, dtype=np.intp))
    if checked.columns.numbered:
        return []
    return [Finding(kind="no_names", severity="warning", count=len(nameless))]


def _without_code(checked: CheckInput, row_numbers: RowNumbers) -> RowNumbers:
    """Zones that say no use where others do; that none does is told as a whole (`no_codes`)."""
    bare = [row_number for row_number in row_numbers.tolist() if not checked.rows[row_number].code]
    return np.array(bare if len(bare) < len(row_numbers) else [], dtype=np.intp)


def _unknown_values(checked: CheckInput, row_numbers: RowNumbers) -> list[Finding]:
    """Values of a plan that are none of those that there are."""
    findings: list[Finding] = []
    for role, kind, allowed in (
        ("vertical_level", "unknown_level", {"1", "2", "3", "4", "5", ""}),
        ("status", "unknown_status", {"1", "2", ""}),
    ):
        field = checked.columns.roles.get(role)
        if field is None:
            continue
        values = {
            row_number: normal_code(checked.properties[row_number].get(field))
            for row_number in row_numbers.tolist()
        }
        items = [
            checked.item(row_number, why=value[:80])
            for row_number, value in values.items()
            if value not in allowed
        ]
        findings += listing(kind, items, severity="note")
    return findings
