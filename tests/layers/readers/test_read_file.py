"""What can be read, what is read differently than it looks, and what is refused before it does harm."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.crs import CrsError
from layers.readers import read_file, zipped
from layers.readers.closed import limits
from layers.readers.read_file import ReadError
from tests.layers import files

NORWEGIAN_AREA = {
    "type": "Polygon",
    "coordinates": [
        [[532334.6, 6554021.1], [532282.0, 6554027.3], [532205.4, 6554008.6], [532334.6, 6554021.1]]
    ],
    "crs": {"type": "name", "properties": {"name": "EPSG:25832"}},
}


def read(folder: Path, document: object) -> read_file.SourceRows:
    return read_file.rows(files.geojson(folder, document))


def test_geojson_without_crs_is_wgs84(tmp_path: Path) -> None:
    table = read(tmp_path, files.collection(files.feature(files.BOX, code="A", n=1)))
    assert table.srid == 4326
    assert table.properties == [{"code": "A", "n": 1}]
    assert shapely.equals(table.geometries[0], files.BOX)


@pytest.mark.parametrize(
    "name", ["EPSG:25832", "urn:ogc:def:crs:EPSG::25832", "urn:ogc:def:crs:EPSG:6.9:25832"]
)
def test_the_old_crs_member_counts_also_on_a_bare_geometry(tmp_path: Path, name: str) -> None:
    area = {**NORWEGIAN_AREA, "crs": {"type": "name", "properties": {"name": name}}}
    table = read(tmp_path, area)
    assert table.srid == 25832
    assert table.geometries[0].bounds[0] == 532205.4


def test_crs84_is_wgs84(tmp_path: Path) -> None:
    member = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    assert read(tmp_path, files.collection(files.feature(files.BOX), crs=member)).srid == 4326


@pytest.mark.parametrize(
    "name",
    ["http://127.0.0.1:9/crs.wkt", "+proj=utm +zone=32", "file:///etc/passwd", "EPSG:٢٥٨٣٢", "EPSG:2180"],
)
def test_a_crs_that_is_no_known_number_is_refused(tmp_path: Path, name: str) -> None:
    member = {"type": "name", "properties": {"name": name}}
    with pytest.raises(CrsError):
        read(tmp_path, files.collection(files.feature(files.BOX), crs=member))


def test_heights_are_dropped_and_open_rings_closed(tmp_path: Path) -> None:
    ring = [[9.70, 59.02, 5], [9.71, 59.02, 5], [9.71, 59.03], [9.70, 59.03, 5]]
    table = read(tmp_path, {"type": "Polygon", "coordinates": [ring]})
    assert shapely.equals(table.geometries[0], files.BOX)
    assert not table.geometries[0].has_z
    assert table.notes == {0: "unclosed ring"}


@pytest.mark.parametrize(
    ("kind", "coordinates"),
    [
        ("Point", []),
        ("Polygon", []),
        ("Polygon", [[]]),
        ("MultiPolygon", []),
        ("MultiPolygon", [[[]]]),
        ("LineString", []),
    ],
)
def test_empty_geometry_is_read_as_empty(tmp_path: Path, kind: str, coordinates: list[object]) -> None:
    table = read(tmp_path, files.collection(files.feature({"type": kind, "coordinates": coordinates})))
    assert table.geometries[0].is_empty


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": ["9", "59"]},
        {"type": "Point", "coordinates": [9]},
        {"type": "Point", "coordinates": [9, None]},
        {"type": "Point", "coordinates": {"x": 1}},
        {"type": "LineString", "coordinates": [9, 59]},
        {"type": "Polygon", "coordinates": [[[9, 59], [9, 60], 5, [9, 59]]]},
        {"type": "Curve", "coordinates": [[9, 59], [9, 60]]},
        {"type": ["Point"], "coordinates": [9, 59]},
        {"type": "GeometryCollection", "geometries": [{"type": "GeometryCollection", "geometries": []}]},
        {"coordinates": [9, 59]},
        "POINT(9 59)",
        7,
    ],
)
def test_geometry_that_is_none_is_refused_with_its_number(tmp_path: Path, geometry: object) -> None:
    document = files.collection(files.feature(files.BOX))
    document["features"].append({"type": "Feature", "properties": {}, "geometry": geometry})
    with pytest.raises(ReadError, match="2"):
        read(tmp_path, document)


POINT = '{"type":"Point","coordinates":[%s]}'


@pytest.mark.parametrize(
    "text",
    [
        POINT % "NaN, 59",
        POINT % "9, Infinity",
        '{"type":"Feature","geometry":null,"properties":{"height":NaN}}',
        POINT % "1e999, 59",
        POINT % ("9, 1" + "0" * 5000),
        "[" * 100_000,
        '{"type":' + "[" * 100_000,
        '{"type":"Point","type":"Point","coordinates":[9,59]}',
        '{"type":"FeatureCollection","features":{}}',
        '{"type":"FeatureCollection","features":[5]}',
        '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":[1]}]}',
        '{"type":"Topology","objects":{}}',
        '{"type":"Point","coordinates":[9,59]',
        "{}",
        "",
        "lon,lat\n9,59\n",
    ],
)
def test_text_that_is_no_geojson_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ReadError):
        read(tmp_path, text)


def test_thirty_thousand_field_names_are_refused(tmp_path: Path) -> None:
    wide = files.feature(files.BOX, **{f"f{n}": 1 for n in range(30_000)})
    with pytest.raises(ReadError, match="500"):
        read(tmp_path, files.collection(wide))
    one_each = [files.feature(files.BOX, **{f"f{n}": 1}) for n in range(600)]
    with pytest.raises(ReadError, match="500"):
        read(tmp_path, files.collection(*one_each))


def test_a_vrt_document_under_the_name_of_geojson_is_not_opened(tmp_path: Path) -> None:
    vrt = (
        '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    with pytest.raises(ReadError, match="neither GML nor KML"):
        read_file.rows(files.geojson(tmp_path, vrt))


def test_a_geopackage_gives_shapes_fields_and_system(tmp_path: Path) -> None:
    table = read_file.rows(files.geopackage(tmp_path, srid=25832))
    assert table.srid == 25832
    assert table.properties == [{"kode": 301, "navn": "Øst"}, {"kode": 302, "navn": "Vest"}]
    expected = files.frame(srid=25832).geometry
    assert shapely.equals_exact(table.geometries, np.asarray(expected), tolerance=1e-9).all()


def test_one_of_several_layers_is_chosen_by_name(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path)
    files.geopackage(tmp_path, layer="andre")
    with pytest.raises(ReadError, match="andre, kretser"):
        read_file.rows(path)
    assert len(read_file.rows(path, layer="andre").geometries) == 2


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ("CREATE TRIGGER t AFTER INSERT ON kretser BEGIN DELETE FROM kretser; END", "trigger"),
        ("CREATE TABLE g (a, b GENERATED ALWAYS AS (zeroblob(1000000000)))", "computed"),
        ("CREATE TABLE g (a, b AS/**/(upper(a)))", "computed"),
        ("CREATE VIRTUAL TABLE f USING fts5(a)", "computed"),
        (
            "PRAGMA writable_schema = ON; CREATE VIRTUAL TABLE f USING fts4(a); "
            "UPDATE sqlite_master SET sql = 'CREATE/**/' || substr(sql, 8) WHERE name = 'f'",
            "computed",
        ),
    ],
)
def test_a_geopackage_with_what_could_run_is_refused(tmp_path: Path, script: str, word: str) -> None:
    with pytest.raises(ReadError, match=word):
        read_file.rows(files.run_sql(files.geopackage(tmp_path), script))


def test_a_geopackage_with_too_many_fields_or_no_layer_is_refused(tmp_path: Path) -> None:
    columns = ";".join(f"ALTER TABLE kretser ADD COLUMN f{n}" for n in range(600))
    with pytest.raises(ReadError, match="500"):
        read_file.rows(files.run_sql(files.geopackage(tmp_path), columns))
    with pytest.raises(ReadError, match="no layer"):
        read_file.rows(files.run_sql(files.geopackage(tmp_path, name="b.gpkg"), "DELETE FROM gpkg_contents"))


def test_a_damaged_geopackage_is_refused(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path)
    content = bytearray(path.read_bytes())
    content[100:8000] = b"\xff" * 7900
    path.write_bytes(content)
    with pytest.raises(ReadError, match="damaged"):
        read_file.rows(path)


def test_a_process_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WALL_CLOCK_SECONDS", 0.001)
    with pytest.raises(ReadError, match="memory or time"):
        read_file.rows(files.geopackage(tmp_path))


@pytest.mark.parametrize("inside", ["", "mappe/"])
def test_a_zipped_shapefile_gives_shapes_fields_and_system(tmp_path: Path, inside: str) -> None:
    table = read_file.rows(files.shapefile(tmp_path, inside=inside))
    assert table.srid == 25832
    assert table.properties == [{"kode": 301, "navn": "Øst"}, {"kode": 302, "navn": "Vest"}]
    assert shapely.area(table.geometries) == pytest.approx(files.frame(srid=25832).area.to_numpy(), rel=1e-9)


@pytest.mark.parametrize("srid", [25833, 3006, 3067, 5110, 4326])
def test_the_prj_is_recognised_by_its_name(tmp_path: Path, srid: int) -> None:
    assert read_file.rows(files.shapefile(tmp_path, srid=srid)).srid == srid


def repacked(path: Path, *, without: str = "", **more: bytes) -> Path:
    """The zip without some members and with others, by name."""
    result = path.with_name("repacked.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if not (without and entry.filename.endswith(without)):
                new.writestr(entry.filename, old.read(entry))
        for name, content in more.items():
            new.writestr(name, content)
    return result


def test_a_prj_with_a_web_address_asks_nobody(tmp_path: Path) -> None:
    path = repacked(
        files.shapefile(tmp_path), without=".prj", **{"mappe/krets.prj": b"http://127.0.0.1:9/crs"}
    )
    assert read_file.rows(path).srid is None


def test_a_shapefile_without_its_parts_is_refused(tmp_path: Path) -> None:
    path = files.shapefile(tmp_path)
    with pytest.raises(ReadError, match=r"\.dbf"):
        read_file.rows(repacked(path, without=".dbf"))
    with pytest.raises(ReadError, match="none of the formats"):
        read_file.rows(repacked(path, without=".shp"))


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/x", "a\\..\\x", "C:x", "mappe/../../x"])
def test_a_zip_with_a_path_out_of_it_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReadError, match="leads out"):
        read_file.rows(repacked(files.shapefile(tmp_path), **{name: b"x"}))


def test_a_zip_with_a_link_is_refused(tmp_path: Path) -> None:
    path = repacked(files.shapefile(tmp_path), without=".dbf")
    link = zipfile.ZipInfo("mappe/krets.dbf")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ReadError, match="link"):
        read_file.rows(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="far more"):
        read_file.rows(repacked(files.shapefile(tmp_path), **{"mappe/more.dbf": b"\0" * 30_000_000}))


def test_a_member_larger_than_its_header_says_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "lie.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.dbf", b"x" * 100_000)
    with zipfile.ZipFile(path) as archive:
        entry = archive.infolist()[0]
        entry.file_size = 10
        with pytest.raises(ReadError):
            zipped.unpack(archive, entry, target=tmp_path / "out")
    assert (tmp_path / "out").stat().st_size <= 10


def test_a_zip_of_six_thousand_files_or_half_a_zip_is_refused(tmp_path: Path) -> None:
    path = files.shapefile(tmp_path)
    with pytest.raises(ReadError, match="5,000"):
        read_file.rows(repacked(path, **{f"f{n}.txt": b"" for n in range(6000)}))
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ReadError, match="whole"):
        read_file.rows(path)


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_file, "MAX_FILE_BYTES", 10)
    with pytest.raises(ReadError, match="larger"):
        read(tmp_path, files.collection())
