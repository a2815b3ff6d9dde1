"""File Geodatabase, KML, FlatGeobuf, zips; what a file holds; letters; what is not read at all."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from layers.readers import formats, read_file
from layers.readers.read_file import ChooseLayerError, ReadError
from tests.layers import files, gml

ROWS = [{"kode": 301, "navn": "Øst"}, {"kode": 302, "navn": "Vest"}]


def same_shapes(table: read_file.SourceRows, expected: geopandas.GeoSeries) -> bool:
    return bool(shapely.equals_exact(shapely.normalize(table.geometries), shapely.normalize(
        expected.to_numpy()), tolerance=0.001).all())  # fmt: skip


@pytest.mark.parametrize("inside", ["mappe/plan.gdb/", "plan.gdb/", ""])
@pytest.mark.parametrize("srid", [25832, 5972])
def test_a_file_geodatabase_gives_its_tables(tmp_path: Path, srid: int, inside: str) -> None:
    path = files.file_geodatabase(tmp_path, srid=srid, inside=inside)
    contents = read_file.contents(path)
    layers = {table.name: (table.geometry, table.rows, table.srid) for table in contents.layers}
    assert contents.format == "FileGDB"
    assert layers == {
        "kretser": ("MultiPolygon", 2, 25832), "punkter_ø": ("Point", 2, 25832), "liste": ("", 1, None)
    }  # fmt: skip
    table = read_file.rows(path, layer="kretser")
    assert [{**row, "kode": int(row["kode"])} for row in table.properties] == ROWS
    assert table.srid == 25832
    assert shapely.area(table.geometries) == pytest.approx(files.frame(srid=25832).area.to_numpy(), rel=1e-6)
    with pytest.raises(ChooseLayerError, match="kretser, punkter_ø") as refused:
        read_file.rows(path)
    assert refused.value.contents == contents


def test_flatgeobuf_gives_shapes_fields_and_system(tmp_path: Path) -> None:
    path = files.written(files.frame(srid=25833), tmp_path / "kretser.fgb", driver="FlatGeobuf")
    table = read_file.rows(path)
    assert (table.srid, table.format, table.layers) == (25833, "FlatGeobuf", ["kretser"] * 2)
    # The format puts rows in an order of its own.
    order = np.argsort([row["kode"] for row in table.properties])
    assert [table.properties[row] for row in order] == ROWS
    assert shapely.equals_exact(
        table.geometries[order], files.frame(srid=25833).geometry.to_numpy(), tolerance=1e-9
    ).all()
    (layers,) = read_file.contents(path).layers
    assert (layers.name, layers.rows, layers.geometry, layers.srid) == ("kretser", 2, "Polygon", 25833)
    assert layers.columns == ("kode", "navn")


PLACEMARK = (
    '<Placemark><name>Øst</name><description><![CDATA[<b>grei</b> & å]]></description><styleUrl>#s</styleUrl>'
    '<ExtendedData><SchemaData schemaUrl="#f"><SimpleData name="kode">301</SimpleData></SchemaData>'
    f'</ExtendedData>{files.KML_SQUARE}</Placemark>'
)  # fmt: skip
SCHEMA = '<Schema name="f" id="f"><SimpleField type="int" name="kode"/></Schema>'


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_kml_gives_names_descriptions_and_data(tmp_path: Path, encoding: str) -> None:
    table = read_file.rows(files.kml(tmp_path, SCHEMA + PLACEMARK, encoding=encoding))
    assert table.properties == [{"Name": "Øst", "description": "<b>grei</b> & å", "kode": 301}]
    assert (table.srid, table.layers) == (4326, ["Ås"])
    assert table.geometries[0].normalize().equals_exact(files.BOX.normalize(), 1e-9)


def test_data_of_a_kml_without_a_schema_are_fields_too(tmp_path: Path) -> None:
    data = '<ExtendedData><Data name="sone"><value>B1</value></Data></ExtendedData>'
    table = read_file.rows(files.kml(tmp_path, f"<Placemark>{data}{files.KML_SQUARE}</Placemark>"))
    assert table.properties[0]["sone"] == "B1"


def test_each_folder_of_a_kml_is_a_table_also_when_two_have_one_name(tmp_path: Path) -> None:
    point = "<Placemark><name>%s</name><Point><coordinates>9.7,59.02</coordinates></Point></Placemark>"
    folder = "<Folder><name>Sone</name>%s</Folder>"
    path = files.kml(tmp_path, folder % (point % "A") + folder % (point % "B"))
    names = [table.name for table in read_file.contents(path).layers if table.rows]
    assert len(set(names)) == 2
    assert [read_file.rows(path, layer=name).properties[0]["Name"] for name in names] == ["A", "B"]


def test_of_a_kmz_the_document_is_read(tmp_path: Path) -> None:
    document = files.kml(tmp_path, PLACEMARK)
    other = files.kml(tmp_path, PLACEMARK.replace("Øst", "Vest"), name="other.kml")
    path = files.zipped(
        tmp_path / "a.kmz", {"doc.kml": document, "files/other.kml": other, "files/a.png": b"\x89PNG"}
    )
    assert [row["Name"] for row in read_file.rows(path).properties] == ["Øst"]


def one_of_each(folder: Path) -> dict[str, Path]:
    rows = files.frame()
    return {
        "plan.geojson": files.geojson(folder, files.collection(files.feature(files.BOX, kode=301))),
        "plan.gpkg": files.geopackage(folder, name="a.gpkg"),
        "plan.fgb": files.written(rows, folder / "a.fgb", driver="FlatGeobuf"),
        "plan.kml": files.kml(folder, PLACEMARK),
        "plan.gml": gml.write(folder, gml.document(gml.feature(gml.polygon()))),
    }


@pytest.mark.parametrize("name", ["plan.geojson", "plan.gpkg", "plan.fgb", "plan.kml", "plan.gml"])
def test_any_one_readable_file_may_be_in_a_zip_under_any_name(tmp_path: Path, name: str) -> None:
    content = one_of_each(tmp_path)[name]
    alone = read_file.rows(content)
    path = files.zipped(
        tmp_path / "opplasting",
        {"mappe/fil.dat": content, "__MACOSX/mappe/._fil.dat": content, ".DS_Store": b"x", "les.txt": b"Hei"},
    )
    table = read_file.rows(path)
    assert (table.format, table.srid, len(table.geometries)) == (
        alone.format,
        alone.srid,
        len(alone.geometries),
    )
    assert table.properties == alone.properties


def test_several_readable_files_in_a_zip_are_tables_to_choose_among(tmp_path: Path) -> None:
    content = one_of_each(tmp_path)
    members = {"a/plan.fgb": "plan.fgb", "b/plan.gpkg": "plan.gpkg", "x.geojson": "plan.geojson"}
    path = files.zipped(tmp_path / "alt.zip", {name: content[kind] for name, kind in members.items()})
    contents = read_file.contents(path)
    assert {table.name for table in contents.layers} == {"a/plan", "b/plan/kretser", "x"}
    with pytest.raises(ChooseLayerError, match="a/plan"):
        read_file.rows(path)
    table = read_file.rows(path, layer=["x", "b/plan/kretser"])
    assert table.layers == ["b/plan/kretser"] * 2 + ["x"]
    assert table.srid == 4326


def test_tables_in_different_systems_are_not_read_as_one(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path, srid=25832)
    files.geopackage(tmp_path, srid=25833, layer="andre")
    with pytest.raises(ReadError, match="EPSG:25832, EPSG:25833"):
        read_file.rows(path, layer=["kretser", "andre"])


def test_a_geopackage_tells_its_tables(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path, srid=25832)
    files.written(files.pandas.DataFrame({"a": [1]}), path, driver="GPKG", layer="liste", append=True)
    layers = {table.name: table for table in read_file.contents(path).layers}
    assert (layers["kretser"].geometry, layers["kretser"].rows, layers["kretser"].srid) == (
        "Polygon",
        2,
        25832,
    )
    assert layers["kretser"].columns == ("kode", "navn")
    assert layers["liste"].geometry == ""
    assert read_file.rows(path).layers == ["kretser"] * 2


def test_an_empty_table_beside_the_only_full_one_is_no_choice(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path)
    files.geopackage(tmp_path, layer="tom")
    files.run_sql(path, "DROP TRIGGER trigger_delete_feature_count_tom; DELETE FROM tom")
    assert read_file.rows(path).layers == ["kretser"] * 2


def test_a_geopackage_that_is_written_through_a_log_is_refused(tmp_path: Path) -> None:
    path = files.run_sql(files.geopackage(tmp_path), "PRAGMA journal_mode = WAL")
    assert path.read_bytes()[18:20] == b"\x02\x02"
    with pytest.raises(ReadError, match="while a program had it open"):
        read_file.rows(path)
    files.run_sql(path, "PRAGMA journal_mode = DELETE")
    assert len(read_file.rows(path).geometries) == 2


def shapefile_in(folder: Path, *, encoding: str, cpg: str | None, driver_id: int = 0) -> Path:
    frame = files.frame(srid=25832).rename(columns={"navn": "nærmiljåå"})
    raw = files.shapefile_parts(folder, frame, encoding=encoding)
    (raw / "krets.cpg").unlink()
    if cpg is not None:
        (raw / "krets.cpg").write_text(cpg)
    table = bytearray((raw / "krets.dbf").read_bytes())
    table[29] = driver_id
    (raw / "krets.dbf").write_bytes(table)
    return files.zipped(folder / "file.zip", {part.name: part for part in raw.iterdir()})


GUESSED = "does not say which encoding its text is in: it was read as "


@pytest.mark.parametrize(
    ("encoding", "cpg", "driver_id", "sentence"),
    [
        ("UTF-8", "UTF-8", 0, ""),
        ("CP1252", "1252", 0, ""),
        ("CP1252", "ANSI 1252", 0, ""),
        ("ISO-8859-1", "88591", 0, ""),
        ("CP865", "865", 0, ""),
        ("CP865", None, 0x66, ""),
        ("UTF-8", None, 0, f"{GUESSED}UTF-8, because all of it fits."),
        ("UTF-8", None, 0x57, f"{GUESSED}UTF-8, because all of it fits."),
        ("CP1252", None, 0, f"{GUESSED}Windows-1252, because it is not UTF-8."),
        ("CP1252", "UTF-8", 0, "says that its text is UTF-8, which it is not: it was read as Windows-1252."),
        ("UTF-8", "ELEFANT", 0, f"{GUESSED}UTF-8, because all of it fits."),
    ],
)
def test_letters_survive_from_a_shapefile_and_a_guess_of_their_encoding_is_said(
    tmp_path: Path, encoding: str, cpg: str | None, driver_id: int, sentence: str
) -> None:
    path = shapefile_in(tmp_path, encoding=encoding, cpg=cpg, driver_id=driver_id)
    table = read_file.rows(path)
    # In UTF-8 the name is twelve bytes, and ten are kept: the last å is cut in half.
    name = "nærmiljå" if encoding == "UTF-8" else "nærmiljåå"
    assert table.properties == [{"kode": 301, name: "Øst"}, {"kode": 302, name: "Vest"}]
    assert read_file.contents(path).layers[0].columns == ("kode", name)
    assert [warning.removeprefix("The file ") for warning in table.warnings] == [sentence] * bool(sentence)


def test_where_every_encoding_says_the_same_nothing_is_guessed(tmp_path: Path) -> None:
    frame = files.frame(srid=25832).replace("Øst", "Ost")
    raw = files.shapefile_parts(tmp_path, frame, encoding="UTF-8")
    parts = {part.name: part for part in raw.iterdir() if part.suffix != ".cpg"}
    assert read_file.rows(files.zipped(tmp_path / "file.zip", parts)).warnings == []


def test_geojson_may_be_utf_16_or_have_a_mark_and_latin_1_is_read_with_a_warning(tmp_path: Path) -> None:
    text = json.dumps(files.collection(files.feature(files.BOX, navn="Åsgård – ø")), ensure_ascii=False)
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "cp1252"):
        path = tmp_path / "file.geojson"
        path.write_bytes(text.encode(encoding))
        table = read_file.rows(path)
        assert table.properties[0]["navn"] == "Åsgård – ø"
        assert bool(table.warnings) == (encoding == "cp1252")


def test_letters_that_were_taken_apart_are_composed(tmp_path: Path) -> None:
    apart = {"na\u030avn": "A\u030as"}
    document = files.collection(files.feature(files.BOX, **apart))
    assert read_file.rows(files.geojson(tmp_path, document)).properties == [{"nåvn": "Ås"}]
    frame = files.frame().rename(columns={"navn": "na\u030avn"}).replace("Øst", "A\u030as")
    path = files.written(frame, tmp_path / "a.gpkg", driver="GPKG", layer="Omra\u030ade")
    table = read_file.rows(path, layer="Område")
    assert table.properties[0] == {"kode": 301, "nåvn": "Ås"}
    assert table.layers[0] == "Område"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b".HODE\n..TEGNSETT UTF-8\n", "SOSI-GML 5.0"),
        (b"\xef\xbb\xbf.HODE 0:\r\n..TEGNSETT UTF-8", "SOSI-GML 5.0"),
        ("! Laget på Ås\n.HODE\n..TEGNSETT ISO8859-1\n".encode("latin-1"), "SOSI-GML 5.0"),
        (".HODE\n..EIER \"Ås\"".encode("utf-16"), "SOSI-GML 5.0"),
        (b"AC1027\x00\x00", "DWG"),
        (b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n", "DXF"),
        (b"999\nlibrary\n0\nSECTION\n", "DXF"),
        (b"!table\n!version 300\n", "MapInfo"),
        (b"Version 300\nCharset \"WindowsLatin1\"\n", "MapInfo"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "PNG"),
        (b"II*\x00\x08\x00", "GeoTIFF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "ArcMap"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"7z\xbc\xaf'\x1c", "7-Zip"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x00\x00\x27\x0a\x00", ".dbf"),
        (b"<?xml version='1.0'?><!-- x --><qgis version='3'>", "QGIS"),
        (b"<gpx version='1.1'>", "GPX"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"<?xml version='1.0'?><planer/>", "neither GML nor KML"),
        (b"id;navn\n1;a\n", "none of the formats"),
        (b"", "The file is empty"),
        (b'{"type": "Topology", "objects": {}, "arcs": []}', "TopoJSON"),
        (b'{"displayFieldName": "", "geometryType": "esriGeometryPolygon", "features": []}', "Esri JSON"),
        (b'{"type": "Feature", "geometry": null}\n{"type": "Feature", "geometry": null}', "Sequence"),
        (b'\x1e{"type": "Feature", "geometry": null}', "Sequence"),
    ],
)  # fmt: skip
def test_other_formats_are_called_by_their_name(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "plan.gml"
    path.write_bytes(content)
    with pytest.raises(ReadError, match=words):
        read_file.rows(path)
    if content:
        with pytest.raises(ReadError, match=words):
            read_file.contents(files.zipped(tmp_path / "plan.zip", {"mappe/plan.gml": content, "a.txt": b""}))


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({}, "empty"),
        ({"xl/workbook.xml": b"<workbook/>"}, "spreadsheet"),
        ({"plan.qgs": b"<qgis/>"}, "QGIS"),
        ({"inne.zip": b"PK\x03\x04"}, "another zip"),
        ({"metadata.json": b'{"title": "x"}'}, "none of the formats"),
    ],
)
def test_a_zip_without_anything_to_read_says_what_it_holds(
    tmp_path: Path, members: dict[str, bytes], words: str
) -> None:
    with pytest.raises(ReadError, match=words):
        read_file.rows(files.zipped(tmp_path / "a.zip", dict(members)))


def test_only_the_beginning_of_a_member_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.zipped(tmp_path / "a.zip", {"a.txt": b"x" * 100_000, "plan.fgb": b"fgb\x03fgb\x01"})
    read_sizes = []
    original = zipfile.ZipExtFile.read

    def counting(self: zipfile.ZipExtFile, size: int = -1) -> bytes:
        read_sizes.append((self.name, size))
        return original(self, size)

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counting)
    with pytest.raises(ReadError):
        read_file.rows(path)
    assert [size for name, size in read_sizes if name == "a.txt"] == [formats.START_BYTES]


def test_a_table_of_many_columns_takes_the_room_of_its_rows_only(tmp_path: Path) -> None:
    wide = geopandas.GeoDataFrame(
        {f"felt_{number}": [number] * 2 for number in range(400)}, geometry=[files.BOX] * 2, crs=4326
    )
    table = read_file.rows(files.written(wide, tmp_path / "wide.gpkg", driver="GPKG"))
    assert (len(table.geometries), len(table.column_names())) == (2, 400)


_COUNTED_WRONGLY = """
import sys
sys.path.append(sys.argv[1])
from closed import features
from closed.source_layer import SourceLayer
layer = SourceLayer(name="kretser", rows=0, geometry="Polygon", crs="", columns=["kode", "navn"])
print(len(features.rows(sys.argv[2], name="kretser", layer=layer).shapes))
"""


def test_rows_that_a_file_does_not_count_are_read(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path)
    done = subprocess.run(
        [sys.executable, "-I", "-c", _COUNTED_WRONGLY, str(Path(read_file.__file__).parent), str(path)],
        capture_output=True,
        check=True,
    )
    assert done.stdout.strip() == b"2"
