"""GET /api/v1/consultations/{slug}/names: what is called like this, told apart, with its extent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.gis.geos import LineString, Point
from django.test import Client
from django.utils import timezone

from layers.editions import life
from layers.models import Edition, Feature, SearchEntry
from mapdialog.dialogue.models import Consultation
from mapdialog.dialogue.name_search import name_hit
from tests import factories

pytestmark = pytest.mark.django_db
LON, LAT = factories.middle()
OUTSIDE = (LON + 0.1, LAT)


def a_layer(consultation: Consultation, kind: str, **values: Any) -> Edition:
    return factories.edition(of=factories.layer(owner=consultation.municipality.code, kind=kind), **values)


def spot(n: int) -> Point:
    """The n-th house of a street eastwards, some 11 m from the one before."""
    return Point(LON + n * 0.0002, LAT, srid=4326)


@pytest.fixture
def hearing() -> Consultation:
    committees = factories.edition(of=factories.layer())
    factories.areas(of=committees)
    consultation = factories.consultation(boundary_layer=committees.layer)
    houses = [(f"Storgata {number}", spot(n)) for n, number in enumerate((1, 2, 3, 12, "12B", "12C", 120))]
    others = [("Strandvegen 12", spot(0)), ("Åsvegen 4", spot(1)), ("17. mai gate 3", spot(2))]
    factories.named_features(
        a_layer(consultation, "address"), *houses, *others,
        properties={"postnummer": "3970", "poststed": "Langesund"},
    )  # fmt: skip
    return consultation


def names(client: Client, hearing: Consultation, q: str, **more: Any) -> list[str]:
    return [hit["name"] for hit in hits(client, hearing, q, **more)]


def hits(client: Client, hearing: Consultation, q: str, **more: Any) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/consultations/{hearing.slug}/names", {"q": q, **more})
    assert answer.status_code == 200, answer.content
    return list(answer.json()["hits"])


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("storgata", "Storgata"),
        ("stor 12", "Storgata 12"),
        ("12 stor", "Storgata 12"),
        ("STORGATA 12b", "Storgata 12B"),
        ("Storgata 12 B", "Storgata 12B"),
        ("storgta 12", "Storgata 12"),  # a letter left out
        ("strogata", "Storgata"),  # two turned round
        ("storgaten 12 c", "Storgata 12C"),
        ("17 mai", "17. mai gate"),
        ("åsveg", "Åsvegen"),
        ("a\u030asveg", "Åsvegen"),  # å as Apple writes it: a and a ring
        ("asvegen 4", "Åsvegen 4"),
        ("storgata 999", "Storgata"),  # the street, where there is no such house
    ],
)
def test_what_was_meant_comes_first(client: Client, hearing: Consultation, q: str, first: str) -> None:
    assert names(client, hearing, q)[0] == first


def test_å_is_no_a_and_ø_no_o(client: Client, hearing: Consultation) -> None:
    streets = [
        (name, LineString((LON, LAT), (LON + 0.001, LAT), srid=4326)) for name in ("Asvegen", "Øygata")
    ]
    factories.named_features(a_layer(hearing, "street"), *streets)
    assert names(client, hearing, "asv")[0] == "Asvegen"
    assert names(client, hearing, "åsv")[0] == "Åsvegen"
    assert "Øygata" not in names(client, hearing, "oy")


def test_a_street_is_one_with_its_extent_and_two_that_lie_apart_are_two(
    client: Client, hearing: Consultation
) -> None:
    halves = [LineString((LON + n * 0.002, LAT), (LON + (n + 1) * 0.002, LAT), srid=4326) for n in (0, 1)]
    elsewhere = LineString((LON + 0.2, LAT), (LON + 0.201, LAT), srid=4326)
    factories.named_features(
        a_layer(hearing, "street"), *(("Lokkvegen", line) for line in (*halves, elsewhere))
    )
    near, far = hits(client, hearing, "lokkvegen")
    assert (near["kind"], near["is_inside"], far["is_inside"]) == ("street", True, False)
    assert near["extent_m"] == pytest.approx(114, abs=3)  # 0.002° of longitude at 59° N
    assert abs(near["lon"] - (LON + 0.002)) < 1e-6
    assert near["lat"] == pytest.approx(LAT, abs=1e-6)


def test_what_lies_in_the_area_comes_first_then_what_is_near(client: Client, hearing: Consultation) -> None:
    apart = [(*OUTSIDE, "3960"), (LON + 0.05, LAT, "3999")]
    edition = a_layer(hearing, "place")
    for lon, lat, code in apart:
        Feature.objects.create(edition=edition, code=code, name="Nes", geom=Point(lon, lat, srid=4326))
    factories.named_features(edition, ("Nesodden", spot(1)))
    near = {"lon": OUTSIDE[0], "lat": OUTSIDE[1]}
    answers = hits(client, hearing, "nes", **near)
    assert [(hit["name"], hit["is_inside"]) for hit in answers] == [
        ("Nesodden", True), ("Nes", False), ("Nes", False),
    ]  # fmt: skip
    assert answers[1]["lon"] == pytest.approx(OUTSIDE[0])
    assert {hit["extent_m"] for hit in answers} == {None}


def test_two_of_one_name_are_told_apart_by_town_and_committee(client: Client, hearing: Consultation) -> None:
    factories.named_features(
        a_layer(hearing, "address"), ("Storgata 12", factories.point(LON + 0.01, LAT)),
        properties={"postnummer": "3960", "poststed": "Stathelle"},
    )  # fmt: skip
    assert [hit["within"] for hit in hits(client, hearing, "storgata 12")[:2]] == [
        "3970 Langesund, Utvalg A", "3960 Stathelle, Utvalg B",
    ]  # fmt: skip


def test_what_two_layers_know_is_told_once(client: Client, hearing: Consultation) -> None:
    factories.named_features(
        a_layer(hearing, "street"), ("Storgata", LineString((LON, LAT), (LON + 0.008, LAT), srid=4326))
    )
    (street,) = [hit for hit in hits(client, hearing, "storgata") if hit["kind"] == "street"]
    assert street["within"] == "3970 Langesund, Utvalg A"
    assert street["extent_m"] > 200


def test_names_in_every_language(client: Client, hearing: Consultation) -> None:
    factories.named_features(
        a_layer(hearing, "place"), ("Karasjok", spot(1)), names={"se": "Kárášjohka", "nb": "Karasjok"}
    )
    assert names(client, hearing, "karas") == ["Karasjok"]
    assert names(client, hearing, "Kárášjohka") == ["Kárášjohka"]


@pytest.mark.parametrize(
    "state", [{"published": False}, {"state": "withdrawn"}, {"valid_to": factories.NOON.date()}]
)
def test_only_what_is_published_and_in_force(
    client: Client, hearing: Consultation, state: dict[str, Any]
) -> None:
    factories.named_features(a_layer(hearing, "place", **state), ("Hemmelig", spot(1)))
    stranger = factories.edition(of=factories.layer(owner="NO-9998", kind="place"))
    factories.named_features(stranger, ("Hemmelighet", spot(1)))
    assert not names(client, hearing, "hemmelig")
    hearing.base_layers.add(stranger.layer)
    assert names(client, hearing, "hemmelig") == ["Hemmelighet"]


@pytest.mark.parametrize(
    "query",
    ["", "q=", "q=a", "q=%20a%20", "q=" + "a" * 81, "q=stor&lon=9", "q=stor&lon=x&lat=59", "q=ab&x=1"],
)
def test_a_query_that_cannot_be_meant_is_said(client: Client, hearing: Consultation, query: str) -> None:
    answer = client.get(f"/api/v1/consultations/{hearing.slug}/names?{query}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "q", ["--", "%%", "_%_", "'; DROP", "\\\\", "😀😀", "99 99", "a b c d e f g h i j k l"]
)
def test_whatever_is_typed_is_only_looked_for(client: Client, hearing: Consultation, q: str) -> None:
    assert not names(client, hearing, q)


def test_no_committee_is_named_that_is_not_public(client: Client, hearing: Consultation) -> None:
    assert "Utvalg A" in hits(client, hearing, "storgata 12")[0]["within"]
    Edition.objects.filter(layer=hearing.boundary_layer).update(published=False)
    assert "Utvalg A" not in hits(client, hearing, "storgata 12")[0]["within"]


def test_of_thousands_of_one_name_in_one_spot_one_is_made(hearing: Consultation) -> None:
    """Benches are called Bench: comparing each with each would take minutes of an import."""
    edition = a_layer(hearing, "place")
    factories.named_features(
        edition, *(("Benk", spot(n % 300)) for n in range(3000)), ("Benk", Point(*OUTSIDE, srid=4326))
    )
    benches = SearchEntry.objects.filter(edition=edition)
    assert sorted(round(bench.geom.x, 1) for bench in benches) == [round(LON, 1), round(OUTSIDE[0], 1)]
    assert max(bench.extent_m or 0 for bench in benches) > 1000


def test_what_is_not_in_force_yet_cannot_be_chosen_by_its_number(hearing: Consultation) -> None:
    entry = SearchEntry.objects.filter(name="Storgata 1").get()
    today = hearing.municipality.day(timezone.now())
    assert name_hit(entry.pk, of=hearing, on=today)
    Edition.objects.filter(pk=entry.edition_id).update(valid_from=today + dt.timedelta(days=1))
    assert name_hit(entry.pk, of=hearing, on=today) is None


def test_a_draft_that_is_discarded_leaves_nothing_to_search(hearing: Consultation) -> None:
    draft = factories.edition(of=factories.layer(kind="place"), number=None, state="draft", published=False)
    factories.named_features(draft, ("Utkast", spot(1)))
    draft.refresh_from_db()
    life.discard(draft)
    assert not SearchEntry.objects.filter(name="Utkast").exists()


def test_what_is_typed_is_kept_by_nobody_and_other_sites_may_ask(
    client: Client, hearing: Consultation
) -> None:
    answer = client.get(f"/api/v1/consultations/{hearing.slug}/names?q=stor")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    Consultation.objects.filter(pk=hearing.pk).update(status="draft")
    assert client.get(f"/api/v1/consultations/{hearing.slug}/names?q=stor").status_code == 404
