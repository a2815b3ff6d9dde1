"""Committees composed of whole statistical units."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.gis.db.models import Union
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon
from django.core.management import CommandError, call_command

from layers.composition import composing
from layers.composition.composing import Committee, Composition, CompositionError
from layers.composition.table import committees_in, remarks, rows
from layers.editions import life
from layers.editions.publishing import Consent
from layers.findings.finding import Finding
from layers.models import Area, Edition, Layer, LayerEvent, Population, Succession
from layers.population import attaching, current
from layers.readers.figures import read_table
from tests import factories
from tests.factories import NOON, SIDE, SOUTH, WEST, square

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"
DAY = dt.date(2026, 6, 1)


def edition_with(n=4, **fields):
    """Units A, B … in a row, each with a figure ten times its place."""
    edition = factories.edition(of=factories.layer(name=fields.pop("name", "units")), **fields)
    factories.areas(of=edition, n=n)
    edition.feature_count = n
    edition.save()
    return edition


@pytest.fixture
def units():
    return edition_with()


@pytest.fixture
def figures(units, tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("kode;0-17;18+;total\nA;1;9;10\nB;2;18;20\nC;3;:;30\nD;4;36;40\n", encoding="utf-8")
    return attaching.load(path, edition=units, year=2025, source="SSB", at=NOON)[0]


def composition(units, *committees, name="nu"):
    drawn_up = tuple(
        Committee(code=code, name=f"Utvalg {code}", units=tuple(units_of_it))
        for code, units_of_it in committees
    )
    return Composition(units=units, name=name, committees=drawn_up, titles={"nb": "Nærmiljøutvalg"})


def saved(units, *committees, day=DAY, name="nu"):
    draft = composing.stage(composition(units, *committees, name=name), at=NOON, by="test")
    composing.save(draft, valid_from=day, published=True, at=NOON, by="test")
    return draft


def test_a_committee_is_the_union_of_its_units(units):
    draft = composing.stage(composition(units, ("1", "AB"), ("2", "C")), at=NOON)
    area = draft.areas.get(code="1")
    whole = units.areas.filter(code__in="AB").aggregate(whole=Union("geom"))["whole"]
    assert area.geom.equals(whole)
    assert area.geom.num_geom == 1
    assert area.properties == {"units": ["A", "B"]}
    assert (draft.state, draft.composed_of, draft.feature_count) == ("draft", units, 2)
    assert draft.layer.titles == {"nb": "Nærmiljøutvalg"}
    assert draft.layer.owner == units.layer.owner


def test_slivers_between_units_are_closed_and_enclaves_are_not():
    edition = factories.edition(of=factories.layer())
    east, north = WEST + 4 * SIDE, SOUTH + 4 * SIDE
    sliver = (WEST + SIDE, SOUTH + SIDE, WEST + SIDE + 5e-5, SOUTH + SIDE + 5e-5)  # 3 by 6 metres
    enclave = (WEST + 2 * SIDE, SOUTH + 2 * SIDE, WEST + 3 * SIDE, SOUTH + 3 * SIDE)
    outer = Polygon.from_bbox((WEST, SOUTH, east, north))
    for hole in (sliver, enclave):
        outer = outer.difference(Polygon.from_bbox(hole))
    Area.objects.create(edition=edition, code="A", geom=MultiPolygon(outer, srid=4326))
    Area.objects.create(edition=edition, code="B", geom=MultiPolygon(Polygon.from_bbox(enclave), srid=4326))
    draft = composing.stage(composition(edition, ("1", "A"), ("2", "B")), at=NOON)
    (polygon,) = draft.areas.get(code="1").geom
    assert polygon.num_interior_rings == 1
    assert Polygon(polygon[1]).area == pytest.approx(SIDE**2)
    assert draft.areas.get(code="2").geom.area == pytest.approx(SIDE**2)


def test_islands_stay_parts_of_their_committee(units):
    draft = composing.stage(composition(units, ("1", "AC")), at=NOON)
    assert draft.areas.get().geom.num_geom == 2


def test_saving_gives_an_edition_from_a_day_with_people_and_log(units, figures):
    edition = saved(units, ("1", "AB"), ("2", "C"))
    edition.refresh_from_db()
    assert (edition.state, edition.number, edition.valid_from) == ("standing", 1, DAY)
    totals = current.of_areas(edition)
    assert {area.code: totals[area.pk] for area in edition.areas.all()} == {"1": 30, "2": 30}
    adults = current.of_areas(edition, age=(18, None))
    assert {area.code: adults[area.pk] for area in edition.areas.all()} == {"1": 27, "2": None}
    assert Population.objects.get(edition=edition).summed_from == figures
    events = list(LayerEvent.objects.filter(layer=edition.layer).order_by("pk").values_list("what", "by"))
    assert events == [("imported", "test"), ("composed", "test"), ("population imported", "test")]


def test_the_next_edition_closes_the_one_before_and_rolls_back(units):
    first = saved(units, ("1", "AB"), ("2", "CD"))
    second = saved(units, ("1", "ABC"), ("2", "D"), day=dt.date(2027, 1, 1))
    first.refresh_from_db()
    assert (first.valid_to, second.number) == (dt.date(2027, 1, 1), 2)
    assert Succession.objects.filter(predecessor__edition=first, successor__edition=second).exists()
    life.withdraw(second, at=NOON, by="test")
    first.refresh_from_db()
    assert first.valid_to is None
    assert life.newest(first.layer) == first


def test_a_draft_can_be_discarded_with_its_layer(units):
    draft = composing.stage(composition(units, ("1", "AB")), at=NOON)
    life.discard(draft)
    assert not Layer.objects.filter(name="nu").exists()


@pytest.mark.parametrize(
    ("committees", "why"),
    [
        ([], "No unit"),
        ([("1", "")], "No unit"),
        ([("1", "AX")], "no unit X"),
        ([("1", "AB"), ("2", "BC")], "two committees"),
        ([("1", "A"), ("1", "B")], "Two committees have"),
        ([("", "A")], "code"),
        ([("x" * 21, "A")], "code"),
        ([("a\u202eb", "A")], "code"),
    ],
)
def test_what_cannot_be_composed_changes_nothing(units, committees, why):
    with pytest.raises(CompositionError, match=why):
        composing.stage(composition(units, *committees), at=NOON)
    assert not Edition.objects.filter(state="draft").exists()
    assert not Layer.objects.filter(name="nu").exists()


@pytest.mark.parametrize(("name", "why"), [("units", "own"), ("a b", "name"), ("vann", "kind")])
def test_the_layer_must_be_one_of_its_own(units, name, why):
    factories.layer(name="vann", kind="water")
    with pytest.raises(CompositionError, match=why):
        composing.stage(composition(units, ("1", "A"), name=name), at=NOON)


def test_only_what_was_composed_is_saved_like_this(units):
    draft = factories.edition(of=factories.layer(), number=None, state="draft")
    with pytest.raises(CompositionError):
        composing.save(draft, valid_from=DAY, published=True, at=NOON)


def report_of(units, **severities):
    """Writes into the units' report a finding of each kind."""
    findings = [Finding(kind=kind, severity=severity, count=1) for kind, severity in severities.items()]
    units.report = {"findings": [finding.as_json() for finding in findings]}
    units.save()


def test_what_is_asked_about_the_units_is_asked_about_what_is_composed_of_them(units):
    report_of(units, at_zero="error", no_names="warning", overlaps="warning")
    draft = composing.stage(composition(units, ("1", "AB")), at=NOON)
    with pytest.raises(life.DoubtfulError) as refusal:
        composing.save(draft, valid_from=DAY, published=True, at=NOON)
    # committees have names of their own
    assert [doubt.kind for doubt in refusal.value.doubts] == ["at_zero"]
    draft.refresh_from_db()
    assert (draft.state, draft.published) == ("draft", False)
    consent = Consent(is_given=True, reason="Only for a test")
    composing.save(draft, valid_from=DAY, published=True, at=NOON, consent=consent)
    assert LayerEvent.objects.get(what="imported").detail["reason"] == "Only for a test"


def test_for_those_who_work_with_it_a_doubtful_composition_is_saved_and_asked_about_later(units):
    report_of(units, at_zero="error")
    draft = composing.stage(composition(units, ("1", "AB")), at=NOON)
    composing.save(draft, valid_from=DAY, published=False, at=NOON)
    with pytest.raises(life.DoubtfulError):
        life.publish(draft, published=True, at=NOON, by="")


def test_the_command_refuses_them_and_names_the_option(units, tmp_path):
    report_of(units, at_zero="error")
    path = tmp_path / "t.csv"
    path.write_text("unit;committee\nA;1\nB;2\n", encoding="utf-8")
    arguments = [str(path), "--units", "NO-4012/units", "--name", "nu", "--valid-from", "2026-06-01"]
    with pytest.raises(CommandError, match="--force --reason TEXT publishes it all the same"):
        call_command("compose_areas", *arguments)
    assert not Layer.objects.filter(name="nu").exists()
    call_command("compose_areas", *arguments, "--force", "--reason", "A test", stdout=StringIO())
    assert Layer.objects.get(name="nu").editions.get().published


def test_neighbours_share_a_border_and_not_only_a_corner():
    edition = edition_with(3)
    west, south, _east, north = square(1).extent
    above = Polygon.from_bbox((west + SIDE, north, west + 2 * SIDE, north + SIDE))  # meets B in a corner
    Area.objects.create(edition=edition, code="Z", geom=MultiPolygon(above, srid=4326))
    gap = Polygon.from_bbox((WEST + 3 * SIDE + 1e-6, south, WEST + 4 * SIDE, north))  # ten centimetres from C
    Area.objects.create(edition=edition, code="Y", geom=MultiPolygon(gap, srid=4326))
    pairs = {frozenset(pair) for pair in composing.adjacent(edition)}
    assert pairs == {frozenset("AB"), frozenset("BC"), frozenset("CZ"), frozenset("CY")}


def test_groups_that_do_not_touch_are_counted():
    pairs = [("A", "B"), ("B", "C"), ("D", "E")]
    assert composing.groups("ABC", pairs=pairs) == 1
    assert composing.groups("AC", pairs=pairs) == 2
    assert composing.groups("ABDE", pairs=pairs) == 2
    assert composing.groups("", pairs=pairs) == 0


def test_one_begins_with_committees_that_are_there(units):
    edition = saved(units, ("1", "AB"), ("2", "C"))
    committees = composing.committees_of(edition, units=units)
    assert [(committee.code, committee.units) for committee in committees] == [
        ("1", ("A", "B")),
        ("2", ("C",)),
    ]
    drawn = factories.edition(of=factories.layer())
    Area.objects.create(edition=drawn, code="X", geom=square(0))
    assert [
        (committee.code, committee.units) for committee in composing.committees_of(drawn, units=units)
    ] == [("X", ("A",))]
    assert list(composing.starts(units)) == [
        other for other in Edition.objects.order_by("layer__name", "-valid_from", "-pk") if other != units
    ]


def test_a_table_says_who_belongs_where(units, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("krets;utvalg;navn\nA;N1;Nord\nB;N1;Nord\nC;S1;Sør\nD;;\n", encoding="utf-8")
    committees = committees_in(read_table(path), units=units, at=NOON)
    assert committees == [
        Committee(code="N1", name="Nord", units=("A", "B")),
        Committee(code="S1", name="Sør", units=("C",)),
    ]
    assert list(rows(committees, units=units))[1:] == [
        ["A", "Utvalg A", "N1", "Nord"],
        ["B", "Utvalg B", "N1", "Nord"],
        ["C", "Utvalg C", "S1", "Sør"],
        ["D", "Utvalg D", "", ""],
    ]


def test_what_of_a_table_was_guessed_or_left_out_is_said(units, tmp_path):
    path = tmp_path / "t.csv"
    text = "Fra kommunen\nkrets;utvalg;navn;merknad\nA;N1;Nordsjø;x\n;S1;Sør;y\n"
    path.write_text(text, encoding="cp1252")
    guessed, *others = remarks(read_table(path), units=units, at=NOON)
    assert "it was read as Windows-1252" in guessed
    assert others == [
        "Units come from the column “krets”, committees from “utvalg”.",
        "Columns that were not read: merknad.",
        "1 row names a committee but no unit. It was left out.",
        "Above or below the table, not read: Fra kommunen",
    ]


def test_whole_names_get_a_short_code(units, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("unit;committee\nA;Eik og Grasmyr\nB;Eik og Grasmyr\n", encoding="utf-8")
    assert committees_in(read_table(path), units=units, at=NOON) == [
        Committee(code="K1", name="Eik og Grasmyr", units=("A", "B"))
    ]


@pytest.mark.parametrize("text", ["unit;committee\nA;1\nX;1\n", "unit;committee\nX;1\n", "unit\nA\nB\n"])
def test_a_table_that_is_not_understood(units, tmp_path, text):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CompositionError):
        committees_in(read_table(path), units=units, at=NOON)


def test_the_command_does_the_same(units, figures, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("unit;committee\nA;1\nC;1\nB;2\n", encoding="utf-8")
    arguments = ["--units", "NO-4012/units", "--name", "nu", "--title", "nb=Utvalg"]
    out = StringIO()
    call_command("compose_areas", str(path), *arguments, "--valid-from", "2026-06-01", stdout=out)
    assert "Units come from the column “unit”, committees from “committee”." in out.getvalue()
    assert "1 1: 2 units in 2 separate parts" in out.getvalue()
    assert "1 units are in no committee" in out.getvalue()
    assert "2025: 60 people (SSB)" in out.getvalue()
    assert Layer.objects.get(name="nu").editions.get().valid_from == DAY
    with pytest.raises(CommandError, match="cannot begin earlier"):
        call_command("compose_areas", str(path), *arguments, "--valid-from", "2026-05-01")
    assert Layer.objects.get(name="nu").editions.count() == 1
    with pytest.raises(CommandError, match="no areas"):
        call_command(
            "compose_areas", str(path), "--units", "NO-4012/x", "--name", "n", "--valid-from", "2026-06-01"
        )


def test_bamble_s_committees_come_out_as_they_were_made():
    """The fixtures' committees were joined by another program: the shapes must agree to a hair."""
    edition = factories.edition(of=factories.layer())
    codes = {}
    for feature in json.loads((FIXTURES / "bamble/grunnkretser.geojson").read_text(encoding="utf-8"))[
        "features"
    ]:
        geom = GEOSGeometry(json.dumps(feature["geometry"]), srid=4326)
        multi = geom if geom.geom_type == "MultiPolygon" else MultiPolygon(geom, srid=4326)
        code, name = feature["properties"]["code"], feature["properties"]["name"]
        codes[name] = code
        Area.objects.create(edition=edition, code=code, name=name, geom=multi)
    made = json.loads((FIXTURES / "bamble/committees_1.geojson").read_text(encoding="utf-8"))["features"]
    wanted = [
        (feature["properties"]["code"], [codes[unit] for unit in feature["properties"]["units"].split(", ")])
        for feature in made
    ]
    draft = composing.stage(composition(edition, *wanted), at=NOON)
    pairs = composing.adjacent(edition)
    for feature in made:
        area = draft.areas.get(code=feature["properties"]["code"])
        other = GEOSGeometry(json.dumps(feature["geometry"]), srid=4326)
        assert area.geom.sym_difference(other).area / other.area < 1e-4
        assert area.geom.num_geom == 1
        assert composing.groups(area.properties["units"], pairs=pairs) == 1
