"""Real files of the sources that ship, and the worked example of CONTRIBUTING: a new source is one file."""

import zipfile
from pathlib import Path
from textwrap import dedent

import geopandas
import pyogrio
import pytest
import shapely

from layers.importing.import_file import ImportRequest, load
from layers.importing.recognition import columns, source_layers
from layers.models import Area
from layers.readers import read_file
from layers.reference import catalog
from tests import factories
from tests.layers import files

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("file", "kind", "owner", "source", "first"),
    [
        ("dc/committees_2013.geojson", "boundary", "US-DC", "us-dc-committees", ("1C", "ANC 1C")),
        ("dc/planned_land_use_2006.geojson", "zoning", "US-DC", "us-dc-land-use", ("PROS", "")),
        ("dc/census_tracts_2000.geojson", "population", "US-DC", "us-dc-population", ("22.1", "")),
        ("dc/census_tracts_2000.geojson", "boundary", "US-DC", "us-dc-census-tracts", ("22.1", "")),
        ("bamble/grunnkretser.geojson", "boundary", "NO-4012", None, ("40120101", "Herre")),
        ("bamble/places.geojson", "place", "NO-4012", None, ("", "Herre")),
        ("bamble/roads.geojson", "street", "NO-4012", None, ("", "fv. 3262")),
    ],
)
def test_a_real_file_is_what_it_is(
    file: str, kind: str, owner: str, source: str | None, first: tuple[str, str]
) -> None:
    table = read_file.rows(files.FIXTURES / file)
    recognised = columns.recognise(table, kind=kind, owner=owner, roles={})
    assert (recognised.source.id if recognised.source else None) == source
    row = recognised.row(table.properties[0], row_number=0)
    assert (row.code, row.name) == first


def test_a_national_plan_has_purposes_fields_and_the_level_of_its_outline() -> None:
    path = files.DATA / "plans" / "gml.avgr.1-pass.gml"
    taken = source_layers.read(ImportRequest(path=path, kind="zoning", name="plan", owner="NO-0301"))
    table, (other,) = taken.rows, taken.findings
    assert other.values["taken"] == "RpArealformålOmråde"
    assert "RpOmråde (1)" in other.values["left"]
    recognised = columns.recognise(table, kind="zoning", owner="NO-0301", roles={})
    assert recognised.source is not None
    assert (recognised.source.id, recognised.style) == ("no-reguleringsplan", "no_reguleringsplan")
    rows = [recognised.row(row, row_number=row_number) for row_number, row in enumerate(table.properties)]
    assert [(row.code, row.field, row.vertical_level) for row in rows] == [
        ("1169", "o_BTAN1", 5),
        ("1169", "o_BTAN2", 5),
        ("1169", "o_BTAN3", 5),
    ]


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1"])
@pytest.mark.parametrize(
    ("fields", "source", "code"),
    [
        ({"arealformål": 1110, "feltbetegnelse": "Bø1"}, "no-reguleringsplan", "1110"),
        ({"arealformål": 1110, "områdenavn": "Bø1", "arealbruksstatus": 2}, "no-kommuneplan", "1110"),
        ({"reguleringsformål": 110, "feltbetegnelse": "Bø1"}, "no-reguleringsplan-1985", "110"),
        ({"båndlegging": 730, "hensynSonenavn": "Bø1"}, "no-hensynssoner", "H730"),
    ],
)
def test_a_shapefile_that_cuts_the_names_is_understood(
    tmp_path: Path, fields: dict[str, object], source: str, code: str, encoding: str
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    cut = {name.encode(encoding)[:10].decode(encoding, "ignore"): value for name, value in fields.items()}
    frame = geopandas.GeoDataFrame([cut], geometry=[files.BOX], crs=4326)
    pyogrio.write_dataframe(frame, raw / "plan.shp", driver="ESRI Shapefile", encoding=encoding)
    path = tmp_path / "plan.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in raw.iterdir():
            archive.write(part, part.name)
    table = read_file.rows(path)
    recognised = columns.recognise(table, kind="zoning", owner="NO-4012", roles={})
    row = recognised.row(table.properties[0], row_number=0)
    assert recognised.source is not None
    assert (recognised.source.id, row.code, row.field) == (source, code, "Bø1")


def example() -> str:
    """The source that CONTRIBUTING shows."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    _before, _heading, part = text.partition("### A new source is one file\n")
    lines = part.partition("\n| key |")[0].splitlines()
    return dedent("\n".join(line for line in lines if line.startswith("    ") or not line))


@pytest.mark.django_db
def test_the_example_of_contributing_is_all_it_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "sources" / "se"
    folder.mkdir(parents=True)
    (folder / "skolomraden.toml").write_text(example(), encoding="utf-8")
    monkeypatch.setattr(catalog, "FOLDER", tmp_path / "sources")
    rows = [
        files.feature(
            shapely.box(18.05, 59.32, 18.06, 59.33), OMRADESNUM="7", SKOLOMRADE="Björkskolan", annat=1
        ),
        files.feature(
            shapely.box(18.06, 59.32, 18.07, 59.33), OMRADESNUM="8", SKOLOMRADE="Ekskolan", annat=2
        ),
    ]
    path = files.geojson(tmp_path, files.collection(*rows))
    outcome = load(
        ImportRequest(path=path, kind="boundary", name="skolor", owner="SE-0180"), at=factories.NOON
    )
    assert set(Area.objects.values_list("code", "name")) == {("7", "Björkskolan"), ("8", "Ekskolan")}
    layer = outcome.edition.layer
    assert (layer.titles["sv"], layer.credit, layer.licence) == ("Skolområden", "Exempel kommun", "CC0 1.0")
    assert outcome.edition.report["source"] == "se-skolomraden"


def test_every_key_of_a_source_is_explained() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    keys = set(catalog.Source.__dataclass_fields__) - {"path"}
    assert {key for key in keys if f"`{key}`" not in text} - {"title"} == set()
    assert "[title]" in text
