"""Overlaps, gaps and splinters of a boundary set, in square metres."""

from typing import Any

import numpy as np
import pytest
import shapely

from layers import crs
from layers.findings.finding import Finding
from layers.importing import coverage

# A corner in UTM zone 32, in Bamble: boxes are drawn from it in metres.
X, Y = 540_000, 6_540_000


def square(x: float, y: float, width: float, height: float) -> Any:
    return shapely.box(X + x, Y + y, X + x + width, Y + y + height)


def checked(**options: Any) -> dict[str, Finding]:
    """Findings by kind; areas by code, in metres."""
    metres = np.array(
        [shapely.multipolygons(shapely.get_parts(shape)) for shape in options.values()], dtype=object
    )
    findings = coverage.check(
        crs.to_wgs84(metres, srid=25832),
        codes=list(options),
        features=range(1, len(options) + 1),
        owner="NO-4012",
    )
    return {finding.kind: finding for finding in findings}


def test_areas_that_fit_together_leave_nothing_to_say() -> None:
    assert checked(A=square(0, 0, 100, 100), B=square(100, 0, 100, 100), C=square(0, 100, 200, 50)) == {}


def test_an_overlap_is_measured_and_names_the_pair_and_the_place() -> None:
    findings = checked(A=square(0, 0, 100, 100), B=square(90, 0, 100, 100), C=square(300, 0, 50, 50))
    assert set(findings) == {"overlap"}
    (item,) = findings["overlap"].items
    assert (item.feature, item.code, item.other) == (1, "A", "B")
    assert item.m2 == pytest.approx(10 * 100, rel=1e-4)
    assert findings["overlap"].m2 == item.m2
    (point,) = crs.from_wgs84(np.array([shapely.Point(item.lon, item.lat)], dtype=object), srid=25832)
    assert square(90, 0, 10, 100).buffer(0.1).covers(point)


def test_an_area_inside_another_and_a_double_are_overlaps_too() -> None:
    findings = checked(
        A=square(0, 0, 100, 100), B=square(20, 20, 10, 10), C=square(300, 0, 50, 50), D=square(300, 0, 50, 50)
    )
    pairs = {(item.code, item.other): item.m2 for item in findings["overlap"].items}
    assert pairs == {("C", "D"): pytest.approx(2500, rel=1e-4), ("A", "B"): pytest.approx(100, rel=1e-4)}


def test_the_largest_comes_first_and_a_sliver_is_named_apart() -> None:
    findings = checked(
        A=square(0, 0, 100, 100),
        B=square(99.6, 0, 100, 100),
        C=square(0, 95, 100, 50),
        D=square(0, 140, 100, 50),
    )
    assert [item.m2 for item in findings["overlap"].items] == pytest.approx([500, 500], rel=1e-3)
    (sliver,) = [item for item in findings["sliver_overlap"].items if item.other == "B"]
    assert sliver.m2 == pytest.approx(40, rel=0.01)
    assert findings["sliver_overlap"].severity == "note"


def test_a_gap_is_what_the_areas_enclose() -> None:
    ring = {
        "S": square(0, 0, 100, 40),
        "N": square(0, 60, 100, 40),
        "W": square(0, 40, 40, 20),
        "E": square(60, 40, 40, 20),
    }
    findings = checked(**ring)
    assert set(findings) == {"gap"}
    (item,) = findings["gap"].items
    assert item.m2 == pytest.approx(20 * 20, rel=1e-3)
    assert {item.code, *item.other.replace(", …", "").split(", ")} <= set(ring)
    assert item.feature is None
    # open to the outside it is part of the rim
    assert checked(**{code: shape for code, shape in ring.items() if code != "E"}) == {}


def test_a_narrow_gap_is_a_sliver() -> None:
    findings = checked(
        A=square(0, 0, 100, 100), B=shapely.box(X + 100, Y, X + 200, Y + 100) - square(100, 20, 0.3, 50)
    )
    assert set(findings) == {"sliver_gap"}
    assert findings["sliver_gap"].m2 == pytest.approx(15, rel=0.01)


def test_what_comes_of_rounding_is_not_mentioned() -> None:
    assert checked(A=square(0, 0, 100, 100), B=square(99.999, 0, 100, 100)) == {}


def test_a_splinter_of_an_area_is_reported() -> None:
    findings = checked(
        A=shapely.union(square(0, 0, 100, 100), square(200, 0, 0.2, 30)), B=square(100, 0, 50, 50)
    )
    assert set(findings) == {"sliver_part"}
    assert findings["sliver_part"].items[0].m2 == pytest.approx(6, rel=0.01)


def test_too_many_points_are_reported_and_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "_POINTS_MAX", 5)
    findings = checked(A=square(0, 0, 100, 100), B=square(90, 0, 100, 100))
    assert set(findings) == {"not_measured"}
    assert findings["not_measured"].values["limit"] == 5


def test_too_many_overlaps_are_reported_and_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "_PAIR_POINTS_MAX", 5)
    assert set(checked(A=square(0, 0, 100, 100), B=square(90, 0, 100, 100))) == {"not_measured"}


def test_all_of_it_agrees_with_what_shapely_makes_of_every_pair() -> None:
    """Random boxes, against the plain way of every pair and one union."""
    dice = np.random.default_rng(7)
    metres = {f"{i:02d}": square(*dice.uniform(0, 400, 2), *dice.uniform(20, 150, 2)) for i in range(25)}
    findings = checked(**metres)
    shapes = list(metres.values())
    shared = sum(a.intersection(b).area for i, a in enumerate(shapes) for b in shapes[i + 1 :])
    holes = sum(
        shapely.Polygon(ring).area
        for part in shapely.get_parts(shapely.union_all(shapes))
        for ring in part.interiors
    )
    expected = {
        kind: sum(finding.m2 or 0 for name, finding in findings.items() if name.endswith(kind))
        for kind in ("overlap", "gap")
    }
    assert expected["overlap"] == pytest.approx(shared, rel=1e-3)
    assert expected["gap"] == pytest.approx(holes, rel=1e-3, abs=0.1)
