"""Files made to harm: refused with a sentence, asking nobody on the network, leaving nothing behind."""

import sqlite3
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.readers import plain_xml, read_file
from layers.readers.closed import geojson
from layers.readers.closed.drivers import DRIVERS
from layers.readers.closed.source_layer import RefusedError
from layers.readers.pieces import Piece
from layers.readers.read_file import ReadError
from layers.readers.reading_process import ReadingProcess
from tests.layers import files, gml
from tests.layers.hostile import Listener, outcome, refused

pytestmark = pytest.mark.usefixtures("leaves_nothing")

# Documents that some driver of GDAL takes for an order to read another file or to call a server.
ORDERS = {
    "vrt": '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
    "</OGRVRTDataSource>",
    "vrt-http": '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/http://HOST/a.geojson'
    "</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
    "wfs": "<OGRWFSDataSource><URL>http://HOST/wfs</URL></OGRWFSDataSource>",
    "oapif": "<OGRWFS3DataSource><URL>http://HOST/</URL></OGRWFS3DataSource>",
    "csw": "<OGRCSWDataSource><URL>http://HOST/</URL></OGRCSWDataSource>",
    "gdalg": '{"type": "gdal_streamed_alg", "command_line": "gdal pipeline ! read /vsicurl/http://HOST/a"}',
    "page": '{"type": "FeatureCollection", "links": [{"rel": "next", "href": "http://HOST"}], "features": 1}',
    "wms": "<GDAL_WMS><Service name='TMS'><ServerUrl>http://HOST/</ServerUrl></Service></GDAL_WMS>",
    "eedai": '{"type": "FeatureServer", "url": "http://HOST/FeatureServer/0"}',
}  # fmt: skip
NAMES = ("a.geojson", "a.gpkg", "a.gml", "a.kml", "a.fgb", "a.gdb", "a.shp", "a.vrt", "a.zip")


@pytest.mark.parametrize("order", ORDERS)
def test_orders_to_read_something_else_are_not_followed_under_any_name(
    tmp_path: Path, listener: Listener, order: str
) -> None:
    text = ORDERS[order].replace("HOST", f"127.0.0.1:{listener.port}")
    for name in NAMES:
        path = tmp_path / name
        path.write_text(text)
        assert "root:" not in refused(path)
        assert "root:" not in refused(files.zipped(tmp_path / "z.zip", {f"mappe/{name}": path, "b.txt": b""}))
    assert listener.calls == 0


@pytest.mark.parametrize("driver", ["GPKG", "OpenFileGDB", "FlatGeobuf", "ESRI Shapefile"])
@pytest.mark.parametrize("order", ["vrt", "wfs", "gdalg"])
def test_such_an_order_is_not_followed_even_where_it_reaches_gdal(
    tmp_path: Path, listener: Listener, order: str, driver: str
) -> None:
    path = tmp_path / "layer.shp"
    path.write_text(ORDERS[order].replace("HOST", f"127.0.0.1:{listener.port}"))
    form = next(form for form, name in DRIVERS.items() if name == driver)
    with pytest.raises(ReadError):
        ReadingProcess([Piece(name="x", format=form, path=path)])
    assert listener.calls == 0


ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = (
    "<!DOCTYPE x [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '&a{n - 1};&a{n - 1};&a{n - 1};&a{n - 1};'>" for n in range(1, 40))
    + "]>"
)


@pytest.mark.parametrize(
    "head", [ENTITY, LAUGHS.replace("&e;", "&a39;"), '<!DOCTYPE x SYSTEM "http://HOST/x.dtd">']
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "latin-1"])
def test_a_document_type_is_refused_in_every_encoding(
    tmp_path: Path, listener: Listener, head: str, encoding: str
) -> None:
    head = head.replace("HOST", f"127.0.0.1:{listener.port}")
    entity = "&a39;" if "a39" in head else "&e;"
    text = gml.document(
        gml.feature(gml.polygon(), fields=f"<app:navn>{entity}</app:navn>"),
        head=head, encoding="ISO-8859-1" if encoding == "latin-1" else "UTF-8",
    )  # fmt: skip
    if "utf-16" in encoding:
        text = text.replace('encoding="UTF-8"', 'encoding="UTF-16"')
    assert "DOCTYPE" in refused(gml.write(tmp_path, text, encoding=encoding))
    assert listener.calls == 0


def test_a_document_type_in_a_kml_is_refused_also_when_only_its_contents_are_asked_for(
    tmp_path: Path,
) -> None:
    placemark = f"<Placemark><name>&e;</name>{files.KML_SQUARE}</Placemark>"
    path = files.kml(tmp_path, placemark, head=ENTITY)
    assert "DOCTYPE" in refused(path)
    with pytest.raises(ReadError, match="DOCTYPE"):
        read_file.contents(path)
    with pytest.raises(ReadError, match="DOCTYPE"):
        read_file.contents(gml.write(tmp_path, gml.document(head=ENTITY)))


def test_links_schemas_and_systems_of_a_gml_are_not_looked_up(tmp_path: Path, listener: Listener) -> None:
    host = f"http://127.0.0.1:{listener.port}"
    schema = tmp_path / "plan.xsd"
    schema.write_text("<schema/>")
    fields = (
        f'<app:a xlink:href="{host}/a"/><app:b xlink:href="file:///etc/passwd"/>'
        f'<app:navn xlink:href="{host}/c">Øst</app:navn>'
    )
    linked = f'<gml:surfaceMember xlink:href="{host}/p#x"/>'
    own = f"<gml:surfaceMember>{gml.polygon()}</gml:surfaceMember>"
    shape = f"<gml:MultiSurface SRS>{linked}{own}</gml:MultiSurface>"
    for location in (
        f"{host}/x.xsd",
        str(schema),
        "plan.xsd",
        "file:///etc/passwd",
        f"/vsicurl/{host}/x.xsd",
    ):
        text = gml.document(gml.feature(shape, fields=fields), system=f"{host}/crs").replace(
            'gml:id="c"', f'gml:id="c" xsi:schemaLocation="http://example.org/app {location}"'
        )
        path = gml.write(tmp_path, text)
        for file in (
            path,
            files.zipped(tmp_path / "z.zip", {"plan.gml": path, "plan.xsd": schema, "plan.gfs": b"<x/>"}),
        ):
            table = read_file.rows(file)
            assert table.properties == [{"gml_id": "a1", "navn": "Øst"}]
            assert table.srid is None
    assert listener.calls == 0


def test_no_address_of_a_schema_or_a_system_reaches_gdal(tmp_path: Path) -> None:
    schemas = """xsi:schemaLocation = 'a /etc/passwd' xsi:noNamespaceSchemaLocation="http://127.0.0.1:9/x" """
    text = gml.document(gml.feature(gml.polygon()), system="http://127.0.0.1:9/crs")
    text = text.replace('gml:id="c"', f'gml:id="c" {schemas}')
    written = tmp_path / "written.gml"
    unknown = plain_xml.rewrite(gml.write(tmp_path, text, encoding="utf-8-sig"), target=written)
    assert unknown == ("http://127.0.0.1:9/crs",)
    for word in ("127.0.0.1", "passwd", "SchemaLocation", "schemaLocation", "srsName"):
        assert word not in written.read_text()


def test_links_and_pictures_of_a_kml_are_not_looked_up(tmp_path: Path, listener: Listener) -> None:
    host = f"http://127.0.0.1:{listener.port}"
    link = f"<NetworkLink><Link><href>{host}/x.kml</href></Link></NetworkLink>"
    local = "<NetworkLink><Link><href>/etc/passwd</href></Link></NetworkLink>"
    style = f'<Style id="s"><IconStyle><Icon><href>{host}/i.png</href></Icon></IconStyle></Style>'
    placemark = f"<Placemark><name>A</name><styleUrl>{host}/s.kml#s</styleUrl>{files.KML_SQUARE}</Placemark>"
    schema = f'<Placemark><ExtendedData><SchemaData schemaUrl="{host}/f.kml#f"/></ExtendedData></Placemark>'
    table = read_file.rows(files.kml(tmp_path, link + local + style + placemark + schema))
    assert table.properties[0]["Name"] == "A"
    assert listener.calls == 0


@pytest.mark.parametrize("depth", [150, 5_000, 200_000])
def test_elements_within_elements_are_refused(tmp_path: Path, depth: int) -> None:
    nested = "<app:a>" * depth + "</app:a>" * depth
    assert "deeply" in refused(gml.write(tmp_path, gml.document(gml.feature(gml.polygon(), fields=nested))))
    many = "<MultiGeometry>" * depth + "</MultiGeometry>" * depth
    assert "deeply" in refused(files.kml(tmp_path, f"<Placemark>{many}</Placemark>"))


def test_xml_that_breaks_off_or_has_too_much_is_refused(tmp_path: Path) -> None:
    text = gml.document(gml.feature(gml.polygon()))
    assert "line 1" in refused(gml.write(tmp_path, text[:-40]))
    fields = "".join(f"<app:f{n}>1</app:f{n}>" for n in range(600))
    assert "500" in refused(gml.write(tmp_path, gml.document(gml.feature(gml.polygon(), fields=fields))))
    long = "<app:navn>" + "x" * 200_000 + "</app:navn>"
    assert "100,000" in refused(gml.write(tmp_path, gml.document(gml.feature(gml.polygon(), fields=long))))


def test_a_tag_without_end_and_folders_without_number_are_refused(tmp_path: Path) -> None:
    long = gml.feature(gml.polygon(), fields=f"<app:navn a='{'> ' * 5_000_000}'/>")
    assert "too long" in refused(gml.write(tmp_path, gml.document(long)))
    placemark = f"<Placemark>{files.KML_SQUARE}</Placemark>"
    assert "too many tables" in refused(files.kml(tmp_path, f"<Folder>{placemark}</Folder>" * 201))


def test_a_shape_with_very_many_points_is_read_all_the_same(tmp_path: Path) -> None:
    turn = np.linspace(0, 2 * np.pi, 300_000)
    ring = np.column_stack([500_000 + 1_000 * np.cos(turn), 6_540_000 + 1_000 * np.sin(turn)])
    ring[-1] = ring[0]
    positions = " ".join(f"{x!r} {y!r}" for x, y in ring.tolist())
    table = read_file.rows(gml.write(tmp_path, gml.document(gml.feature(gml.polygon(positions)))))
    assert table.geometries[0].area == pytest.approx(np.pi * 1e6, rel=1e-6)


def test_json_within_json_and_texts_without_end_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = files.collection(files.feature(files.BOX, a=1))
    text = files.json.dumps(deep).replace('"a": 1', '"a": ' + "[" * 400 + "]" * 400)
    assert "deeply" in refused(files.geojson(tmp_path, text))
    long = files.collection(files.feature(files.BOX, a="x" * 200_000))
    assert "100,000" in refused(files.geojson(tmp_path, long))
    monkeypatch.setattr(geojson, "MAX_FEATURE_VERTICES", 4)
    with pytest.raises(RefusedError, match="vertices"):
        geojson.rows(str(files.geojson(tmp_path, files.collection(files.feature(files.BOX)))))
    monkeypatch.setattr(geojson, "MAX_FEATURES", 1)
    two = files.collection(files.feature(None), files.feature(None))
    with pytest.raises(RefusedError, match="features"):
        geojson.rows(str(files.geojson(tmp_path, two)))


def with_blob(folder: Path, blob: bytes) -> Path:
    """A GeoPackage whose first shape is these bytes of WKB."""
    path = files.geopackage(folder)
    header = b"GP\x00\x01" + struct.pack("<i", 4326)
    with sqlite3.connect(path) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE kretser SET geom = ? WHERE fid = 1", [header + blob])
    database.close()
    return path


@pytest.mark.parametrize(
    "blob",
    [
        struct.pack("<BII", 1, 2, 2**31 - 1),
        struct.pack("<BIII", 1, 3, 1, 2**32 - 1),
        struct.pack("<BII", 1, 6, 2**32 - 1),
        struct.pack("<BII", 1, 7, 1) * 1_000 + struct.pack("<BIdd", 1, 1, 1, 1),
        struct.pack("<BII", 1, 10, 1) * 1_000,
        b"\xff" * 100,
        b"",
    ],
    ids=["line", "polygon", "multi", "nested", "nested-curves", "noise", "nothing"],
)
def test_a_shape_that_lies_about_its_size_is_none_and_the_rest_is_read(tmp_path: Path, blob: bytes) -> None:
    result = outcome(with_blob(tmp_path, blob))
    assert isinstance(result, ReadError) or [shape is None for shape in result.geometries] == [True, False]


def test_more_points_than_anybody_draws_are_refused(tmp_path: Path) -> None:
    turn = np.linspace(0, 2 * np.pi, 1_200_000)
    ring = shapely.polygons(np.column_stack([9 + np.cos(turn), 59 + np.sin(turn)]))
    path = with_blob(tmp_path, shapely.to_wkb(ring))
    with pytest.raises(ReadError, match="too many points"):
        read_file.rows(path)


def test_a_long_text_in_a_geopackage_is_refused(tmp_path: Path) -> None:
    path = with_blob(tmp_path, shapely.to_wkb(files.BOX))
    files.run_sql(path, "UPDATE kretser SET navn = hex(zeroblob(60000))")
    with pytest.raises(ReadError, match="100,000"):
        read_file.rows(path)


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE gpkg_geometry_columns SET column_name = 'nothing'",
        "UPDATE gpkg_geometry_columns SET srs_id = 4711",
        "UPDATE gpkg_contents SET table_name = 'sqlite_master'",
        "UPDATE gpkg_contents SET identifier = zeroblob(5000000)",
        "DROP TABLE gpkg_spatial_ref_sys",
        "DROP TABLE gpkg_geometry_columns",
        "DELETE FROM kretser",
        "UPDATE gpkg_spatial_ref_sys SET definition = 'http://127.0.0.1:9/crs', organization = 'x'",
    ],
)
def test_odd_tables_in_a_geopackage_are_read_or_refused(tmp_path: Path, script: str) -> None:
    path = files.run_sql(files.geopackage(tmp_path), script)
    result = outcome(path)
    assert isinstance(result, ReadError) or len(result.geometries) in (0, 2)


def one_of_each(folder: Path) -> dict[str, Path]:
    rows = files.frame()
    return {
        "geojson": files.geojson(folder, files.collection(files.feature(files.BOX))),
        "gpkg": files.geopackage(folder),
        "fgb": files.written(rows, folder / "a.fgb", driver="FlatGeobuf"),
        "kml": files.kml(folder, f"<Placemark>{files.KML_SQUARE}</Placemark>"),
        "gml": gml.write(folder, gml.document(gml.feature(gml.polygon()))),
        "shp": files.shapefile(folder),
        "gdb": files.file_geodatabase(folder),
    }


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "fgb", "kml", "gml", "shp", "gdb"])
def test_a_file_that_breaks_off_is_refused_or_read_as_far_as_it_goes(tmp_path: Path, kind: str) -> None:
    path = one_of_each(tmp_path)[kind]
    content = path.read_bytes()
    for share in (0.02, 0.5, 0.97):
        path.write_bytes(content[: int(len(content) * share)])
        result = outcome(path)
        assert isinstance(result, ReadError) or len(result.geometries) <= 2


@pytest.mark.parametrize("kind", ["fgb", "gpkg", "shp-shp", "shp-shx", "shp-dbf", "gdb"])
def test_numbers_that_lie_are_refused_or_harmless(tmp_path: Path, kind: str) -> None:
    """Every four bytes of the beginning in turn as large as can be: counts, sizes, offsets."""
    path = one_of_each(tmp_path)[kind.partition("-")[0]]
    spoilt = tmp_path / "spoilt"
    for offset in (8, 16, 32, 64):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                members = {name: archive.read(name) for name in archive.namelist()}
            suffix = kind.partition("-")[2] or "gdbtable"
            members = {
                name: patched(content, offset) if name.endswith(suffix) else content
                for name, content in members.items()
            }
            files.zipped(spoilt, dict(members))
        else:
            spoilt.write_bytes(patched(path.read_bytes(), offset))
        result = outcome(spoilt, layer="kretser" if kind == "gdb" else None)
        assert isinstance(result, ReadError) or len(result.geometries) <= 2


def patched(content: bytes, offset: int) -> bytes:
    return (
        content[:offset] + b"\xff\xff\xff\x7f" + content[offset + 4 :]
        if len(content) > offset + 4
        else content
    )
