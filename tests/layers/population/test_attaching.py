"""Figures attached to areas: understood, matched, replaced, undone, asked for, added up."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.management import CommandError, call_command

from layers.models import Area, CodeChange, LayerEvent, Population, PopulationCount
from layers.population import attaching, current
from layers.population import sums as population_sum
from layers.population.attaching import PopulationError
from layers.population.counts import CountsError
from layers.population.current import AgesUnknownError
from layers.population.report import sentences
from layers.population.sums import NotNestedError
from layers.reference import concordance
from tests import factories
from tests.factories import NOON, square
from tests.layers.workbooks import xlsx

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"
LATER = NOON + dt.timedelta(hours=1)
CODES = ("40120101", "40120201")


def edition_with(*codes, owner="NO-4012", **fields):
    """An edition with a square for each code, from west to east."""
    edition = factories.edition(of=factories.layer(owner=owner), **fields)
    for number, code in enumerate(codes):
        Area.objects.create(edition=edition, code=code, name=f"Krets {code}", geom=square(number))
    return edition


@pytest.fixture
def units():
    return edition_with(*CODES)


@pytest.fixture
def load(units, tmp_path):
    def attach(content, *, name="p.csv", edition=None, at=NOON, **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        wanted = {"source": "SSB", "edition": edition or units, "at": at, "by": "test", **options}
        return attaching.load(path, **wanted)

    return attach


def totals(edition, **options):
    areas = dict(edition.areas.values_list("pk", "code"))
    return {areas[pk]: n for pk, n in current.of_areas(edition, **options).items()}


WIDE = "kode;2020;2025\n40120101;1343;1297\n40120201;329;320\n"


def test_a_wide_table_gives_each_year(load, units):
    first, second = load(WIDE)
    assert (first.year, second.year) == (2020, 2025)
    assert totals(units) == {"40120101": 1297, "40120201": 320}
    assert totals(units, year=2020) == {"40120101": 1343, "40120201": 329}


def test_one_year_of_several_is_chosen(load, units):
    assert [figures.year for figures in load(WIDE, year=2020)] == [2020]
    with pytest.raises(PopulationError, match="2020, 2025"):
        load(WIDE, year=2019)


LONG = (
    "region;alder;år;Personer\n40120101 Herre;0-4 år;2025;47\n40120101 Herre;5 år eller eldre;2025;1 250\n"
    "40120101 Herre;I alt;2025;1 297\n40120201 Findal;0-4 år;2025;3\n"
    "40120201 Findal;5 år eller eldre;2025;:\n40120201 Findal;I alt;2025;320\n4012 Bamble;I alt;2025;14295\n"
)


def test_a_long_table_with_names_behind_the_codes(load, units):
    (figures,) = load(LONG)
    assert totals(units, age=(0, 4)) == {"40120101": 47, "40120201": 3}
    assert totals(units, age=(5, None)) == {"40120101": 1250, "40120201": None}
    assert figures.report["unmatched"] == ["4012 Bamble"]
    assert figures.report["untold"] == {":": 1}


def test_men_and_women_are_added_up_unless_the_office_did(load, units):
    text = "kode;kjønn;2025\n40120101;Menn;600\n40120101;Kvinner;697\n"
    load(text)
    assert totals(units)["40120101"] == 1297
    load(text + "40120101;Begge kjønn;1300\n", at=LATER)
    assert totals(units)["40120101"] == 1300


def test_numbers_for_codes_and_zeros_in_front(load):
    oslo = edition_with("03010101", "03010102", owner="NO-0301")
    (figures,) = load("kode,befolkning\n3010101,10\n03010102,20\n", edition=oslo, year=2024)
    assert totals(oslo) == {"03010101": 10, "03010102": 20}
    assert figures.report["unmatched"] == []


def test_a_code_that_could_mean_two_areas_is_matched_to_none(load):
    edition = edition_with("0101", "101", "7")
    (figures,) = load("kode;befolkning\n00101;10\n7;20\n", edition=edition, year=2024)
    assert figures.report["unmatched"] == ["00101"]


def test_codes_of_the_old_municipality_are_followed_and_said(load, units):
    concordance.load(concordance.SHIPPED, scheme="NO-kommune", changed_on=concordance.SHIPPED_DAY)
    (figures,) = load("kode;befolkning\n38130101;10\n40120201;20\n", year=2023)
    assert totals(units) == {"40120101": 10, "40120201": 20}
    assert figures.report["renumbered"] == {"38130101": "40120101"}
    assert any("38130101 → 40120101" in sentence for sentence in sentences(figures))


def test_codes_of_a_divided_municipality_are_not_followed(load):
    concordance.load(concordance.SHIPPED, scheme="NO-kommune", changed_on=concordance.SHIPPED_DAY)
    edition = edition_with("15080101", "15080102", owner="NO-1508")
    (figures,) = load("kode;befolkning\n15070101;10\n15080102;20\n", edition=edition, year=2023)
    assert figures.report["unmatched"] == ["15070101"]
    assert figures.report["without"] == ["15080101"]


def test_codes_of_municipalities_that_became_one_are_not_followed(load):
    """Their units' last figures may be the same."""
    for old in ("3801", "3802"):
        CodeChange.objects.create(
            scheme="NO-kommune", old_code=old, new_code="4012", changed_on=dt.date(2024, 1, 1), share=1
        )
    (figures,) = load("kode;befolkning\n38010101;10\n40120201;20\n", year=2023)
    assert figures.report["unmatched"] == ["38010101"]
    assert figures.report["renumbered"] == {}


BAMBLE = [
    {"statistikkÅr": 2025, "grunnkretsId": "40120101", "totalBefolkning": 11,
     "befolkningAldersgrupper": {"0-4": 3, "5-9": 0, "10+": 5}},
    {"statistikkÅr": 2025, "grunnkretsId": "40120201", "totalBefolkning": 9,
     "befolkningAldersgrupper": {"0-4": 3, "5-9": 3, "10+": 3}},
]  # fmt: skip


def test_a_total_is_a_total_though_the_bands_do_not_add_up(load, units):
    (figures,) = load(json.dumps(BAMBLE), name="p.json")
    assert totals(units) == {"40120101": 11, "40120201": 9}
    assert figures.report["unlike_total"] == {"codes": ["40120101"], "n": 1, "of": 2}
    assert any("In 1 of 2 areas" in sentence for sentence in sentences(figures))


def test_without_a_total_the_sum_is_one_and_that_is_said(load, units):
    (figures,) = load("kode;0-4;5+\n40120101;3;8\n40120201;3;:\n", year=2025)
    assert totals(units) == {"40120101": 11, "40120201": None}
    assert figures.report["summed_totals"] == {"codes": ["40120101"], "n": 1}


def test_bands_that_overlap_or_do_not_begin_at_nought_give_no_total(load, units):
    load("kode;0-17;0-4;18+\n40120101;3;1;8\n", year=2025)
    assert totals(units)["40120101"] is None
    load("kode;16-66;67+\n40120101;3;1\n", year=2025, at=LATER)
    assert totals(units)["40120101"] is None


@pytest.mark.parametrize(("year", "unlike"), [(2015, 0), (2025, 9)])
def test_bamble_as_the_office_publishes_it(year, unlike):
    path = FIXTURES / "bamble" / f"population_{year}.json"
    published = json.loads(path.read_text(encoding="utf-8"))
    edition = edition_with(*[row["grunnkretsId"] for row in published])
    (figures,) = attaching.load(path, edition=edition, source="SSB", at=NOON)
    assert figures.year == year
    assert totals(edition) == {row["grunnkretsId"]: row["totalBefolkning"] for row in published}
    assert (figures.report["unlike_total"]["n"], figures.report["unlike_total"]["of"]) == (unlike, 25)
    assert str(current.youngest(figures)) == "0–19"
    young = sum(n for n in totals(edition, age=(0, 19)).values() if n is not None)
    bands = ("0-4", "5-9", "10-14", "15-19")
    assert young == sum(row["befolkningAldersgrupper"][band] for row in published for band in bands)


def test_nothing_is_interpolated(load, units):
    load(json.dumps(BAMBLE), name="p.json")
    assert totals(units, age=(0, 9))["40120201"] == 6
    with pytest.raises(AgesUnknownError, match="0–17"):
        current.of_areas(units, age=(0, 17))


def test_without_figures_nothing_is_known(units):
    assert set(current.of_areas(units).values()) == {None}
    assert current.figures_of(units) is None


def test_a_new_count_of_the_year_replaces_and_undo_brings_the_old_one_back(load, units):
    (old,) = load("kode;2025\n40120101;1\n40120201;2\n")
    (new,) = load("kode;2025\n40120101;5\n40120201;6\n", at=LATER)
    old.refresh_from_db()
    assert (old.replaced_at, totals(units)["40120101"]) == (LATER, 5)
    assert attaching.withdraw(new, at=LATER, by="test") == old
    assert totals(units)["40120101"] == 1
    attaching.restore(Population.objects.get(pk=new.pk), at=LATER, by="test")
    assert totals(units)["40120101"] == 5
    attaching.withdraw(Population.objects.get(pk=new.pk), at=LATER)
    assert totals(units)["40120101"] == 1
    with pytest.raises(PopulationError):
        attaching.withdraw(Population.objects.get(pk=new.pk), at=LATER)


def test_every_step_is_in_the_log(load, units):
    (figures,) = load("kode;2025\n40120101;1\n")
    attaching.withdraw(figures, at=LATER, by="test")
    attaching.restore(figures, at=LATER, by="test")
    events = LayerEvent.objects.filter(layer=units.layer).order_by("id")
    assert [event.what for event in events] == [
        "population imported",
        "population undone",
        "population put back",
    ]
    assert {event.by for event in events} == {"test"}


def test_the_same_file_again_changes_nothing(load, units):
    (figures,) = load("kode;2025\n40120101;1\n")
    (again,) = load("kode;2025\n40120101;1\n", at=LATER)
    assert figures == again
    assert Population.objects.count() == 1


def test_the_file_is_kept_as_it_came(load):
    (figures,) = load("kode;2025\n40120101;1\n", name="ssb.csv")
    with figures.original.open() as file:
        assert file.read() == b"kode;2025\n40120101;1\n"
    assert figures.file_name == "ssb.csv"
    assert len(figures.sha256) == 64


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("kode;befolkning\n40120101;1\n", "year"),
        ("kode;2025\n1;1\n2;2\n", "codes"),
        ("kode;navn\n40120101;Herre\n", "people"),
        ("kode;2025\n40120101;12,5\n", "number of people"),
        ("kode;2025\n40120101;-3\n", "number of people"),
        ("kode;2025\n40120101;٣\n", "number of people"),
        ("kode;2025\n40120101;=1+1\n", "number of people"),
        ("kode;2025\n40120101;99999999999\n", "number of people"),
        ("kode;2025\n40120101;1\n40120101;2\n", "two values"),
        ("kode;alder;2025\n40120101;gamle;1\n", "age band"),
        ("kode;år;befolkning\n40120101;i fjor;1\n", "year"),
    ],
)
def test_what_cannot_be_understood_changes_nothing(load, text, why):
    with pytest.raises((CountsError, PopulationError), match=why):
        load(text)
    assert not Population.objects.exists()
    assert not LayerEvent.objects.exists()


def test_a_source_must_be_named(load):
    with pytest.raises(PopulationError):
        load(WIDE, source="  ")


def test_a_workbook_as_the_office_writes_it(units, tmp_path):
    rows = [["Grunnkretsenes befolkning"], [], [None, None, "Personer"], [None, None, "2025"],
            ["40120101 Herre", "0-4 år", 47], [None, "5 år eller eldre", 1250],
            ["40120201 Findal", "0-4 år", "."], [], ["Kilde: SSB"]]  # fmt: skip
    (figures,) = attaching.load(
        xlsx(tmp_path / "p.xlsx", {"Ark": rows}), edition=units, source="SSB", at=NOON
    )
    assert figures.year == 2025
    assert totals(units, age=(0, 4)) == {"40120101": 47, "40120201": None}


def test_the_fields_of_a_geometry_file_are_figures():
    path = FIXTURES / "dc" / "census_tracts_2000.geojson"
    tracts = [feature["properties"] for feature in json.loads(path.read_text(encoding="utf-8"))["features"]]
    edition = edition_with(*[tract["tract"] for tract in tracts], owner="US-DC")
    (figures,) = attaching.load(path, edition=edition, year=2000, source="Census", at=NOON)
    assert figures.report["total"] == sum(tract["population"] for tract in tracts)
    assert totals(edition, age=(0, 17))["22.1"] == 824


def committees(*boxes):
    """An edition of areas A, B … each covering the squares from one place up to another."""
    edition = factories.edition(of=factories.layer())
    for number, (first, squares) in enumerate(boxes):
        geom = square(first)
        for step in range(first + 1, first + squares):
            geom = geom.union(square(step))
        if geom.geom_type == "Polygon":
            geom = MultiPolygon(geom, srid=4326)
        Area.objects.create(edition=edition, code="AB"[number], name="Utvalg", geom=geom)
    return edition


def test_people_are_added_up_where_units_nest(load):
    units = edition_with("1", "2", "3", "4")
    (figures,) = load("kode;0-4;5+;total\n1;1;2;4\n2;3;4;8\n3;5;:;9\n4;1;1;2\n", edition=units, year=2025)
    into = committees((0, 2), (2, 1))
    sums = population_sum.sum_up(figures, into=into, at=NOON)
    assert totals(into) == {"A": 12, "B": 9}
    assert totals(into, age=(5, None)) == {"A": 6, "B": None}
    assert sums.summed_from == figures
    assert sums.report == {"units": 3, "outside": ["4"], "total": 21}


def test_people_are_not_added_up_where_units_straddle(load):
    units = edition_with("1", "2")
    (figures,) = load("kode;total\n1;4\n2;8\n", edition=units, year=2025)
    into = factories.edition(of=factories.layer())
    west, south, _east, north = square(0).extent
    half = Polygon.from_bbox((west, south, west + 0.005, north))
    rest = Polygon.from_bbox((west + 0.005, south, square(1).extent[2], north))
    for code, shape in (("A", half), ("B", rest)):
        Area.objects.create(edition=into, code=code, geom=MultiPolygon(shape, srid=4326))
    with pytest.raises(NotNestedError, match="1 units"):
        population_sum.sum_up(figures, into=into, at=NOON)
    assert not Population.objects.filter(edition=into).exists()


def test_sums_follow_new_figures(load):
    units, into = edition_with("1", "2"), committees((0, 2))
    (figures,) = load("kode;total\n1;4\n2;8\n", edition=units, year=2025)
    population_sum.sum_up(figures, into=into, at=NOON)
    with pytest.raises(PopulationError, match="sums"):
        attaching.withdraw(figures, at=LATER)
    renewed = population_sum.follow(
        load("kode;total\n1;5\n2;8\n", edition=units, year=2025, at=LATER), at=LATER
    )
    assert [sums.report["total"] for sums in renewed] == [13]
    assert totals(into) == {"A": 13}


def test_the_command_does_the_same(units, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(WIDE, encoding="utf-8")
    committees((0, 2)).layer.__class__.objects.filter(kind="boundary").exclude(pk=units.layer_id).update(
        name="nu"
    )
    out = StringIO()
    arguments = ["--owner", "NO-4012", "--name", units.layer.name, "--source", "SSB", "--sum-into", "nu"]
    call_command("import_population", str(path), *arguments, stdout=out)
    assert "1617 people (SSB)" in out.getvalue()
    assert Population.objects.filter(summed_from__isnull=False).count() == 2
    assert PopulationCount.objects.filter(population__summed_from__isnull=False, n=1617).exists()
    with pytest.raises(CommandError, match="no layer"):
        call_command("import_population", str(path), "--owner", "NO-4012", "--name", "x", "--source", "SSB")
    path.write_text("kode;2025\n40120101;x y\n", encoding="utf-8")
    with pytest.raises(CommandError, match="Row 1"):
        call_command("import_population", str(path), *arguments)
