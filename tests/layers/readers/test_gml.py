"""SOSI-GML and its like: the national validator's samples, order of axes, curves, faults, encodings."""

import shutil
from pathlib import Path

import pyogrio
import pytest
import shapely

from layers.crs import CrsError
from layers.readers import read_file
from layers.readers.read_file import ChooseLayerError, ReadError, SourceRows
from layers.reference import catalog
from layers.reference.column_names import ColumnNames
from tests.layers import files, gml

PLANS = files.DATA / "plans"
PASS = sorted(path.name for path in PLANS.glob("*-pass*.gml"))
FAIL = sorted(path.name for path in PLANS.glob("*-fail.gml"))
MISSING = "a coordinate is missing"
TURNED = "a ring runs the wrong way round"
# Table, feature and fault, of every fault that the samples were made with.
FAULTS = {
    "gml.bue.1-fail.gml": {("RpFormålGrense", 0): "an arc has fewer than three points"},
    "gml.flate.1-fail.gml": {
        ("RpOmråde", 0): MISSING,
        ("RpBestemmelseOmråde", 0): "Self-intersection",
        ("RpBestemmelseOmråde", 1): MISSING,
        ("RpHandlingOmråde", 0): MISSING,
    },
    "gml.flate.2-fail.gml": {("RpBestemmelseOmråde", 0): "Self-intersection"},
    "gml.flate.3-fail.gml": {("RpArealformålOmråde", 2): TURNED, ("RpHandlingOmråde", 0): TURNED},
    "gml.kurve.1-fail.gml": {
        ("RpOmråde", 0): MISSING,
        ("RpBestemmelseOmråde", 0): "Self-intersection",
        ("RpRegulertHøyde", 0): MISSING,
    },
}


def tables_of(name: str) -> dict[str, SourceRows]:
    path = PLANS / name
    return {
        info.name: read_file.rows(path, layer=info.name) for info in read_file.contents(path).with_shapes()
    }


def read(folder: Path, text: str, *, encoding: str = "utf-8") -> SourceRows:
    return read_file.rows(gml.write(folder, text, encoding=encoding))


def faults_in(tables: dict[str, SourceRows]) -> dict[tuple[str, int], str]:
    faults = {}
    for name, table in tables.items():
        faults |= {(name, row): why for row, why in (table.notes | table.unreadable).items()}
        for row, shape in enumerate(table.geometries):
            if shape is not None and not shape.is_valid:
                faults[name, row] = shapely.is_valid_reason(shape).partition("[")[0]
    return faults


@pytest.mark.parametrize("name", PASS)
def test_a_sound_sample_is_read_without_a_word(name: str) -> None:
    tables = tables_of(name)
    assert tables
    assert faults_in(tables) == {}
    assert {table.srid for table in tables.values()} == {25832}


@pytest.mark.parametrize("name", FAIL)
def test_every_fault_of_a_sample_is_named_and_the_rest_loaded(name: str) -> None:
    tables = tables_of(name)
    assert faults_in(tables) == FAULTS[name]
    assert sum(len(table.geometries) - len(table.unreadable) for table in tables.values()) >= 4


@pytest.mark.filterwarnings("ignore:Geometry of feature:RuntimeWarning")
@pytest.mark.parametrize("name", [*PASS, *FAIL])
def test_counts_and_areas_are_those_of_gdal(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GML_SKIP_CORRUPTED_FEATURES", "YES")
    path = Path(shutil.copy(PLANS / name, tmp_path / "plan.gml"))
    for table_name, table in tables_of(name).items():
        _meta, _fids, wkb, _fields = pyogrio.raw.read(path, layer=table_name, force_2d=True, WRITE_GFS="NO")
        usable = [shape for shape in table.geometries if shape is not None]
        assert len(usable) == len(wkb)
        assert shapely.area(usable).tolist() == pytest.approx(shapely.area(shapely.from_wkb(wkb)).tolist())


def test_a_skipped_feature_keeps_its_place_its_identity_and_its_fields() -> None:
    table = read_file.rows(PLANS / "gml.flate.1-fail.gml", layer="RpBestemmelseOmråde")
    assert table.unreadable == {1: MISSING}
    assert table.geometries[1] is None
    assert table.properties[1]["gml_id"] == "_614f21d8-20d3-451b-8ed9-c98296e2d301"
    assert table.properties[1]["lokalId"] == "59a38b53-01c2-43b1-972a-cd45204d97d9"
    assert table.properties[1]["bestemmelseOmrådeNavn"] == "#2"


def test_a_table_none_of_whose_features_can_be_read_still_has_its_rows(tmp_path: Path) -> None:
    table = read(tmp_path, gml.document(gml.feature(gml.polygon("500000 6540000 500100 6540000 500100"))))
    assert table.unreadable == {0: MISSING}
    assert table.properties[0]["navn"] == "Øst"


def test_the_contents_have_the_names_that_reading_gives() -> None:
    path = PLANS / "gml.avgr.1-pass.gml"
    contents = read_file.contents(path)
    assert contents.format == "GML"
    by_name = {table.name: table for table in contents.layers}
    assert (by_name["Arealplan"].geometry, by_name["Arealplan"].rows) == ("", 1)
    zones = by_name["RpArealformålOmråde"]
    assert (zones.geometry, zones.rows, zones.srid) == ("MultiPolygon", 3, 25832)
    assert list(zones.columns) == read_file.rows(path, layer=zones.name).column_names()


def test_one_of_the_tables_has_to_be_chosen_and_one_without_shapes_cannot_be() -> None:
    with pytest.raises(ChooseLayerError, match="RpOmråde") as refused:
        read_file.rows(PLANS / "gml.avgr.1-pass.gml")
    assert "Arealplan" in {table.name for table in refused.value.contents.layers}
    assert "Arealplan" not in str(refused.value)
    with pytest.raises(ReadError, match="holds no geometry"):
        read_file.rows(PLANS / "gml.avgr.1-pass.gml", layer="Arealplan")
    with pytest.raises(ChooseLayerError):
        read_file.rows(PLANS / "gml.avgr.1-pass.gml", layer="Rp")


def test_several_tables_become_one_and_each_row_tells_which_it_is_from() -> None:
    path = PLANS / "gml.flate.1-fail.gml"
    table = read_file.rows(path, layer=["RpHandlingOmråde", "RpArealformålOmråde", "RpBestemmelseOmråde"])
    assert table.layers == ["RpArealformålOmråde"] * 3 + ["RpBestemmelseOmråde"] * 2 + ["RpHandlingOmråde"]
    assert table.unreadable == {4: MISSING, 5: MISSING}
    assert table.properties[0]["feltnavn"] == "o_BTAN1"
    assert "feltnavn" not in table.properties[3]
    assert (table.srid, table.format, len(table.geometries)) == (25832, "GML", 6)


@pytest.mark.parametrize(
    ("system", "srid", "positions"),
    [
        ("urn:ogc:def:crs:EPSG::25832", 25832, gml.SQUARE),
        ("http://www.opengis.net/gml/srs/epsg.xml#25832", 25832, gml.SQUARE),
        ("urn:ogc:def:crs,crs:EPSG::25832,crs:EPSG::5941", 25832, gml.SQUARE),
        ("http://www.opengis.net/def/crs/EPSG/0/5972", 25832, gml.SQUARE),
        ("urn:ogc:def:crs:EPSG::11022", 25832, gml.SQUARE),
        ("urn:ogc:def:crs:EPSG::4258", 4258, "59 9 59 9.1 59.1 9.1 59.1 9 59 9"),
        ("http://www.opengis.net/def/crs/EPSG/0/4258", 4258, "59 9 59 9.1 59.1 9.1 59.1 9 59 9"),
        ("EPSG:4258", 4258, "9 59 9.1 59 9.1 59.1 9 59.1 9 59"),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326, "9 59 9.1 59 9.1 59.1 9 59.1 9 59"),
        ("urn:ogc:def:crs:EPSG::3006", 3006, "6580000 674000 6580000 674100 6580100 674100 6580000 674000"),
        ("urn:ogc:def:crs:EPSG::5845", 3006, "6580000 674000 6580000 674100 6580100 674100 6580000 674000"),
    ],
)
def test_every_form_of_a_system_is_known_and_x_comes_first(
    tmp_path: Path, system: str, srid: int, positions: str
) -> None:
    table = read(tmp_path, gml.document(gml.feature(gml.polygon(positions)), system=system))
    west, south, *_rest = table.geometries[0].bounds
    assert table.srid == srid
    assert (west, south) in {(500000, 6540000), (9, 59), (674000, 6580000)}


@pytest.mark.parametrize("system", ["http://127.0.0.1:9/crs", "file:///etc/passwd", "/etc/passwd", "SOSI:22"])
def test_a_system_that_means_nothing_is_asked_for(tmp_path: Path, system: str) -> None:
    table = read(tmp_path, gml.document(gml.feature(gml.polygon()), system=system))
    assert table.srid is None
    assert system in table.warnings[0]


def test_a_number_that_cannot_be_read_is_refused_and_so_are_two(tmp_path: Path) -> None:
    with pytest.raises(CrsError, match="2180"):
        read(tmp_path, gml.document(gml.feature(gml.polygon()), system="urn:ogc:def:crs:EPSG::2180"))
    mixed = gml.feature(gml.polygon()) + gml.feature(
        gml.polygon().replace("SRS", 'srsName="EPSG:25833"'), number=2
    )
    with pytest.raises(ReadError, match="several coordinate systems"):
        read(tmp_path, gml.document(mixed))


def test_the_collection_may_name_the_system_for_all(tmp_path: Path) -> None:
    envelope = (
        '<gml:boundedBy><gml:Envelope srsName="urn:ogc:def:crs:EPSG::25832"><gml:lowerCorner>5 6'
        "</gml:lowerCorner><gml:upperCorner>7 8</gml:upperCorner></gml:Envelope></gml:boundedBy>"
    )
    text = gml.document(envelope, gml.feature(gml.polygon().replace("SRS", "")))
    assert read(tmp_path, text).srid == 25832


ARC = "<gml:Arc><gml:posList>500100 6540000 500050 6540050 500000 6540000</gml:posList></gml:Arc>"
LINE = (
    "<gml:LineStringSegment><gml:posList>500000 6540000 500100 6540000</gml:posList></gml:LineStringSegment>"
)
CURVE = f'<gml:Curve gml:id="k" SRS><gml:segments>{LINE}{ARC}</gml:segments></gml:Curve>'
PATCH = f"<gml:exterior><gml:Ring><gml:curveMember>{CURVE}</gml:curveMember></gml:Ring></gml:exterior>"

PATCHES = f"<gml:patches><gml:PolygonPatch>{PATCH}</gml:PolygonPatch></gml:patches>"
SURFACE = f"<gml:Surface SRS>{PATCHES}</gml:Surface>"
MEMBER = f"<gml:surfaceMember>{gml.polygon()}</gml:surfaceMember>"


@pytest.mark.parametrize(
    ("shape", "kind", "area"),
    [
        (SURFACE, "Polygon", 3925),
        (f"<gml:Polygon SRS>{PATCH}</gml:Polygon>", "Polygon", 3925),
        (f"<gml:CompositeSurface SRS>{MEMBER}</gml:CompositeSurface>", "MultiPolygon", 10_000),
        (f"<gml:MultiSurface SRS>{MEMBER}</gml:MultiSurface>", "MultiPolygon", 10_000),
        (f"<gml:CompositeCurve SRS><gml:curveMember>{CURVE}</gml:curveMember></gml:CompositeCurve>",
         "LineString", 0),
        (gml.polygon("0 0 5 100 0 5 100 100 5 0 0 5", attributes='srsDimension="3"'), "Polygon", 5000),
    ],
)  # fmt: skip
def test_arcs_patches_and_heights_come_out_flat_and_straight(
    tmp_path: Path, shape: str, kind: str, area: float
) -> None:
    geometry = read(tmp_path, gml.document(gml.feature(shape))).geometries[0]
    assert geometry.geom_type == kind
    assert not geometry.has_z
    assert geometry.area == pytest.approx(area, rel=1e-3)


def test_an_open_ring_is_closed_with_a_note_and_no_number_is_no_zero(tmp_path: Path) -> None:
    open_ring = gml.polygon("500000 6540000 500100 6540000 500100 6540100 500000 6540100")
    nan = gml.polygon(gml.SQUARE.replace("500100", "NaN"))
    table = read(tmp_path, gml.document(gml.feature(open_ring), gml.feature(nan, number=2)))
    assert table.notes == {0: "unclosed ring"}
    assert table.geometries[0].area == pytest.approx(10_000)
    assert table.unreadable == {1: "a coordinate is not a number"}
    assert table.geometries[1] is None


def test_nested_fields_are_found_by_their_last_part(tmp_path: Path) -> None:
    nested = (
        "<app:a><app:I><app:lokalId>L1</app:lokalId></app:I></app:a>"
        "<app:b><app:I><app:lokalId>L2</app:lokalId></app:I></app:b>"
        '<app:ref xlink:href="#x"/><app:utnytting>1</app:utnytting><app:utnytting>2</app:utnytting>'
    )
    table = read(tmp_path, gml.document(gml.feature(gml.polygon(), fields=nested)))
    assert table.properties == [{"gml_id": "a1", "lokalId": "L1", "b.I.lokalId": "L2", "utnytting": [1, 2]}]
    layer = {"title": {}, "crs": (), "credit": "", "licence": ""}
    source = catalog.Source(id="x", country="NO", kind="zoning", fields={"code": ("lokalId",)}, **layer)
    assert source.all_in(ColumnNames(["b.I.lokalId"])) == {"code": ("b.I.lokalId",)}


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("ISO-8859-1", "latin-1"),
        ("ISO-8859-10", "iso8859-10"),
        ("windows-1252", "cp1252"),
        ("UTF-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("UTF-8", "utf-8-sig"),
        ("utf-16", "utf-8"),
    ],
)
def test_letters_survive_from_every_encoding(tmp_path: Path, declared: str, encoding: str) -> None:
    text = gml.document(gml.feature(gml.polygon(), fields="<app:navn>æøå ÄÖ</app:navn>"), encoding=declared)
    table = read(tmp_path, text, encoding=encoding)
    assert table.properties[0]["navn"] == "æøå ÄÖ"
    assert table.layers == ["Rp"]


@pytest.mark.parametrize("declared", ["UTF-8", "rot13", "UTF-7", "klingon"])
def test_text_that_is_not_in_its_encoding_is_refused(tmp_path: Path, declared: str) -> None:
    text = gml.document(gml.feature(gml.polygon()), encoding=declared)
    with pytest.raises(ReadError, match="Save it again as UTF-8"):
        read(tmp_path, text, encoding="latin-1")


def test_names_that_were_taken_apart_are_composed(tmp_path: Path) -> None:
    apart = gml.feature(
        gml.polygon(), fields="<app:na\u030avn>A\u030as</app:na\u030avn>", name="Omra\u030ade"
    )
    table = read(tmp_path, gml.document(apart))
    assert table.properties[0]["nåvn"] == "Ås"
    assert table.layers == ["Område"]
    assert read_file.contents(tmp_path / "plan.gml").layers[0].columns == ("gml_id", "nåvn")


def test_the_corners_of_a_features_own_box_are_no_fields(tmp_path: Path) -> None:
    box = (
        "<gml:boundedBy><gml:Envelope SRS><gml:lowerCorner>500000 6540000</gml:lowerCorner>"
        "<gml:upperCorner>500100 6540100</gml:upperCorner></gml:Envelope></gml:boundedBy>"
    )
    path = gml.write(
        tmp_path, gml.document(gml.feature(gml.polygon(), fields=f"{box}<app:navn>Øst</app:navn>"))
    )
    (layer,) = read_file.contents(path).layers
    assert layer.columns == ("gml_id", "navn")
    assert read_file.rows(path).properties == [{"gml_id": "a1", "navn": "Øst"}]
