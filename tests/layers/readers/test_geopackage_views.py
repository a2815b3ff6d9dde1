"""Views of a GeoPackage are SQL out of the file: those that are layers are read, and can do nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from layers.readers import read_file
from layers.readers.closed import geopackage_views
from layers.readers.closed.geopackage import GeoPackageFile
from layers.readers.closed.source_layer import RefusedError
from layers.readers.source_rows import ReadError
from tests.layers import files

REGISTER = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)
    SELECT 'v', 'features', 'v', srs_id FROM gpkg_geometry_columns LIMIT 1;
INSERT INTO gpkg_geometry_columns SELECT 'v', 'geom', geometry_type_name, srs_id, z, m
    FROM gpkg_geometry_columns LIMIT 1;
"""


def with_view(folder: Path, select: str, *, before: str = "") -> Path:
    """kretser (kode, navn) and extra (kode, navn, folk), and the view as a layer."""
    extra = (
        "CREATE TABLE extra (kode INTEGER, Navn TEXT, folk REAL, ok BOOLEAN);"
        "INSERT INTO extra VALUES (301, 'Øvre', 12.5, 1), (302, NULL, NULL, 0);"
    )
    path = files.geopackage(folder, srid=25832)
    return files.run_sql(path, f"{extra}{before};CREATE VIEW v AS {select};{REGISTER}")


def test_a_view_that_is_a_layer_is_read_as_a_table_is(tmp_path: Path) -> None:
    path = with_view(
        tmp_path,
        "SELECT k.geom, upper(k.navn) AS navn, e.folk FROM kretser k JOIN extra e ON e.kode = k.kode",
    )
    layers = {layer.name: layer for layer in read_file.contents(path).layers}
    assert (layers["v"].columns, layers["v"].geometry, layers["v"].srid) == (
        ("navn", "folk"),
        "Polygon",
        25832,
    )
    view = read_file.rows(path, layer="v")
    assert view.properties == [{"navn": "ØST", "folk": 12.5}, {"navn": "VEST", "folk": None}]
    assert view.warnings == []
    plain = files.geopackage(tmp_path, srid=25832, name="plain.gpkg")
    assert shapely.equals_exact(view.geometries, read_file.rows(plain).geometries).all()


def test_beside_a_view_a_table_is_what_it_is_without_one(tmp_path: Path) -> None:
    path = with_view(tmp_path, "SELECT * FROM kretser")
    beside = read_file.rows(path, layer="kretser")
    alone = read_file.rows(files.geopackage(tmp_path, srid=25832, name="plain.gpkg"))
    assert (beside.properties, beside.srid) == (alone.properties, alone.srid)
    assert shapely.equals_exact(beside.geometries, alone.geometries).all()


def test_of_two_columns_of_one_name_the_first_is_kept_and_it_is_said(tmp_path: Path) -> None:
    select = "SELECT k.geom, k.navn, e.navn, k.kode FROM kretser k JOIN extra e ON e.kode = k.kode"
    path = with_view(tmp_path, select)
    view = read_file.rows(path, layer="v")
    assert [row["navn"] for row in view.properties] == ["Øst", "Vest"]
    assert [row["navn (2)"] for row in view.properties] == ["Øvre", None]
    assert view.warnings == ["The file has several columns called “navn”: the first is used."]
    (layer,) = [layer for layer in read_file.contents(path).layers if layer.name == "v"]
    assert layer.columns == ("navn", "navn (2)", "kode")


def test_a_column_that_is_called_so_is_not_a_second_one() -> None:
    names = geopackage_views._without_numbers(["kl:10", "Navn", "navn:1", "navn:2", "kode:1"])
    assert names == ["kl:10", "Navn", "Navn", "Navn", "kode:1"]


@pytest.mark.parametrize(
    "select",
    [
        "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n FROM c) SELECT NULL AS geom, n FROM c",
        "SELECT geom, load_extension('/tmp/x.so') AS a FROM kretser",
        "SELECT geom, zeroblob(1000000000) AS a FROM kretser",
        "SELECT geom, hex(randomblob(9)) AS a FROM kretser",
        "SELECT geom, ST_Area(geom) AS a FROM kretser",
        "SELECT geom, name AS a FROM kretser, pragma_database_list",
        "SELECT geom, sql AS a FROM kretser, sqlite_master",
        "SELECT geom, id AS a FROM kretser JOIN rtree_kretser_geom ON id = fid",
        "SELECT geom, a FROM kretser, nowhere",
    ],
)
def test_a_view_that_asks_for_more_than_tables_and_plain_functions_is_refused(
    tmp_path: Path, select: str
) -> None:
    with pytest.raises(ReadError, match="view “v” of the GeoPackage cannot be read"):
        read_file.rows(with_view(tmp_path, select), layer="v")


@pytest.mark.parametrize("name", ["gpkg_extensions", "RTREE_kretser_x", "ogr_empty_table"])
def test_a_view_in_place_of_what_every_reader_asks_is_refused(tmp_path: Path, name: str) -> None:
    script = f"DROP TABLE IF EXISTS {name}; CREATE VIEW {name} AS SELECT 1 AS a"
    with pytest.raises(ReadError, match=f"holds a view, “{name}”"):
        read_file.rows(files.run_sql(files.geopackage(tmp_path), script))


def test_a_view_that_is_no_layer_is_never_run(tmp_path: Path) -> None:
    endless = "CREATE VIEW v AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n FROM c) SELECT n FROM c"
    path = files.run_sql(files.geopackage(tmp_path), endless)
    assert [layer.name for layer in read_file.contents(path).layers] == ["kretser"]
    assert len(read_file.rows(path).geometries) == 2
    files.run_sql(path, "DELETE FROM gpkg_contents")
    with pytest.raises(ReadError, match="holds a view, “v”"):
        read_file.rows(path)


def test_a_view_that_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = ", ".join(f"extra e{n}" for n in range(40))
    package = GeoPackageFile(str(with_view(tmp_path, f"SELECT count(*) AS n, NULL AS geom FROM {many}")))
    monkeypatch.setattr(geopackage_views, "VIEW_SECONDS", 0.05)
    number = [layer.name for layer in package.layers].index("v")
    with pytest.raises(RefusedError, match="resources"):
        package.rows([number])


def test_a_view_makes_no_more_of_a_small_file_than_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = GeoPackageFile(str(with_view(tmp_path, "SELECT k.geom, k.navn FROM kretser k, extra e")))
    number = [layer.name for layer in package.layers].index("v")
    (rows,) = package.rows([number])
    assert len(rows.shapes) == 4
    monkeypatch.setattr(geopackage_views, "MAX_VIEW_BYTES", sum(map(len, filter(None, rows.shapes))))
    with pytest.raises(RefusedError, match="resources"):
        package.rows([number])
    assert len(package.rows([1 - number])[0].shapes) == 2, "a table is as large as its file"


def test_a_value_that_is_too_large_is_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = GeoPackageFile(
        str(with_view(tmp_path, "SELECT geom, replace(navn, 't', hex(geom)) AS a FROM kretser"))
    )
    monkeypatch.setattr(geopackage_views, "MAX_VALUE_BYTES", 200)
    with pytest.raises(RefusedError, match="resources"):
        package.rows([[layer.name for layer in package.layers].index("v")])


def test_what_is_no_shape_in_a_view_is_said_row_by_row(tmp_path: Path) -> None:
    select = "SELECT CASE kode WHEN 301 THEN 'none' END AS geom, kode FROM kretser"
    view = read_file.rows(with_view(tmp_path, select), layer="v")
    assert view.unreadable == {0: "the geometry cannot be read"}
    assert shapely.is_missing(view.geometries).all()


@pytest.mark.parametrize("box", [0, 1, 2, 3, 4])
def test_shapes_are_flat_whatever_stands_before_them(box: int) -> None:
    shape = shapely.Point(9.7, 59.0, 12.0)
    header = b"GP\x00" + bytes([box << 1 | 1]) + bytes(4) + bytes((0, 32, 48, 48, 64)[box])
    shapes, faults = geopackage_views._shapes(
        [header + shapely.to_wkb(shape), None, b"GP\x00\x21" + bytes(4)]
    )
    assert np.array_equal(shapely.from_wkb(shapes[0]), shapely.Point(9.7, 59.0))
    assert (shapes[1:], faults) == ([None, None], {2: "shape"})
