"""A file into a layer: what is repaired and what is skipped, and what is said of it."""

import json
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from layers.models import Area
from tests.layers import files
from tests.layers.imports import imported

pytestmark = pytest.mark.django_db
OSLO = files.DATA / "oslo_invalid.geojson"


def test_invalid_areas_are_repaired_by_structure_and_reported_with_code_and_reason() -> None:
    outcome = imported(OSLO, owner="NO-0301", code_field="id")
    assert outcome.report is not None
    assert outcome.report.skipped == []
    remarks = {remark.code: remark.why.split("[")[0] for remark in outcome.report.repaired}
    assert remarks == {"0301050501": "Nested shells", "0301060603": "Too few points in geometry component"}
    raw = {
        row["properties"]["id"]: shapely.geometry.shape(row["geometry"])
        for row in json.loads(OSLO.read_text(encoding="utf-8"))["features"]
    }
    for area in Area.objects.filter(edition=outcome.edition):
        # a shell inside a shell belongs to the area; cutting it out would make the area smaller
        parts = shapely.union_all([shapely.make_valid(part) for part in shapely.get_parts(raw[area.code])])
        assert area.geom.area == pytest.approx(parts.area, rel=1e-9)


def test_what_cannot_be_an_area_is_skipped_and_reported_by_its_number(tmp_path: Path) -> None:
    document = files.collection(
        files.feature(None, code="A"),
        files.feature(files.BOX, code="B"),
        files.feature({"type": "Polygon", "coordinates": []}, code="C"),
        files.feature(shapely.LineString([(9, 59), (9, 60)]), code="D"),
        files.feature({"type": "Polygon", "coordinates": [[[9, 59], [9, 60], [9, 59], [9, 59]]]}, code="E"),
    )
    report = imported(files.geojson(tmp_path, document)).report
    assert report is not None
    assert (report.read, report.loaded) == (5, 1)
    reasons = [(remark.feature, remark.code, remark.why.split(":")[0]) for remark in report.skipped]
    assert reasons == [
        (1, "A", "no geometry"),
        (3, "C", "empty geometry"),
        (4, "D", "a LineString is not an area"),
        (5, "E", "nothing is left after repair"),
    ]


def test_what_gdal_hands_on_with_nan_is_skipped(tmp_path: Path) -> None:
    with np.errstate(invalid="ignore"):
        bad = shapely.Polygon([(9.7, 59), (float("nan"), 59), (9.8, 59.1), (9.7, 59)])
    frame = geopandas.GeoDataFrame({"code": ["A", "B"]}, geometry=[bad, files.BOX], crs=4326)
    frame.to_file(tmp_path / "nan.gpkg", driver="GPKG")
    report = imported(tmp_path / "nan.gpkg").report
    assert report is not None
    assert [(remark.code, remark.why) for remark in report.skipped] == [
        ("A", "a coordinate is not a finite number")
    ]


@pytest.mark.parametrize("ring", [[[9, 59]], [[9, 59], [9, 60]], [[9, 59], [9, 60], [9, 59]]])
def test_a_ring_that_is_none_is_skipped_with_its_reason_and_the_rest_is_loaded(
    tmp_path: Path, ring: list[list[float]]
) -> None:
    broken = {"type": "Polygon", "coordinates": [ring]}
    document = files.collection(files.feature(broken, code="X"), files.feature(files.BOX, code="A"))
    outcome = imported(files.geojson(tmp_path, document))
    assert outcome.report is not None
    assert (outcome.report.read, outcome.report.loaded) == (2, 1)
    (skipped,) = outcome.report.skipped
    assert (skipped.feature, skipped.code) == (1, "X")
    assert "Too few points" in skipped.why
    assert list(Area.objects.values_list("code", flat=True)) == ["A"]


def test_a_hole_that_is_none_is_left_out_and_the_area_stays(tmp_path: Path) -> None:
    document = json.loads(shapely.to_geojson(files.BOX))
    document["coordinates"].append([[9.705, 59.025], [9.706, 59.026], [9.705, 59.025]])
    outcome = imported(files.geojson(tmp_path, files.collection(files.feature(document, code="A"))))
    assert outcome.report is not None
    assert [remark.code for remark in outcome.report.repaired] == ["A"]
    assert Area.objects.get().geom.area == pytest.approx(files.BOX.area)


def test_a_line_of_one_position_is_skipped(tmp_path: Path) -> None:
    lines = [{"type": "LineString", "coordinates": [[9, 59]]}, shapely.LineString([[9, 59], [9.1, 59]])]
    document = files.collection(*(files.feature(line, name="Veg") for line in lines))
    outcome = imported(files.geojson(tmp_path, document), kind="street")
    assert outcome.report is not None
    assert [remark.feature for remark in outcome.report.skipped] == [1]
