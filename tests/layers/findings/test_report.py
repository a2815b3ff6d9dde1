"""The report of an import: kept as codes and values, read in the reader's language, downloaded as a table."""

import json
from pathlib import Path

import pytest
import shapely
from django.utils import translation

from layers.findings import report, wording
from layers.findings.finding import LISTED_MAX, Finding, Item, listing
from layers.findings.report import Report
from tests.layers import files
from tests.layers.imports import imported

OVERLAP = Finding(
    kind="overlap",
    severity="warning",
    count=1,
    m2=12_345.6,
    items=[Item(feature=3, code="A", other="B", lon=9.7, lat=59.0, m2=12_345.6)],
)


def test_what_is_kept_comes_back_as_it_was() -> None:
    skipped = [Item(feature=2, code="B", why="no geometry")]
    kept = json.loads(json.dumps(Report(read=3, loaded=2, skipped=skipped, checks=[OVERLAP]).as_json()))
    assert (kept["read"], kept["loaded"], kept["skipped"], kept["repaired"]) == (3, 2, 1, 0)
    assert kept["skips"] == [{"feature": 2, "code": "B", "why": "no geometry"}]
    findings = report.findings(kept)
    assert [finding.kind for finding in findings] == ["skipped", "overlap"]
    assert findings[1] == OVERLAP
    assert findings[0].items == skipped


def test_reports_of_earlier_imports_are_read_too() -> None:
    kept = {"skips": [{"feature": 2, "code": "B", "why": "no geometry"}], "repairs": []}
    (finding,) = report.findings(kept)
    assert (finding.kind, finding.count, finding.items[0].code) == ("skipped", 1, "B")
    assert report.findings({}) == []


def test_of_very_many_the_first_are_listed_and_all_are_counted() -> None:
    items = [Item(feature=i, why="no geometry") for i in range(LISTED_MAX + 5)]
    kept = Report(read=2_000, loaded=0, skipped=items).as_json()
    assert len(kept["skips"]) == len(kept["findings"][0]["items"]) == LISTED_MAX
    assert kept["findings"][0]["count"] == LISTED_MAX + 5
    assert "1,005 features were not loaded" in wording.sentence(report.findings(kept)[0])


def test_sentences_say_the_numbers_in_the_readers_language() -> None:
    assert wording.sentence(OVERLAP) == "1 pair of areas overlaps: 1.2 ha."
    assert wording.heading(OVERLAP) == "Overlaps"
    with translation.override("nb"):
        assert "1,2" in wording.sentence(OVERLAP)


def test_every_kind_has_a_heading_and_a_sentence_with_its_values() -> None:
    values = {
        "lon": 1.0, "lat": 2.0, "km": 3, "percent": 4.0, "limit": 1.0, "size": 5, "said": 1, "told": 2,
        "srid": 3,
        "source": "s", "sources": "s, t", "field": "f", "total": 9, "codes": "c (1)", "list": "l",
        "left": "t (1)", "taken": "z", "titles": {"en": "t"}, "credit": "c", "licence": "l",
    }  # fmt: skip
    assert set(wording._HEADINGS) == set(wording._SENTENCES)
    for kind in wording._HEADINGS:
        finding = Finding(kind=kind, severity="note", count=2, m2=5.0, values=values)
        assert wording.heading(finding)
        assert "%(" not in wording.sentence(finding)


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        ("Self-intersection", "the outline crosses itself"),
        ("Ring Self-intersection[9 59]", "the outline touches or crosses itself"),
        (
            "nothing is left after repair: Nested shells",
            "nothing is left after repair: a part lies in another part",
        ),
        ("a LineString is not an area", "a line is not an area"),
        ("a MultiPoint is not an area", "a point is not an area"),
        ("a GeometryCollection is not an area", "not an area, but a GeometryCollection"),
        ("floors: -3", "the file says “-3” floors"),
        ("outside the map", "outside the map (latitude beyond 85°, longitude beyond 180°)"),
        ("features 1, 3", "features 1, 3"),
        ("not part of the layer: RpOmråde", "not part of the layer: RpOmråde"),
        ("something that nobody has seen yet", "something that nobody has seen yet"),
    ],
)
def test_reasons_are_said_in_words(why: str, sentence: str) -> None:
    assert wording.reason(why) == sentence


@pytest.mark.parametrize(
    "text",
    [
        "POLYGON((0 0,1 1,1 0,0 1,0 0))",
        "POLYGON((0 0,1 0,1 1,0 0),(5 5,6 5,6 6,5 5))",
        "POLYGON((0 0,9 0,9 9,0 9,0 0),(1 1,8 1,8 8,1 8,1 1),(2 2,3 2,3 3,2 2))",
        "MULTIPOLYGON(((0 0,9 0,9 9,0 9,0 0)),((1 1,2 1,2 2,1 1)))",
        "POLYGON((0 0,1 0,0 0,0 0))",
        "POLYGON((0 0,9 0,9 9,0 9,0 0),(0 0,9 9,1 5,0 0))",
    ],
)
def test_everything_that_geos_finds_wrong_has_words_of_ours(text: str) -> None:
    why = str(shapely.is_valid_reason(shapely.from_wkt(text)))
    assert wording.reason(why) != why


@pytest.mark.parametrize(
    ("m2", "sentence"),
    [
        (0.05, "0.05 m²"),
        (12.4, "12 m²"),
        (123_456, "12.3 ha"),
        (45_600_000, "45.6 km²"),
        (1.234e9, "1,234 km²"),
    ],
)
def test_areas_are_named_as_people_name_them(m2: float, sentence: str) -> None:
    assert wording.area(m2).replace("\xa0", ",").replace("1234", "1,234") == sentence


def test_the_table_has_a_row_for_each_place_and_one_for_what_has_none() -> None:
    alone = Finding(kind="far_from_home", severity="warning", count=1, values={"km": 320})
    header, *rows = report.csv([OVERLAP, alone])
    assert header == report.CSV_HEADER
    assert rows[0] == ("overlap", "warning", "Overlaps", 3, "A", "B", "", 9.7, 59.0, 12_345.6)
    assert rows[1][6] == "The layer lies 320 km from the owner's other layers."
    assert all(len(row) == len(header) for row in rows)


def test_nothing_found_is_no_finding() -> None:
    assert listing("gap", [], severity="warning") == []


@pytest.mark.django_db
def test_the_edition_keeps_where_a_shape_was_mended(tmp_path: Path) -> None:
    bowtie = {"type": "Polygon", "coordinates": [[[9, 59], [9.1, 59.1], [9.1, 59], [9, 59.1], [9, 59]]]}
    edition = imported(files.geojson(tmp_path, files.collection(files.feature(bowtie, code="A")))).edition
    (repair,) = edition.report["repairs"]
    assert repair == {
        "feature": 1, "code": "A", "why": "Self-intersection",
        "lon": pytest.approx(9.05), "lat": pytest.approx(59.05),
    }  # fmt: skip
