"""What the list and the pop-up say of a hotspot: people first, the ratio alone, the doubt beside it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.test import Client
from django.utils import translation

from layers.models import Feature
from mapdialog.analysis.parameters import HotspotParameters
from mapdialog.dialogue.models import Consultation
from mapdialog.hotspots import result_file
from mapdialog.hotspots.models import Run
from mapdialog.hotspots.run import boundaries, calculate
from mapdialog.planner.summary import hotspots_geojson
from tests import factories
from tests.factories import NOON, SIDE, middle

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 5, 4)


@pytest.fixture
def consultation() -> Consultation:
    committees = factories.layer(name="committees")
    factories.areas(of=factories.edition(of=committees))
    return factories.consultation(boundary_layer=committees)


def gather(consultation: Consultation, *, people: int, each: int = 1, i: int = 0, away: float = 0.0) -> None:
    """Comments of so many people, all within a few metres, in the i-th committee."""
    lon, lat = middle(i)
    for person in range(people):
        for number in range(each):
            at = (lon + away + (person * each + number) * 1e-6, lat)
            factories.contribution(to=consultation, at=at, contributor_key=f"person-{i}-{away}-{person}")


def calculated(consultation: Consultation) -> Run:
    parameters = HotspotParameters(metric_srid=25832)
    return calculate(
        consultation, at=NOON, on=TODAY, boundary=boundaries(consultation, on=TODAY), parameters=parameters
    ).run


def sentences(run: Run) -> list[dict[str, Any]]:
    with translation.override("en"):
        return [feature["properties"] for feature in hotspots_geojson(run, language="en")["features"]]


def test_people_come_before_comments_and_the_ratio_with_its_doubt(consultation: Consultation) -> None:
    gather(consultation, people=6, each=2)
    gather(consultation, people=1, i=1)
    spot = sentences(calculated(consultation))[0]
    assert spot["people"] == "6 people, 12 comments"
    assert not spot["isQuiet"]
    assert "times as many" in spot["comparison"][0]
    assert "proves nothing" in spot["comparison"][1]


def test_five_pins_of_one_person_claim_nothing_and_stand_at_the_end(consultation: Consultation) -> None:
    gather(consultation, people=1, each=9)
    gather(consultation, people=6, away=0.003)
    run = calculated(consultation)
    crowd, alone = sentences(run)
    assert (crowd["rank"], crowd["people"]) == (1, "6 people, 6 comments")
    assert (alone["rank"], alone["people"], alone["isQuiet"]) == (2, "1 person, 9 comments", True)
    assert alone["comparison"] == [
        "Fewer than five people: that their comments lie close together is all that is said."
    ]
    stored = run.hotspots.get(rank=2).statistics
    assert [stored[name] for name in ("p", "q", "p_contributors", "q_contributors")] == [None] * 4


def test_comments_of_nobody_known_claim_nothing_and_do_not_say_that_they_are_few(
    consultation: Consultation,
) -> None:
    lon, lat = middle()
    for number in range(12):
        factories.contribution(to=consultation, at=(lon + number * 1e-6, lat), contributor_key=None)
    gather(consultation, people=4, away=1e-5)
    spot = sentences(calculated(consultation))[0]
    assert spot["people"] == "4 people and an unknown number of others, 16 comments"
    assert spot["isQuiet"]
    assert spot["comparison"] == [
        "How many people wrote is not known: that the comments lie close together is all that is said."
    ]


def test_the_file_of_a_run_ranks_as_the_page_does(consultation: Consultation) -> None:
    gather(consultation, people=1, each=9)
    gather(consultation, people=6, away=0.003)
    parameters = HotspotParameters(metric_srid=25832)
    outcome = calculate(
        consultation, at=NOON, on=TODAY, boundary=boundaries(consultation, on=TODAY), parameters=parameters
    )
    in_file = [(spot["rank"], spot["n"]) for spot in result_file.document(outcome)["hotspots"]]
    stored = list(outcome.run.hotspots.order_by("rank").values_list("rank", "n"))
    assert in_file == stored == [(1, 6), (2, 9)]


def test_pins_on_water_are_counted_as_such_and_claim_nothing(consultation: Consultation) -> None:
    water = factories.edition(of=factories.layer(kind="water", owner=consultation.municipality.code))
    lon, lat = middle()
    pond = Polygon.from_bbox((lon - 0.001, lat - 0.001, lon + 0.001, lat + 0.001))
    Feature.objects.create(edition=water, geom=MultiPolygon(pond, srid=4326))
    gather(consultation, people=5)
    run = calculated(consultation)
    spot = sentences(run)[0]
    assert spot["isQuiet"]
    assert spot["comparison"] == ["5 of them lie on water, where no comments are expected."]
    statistics = run.hotspots.get().statistics
    assert (statistics["on_water"], statistics["p"]) == (5, None)


def test_hardly_more_than_an_even_spread_is_drawn_quietly_with_its_ratio(consultation: Consultation) -> None:
    for i in range(8):
        gather(consultation, people=5, away=(i - 3.5) * SIDE / 8)
    run = calculated(consultation)
    run.hotspots.update(statistics={"ratio": 1.4, "on_water": 0})
    spot = sentences(run)[0]
    assert spot["isQuiet"]
    assert "1.4 times as many" in spot["comparison"][0]


def test_no_probability_is_printed(consultation: Consultation, client: Client) -> None:
    gather(consultation, people=6)
    calculated(consultation)
    client.force_login(factories.user(role="planner", of=consultation.municipality))
    page = client.get(f"/planner/c/{consultation.slug}/", headers={"Accept-Language": "en"}).content.decode()
    assert "6 people, 6 comments" in page
    for word in ("Poisson", "Chance", '"p":', '"q":', "statistics"):
        assert word not in page


def test_a_pin_abroad_changes_no_cell_of_the_surface_and_is_counted(
    consultation: Consultation, client: Client
) -> None:
    gather(consultation, people=20)
    factories.contribution(to=consultation, at=(60.0, 57.0), contributor_key="abroad")
    for area in (factories.square(0), None):
        consultation.area = area
        density = calculated(consultation).density
        assert (density["cell_m"], density["bandwidth_m"], density["n_outside"]) == (100.0, 200.0, 1)
        assert density["columns"] * density["rows"] < 1000
    client.force_login(factories.user(role="planner", of=consultation.municipality))
    page = client.get(f"/planner/c/{consultation.slug}/", headers={"Accept-Language": "en"}).content.decode()
    assert "1 lie outside the area" in page
    consultation.boundary_layer = None
    density = calculated(consultation).density
    assert (density["cell_m"], density["n_outside"]) == (100.0, 1)
