"""A file into a layer: what is loaded, repaired, skipped and refused, and that it is all or nothing."""

import datetime as dt
import json
from io import StringIO
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from layers import areas, columns, importing
from layers.importing import Delivery, ImportRefusedError, load
from layers.models import EVER_SINCE, Area, Feature, Layer, LayerEvent, LayerVersion, Zone
from tests import factories
from tests.layers import files

pytestmark = pytest.mark.django_db
AT = factories.NOON
OSLO = Path(__file__).parent / "data" / "oslo_invalid.geojson"


def imported(path: Path, *, kind: str = "boundary", at: dt.datetime = AT, **given: Any) -> importing.Outcome:
    values = {"kind": kind, "name": "committees", "owner": "NO-4012", **given}
    return load(Delivery(path=path, **values), at=at, by="test")


def two_areas(folder: Path, *, name: str = "file.geojson", first: str = "A") -> Path:
    document = files.collection(
        files.feature(files.BOX, code=first, name="Øst"), files.feature(files.NEXT_BOX, code="B", name="Vest")
    )
    return files.geojson(folder, document, name=name)


def command(path: Path, *arguments: str) -> str:
    out = StringIO()
    call_command("import_layer", str(path), *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


# What is loaded --------------------------------------------------------------------------------------


def test_real_committees_load_with_codes_names_and_areas_as_gdal_reads_them() -> None:
    path = files.FIXTURES / "dc" / "committees_2013.geojson"
    outcome = imported(path, owner="US-DC", valid_from=dt.date(2013, 1, 1))
    reference = geopandas.read_file(path, engine="pyogrio")
    found = Area.objects.filter(version=outcome.version)
    assert found.count() == len(reference) == 40 == outcome.version.feature_count
    assert set(found.values_list("code", "name")) == set(
        zip(reference["code"], reference["name"], strict=True)
    )
    total = sum(area.geom.area for area in found)
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
    zones = Zone.objects.filter(version=outcome.version)
    assert zones.count() == 1610
    assert not zones.filter(code="").exists()  # the two without a code have no shape either
    assert outcome.version.layer.style == "us_dc_landuse"
    assert outcome.version.layer.credit == "DC Open Data"
    assert "all_codes" in zones.first().properties  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM layers_zone WHERE NOT ST_IsValid(geom)")
        assert cursor.fetchone() == (0,)


def test_invalid_areas_are_repaired_by_structure_and_told_with_code_and_reason() -> None:
    outcome = imported(OSLO, owner="NO-0301", code_field="id")
    assert outcome.report is not None
    assert outcome.report.skipped == []
    remarks = {remark.code: remark.why.split("[")[0] for remark in outcome.report.repaired}
    assert remarks == {"0301050501": "Nested shells", "0301060603": "Too few points in geometry component"}
    raw = {
        row["properties"]["id"]: shapely.geometry.shape(row["geometry"])
        for row in json.loads(OSLO.read_text(encoding="utf-8"))["features"]
    }
    for area in Area.objects.filter(version=outcome.version):
        # a shell inside a shell belongs to the area; cutting it out would make the area smaller
        parts = shapely.union_all([shapely.make_valid(part) for part in shapely.get_parts(raw[area.code])])
        assert area.geom.area == pytest.approx(parts.area, rel=1e-9)


def test_a_national_area_in_utm_lands_where_it_is(tmp_path: Path) -> None:
    area = {
        "type": "Polygon",
        "coordinates": [[[532334, 6554021], [532282, 6554027], [532205, 6554008], [532334, 6554021]]],
        "crs": {"type": "name", "properties": {"name": "EPSG:25832"}},
    }
    outcome = imported(files.geojson(tmp_path, area), kind="other")
    assert outcome.version.source_srid == 25832
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform(ST_Point(532334, 6554021, 25832), 4326) p) q"
        )
        corner = cursor.fetchone()
    assert Feature.objects.get(version=outcome.version).geom[0][0] == pytest.approx(corner, abs=1e-9)


def test_the_same_areas_from_three_formats_are_the_same(tmp_path: Path) -> None:
    paths = [files.geopackage(tmp_path), files.shapefile(tmp_path, srid=4326)]
    paths.append(files.geojson(tmp_path, json.loads(files.frame().to_json())))
    for number, path in enumerate(paths):
        outcome = imported(path, name=f"set-{number}", code_field="kode", name_field="navn")
        found = Area.objects.filter(version=outcome.version).order_by("code")
        assert [(area.code, area.name) for area in found] == [("301", "Øst"), ("302", "Vest")]
        assert [area.geom.area for area in found] == pytest.approx([1e-4, 1e-4], rel=1e-6)


def test_long_edges_are_made_dense_before_they_are_transformed(tmp_path: Path) -> None:
    """A straight edge of 20 km in UTM is not straight in lon/lat: its middle lies 14 m off at 59° N."""
    square = shapely.box(500_000, 6_540_000, 520_000, 6_560_000)
    document = files.collection(
        files.feature(square, code="A"), crs={"type": "name", "properties": {"name": "EPSG:25833"}}
    )
    outcome = imported(files.geojson(tmp_path, document))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_Area(ST_SymDifference(ST_Transform(geom, 25833), "
            "ST_MakeEnvelope(500000, 6540000, 520000, 6560000, 25833))), ST_NPoints(geom) "
            "FROM layers_area WHERE version_id = %s",
            [outcome.version.pk],
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
    first, second = Zone.objects.filter(version=outcome.version).order_by("pk")
    assert (first.code, first.field, first.vertical_level) == ("1110", "B1", 1)
    assert first.provision == {"nb": "Boliger.", "en": "Housing."}
    assert first.properties == {"height": 9}
    assert (second.code, second.field, second.vertical_level, second.provision) == ("", "o_GS?", 2, {})


def test_the_norwegian_names_of_a_plans_fields_are_known(tmp_path: Path) -> None:
    document = files.collection(files.feature(files.BOX, arealformål=2015, feltnavn="o_GS2", vertikalnivå=2))
    outcome = imported(files.geojson(tmp_path, document), kind="zoning")
    zone = Zone.objects.get(version=outcome.version)
    assert (zone.code, zone.field) == ("2015", "o_GS2")
    assert outcome.version.layer.style == "no_reguleringsplan"


def test_numbers_that_lost_their_zeros_get_them_back(tmp_path: Path) -> None:
    document = files.collection(files.feature(files.BOX, grunnkretsnummer=3010101, grunnkretsnavn="Sentrum"))
    outcome = imported(files.geojson(tmp_path, document))
    area = Area.objects.get(version=outcome.version)
    assert (area.code, area.name) == ("03010101", "Sentrum")


def test_other_kinds_take_any_geometry(tmp_path: Path) -> None:
    document = files.collection(
        files.feature(shapely.Point(9.7, 59.02), name="Skolen"),
        files.feature(shapely.LineString([(9.7, 59), (9.8, 59)])),
    )
    outcome = imported(files.geojson(tmp_path, document), kind="place")
    found = Feature.objects.filter(version=outcome.version).order_by("pk")
    assert [row.geom.geom_type for row in found] == ["Point", "LineString"]


# What is skipped -------------------------------------------------------------------------------------


def test_what_cannot_be_an_area_is_skipped_and_told_by_its_number(tmp_path: Path) -> None:
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
    told = [(remark.feature, remark.code, remark.why.split(":")[0]) for remark in report.skipped]
    assert told == [
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


# What is refused -------------------------------------------------------------------------------------


def test_a_boundary_set_needs_a_field_of_codes(tmp_path: Path) -> None:
    path = files.geojson(tmp_path, files.collection(files.feature(files.BOX, krets="A", navn="Øst")))
    with pytest.raises(CommandError, match=r"--code-field.*krets, navn"):
        command(path, "--kind", "boundary", "--name", "x", "--owner", "NO-4012")
    with pytest.raises(CommandError, match="“nr”"):
        command(path, "--kind", "boundary", "--name", "x", "--owner", "NO-4012", "--code-field", "nr")
    assert not Layer.objects.exists()


def test_a_code_that_two_areas_have_or_one_lacks_refuses_the_whole_set(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"B \(1, 2\)"):
        imported(two_areas(tmp_path, first="B"))
    document = files.collection(files.feature(files.BOX, code="A"), files.feature(files.NEXT_BOX, code=None))
    with pytest.raises(ValueError, match="without a code: 2"):
        imported(files.geojson(tmp_path, document))
    assert not Layer.objects.exists()


def test_metres_called_degrees_are_refused_with_the_option_that_helps(tmp_path: Path) -> None:
    square = shapely.box(532_000, 6_554_000, 533_000, 6_555_000)
    path = files.geojson(tmp_path, files.collection(files.feature(square, code="A")))
    with pytest.raises(ValueError, match="--crs"):
        imported(path)
    assert imported(path, srid=25832).version.source_srid == 25832


@pytest.mark.parametrize(
    ("shape", "srid"),
    [
        (shapely.box(59.02, 9.70, 59.03, 9.71), 4326),
        (shapely.box(6_554_000, 532_000, 6_555_000, 533_000), 25832),
    ],
)
def test_swapped_axes_are_noticed(tmp_path: Path, shape: Any, srid: int) -> None:
    path = files.geojson(tmp_path, files.collection(files.feature(shape, code="A")))
    with pytest.raises(ValueError, match="swapped"):
        imported(path, srid=srid)


def test_swapped_metres_are_noticed_in_any_country(tmp_path: Path) -> None:
    shape = shapely.box(6_554_000, 532_000, 6_555_000, 533_000)
    path = files.geojson(tmp_path, files.collection(files.feature(shape, code="A")))
    with pytest.raises(ValueError, match="swapped"):
        imported(path, srid=25832, owner="EE-1")


def test_a_layer_in_another_country_is_loaded_with_a_note(tmp_path: Path) -> None:
    path = files.geojson(
        tmp_path, files.collection(files.feature(shapely.box(13.3, 52.5, 13.4, 52.6), code="A"))
    )
    report = imported(path).report
    assert report is not None
    assert "outside the owner's country" in report.warnings[0]


def test_a_file_without_a_system_asks_for_it(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path)
    files.run_sql(path, "PRAGMA writable_schema = ON; UPDATE gpkg_geometry_columns SET srs_id = -1")
    with pytest.raises(ValueError, match="--crs EPSG:25832"):
        imported(path, code_field="kode")


@pytest.mark.parametrize(
    "given",
    [{"owner": "4012"}, {"name": "a b"}, {"name": "../x"}, {"kind": "boundaries"}, {"style": "no_such"}],
)
def test_names_that_cannot_be_are_refused(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(ImportRefusedError):
        imported(two_areas(tmp_path), **given)


def test_nothing_to_load_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match="no features"):
        imported(files.geojson(tmp_path, files.collection()), kind="place")


# Editions --------------------------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    first = imported(two_areas(tmp_path))
    events = LayerEvent.objects.count()
    again = imported(two_areas(tmp_path), at=AT + dt.timedelta(days=3))
    assert again.report is None
    assert again.version == first.version
    assert (LayerVersion.objects.count(), LayerEvent.objects.count()) == (1, events)
    text = command(two_areas(tmp_path), "--kind", "boundary", "--name", "committees", "--owner", "NO-4012")
    assert "already loaded" in text


def test_the_same_file_read_otherwise_is_another_edition(tmp_path: Path) -> None:
    imported(two_areas(tmp_path))
    with pytest.raises(ImportRefusedError, match="--replace"):
        imported(two_areas(tmp_path), code_field="name")
    second = imported(two_areas(tmp_path), code_field="name", replace=True).version
    assert set(second.areas.values_list("code", flat=True)) == {"Øst", "Vest"}


def test_a_first_edition_has_held_ever_since_and_its_replacement_begins_today(tmp_path: Path) -> None:
    # comments of ten years ago, imported after the boundaries, belong to a committee all the same
    first = imported(two_areas(tmp_path)).version
    assert list(LayerVersion.objects.holding_on(dt.date(2015, 6, 29))) == [first]
    second = imported(two_areas(tmp_path, first="C"), replace=True).version
    assert (second.valid_from, first.number) == (AT.date(), 1)
    assert list(LayerVersion.objects.holding_on(dt.date(2015, 6, 29))) == [first]


def test_another_file_needs_replace_and_then_closes_the_edition_before(tmp_path: Path) -> None:
    first = imported(two_areas(tmp_path), valid_from=dt.date(2020, 1, 1)).version
    changed = two_areas(tmp_path, first="C")
    with pytest.raises(ImportRefusedError, match="--replace"):
        imported(changed)
    second = imported(changed, replace=True, valid_from=dt.date(2026, 1, 1)).version
    first.refresh_from_db()
    assert (first.valid_to, second.number, second.valid_to) == (dt.date(2026, 1, 1), 2, None)
    assert first.areas.count() == 2
    place = factories.middle()
    told = {
        day: [found.code for found in areas.at(place, on=day, layers=[first.layer])]
        for day in (dt.date(2025, 12, 31), dt.date(2026, 1, 1))
    }
    assert told == {dt.date(2025, 12, 31): ["A"], dt.date(2026, 1, 1): ["C"]}
    log = LayerEvent.objects.order_by("pk").values_list("what", "version_number", "by")
    assert list(log) == [("imported", 1, "test"), ("closed", 1, "test"), ("imported", 2, "test")]


def test_an_edition_corrected_on_its_first_day_leaves_no_day_with_two(tmp_path: Path) -> None:
    first = imported(two_areas(tmp_path)).version
    second = imported(two_areas(tmp_path, first="C"), replace=True).version
    assert list(LayerVersion.objects.holding_on(second.valid_from)) == [second]
    assert first.areas.count() == 2


def test_the_file_of_an_older_edition_is_known_and_may_come_back(tmp_path: Path) -> None:
    old, new = two_areas(tmp_path), two_areas(tmp_path, first="C", name="new.geojson")
    first = imported(old).version
    imported(new, replace=True)
    assert imported(old).version == first
    assert imported(old, replace=True).version.number == 3


def test_areas_know_what_they_were_before(tmp_path: Path) -> None:
    imported(two_areas(tmp_path), valid_from=dt.date(2020, 1, 1))
    merged = files.feature(shapely.union(files.BOX, files.NEXT_BOX), code="AB", predecessors="A, B, unknown")
    second = imported(files.geojson(tmp_path, files.collection(merged)), replace=True).version
    (area,) = second.areas.all()
    assert set(area.predecessors.values_list("code", flat=True)) == {"A", "B"}
    assert area.predecessors.first().successors.get() == area


def test_an_edition_cannot_begin_before_the_one_it_replaces(tmp_path: Path) -> None:
    imported(two_areas(tmp_path), valid_from=dt.date(2020, 1, 1))
    with pytest.raises(ImportRefusedError, match="--valid-from"):
        imported(two_areas(tmp_path, first="C"), replace=True, valid_from=dt.date(2019, 1, 1))


def test_another_kind_under_the_same_name_is_refused(tmp_path: Path) -> None:
    imported(two_areas(tmp_path))
    with pytest.raises(ImportRefusedError, match="another --name"):
        imported(two_areas(tmp_path), kind="zoning", replace=True)


def test_a_failure_half_way_leaves_the_edition_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = imported(two_areas(tmp_path), valid_from=dt.date(2020, 1, 1)).version

    def broken(version: LayerVersion, content: Any, *, progress: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO layers_area (version_id, code, name, properties, geom) VALUES "
                "(%s, 'X', '', '{}', ST_GeomFromText('MULTIPOLYGON(((0 0, 1 0, 0 95, 0 0)))', 4326))",
                [version.pk],
            )

    monkeypatch.setattr(importing, "_copy", broken)
    with pytest.raises(DatabaseError), transaction.atomic():
        imported(two_areas(tmp_path, first="C"), replace=True)
    first.refresh_from_db()
    assert first.valid_to is None
    assert (LayerVersion.objects.count(), Area.objects.count(), LayerEvent.objects.count()) == (1, 2, 1)


def test_the_log_of_layers_cannot_be_changed(tmp_path: Path) -> None:
    imported(two_areas(tmp_path))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        LayerEvent.objects.update(by="someone else")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        LayerEvent.objects.all().delete()


# The command -----------------------------------------------------------------------------------------


def test_the_command_prints_the_report_and_keeps_it(tmp_path: Path) -> None:
    document = files.collection(files.feature(files.BOX, code="A"), files.feature(None, code="B"))
    text = command(
        files.geojson(tmp_path, document),
        *("--kind", "boundary", "--name", "committees", "--owner", "NO-4012", "--valid-from", "2026-01-31"),
        *("--title", "nb=Utvalg", "--title", "en=Committees", "--unpublished"),
    )
    assert "read 2, loaded 1, repaired 0, skipped 1" in text
    assert "feature 2 (B) skipped: no geometry" in text
    version = LayerVersion.objects.get()
    assert version.report["skips"] == [{"feature": 2, "code": "B", "why": "no geometry"}]
    assert (version.published, version.valid_from) == (False, dt.date(2026, 1, 31))
    assert version.layer.titles == {"nb": "Utvalg", "en": "Committees"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--crs", "http://127.0.0.1:9/x"],
        ["--crs", "EPSG:99999"],
        ["--valid-from", "31.01.2026"],
        ["--title", "Utvalg"],
    ],
)
def test_wrong_options_are_one_clear_error(tmp_path: Path, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        command(two_areas(tmp_path), "--kind", "boundary", "--name", "x", "--owner", "NO-4012", *arguments)
    assert not Layer.objects.exists()


def test_a_file_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        command(tmp_path / "none.geojson", "--kind", "place", "--name", "x", "--owner", "NO-4012")


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    delivery = Delivery(path=two_areas(tmp_path), kind="boundary", name="x", owner="NO-4012")
    load(delivery, at=AT, progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 2)]


# Fields and rings that are not what they might be ----------------------------------------------------


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
    assert f"note: codes are taken from the field “{field}”" in out


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
    with pytest.raises(columns.ColumnError, match="--code-field"):
        imported(files.geojson(tmp_path, districts(*rows)))


def test_a_field_of_codes_is_taken_before_an_identity(tmp_path: Path) -> None:
    document = districts({"code": "A", "id": 1}, {"code": "B", "id": 2})
    outcome = imported(files.geojson(tmp_path, document))
    assert set(Area.objects.values_list("code", flat=True)) == {"A", "B"}
    assert outcome.report is not None
    assert outcome.report.warnings == []


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


def test_nobody_is_told_of_a_first_day_that_nobody_gave(tmp_path: Path) -> None:
    first = imported(two_areas(tmp_path)).version
    assert (first.valid_from, first.begins) == (EVER_SINCE, None)
    second = imported(two_areas(tmp_path, first="C", name="b.geojson"), replace=True).version
    assert second.begins == AT.date()
    out = command(two_areas(tmp_path), "--kind", "boundary", "--name", "other", "--owner", "NO-4012")
    assert "valid ever since" in out
