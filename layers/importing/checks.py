"""Is what was read plausible? Each check says what it found, and changes nothing."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from layers import crs, damaged_letters
from layers.findings.finding import Finding, Severity, listing
from layers.importing import coverage, extent, strays
from layers.importing.checked import CheckInput, RowNumbers
from layers.importing.recognition.row import MOST_FLOORS
from layers.importing.shapes import typical_bounds
from layers.models import Layer
from layers.styles.catalog import normal_code

_TINY_M2 = 1.0
_MANY_VERTICES = 20_000
_FAR_M = 5_000.0
_HUGE_FROM = 20
_WHOLE, _HALF = 0.95, 0.5
_KNOWN_BY_NAME = (Layer.Kind.BOUNDARY, Layer.Kind.PLACE)

Numbers = NDArray[np.float64]


def findings(checked: CheckInput) -> list[Finding]:
    """Everything that is doubtful in the shapes and values that are to be loaded."""
    row_numbers = checked.row_numbers()
    shapes = checked.geometries[row_numbers]
    findings = [
        *_far_from_home(checked, shapes),
        *strays.findings(checked),
        *_same_shapes(checked, row_numbers, shapes),
        *checked.listing("damaged_letters", _with_damaged_letters(checked, row_numbers), severity="warning"),
    ]
    if checked.kind == Layer.Kind.BOUNDARY:
        codes = [checked.rows[row_number].code for row_number in row_numbers.tolist()]
        features = (row_numbers + 1).tolist()
        findings += coverage.check(shapes, codes=codes, features=features, owner=checked.owner)
        findings += _against_ground(checked, shapes)
    if checked.kind in _KNOWN_BY_NAME:
        findings += _without_name(checked, row_numbers)
    if checked.kind == Layer.Kind.BUILDING:
        findings += [*_floors(checked, row_numbers), *_homes(checked, row_numbers)]
    if checked.kind == Layer.Kind.ZONING:
        findings += _unknown_values(checked, row_numbers)
        findings += checked.listing("no_code", _without_code(checked, row_numbers), severity="warning")
    return [*findings, *_sizes(checked, row_numbers, shapes)]


def _far_from_home(checked: CheckInput, shapes: crs.Geometries) -> list[Finding]:
    home = checked.surroundings.home
    if home is None:
        return []
    distance_m = extent.distance_m(typical_bounds(shapes), home)
    if distance_m < _FAR_M:
        return []
    is_known = len(checked.surroundings.municipality) > 0
    kind = "far_from_municipality" if is_known else "far_from_home"
    return [Finding(kind=kind, severity="warning", count=1, values={"km": round(distance_m / 1000)})]


def _against_ground(checked: CheckInput, shapes: crs.Geometries) -> list[Finding]:
    """How much of the municipality these cover, and how much of these lies outside it.

    Where nobody has loaded the municipality's own area, the owner's other boundaries stand for it.
    """
    area, ground = checked.surroundings.municipality, checked.surroundings.ground
    if len(ground) == 0 or shapely.get_num_coordinates(shapes).sum() > coverage.COMPARED_POINTS_MAX:
        return []
    theirs, ours = shapely.union_all(ground), shapely.union_all(shapes)
    shared = shapely.area(shapely.intersection(theirs, ours))
    covered, inside = shared / shapely.area(theirs), shared / shapely.area(ours)
    findings = []
    if covered < _WHOLE:
        kind = "little_of_municipality" if len(area) else "little_of_home"
        findings.append(_share(kind, covered, severity="note"))
    if inside < _WHOLE:
        kind = "beyond_municipality" if len(area) else "beyond_home"
        is_elsewhere = len(area) > 0 and inside < _HALF
        findings.append(_share(kind, 1 - inside, severity="warning" if is_elsewhere else "note"))
    return findings


def _share(kind: str, share: float, *, severity: Severity) -> Finding:
    values = {"percent": round(float(share) * 100, 1)}
    return Finding(kind=kind, severity=severity, count=1, values=values)


def _same_shapes(checked: CheckInput, row_numbers: RowNumbers, shapes: crs.Geometries) -> list[Finding]:
    """Features with the shape of an earlier one: of those with the same box and number of points."""
    marks = np.column_stack([shapely.bounds(shapes), shapely.get_num_coordinates(shapes)])
    _values, first, group, count = np.unique(
        marks, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    later = np.flatnonzero((count[group] > 1) & (first[group] != np.arange(len(row_numbers))))
    earlier = first[group][later]
    equal = shapely.equals_exact(_bare(shapes[later]), _bare(shapes[earlier]), tolerance=0)
    items = [
        checked.item(
            row_numbers[duplicate],
            other=checked.rows[int(row_numbers[original])].code,
            why=f"feature {row_numbers[original] + 1}",
        )
        for duplicate, original in zip(later[equal].tolist(), earlier[equal].tolist(), strict=True)
    ]
    return listing("same_shape", items, severity="warning")


def _bare(shapes: crs.Geometries) -> crs.Geometries:
    """Normalised; an area of one part is the same whether the file calls it one area or several."""
    is_one = shapely.get_num_geometries(shapes) == 1
    return np.asarray(shapely.normalize(np.where(is_one, shapely.get_geometry(shapes, 0), shapes)))


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


def _with_damaged_letters(checked: CheckInput, row_numbers: RowNumbers) -> RowNumbers:
    """Names and texts that were read in the wrong encoding: the file says none, or a wrong one."""
    rows = (checked.rows[row_number] for row_number in row_numbers.tolist())
    texts = (" ".join((row.code, row.name, row.field, row.legal_text)) for row in rows)
    damaged = np.array([damaged_letters.are_in(text) for text in texts], dtype=bool)
    return np.asarray(row_numbers[damaged], dtype=np.intp)


def _without_code(checked: CheckInput, row_numbers: RowNumbers) -> RowNumbers:
    """Zones that say no use where others do; that none does is one finding (`no_codes`)."""
    bare = [row_number for row_number in row_numbers.tolist() if not checked.rows[row_number].code]
    return np.array(bare if len(bare) < len(row_numbers) else [], dtype=np.intp)


def _floors(checked: CheckInput, row_numbers: RowNumbers) -> list[Finding]:
    """Buildings of which the file says no number of floors, and those whose number cannot be one."""
    silent, unknown = 0, []
    for row_number in row_numbers.tolist():
        text, floors = checked.columns.floors(checked.properties[row_number])
        if floors is None and text:
            unknown.append(checked.item(row_number, why=f"floors: {text[:80]}"))
        silent += not text
    findings = listing("unknown_floors", unknown, severity="warning", values={"limit": MOST_FLOORS})
    if silent:
        values = {"total": len(row_numbers)}
        findings.append(Finding(kind="no_floors", severity="note", count=silent, values=values))
    return findings


def _homes(checked: CheckInput, row_numbers: RowNumbers) -> list[Finding]:
    """How many buildings are no homes by their type, and of how many that is not known."""
    are_homes = [checked.columns.is_home(checked.properties[number]) for number in row_numbers.tolist()]
    values = {"total": len(row_numbers)}
    return [
        Finding(kind=kind, severity="note", count=count, values=values)
        for kind, count in (("no_homes", are_homes.count(False)), ("maybe_homes", are_homes.count(None)))
        if count
    ]


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
