"""Buildings with their floors, and built-up land: areas only, and no number of floors that is none."""

from pathlib import Path
from typing import Any

import pytest
import shapely
from django.utils import translation

from layers.findings import wording
from layers.importing.import_file import Outcome
from layers.models import Feature
from tests.layers import files
from tests.layers.imports import command, imported

pytestmark = pytest.mark.django_db


def house(column: int) -> Any:
    west = 9.70 + column * 0.001
    return shapely.box(west, 59.02, west + 0.0003, 59.0202)


def buildings(folder: Path, *written: Any, column: str = "antallEtasjer", **options: Any) -> Outcome:
    """A house for each of what the file says of its floors; None: it has no such column."""
    rows = [
        files.feature(house(i), bygningsnr=i, **({} if floors is None else {column: floors}))
        for i, floors in enumerate(written)
    ]
    path = files.geojson(folder, files.collection(*rows))
    return imported(path, kind="building", name="buildings", **options)


def floors_stored(outcome: Outcome) -> list[float | None]:
    features = Feature.objects.filter(edition=outcome.edition).order_by("id")
    return [feature.properties.get("floors") for feature in features]


def findings(outcome: Outcome) -> dict[str, Any]:
    assert outcome.report is not None
    return {finding.kind: finding for finding in outcome.report.findings()}


@pytest.mark.parametrize(
    ("written", "floors"), [(2, 2), ("2", 2), (2.0, 2), ("2.5", 2.5), ("2,5", 2.5), (" 3 ", 3), (200, 200)]
)
def test_floors_are_read_as_files_write_them(tmp_path: Path, written: Any, floors: float) -> None:
    outcome = buildings(tmp_path, written)
    assert floors_stored(outcome) == [floors]
    assert not {"no_floors", "unknown_floors"} & set(findings(outcome))


@pytest.mark.parametrize("column", ["floors", "antallEtasjer"])
def test_what_is_no_number_of_floors_is_named_and_counts_as_none_known(tmp_path: Path, column: str) -> None:
    nonsense = [-1, 0, 201, 900, "mange", "2-3", "1e2", "٣", "NaN", "2 etg", [1, 2], True]
    outcome = buildings(tmp_path, 2, *nonsense, "", "  ", None, column=column)
    assert floors_stored(outcome) == [2, *[None] * 15]
    by_kind = findings(outcome)
    assert [item.feature for item in by_kind["unknown_floors"].items] == list(range(2, 13))
    assert by_kind["unknown_floors"].items[3].why == "floors: 900"
    assert (by_kind["no_floors"].count, by_kind["no_floors"].values["total"]) == (4, 16)
    with translation.override("nb"):
        assert wording.sentence(by_kind["unknown_floors"]).startswith(
            "Antall etasjer kan ikke stemme for 11 bygninger"
        )
        assert "filen sier «900» etasjer" in wording.line(by_kind["unknown_floors"].items[3])
        assert wording.sentence(by_kind["no_floors"]).startswith("Antall etasjer er ikke oppgitt for 4 av 16")


def test_what_the_file_said_stays_with_the_building(tmp_path: Path) -> None:
    outcome = buildings(tmp_path, "mange")
    assert Feature.objects.get(edition=outcome.edition).properties["antallEtasjer"] == "mange"


@pytest.mark.parametrize(
    ("owner", "column", "homes", "no_homes", "unknown"),
    [
        ("NO-4012", "bygningstype", [111, "113 - Våningshus", "159", 199.0],
         [161, "181 Garasje, uthus", "211", 731, "840"], [721, "1110", "Enebolig", "", None]),
        ("DK-0101", "byg021BygningensAnvendelse", ["120", 140, "190"], ["510", "910", 323],
         ["430", "x", "999"]),
        ("FI-091", "kayttotarkoitus", ["011 yhden asunnon talot", 21, "039"], ["041", "511", 941], ["131"]),
        ("SE-0180", "objekttyp", ["Bostad", "Bostad; Småhus friliggande"],
         ["Industri", "Komplementbyggnad;Ospecificerad"], ["Övrig byggnad", "Bostadslös"]),
        ("NO-4012", "building", ["house", "Apartments"], ["garage", "church"], ["yes", "houses", "home"]),
    ],
)  # fmt: skip
def test_a_type_says_whether_people_live_in_a_building_or_it_is_not_known(
    tmp_path: Path, owner: str, column: str, homes: list[Any], no_homes: list[Any], unknown: list[Any]
) -> None:
    answers = [*[True] * len(homes), *[False] * len(no_homes), *[None] * len(unknown)]
    columns = {
        "building": {"osm_id": "7"},
        "kayttotarkoitus": {"kerrosluku": 1},
        "objekttyp": {"andamal1": "Skola"},
    }.get(column, {"bygningsnr": 7})
    rows = [
        files.feature(house(i), **columns, is_home="ja", **({} if type_ is None else {column: type_}))
        for i, type_ in enumerate([*homes, *no_homes, *unknown])
    ]
    path = files.geojson(tmp_path, files.collection(*rows))
    outcome = imported(path, kind="building", name="buildings", owner=owner)
    features = Feature.objects.filter(edition=outcome.edition).order_by("id")
    assert [feature.properties.get("is_home") for feature in features] == answers
    by_kind = findings(outcome)
    assert by_kind["no_homes"].count == len(no_homes)
    assert by_kind["maybe_homes"].count == len(unknown)
    assert by_kind["maybe_homes"].values["total"] == len(rows)


def test_words_before_a_code_or_number_hide_neither_and_the_status_stays(tmp_path: Path) -> None:
    row = {"bygningstype": "Enebolig", "bygningstypekode": 111, "bygningsstatus": 1}
    feature = files.feature(house(0), bygningsnr=1, **row)
    outcome = imported(files.geojson(tmp_path, files.collection(feature)), kind="building", name="buildings")
    properties = Feature.objects.get(edition=outcome.edition).properties
    assert properties["is_home"] is True
    assert properties["bygningsstatus"] == 1


def test_a_person_may_say_which_column_holds_the_floors(tmp_path: Path) -> None:
    outcome = buildings(tmp_path, 4, column="høyde_i_etasjer", roles={"floors": "høyde_i_etasjer"})
    assert floors_stored(outcome) == [4]


@pytest.mark.parametrize("kind", ["building", "built_up"])
def test_lines_and_points_are_no_buildings_and_no_built_up_land(tmp_path: Path, kind: str) -> None:
    rows = [
        files.feature(house(0), name="Hus"),
        files.feature(house(1).centroid, name="Punkt"),
        files.feature(house(2).exterior, name="Omriss"),
    ]
    path = files.geojson(tmp_path, files.collection(*rows))
    outcome = imported(path, kind=kind, name="areas")
    assert outcome.report is not None
    assert outcome.edition.feature_count == 1
    assert [item.why for item in outcome.report.skipped] == [
        "a Point is not an area",
        "a LineString is not an area",
    ]


def test_of_a_table_of_land_cover_only_where_people_may_live_is_built_up(tmp_path: Path) -> None:
    types = ["Tettbebyggelse", "Skog", "BymessigBebyggelse", "Industriområde", "Havflate", "Tettbebyggelse"]
    rows = [files.feature(house(i), objtype=type_) for i, type_ in enumerate(types)]
    outcome = imported(files.geojson(tmp_path, files.collection(*rows)), kind="built_up", name="n50")
    assert outcome.report is not None
    assert outcome.edition.feature_count == 3
    assert outcome.report.source == "no-tettbebyggelse"
    assert {item.why for item in outcome.report.skipped} == {
        "not part of the layer: Skog",
        "not part of the layer: Industriområde",
        "not part of the layer: Havflate",
    }


def test_the_command_takes_both_kinds_and_tells_what_it_made_of_them(tmp_path: Path) -> None:
    rows = [files.feature(house(0), **{"osm_id": "1", "building": "house", "building:levels": "900"})]
    path = files.geojson(tmp_path, files.collection(*rows))
    printed = command(path, "--kind", "building", "--name", "hus", "--owner", "NO-4012", "--crs", "EPSG:4326")
    assert "osm-buildings" in printed
    assert "The number of floors of 1 building cannot be right" in printed
