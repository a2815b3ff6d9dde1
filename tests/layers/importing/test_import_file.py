"""A file into a layer: what is loaded, with which codes, names and shapes."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from django.db import connection

from layers.importing.recognition import columns
from layers.models import Area, Feature, Zone
from tests.layers import files
from tests.layers.imports import command, imported

pytestmark = pytest.mark.django_db


def test_real_committees_load_with_codes_names_and_areas_as_gdal_reads_them() -> None:
    path = files.FIXTURES / "dc" / "committees_2013.geojson"
    outcome = imported(path, owner="US-DC", valid_from=dt.date(2013, 1, 1))
    reference = geopandas.read_file(path, engine="pyogrio")
    areas = Area.objects.filter(edition=outcome.edition)
    assert areas.count() == len(reference) == 40 == outcome.edition.feature_count
    assert set(areas.values_list("code", "name")) == set(
        zip(reference["code"], reference["name"], strict=True)
    )
    total = sum(area.geom.area for area in areas)
    expected = shapely.make_valid(reference.geometry.to_numpy(), method="structure", keep_collapsed=False)
    assert total == pytest.approx(shapely.area(expected).sum(), rel=1e-12)


def test_a_real_land_use_plan_loads_without_its_empty_shapes() -> None:
    path = files.FIXTURES / "dc" / "planned_land_use_2006.geojson"
    outcome = imported(path, kind="zoning", owner="US-DC", name="land-use")
    assert outcome.report is not None
    assert (outcome.report.read, outcome.report.loaded) == (1613, 1610)
    assert {remark.why for remark in outcome.report.skipped} == {"empty geometry"}
    assert [remark.feature for remark in outcome.report.skipped] == [1251, 1378, 1548]
    assert len(outcome.report.repaired) == 11
    zones = Zone.objects.filter(edition=outcome.edition)
    assert zones.count() == 1610
    assert not zones.filter(code="").exists()  # the two without a code have no shape either
    assert outcome.edition.layer.style == "us_dc_landuse"
    assert outcome.edition.layer.credit == "DC Open Data"
    assert "all_codes" in zones.first().properties  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM layers_zone WHERE NOT ST_IsValid(geom)")
        assert cursor.fetchone() == (0,)


def test_a_national_area_in_utm_lands_where_it_is(tmp_path: Path) -> None:
    area = {
        "type": "Polygon",
        "coordinates": [[[532334, 6554021], [532282, 6554027], [532205, 6554008], [532334, 6554021]]],
        "crs": {"type": "name", "properties": {"name": "EPSG:25832"}},
    }
    outcome = imported(files.geojson(tmp_path, area), kind="other")
    assert outcome.edition.source_srid == 25832
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(ST_Point(532334, 6554021, 25832), 4326) p) q"
        )
        corner = cursor.fetchone()
    assert Feature.objects.get(edition=outcome.edition).geom[0][0] == pytest.approx(corner, abs=1e-9)


def test_the_same_areas_from_three_formats_are_the_same(tmp_path: Path) -> None:
    paths = [files.geopackage(tmp_path), files.shapefile(tmp_path, srid=4326)]
    paths.append(files.geojson(tmp_path, json.loads(files.frame().to_json())))
    for number, path in enumerate(paths):
        outcome = imported(path, name=f"set-{number}", code_field="kode", name_field="navn")
        areas = Area.objects.filter(edition=outcome.edition).order_by("code")
        assert [(area.code, area.name) for area in areas] == [("301", "Øst"), ("302", "Vest")]
        assert [area.geom.area for area in areas] == pytest.approx([1e-4, 1e-4], rel=1e-6)


def test_long_edges_are_made_dense_before_they_are_transformed(tmp_path: Path) -> None:
    """A straight edge of 20 km in UTM is not straight in lon/lat: its middle lies 14 m off at 59° N."""
    square = shapely.box(500_000, 6_540_000, 520_000, 6_560_000)
    document = files.collection(
        files.feature(square, code="A"), crs={"type": "name", "properties": {"name": "EPSG:25833"}}
    )
    outcome = imported(files.geojson(tmp_path, document), owner="SE-0180")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_Area(ST_SymDifference(ST_Transform(geom, 25833), "
            "ST_MakeEnvelope(500000, 6540000, 520000, 6560000, 25833))), ST_NPoints(geom) "
            "FROM layers_area WHERE version_id = %s",
            [outcome.edition.pk],
        )
        difference_m2, points = cursor.fetchone()
    assert points == 801
    # 4 × 200 pieces, each well under 0.04 m²
    assert difference_m2 < 20


def test_zones_take_field_level_and_provision(tmp_path: Path) -> None:
    document = files.collection(
        files.feature(
            files.BOX,
            code=1110.0,
            field="B1",
            vertical_level=1,
            provision={"nb": "Boliger.", "en": "Housing."},
            height=9,
        ),
        files.feature(
            files.NEXT_BOX, code=None, field="o_G\u0000S\ud800", vertical_level="roof", provision="no"
        ),
    )
    text = json.dumps(document)
    outcome = imported(files.geojson(tmp_path, text), kind="zoning", style="no_reguleringsplan")
    first, second = Zone.objects.filter(edition=outcome.edition).order_by("pk")
    assert (first.code, first.field, first.vertical_level) == ("1110", "B1", 1)
    assert first.provision == {"nb": "Boliger.", "en": "Housing."}
    assert first.properties == {"height": 9}
    assert (second.code, second.field, second.vertical_level, second.provision) == ("", "o_GS?", 2, {})


def test_the_norwegian_names_of_a_plans_fields_are_known(tmp_path: Path) -> None:
    document = files.collection(files.feature(files.BOX, arealformål=2015, feltnavn="o_GS2", vertikalnivå=2))
    outcome = imported(files.geojson(tmp_path, document), kind="zoning")
    zone = Zone.objects.get(edition=outcome.edition)
    assert (zone.code, zone.field) == ("2015", "o_GS2")
    assert outcome.edition.layer.style == "no_reguleringsplan"


def test_numbers_that_lost_their_zeros_get_them_back(tmp_path: Path) -> None:
    document = files.collection(files.feature(files.BOX, grunnkretsnummer=3010101, grunnkretsnavn="Sentrum"))
    outcome = imported(files.geojson(tmp_path, document))
    area = Area.objects.get(edition=outcome.edition)
    assert (area.code, area.name) == ("03010101", "Sentrum")


def test_other_kinds_take_any_geometry(tmp_path: Path) -> None:
    document = files.collection(
        files.feature(shapely.Point(9.7, 59.02), name="Skolen"),
        files.feature(shapely.LineString([(9.7, 59), (9.8, 59)])),
    )
    outcome = imported(files.geojson(tmp_path, document), kind="place")
    areas = Feature.objects.filter(edition=outcome.edition).order_by("pk")
    assert [row.geom.geom_type for row in areas] == ["Point", "LineString"]


SQUARE, HOLE, BESIDE = (
    shapely.box(9, 59, 9.4, 59.4),
    shapely.box(9.1, 59.1, 9.2, 59.2),
    shapely.box(9.5, 59, 9.6, 59.1),
)
AREAS = [SQUARE.difference(HOLE), shapely.MultiPolygon([SQUARE, BESIDE])]
OTHERS = [
    shapely.Point(9, 59),
    shapely.MultiPoint([(9, 59), (9.1, 59)]),
    shapely.LineString([(9, 59), (9.1, 59)]),
    shapely.MultiLineString([[(9, 59), (9.1, 59)], [(9, 59.1), (9.1, 59.1)]]),
]


@pytest.mark.parametrize(("kind", "shapes"), [("zoning", AREAS), ("other", AREAS + OTHERS)])
def test_each_shape_is_stored_as_it_stands_in_the_file_and_an_area_has_parts(
    tmp_path: Path, kind: str, shapes: list[shapely.Geometry]
) -> None:
    features = [files.feature(shape, kode=f"B{n}") for n, shape in enumerate(shapes)]
    imported(files.geojson(tmp_path, files.collection(*features)), kind=kind)
    model = Zone if kind == "zoning" else Feature
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ST_AsEWKB(geom) FROM {model._meta.db_table} ORDER BY id")
        stored = [shapely.from_wkb(bytes(row[0])) for row in cursor]
    assert {shapely.get_srid(shape) for shape in stored} == {4326}
    expected = [
        shapely.MultiPolygon([shape]) if kind == "zoning" and isinstance(shape, shapely.Polygon) else shape
        for shape in shapes
    ]
    assert [shape.wkt for shape in stored] == [shape.wkt for shape in expected]


def districts(*rows: dict[str, Any]) -> dict[str, Any]:
    shapes = [files.BOX, files.NEXT_BOX]
    return files.collection(*(files.feature(shape, **row) for shape, row in zip(shapes, rows, strict=True)))


@pytest.mark.parametrize("field", ["id", "ID", "OBJID", "gid"])
def test_the_only_field_of_identities_is_the_code_and_the_report_says_so(tmp_path: Path, field: str) -> None:
    document = districts({"name": "Alna", field: 12}, {"name": "Bjerke", field: 9})
    out = command(
        files.geojson(tmp_path, document), "--kind", "boundary", "--name", "b", "--owner", "NO-0301"
    )
    assert set(Area.objects.values_list("code", "name")) == {("12", "Alna"), ("9", "Bjerke")}
    assert f"note: The codes are from the column “{field}”" in out


@pytest.mark.parametrize(
    "rows",
    [
        ({"name": "Alna", "id": 1}, {"name": "Bjerke", "id": 1}),
        ({"name": "Alna", "id": 1}, {"name": "Bjerke", "id": ""}),
        ({"name": "Alna", "id": 1}, {"name": "Bjerke"}),
        ({"name": "Alna", "id": 1, "objid": 5}, {"name": "Bjerke", "id": 2, "objid": 6}),
    ],
)
def test_doubtful_identities_are_asked_about(tmp_path: Path, rows: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(columns.ColumnError, check=lambda error: error.option.endswith("--code-field")):
        imported(files.geojson(tmp_path, districts(*rows)))


def test_a_field_of_codes_is_taken_before_an_identity(tmp_path: Path) -> None:
    document = districts({"code": "A", "id": 1, "name": "Øst"}, {"code": "B", "id": 2, "name": "Vest"})
    outcome = imported(files.geojson(tmp_path, document))
    assert set(Area.objects.values_list("code", flat=True)) == {"A", "B"}
    assert outcome.report is not None
    assert [finding.kind for finding in outcome.report.findings()] == []


def test_bare_areas_have_no_fields_and_are_numbered(tmp_path: Path) -> None:
    square = shapely.box(532_000, 6_554_000, 533_000, 6_555_000)
    system = {"type": "name", "properties": {"name": "EPSG:25832"}}
    outcome = imported(files.geojson(tmp_path, json.loads(shapely.to_geojson(square)) | {"crs": system}))
    assert outcome.report is not None
    assert [area.code for area in outcome.edition.areas.all()] == ["1"]
    assert [finding.kind for finding in outcome.report.findings()] == ["numbered"]


def test_of_columns_alike_but_for_case_and_underscores_ours_is_used_and_that_is_said(tmp_path: Path) -> None:
    feature = files.feature(shapely.box(9.6, 59, 9.61, 59.01), code="A", NA_ME="Vest", name="Øst")
    outcome = imported(files.geojson(tmp_path, files.collection(feature)))
    assert Area.objects.get(edition=outcome.edition).name == "Øst"
    assert outcome.report is not None
    assert outcome.report.warnings == [
        "The file has several columns called “name, NA_ME”: the first is used."
    ]
