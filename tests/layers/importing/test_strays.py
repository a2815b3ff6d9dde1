"""What lies astray is named with its feature and its place, and hides nothing of where the rest lies."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from layers.findings import wording
from layers.findings.finding import Finding
from layers.importing import extent
from layers.models import Area
from tests.layers import files
from tests.layers.imports import imported

pytestmark = pytest.mark.django_db
DAY = dt.date(2020, 1, 1)


def findings_of(path: Path, **options: Any) -> dict[str, Finding]:
    report = imported(path, **{"valid_from": DAY, **options}).report
    assert report is not None
    return {finding.kind: finding for finding in report.findings()}


def findings_in(folder: Path, *shapes: Any, **options: Any) -> dict[str, Finding]:
    features = [files.feature(shape, code=f"{i:02d}", name=f"N{i}") for i, shape in enumerate(shapes)]
    return findings_of(files.geojson(folder, files.collection(*features)), **options)


def square(column: int = 0, row: int = 0, *, west: float = 9.6, south: float = 59.0) -> shapely.Polygon:
    return shapely.box(
        west + column * 0.01, south + row * 0.01, west + (column + 1) * 0.01, south + (row + 1) * 0.01
    )


def row_of(n: int) -> list[Any]:
    return [square(i) for i in range(n)]


def test_one_corner_at_zero_is_named_with_its_feature_and_is_an_error() -> None:
    findings = findings_of(files.DATA / "one_corner_at_zero.geojson")
    assert findings["at_zero"].severity == "error"
    (item,) = findings["at_zero"].items
    assert (item.feature, item.code, item.lon, item.lat) == (2, "02", 0, 0)
    assert wording.line(item).startswith("feature 2, 02, 1 of 5 points")
    assert findings.keys().isdisjoint({"outside_country", "stray", "stray_vertex", "abroad"})


@pytest.mark.parametrize(("srid", "kind"), [(25832, "at_zero"), (25835, "at_zero"), (5109, "stray")])
def test_zero_of_a_systems_coordinates_is_no_place_either(tmp_path: Path, srid: int, kind: str) -> None:
    frame = files.frame(srid=srid).loc[[0, 0, 0, 0, 0, 1]].reset_index(drop=True)
    frame["geometry"] = frame.representative_point()
    frame.loc[3, "geometry"] = shapely.Point(0, 0)
    path = files.written(frame, tmp_path / "points.gpkg", driver="GPKG")
    findings = findings_of(path, kind="other")
    assert [item.feature for item in findings[kind].items] == [4]


def test_an_area_with_a_corner_at_zero_of_metres_is_left_out_by_name(tmp_path: Path) -> None:
    frame = files.frame(srid=25832)
    points = [*frame.geometry[1].exterior.coords]
    frame.loc[1, "geometry"] = shapely.Polygon([points[0], (0, 0), *points[1:]])
    findings = findings_of(files.written(frame, tmp_path / "areas.gpkg", driver="GPKG"), code_field="kode")
    assert [(item.feature, item.why) for item in findings["skipped"].items] == [(2, "edges too long")]


def test_a_whole_file_at_zero_is_an_error_for_who_is_not_there(tmp_path: Path) -> None:
    shapes = [shapely.box(i / 10, 0.1, i / 10 + 0.1, 0.2) for i in range(1, 4)]
    findings = findings_in(tmp_path, *shapes)
    assert findings["at_zero"].count == 3
    assert "outside_country" in findings
    assert "at_zero" not in findings_in(tmp_path, *shapes, name="there", owner="GA-1")


def test_parts_on_both_sides_of_the_date_line_are_neighbours_and_an_uncut_area_is_named() -> None:
    findings = findings_of(files.DATA / "antimeridian.geojson")
    (item,) = findings["too_wide"].items
    assert (findings["too_wide"].severity, item.feature, item.code) == ("error", 2, "02")
    assert "359° wide" in wording.line(item)
    assert "stray" not in findings
    assert Area.objects.get(code="01").geom.num_geom == 2


def test_what_an_error_was_found_in_says_nothing_of_where_the_owner_is(tmp_path: Path) -> None:
    findings_of(files.DATA / "antimeridian.geojson", name="wrong")
    findings_of(files.DATA / "one_corner_at_zero.geojson", name="too")
    assert extent.home("NO-4012") is None
    assert findings_in(tmp_path, *row_of(3), name="right") == {}


def test_a_stray_feature_is_named_by_its_number_and_place(tmp_path: Path) -> None:
    finding = findings_in(tmp_path, *row_of(9), square(west=14.4, south=67.2))["stray"]
    (item,) = finding.items
    assert (finding.severity, item.feature, item.code, item.why) == ("warning", 10, "09", "")
    assert shapely.Point(item.lon, item.lat).intersects(square(west=14.4, south=67.2))


def test_a_stray_part_is_named_at_that_part(tmp_path: Path) -> None:
    torn = shapely.MultiPolygon([square(9), square(west=14.4, south=67.2)])
    (item,) = findings_in(tmp_path, *row_of(9), torn)["stray"].items
    assert (item.feature, item.why) == (10, "5 of 10 points")
    assert item.lon == pytest.approx(14.4, abs=0.011)


def test_a_stray_vertex_is_an_error(tmp_path: Path) -> None:
    points = [*square(9).exterior.coords]
    spike = shapely.Polygon([points[0], (14.4, 67.2), *points[1:]])
    finding = findings_in(tmp_path, *row_of(9), spike)["stray_vertex"]
    assert (finding.severity, finding.items[0].feature) == ("error", 10)
    assert (finding.items[0].lon, finding.items[0].lat) == (14.4, 67.2)


def test_a_feature_in_another_country_is_named(tmp_path: Path) -> None:
    """Along the border, nearer than what is far from the rest."""
    row = [square(i * 200, west=7.0, south=60.0) for i in range(3)]
    finding = findings_in(tmp_path, *row, square(west=16.5, south=60.0))["abroad"]
    assert (finding.severity, [item.feature for item in finding.items]) == ("warning", [4])


def test_a_country_of_counties_lies_in_it(tmp_path: Path) -> None:
    counties = [shapely.box(5, 58, 11, 62), shapely.box(10, 63, 14, 65), shapely.box(15, 67, 18, 69)]
    counties.append(shapely.box(21, 69, 31, 71))
    findings = findings_in(tmp_path, *counties, owner="NO-1806")
    assert findings.keys().isdisjoint({"outside_country", "abroad", "stray", "stray_vertex", "too_wide"})


def test_the_box_of_a_layer_leaves_out_its_strays(tmp_path: Path) -> None:
    findings_in(tmp_path, *row_of(9), square(west=14.4, south=67.2))
    assert extent.home("NO-4012") == pytest.approx((9.6, 59.0, 9.69, 59.01))


def test_places_of_findings_lie_in_their_shapes(tmp_path: Path) -> None:
    """A horseshoe has the middle of its box outside."""
    shoe = square(0).union(square(2)).union(square(1, -1)).union(square(0, -1)).union(square(2, -1))
    (item,) = findings_in(tmp_path, shoe, shoe, merge_codes=False)["same_shape"].items
    assert shoe.intersects(shapely.Point(item.lon, item.lat))


def test_the_municipality_is_compared_with_where_it_is_known(tmp_path: Path) -> None:
    kommune = files.feature(shapely.box(9.5, 58.9, 9.8, 59.1), kommunenummer="4012", kommunenavn="Bamble")
    path = files.geojson(tmp_path, files.collection(kommune), name="kommuner.geojson")
    findings_of(path, owner="NO-40", name="kommuner", code_field="kommunenummer")
    findings_in(tmp_path, *[square(i, west=10.7, south=59.9) for i in range(3)], name="wrong")
    assert extent.home("NO-4012") == (9.5, 58.9, 9.8, 59.1)
    assert findings_in(tmp_path, *row_of(3), name="right").keys() == {"little_of_municipality"}
    findings = findings_in(tmp_path, *[square(i, west=10.7, south=59.9) for i in range(2)], name="far")
    assert "from the municipality" in wording.sentence(findings["far_from_municipality"])
    assert findings["beyond_municipality"].values == {"percent": 100.0}
    assert findings["beyond_municipality"].severity == "warning"


def test_many_shapes_are_looked_at_by_their_boxes(tmp_path: Path) -> None:
    shapes = [square(i % 100, i // 100) for i in range(3_000)]
    assert findings_in(tmp_path, *shapes) == {}
    assert np.isfinite(extent.home("NO-4012") or ()).all()
