import datetime as dt
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mapdialog.analysis.parameters import HotspotParameters
from mapdialog.dialogue.models import Consultation
from mapdialog.hotspots import tasks
from mapdialog.hotspots.models import AreaSummary, Hotspot, Run
from mapdialog.hotspots.run import boundaries, calculate
from tests import factories
from tests.factories import NOON, SIDE, SOUTH, WEST, middle

pytestmark = pytest.mark.django_db

PARAMETERS = HotspotParameters(metric_srid=25832, distance_m=60, minimum=3)
TODAY = NOON.date()


@pytest.fixture
def consultation() -> Consultation:
    committees = factories.layer(name="committees")
    factories.areas(of=factories.edition(of=committees))
    return factories.consultation(boundary_layer=committees, themes=("lys", "lek"))


def gather(consultation: Consultation, *, n: int, lon: float, lat: float, **values: object) -> None:
    for i in range(n):
        factories.contribution(to=consultation, at=(lon + i * 1e-5, lat), **values)


def run(consultation: Consultation, **values: object):
    values = {
        "at": NOON,
        "on": TODAY,
        "boundary": boundaries(consultation, on=TODAY),
        "parameters": PARAMETERS,
        **values,
    }
    return calculate(consultation, **values)


def test_counts_by_committee_and_what_lies_outside_add_up(consultation: Consultation) -> None:
    gather(consultation, n=4, lon=middle(0)[0], lat=middle(0)[1], contributor_key="someone")
    gather(consultation, n=2, lon=middle(1)[0], lat=middle(1)[1])
    factories.contribution(to=consultation, at=(9.0, 58.0))
    factories.contribution(to=consultation, geom=None, geom_public=None, place_words="ved skolen")
    outcome = run(consultation)
    counted = {row.area and row.area.code: row.n for row in outcome.run.summaries.select_related("area")}
    assert counted == {"A": 4, "B": 2, None: 1}
    assert (outcome.run.n, outcome.run.n_without_place, outcome.run.n_outside) == (7, 1, 1)
    first = outcome.run.summaries.get(area__code="A")
    assert (first.n_contributors, first.n_unknown) == (1, 0)
    assert first.area_km2 == pytest.approx(0.64, abs=0.02)


def test_a_spot_that_nobody_chose_or_knows_is_in_no_hotspot_and_is_counted(
    consultation: Consultation,
) -> None:
    lon, lat = middle(0)
    gather(consultation, n=3, lon=lon, lat=lat, accuracy_m=500, placed_by="gps")
    gather(consultation, n=5, lon=lon, lat=lat, placed_by="default")
    gather(consultation, n=4, lon=lon, lat=lat, accuracy_m=501, placed_by="gps")
    factories.contribution(
        to=consultation, geom=None, geom_public=None, placed_by="words", place_words="ved skolen"
    )
    outcome = run(consultation)
    assert (outcome.run.n, outcome.run.n_rough, outcome.run.n_without_place) == (3, 9, 1)
    assert [spot.n for spot in outcome.run.hotspots.all()] == [3]
    assert outcome.run.summaries.get(area__code="A").n == 3


def test_a_cluster_never_reaches_over_a_committees_border(consultation: Consultation) -> None:
    border = WEST + SIDE
    for i in range(3):
        factories.contribution(to=consultation, at=(border - 2e-5, SOUTH + 0.005 + i * 1e-5))
        factories.contribution(to=consultation, at=(border + 2e-5, SOUTH + 0.005 + i * 1e-5))
    hotspots = run(consultation).run.hotspots.select_related("area")
    assert sorted((spot.area.code, spot.n) for spot in hotspots) == [("A", 3), ("B", 3)]


def test_a_pin_on_a_border_counts_once_for_the_first_code(consultation: Consultation) -> None:
    factories.contribution(to=consultation, at=(WEST + SIDE, SOUTH + 0.005))
    counted = {
        row.area and row.area.code: row.n for row in run(consultation).run.summaries.select_related("area")
    }
    assert counted == {"A": 1, "B": 0, None: 0}


def test_rejected_and_erased_are_not_counted_and_pending_is(consultation: Consultation) -> None:
    factories.contribution(to=consultation, state="rejected")
    factories.contribution(
        to=consultation, state="erased", geom=None, geom_public=None, text="", contributor_key=None
    )
    factories.contribution(to=consultation, state="pending")
    assert run(consultation).run.n == 1


def test_a_hotspot_has_its_themes_and_a_recognisable_name(consultation: Consultation) -> None:
    schools = factories.layer(owner=consultation.municipality.code, kind="place", name="schools")
    here = factories.edition(of=schools)
    here.features.create(code="1", name="Grasmyr skole", geom=factories.point(*middle(0)))
    gather(consultation, n=4, lon=middle(0)[0], lat=middle(0)[1] + 0.0005)
    spot = run(consultation).run.hotspots.get()
    assert spot.name["name"] == "Grasmyr skole"
    assert spot.name["compass"] == "n"
    assert spot.name["distance_m"] == pytest.approx(55.7, abs=2)
    assert spot.themes == [{"key": "lys", "n": 4}]
    assert spot.geom.covers(spot.centre)


def test_a_consultation_without_boundaries_still_finds_clusters() -> None:
    consultation = factories.consultation()
    gather(consultation, n=5, lon=middle(0)[0], lat=middle(0)[1])
    outcome = run(consultation, boundary=None)
    assert outcome.run.hotspots.get().area is None
    assert AreaSummary.objects.get(run=outcome.run).n == 5


def test_nothing_said_is_a_run_with_nothing(consultation: Consultation) -> None:
    outcome = run(consultation)
    assert outcome.run.n == 0
    assert not outcome.run.hotspots.exists()
    assert outcome.run.density == {}


def test_another_vintage_of_boundaries_is_counted_from_the_points(consultation: Consultation) -> None:
    old = factories.layer(name="old", owner=consultation.municipality.code)
    factories.areas(of=factories.edition(of=old), n=1)
    gather(consultation, n=3, lon=middle(1)[0], lat=middle(1)[1])
    with_old = run(consultation, boundary=boundaries(consultation, on=TODAY, name="old")).run
    assert with_old.n_outside == 3
    assert run(consultation).run.n_outside == 0


def test_two_runs_of_the_same_data_are_equal(consultation: Consultation) -> None:
    gather(consultation, n=6, lon=middle(0)[0], lat=middle(0)[1])
    first, second = run(consultation).run, run(consultation).run
    values = [
        list(Hotspot.objects.filter(run=calculated).values_list("rank", "n", "geom", "name"))
        for calculated in (first, second)
    ]
    assert values[0] == values[1]


def test_the_number_of_queries_does_not_grow_with_the_pins(consultation: Consultation) -> None:
    gather(consultation, n=3, lon=middle(0)[0], lat=middle(0)[1])
    with CaptureQueriesContext(connection) as few:
        run(consultation)
    gather(consultation, n=30, lon=middle(1)[0], lat=middle(1)[1])
    with CaptureQueriesContext(connection) as many:
        run(consultation)
    assert len(many) <= len(few) + 2


def test_the_command_writes_the_whole_result(consultation: Consultation, tmp_path: Path) -> None:
    gather(consultation, n=6, lon=middle(0)[0], lat=middle(0)[1])
    target = tmp_path / "result.json"
    call_command("run_hotspots", consultation.slug, "--json", str(target))
    document = json.loads(target.read_text(encoding="utf-8"))
    assert document["boundaries"]["name"] == "committees"
    assert [row["n"] for row in document["areas"]] == [6, 0, 0]
    assert len(document["hotspots"][0]["members"]) == 6
    assert set(document["hotspots"][0]["core"]) <= set(document["hotspots"][0]["members"])
    assert document["parameters"]["metric_srid"] == 25832
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    "arguments", [["nothing-here"], ["{slug}", "--boundaries", "nope"], ["{slug}", "--on", "1900-01-01"]]
)
def test_what_is_not_there_is_one_clear_sentence(consultation: Consultation, arguments: list[str]) -> None:
    with pytest.raises(CommandError, match=r"There is no|has no boundaries|No edition"):
        call_command("run_hotspots", *[text.format(slug=consultation.slug) for text in arguments])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--on", "2026-13-01"], "write the day as 2026-01-31"),
        (["--distance-m", "nan"], "write metres above 0"),
        (["--minimum", "1"], "write a whole number from 2"),
        (["--json", "/no/such/directory/result.json"], "cannot be written"),
    ],
)
def test_a_wrong_option_is_one_clear_sentence(
    consultation: Consultation, arguments: list[str], says: str
) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("run_hotspots", consultation.slug, *arguments)


def test_only_consultations_ahead_of_their_last_run_are_behind(consultation: Consultation) -> None:
    assert not tasks.behind_their_data(at=NOON).exists()
    factories.contribution(to=consultation)
    assert tasks.behind_their_data(at=NOON).get() == consultation
    tasks.run(consultation.pk)
    assert not tasks.behind_their_data(at=NOON).exists()
    assert tasks.run(consultation.pk) is None
    factories.contribution(to=consultation)
    assert tasks.run(consultation.pk) == Run.objects.current(consultation).pk


def test_a_run_on_other_boundaries_does_not_hide_that_the_own_is_behind(consultation: Consultation) -> None:
    other = factories.layer(name="other", owner=consultation.municipality.code)
    factories.areas(of=factories.edition(of=other), n=1)
    factories.contribution(to=consultation)
    run(consultation, boundary=boundaries(consultation, on=TODAY, name="other"))
    assert tasks.behind_their_data(at=NOON).get() == consultation


def test_new_boundaries_coming_into_force_make_a_run_old(consultation: Consultation) -> None:
    factories.contribution(to=consultation)
    first = consultation.boundary_layer.editions.get()
    run(consultation)
    assert not tasks.behind_their_data(at=NOON).exists()
    first.valid_to = TODAY
    first.save()
    factories.areas(of=factories.edition(of=consultation.boundary_layer, valid_from=TODAY), n=1)
    assert not tasks.behind_their_data(at=NOON - dt.timedelta(days=1)).exists()
    assert tasks.behind_their_data(at=NOON).get() == consultation
    run(consultation, boundary=boundaries(consultation, on=TODAY), at=NOON + dt.timedelta(minutes=1))
    assert not tasks.behind_their_data(at=NOON).exists()


def test_old_runs_go_and_the_newest_stay(consultation: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapdialog.hotspots.run.KEPT_RUNS", 2)
    runs = [run(consultation, at=NOON + dt.timedelta(minutes=i)).run.pk for i in range(4)]
    assert set(Run.objects.values_list("pk", flat=True)) == set(runs[2:])
