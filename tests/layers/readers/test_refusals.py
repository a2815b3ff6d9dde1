"""Messages name what was brought, and what in it is wrong."""

import gzip
import json
import lzma
from pathlib import Path

import pytest

from layers.readers import read_file
from layers.readers.read_file import ReadError
from tests.layers import files
from tests.layers.imports import imported

AREA = json.dumps(files.collection(files.feature(files.BOX, code="A", name="Øst")))
TOPOLOGY = {
    "objects": {"k": {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "arcs": [[0]]}]}},
    "arcs": [[[9.7, 59.0], [9.71, 59.0], [9.71, 59.01], [9.7, 59.0]]],
    "type": "Topology",
}
RINGS = {"rings": [[[541000, 6540000], [541000, 6541000], [540000, 6541000], [541000, 6540000]]]}
ESRI = {
    "features": [{"attributes": {"kode": "01"}, "geometry": RINGS}],
    "geometryType": "esriGeometryPolygon",
    "spatialReference": {"wkid": 25832},
}


def refusal(folder: Path, content: bytes | str, *, name: str = "file.geojson") -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ReadError) as refused:
        read_file.rows(path)
    return str(refused.value)


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (TOPOLOGY, "TopoJSON"),
        (dict(reversed(TOPOLOGY.items())), "TopoJSON"),
        ({"arcs": TOPOLOGY["arcs"], "bbox": [9, 59, 10, 60], **TOPOLOGY}, "TopoJSON"),
        (ESRI, "Esri JSON"),
        (dict(reversed(ESRI.items())), "Esri JSON"),
        ({"features": ESRI["features"]}, "Esri JSON"),
        (RINGS, "Esri JSON"),
    ],
)
def test_json_with_shapes_that_is_no_geojson_is_named_in_any_order_of_its_keys(
    tmp_path: Path, document: dict[str, object], what: str
) -> None:
    assert f"seems to be {what}" in refusal(tmp_path, json.dumps(document))


@pytest.mark.parametrize(
    "script",
    [
        "var anc_all = %s;",
        "const data=%s",
        "window.data = %s;",
        "map['data'] = %s;",
        "callback(%s);",
        "export default %s;",
        "// Made by a web map\n/* 2026 */\nvar a = %s",
        "var all = [%s]",
    ],
)
def test_javascript_around_geojson_is_named_with_the_way_out(tmp_path: Path, script: str) -> None:
    message = refusal(tmp_path, script % AREA, name="data.js")
    assert message.startswith("This is JavaScript with GeoJSON in it.")
    assert "first { to the last }" in message


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PAR1\x15\x04\x15\x04", "GeoParquet"),
        (b"ARROW1\x00\x00", "Arrow"),
        (gzip.compress(b"RDX3\nX\n\x00\x00", mtime=0), "R data file"),
        (gzip.compress(b"X\n\x00\x00\x00\x03", mtime=0), "R data file"),
        (lzma.compress(b"RDX3\nX\n\x00\x00"), "R data file"),
        (b"RDX2\nX\n", "R data file"),
        (gzip.compress(AREA.encode(), mtime=0), "packed as gzip"),
        (b"\x1f\x8b\x00", "packed as gzip"),
        (lzma.compress(b"x"), "packed as xz"),
    ],
)
def test_columns_and_r_data_are_named_and_what_is_only_packed_stays_so(
    tmp_path: Path, content: bytes, what: str
) -> None:
    assert what in refusal(tmp_path, content, name="x.parquet")


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("where", ['"folk": %s', '"inner": {"list": [1, %s]}'])
def test_what_is_no_number_is_named_with_its_feature(tmp_path: Path, constant: str, where: str) -> None:
    spoilt = AREA.replace('"code": "A"', where % constant)
    features = ", ".join(json.dumps(feature) for feature in json.loads(AREA)["features"] * 2)
    text = f'{{"type": "FeatureCollection", "features": [{features}, {spoilt[spoilt.index("[") + 1 :]}'
    assert refusal(tmp_path, text) == f"Feature 3: {constant} is not a number in GeoJSON."


def test_a_constant_outside_the_features_is_named_without_one(tmp_path: Path) -> None:
    message = refusal(
        tmp_path, AREA.replace('"type": "FeatureCollection"', '"type": "FeatureCollection", "x": NaN')
    )
    assert message == "NaN is not a number in GeoJSON."


def test_a_geopackage_copied_while_open_is_refused_alone_and_in_a_zip(tmp_path: Path) -> None:
    path = files.DATA / "copied_while_open.gpkg"
    with pytest.raises(ReadError, match="close it there first"):
        read_file.rows(path)
    packed = files.zipped(tmp_path / "file.zip", {"kart/krets.gpkg": path})
    with pytest.raises(ReadError, match="close it there first"):
        read_file.rows(packed)


def test_of_two_columns_of_one_name_in_a_shapefile_the_first_is_used_and_that_is_said() -> None:
    rows = read_file.rows(files.DATA / "two_columns_of_one_name.zip")
    assert [row["navn"] for row in rows.properties] == ["Grønnåsen", "Ærøya", "Øvre Å"]
    assert [row["navn (2)"] for row in rows.properties] == ["x", "y", "z"]
    assert rows.warnings == ["The file has several columns called “navn”: the first is used."]
    (layer,) = read_file.contents(files.DATA / "two_columns_of_one_name.zip").layers
    assert layer.columns == ("kode", "navn", "navn (2)")


OUTLINES = [
    files.feature(files.BOX, objtype="RpOmråde", navn="Planen"),
    files.feature(files.NEXT_BOX, objtype="RpBestemmelseOmråde", navn="#1"),
]


@pytest.mark.django_db
def test_a_plan_without_purposes_is_named_and_may_still_be_chosen(tmp_path: Path) -> None:
    path = files.geojson(tmp_path, files.collection(*OUTLINES), name="plan.geojson")
    with pytest.raises(ReadError, match="no land-use purposes, only RpOmråde, RpBestemmelseOmråde"):
        imported(path, kind="zoning", name="plan")
    assert imported(path, kind="zoning", name="plan", source_layers="plan").edition.feature_count == 2


@pytest.mark.django_db
def test_a_table_of_outlines_alone_is_no_plan(tmp_path: Path) -> None:
    path = files.geopackage(tmp_path, layer="RpOmråde")
    with pytest.raises(ReadError, match="no land-use purposes, only RpOmråde"):
        imported(path, kind="zoning", name="plan")
    assert imported(path, kind="boundary", name="areas", code_field="kode").edition.feature_count == 2
