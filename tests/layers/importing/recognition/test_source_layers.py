"""Which of a file's source layers are read, what an outline tells its zones, and shapes among the fields."""

import json
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely

from layers.findings import wording
from layers.importing.import_file import rehearse
from layers.importing.recognition import columns, source_layers
from layers.importing.recognition.source_layers import LayersRead
from layers.importing.request import ImportRequest
from layers.readers.read_file import ChooseLayerError, ReadError, SourceRows
from layers.reference import catalog
from tests.factories import NOON
from tests.layers import files

WEST = shapely.box(540_000, 6_541_000, 540_100, 6_541_100)
EAST = shapely.box(540_100, 6_541_000, 540_200, 6_541_100)


def plan_file(folder: Path, layers: dict[str, list[dict[str, Any]]]) -> Path:
    """A GeoPackage with a table for each feature type; `shape` is the row's."""
    path = folder / "plan.gpkg"
    for name, rows in layers.items():
        fields = [{key: value for key, value in row.items() if key != "shape"} for row in rows]
        shapes = [row.get("shape", WEST) for row in rows]
        frame = geopandas.GeoDataFrame(fields, geometry=shapes, crs=25832)
        pyogrio.write_dataframe(frame, path, layer=name, driver="GPKG", append=path.exists())
    return path


def layers_read(path: Path, *, layers: tuple[str, ...] | None = None, owner: str = "NO-4012") -> LayersRead:
    request = ImportRequest(path=path, kind="zoning", name="plan", owner=owner, source_layers=layers)
    return source_layers.read(request)


def rows_of(path: Path, *, layers: tuple[str, ...] | None = None, owner: str = "NO-4012") -> SourceRows:
    rows = layers_read(path, layers=layers, owner=owner).rows
    assert rows is not None
    return rows


PLAN = {
    "rpomrade": [{"vertikalniva": 2, "plannavn": "Herre"}],
    "rparealformalomrade": [{"arealformal": 1110, "feltnavn": "B1"}],
    "rpfaresone": [{"fare": 320, "hensynsonenavn": "H320_1"}],
    "rpgrense": [{"x": 1, "shape": shapely.LineString([(0, 0), (1, 1)])}],
}


def test_the_zones_of_all_source_layers_are_read_and_the_others_named(tmp_path: Path) -> None:
    taken = layers_read(plan_file(tmp_path, PLAN))
    rows, (other,) = taken.rows, taken.findings
    assert rows is not None
    assert rows.layers == ["rparealformalomrade", "rpfaresone"]
    sentence = wording.sentence(other)
    assert "rpomrade (1)" in sentence
    assert "rpgrense (1)" in sentence
    recognised = columns.recognise(rows, kind="zoning", owner="NO-4012", roles={})
    codes = [
        recognised.row(row, row_number=row_number).code for row_number, row in enumerate(rows.properties)
    ]
    assert codes == ["1110", "H320"]


def test_a_person_may_choose_the_outline(tmp_path: Path) -> None:
    taken = layers_read(plan_file(tmp_path, PLAN), layers=("rpomrade",))
    assert taken.rows is not None
    assert (taken.rows.layers, taken.findings) == (["rpomrade"], [])


@pytest.mark.django_db
def test_a_file_of_unknown_layers_is_asked_about(tmp_path: Path) -> None:
    path = plan_file(tmp_path, {"one": [{"a": 1}], "two": [{"a": 1}]})
    taken = layers_read(path)
    assert taken.rows is None
    assert [layer.name for layer in taken.contents.layers] == ["one", "two"]
    for names in (None, ("one", "three")):
        with pytest.raises(ChooseLayerError, match="one, two"):
            rehearse(
                ImportRequest(path=path, kind="zoning", name="x", owner="NO-4012", source_layers=names),
                at=NOON,
            )


def test_zones_know_what_their_only_outline_says(tmp_path: Path) -> None:
    plan = PLAN | {"rpomrade": [{"vertikalniva": 1, "plannavn": "Tunnelen", "feltnavn": "no"}]}
    for chosen in (None, ("rparealformalomrade", "rpfaresone")):
        rows = rows_of(plan_file(tmp_path, plan), layers=chosen)
        assert [row["vertikalniva"] for row in rows.properties] == [1, 1]
        assert [row["plannavn"] for row in rows.properties] == ["Tunnelen", "Tunnelen"]
        assert [row.get("feltnavn") for row in rows.properties] == ["B1", None]
        (tmp_path / "plan.gpkg").unlink()


def test_of_several_outlines_the_one_around_a_zone_counts_and_none_where_they_disagree(
    tmp_path: Path,
) -> None:
    both = shapely.union(WEST, EAST)
    zones = [{"arealformal": 1110, "feltnavn": "B1", "shape": WEST}, {"arealformal": 1110, "shape": EAST}]
    plan = {
        "rparealformalomrade": zones,
        "rpomrade": [
            {"vertikalniva": 2, "plannavn": "Torget", "shape": both},
            {"vertikalniva": 1, "plannavn": "Torget", "shape": EAST},
        ],
    }
    rows = rows_of(plan_file(tmp_path, plan))
    assert [row.get("vertikalniva") for row in rows.properties] == [2, None]
    assert [row["plannavn"] for row in rows.properties] == ["Torget", "Torget"]


def test_a_zones_own_level_is_not_overruled(tmp_path: Path) -> None:
    plan = PLAN | {"rparealformalomrade": [{"arealformal": 1110, "feltnavn": "B1", "vertikalniva": 3}]}
    rows = rows_of(plan_file(tmp_path, plan))
    assert rows.properties[0]["vertikalniva"] == 3


def test_outlines_that_are_not_whole_say_nothing() -> None:
    bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    shapes = np.array([bow_tie, None, shapely.Point(np.nan, 1)], dtype=object)
    zones = SourceRows(geometries=shapes, properties=[{"a": 1}] * 3, srid=25832)
    outlines = SourceRows(geometries=shapes[[0, 0]], properties=[{"vertikalnivå": 1}] * 2, srid=25832)
    source = catalog.source("no-reguleringsplan")
    assert source is not None
    known = source_layers.outlined(zones, outlines, source=source)
    assert [row["a"] for row in known.properties] == [1, 1, 1]


# Shapes among the fields ----------------------------------------------------------------------------


def part(shape: Any, *, system: str = "EPSG:3009") -> dict[str, Any]:
    return {"geometri": {"koordinatsystemPlan": system, "position": json.loads(shapely.to_geojson(shape))}}


def swedish(folder: Path, *features: dict[str, Any]) -> Path:
    rows = [{"type": "Feature", "geometry": None, "properties": properties} for properties in features]
    return files.geojson(folder, files.collection(*rows))


SQUARE = shapely.box(145_000, 6_580_000, 145_100, 6_580_100)
NEXT = shapely.box(145_100, 6_580_000, 145_200, 6_580_100)


def test_a_swedish_plan_has_its_nested_shapes(tmp_path: Path) -> None:
    path = swedish(
        tmp_path,
        {"feature:typ": "detaljplan", "namn": "Kv Väktaren", "plangeometri": [part(SQUARE), part(NEXT)]},
        {"feature:typ": "användningsbestämmelse", "bestammelsekod": "DP_KM_B1",
         "bestammelseformulering": "Bostäder", "bestammelsegeometri": [part(SQUARE)]},
        {"feature:typ": "användningsbestämmelse", "bestammelsekod": "DP_KM_E2",
         "bestammelsegeometri": [part(SQUARE), part(NEXT)]},
        {"feature:typ": "egenskapsbestämmelse", "bestammelseformulering": "Högsta höjd",
         "bestammelsegeometri": [part(shapely.LineString([(145_000, 6_580_000), (145_001, 6_580_001)]))]},
        {"feature:typ": "beslut"},
    )  # fmt: skip
    rows = rows_of(path, owner="SE-0484")
    assert rows.srid == 3009
    kinds = [shape and shape.geom_type for shape in rows.geometries]
    assert kinds == ["MultiPolygon", "Polygon", "MultiPolygon", "LineString", None]
    assert shapely.area(rows.geometries[2]) == pytest.approx(20_000)
    assert all("bestammelsegeometri" not in row for row in rows.properties)
    recognised = columns.recognise(rows, kind="zoning", owner="SE-0484", roles={})
    assert recognised.source is not None
    assert recognised.source.id == "se-detaljplan"
    assert sorted(columns.not_of_layer(rows, recognised)) == [0, 3]
    assert recognised.row(rows.properties[1], row_number=1).code == "B"


@pytest.mark.parametrize(
    ("system", "srid"), [("SWEREF 99 12 00", 3007), ("SWEREF99 TM", 3006), ("odd", None)]
)
def test_the_system_may_be_named_in_words(tmp_path: Path, system: str, srid: int | None) -> None:
    path = swedish(tmp_path, {"bestammelsegeometri": [part(SQUARE, system=system)]})
    assert rows_of(path, owner="SE-0484").srid == srid


@pytest.mark.parametrize(
    "geometry",
    [
        [{"geometri": {"position": {"type": "Polygon", "coordinates": "x"}}}],
        [{"geometri": {"position": {"type": "Polygon", "coordinates": [[["a", 1]]]}}}],
        [{"geometri": {"position": {"type": "Sphere"}}}],
        [part(SQUARE), part(SQUARE, system="EPSG:3006")],
    ],
)
def test_a_shape_that_is_none_is_refused(tmp_path: Path, geometry: Any) -> None:
    with pytest.raises(ReadError):
        rows_of(swedish(tmp_path, {"bestammelsegeometri": geometry}), owner="SE-0484")


@pytest.mark.parametrize(
    "geometry", [None, [], "x", 5, [None], [{"geometri": None}], [{"geometri": {"position": 5}}]]
)
def test_what_is_no_list_of_shapes_is_left_alone(tmp_path: Path, geometry: Any) -> None:
    rows = rows_of(swedish(tmp_path, {"bestammelsegeometri": geometry, "x": 1}))
    assert rows.geometries.tolist() == [None]
    assert rows.properties[0]["x"] == 1
