"""The residents' pages as HTML: what they show, to whom, and at what cost."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from layers.models import Feature, Zone
from mapdialog.citizen.forms import ContributionForm
from mapdialog.dialogue.models import Alternative, Consultation, Question
from tests import factories

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def a_full_one(**fields: object) -> Consultation:
    """Two committees, a plan in two alternatives, two themes, one question."""
    committees = factories.layer()
    factories.areas(of=factories.edition(of=committees))
    consultation = factories.consultation(themes=("lys", "lek"), boundary_layer=committees, **fields)
    for order, key in enumerate("AB"):
        plan = factories.layer(kind="zoning", style="no_reguleringsplan")
        factories.zone(of=factories.edition(of=plan), provision={"nb": f"Inntil {order + 2} etasjer."})
        Alternative.objects.create(
            consultation=consultation, key=key, name={"nb": f"Alternativ {key}"}, layer=plan, order=order
        )
    Question.objects.create(
        consultation=consultation,
        key="dark",
        kind="scale",
        text={"nb": "Hvordan er det når det er mørkt?"},
        options=[{"value": "0", "label": {"nb": "utrygt"}}, {"value": "1", "label": {"nb": "trygt"}}],
    )
    return consultation


def page(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers={"Accept-Language": "nb", **headers})
    assert response.status_code == 200
    return response.content.decode()


def test_front_page_tells_open_from_upcoming_and_closed(client: Client) -> None:
    now = dt.datetime.now(dt.UTC)
    factories.consultation(title={"nb": "Den åpne"}, opens_at=now - HOUR, closes_at=now + HOUR)
    factories.consultation(title={"nb": "Den kommende"}, opens_at=now + HOUR, closes_at=None)
    factories.consultation(title={"nb": "Den lukkede"}, opens_at=now - 2 * HOUR, closes_at=now - HOUR)
    factories.consultation(title={"nb": "Utkastet"}, status="draft")
    shown = page(client, "/")
    order = [shown.index(title) for title in ("Den åpne", "Den kommende", "Den lukkede")]
    assert order == sorted(order)
    assert "Utkastet" not in shown


def test_front_page_without_consultations_says_so(client: Client) -> None:
    assert 'class="empty"' in page(client, "/")


def test_front_page_costs_the_same_for_many(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(5):
        factories.consultation()
    with django_assert_num_queries(3):
        page(client, "/")


def test_a_demo_says_so_on_every_page(client: Client) -> None:
    municipality = factories.municipality(is_demo=True)
    consultation = factories.consultation(municipality=municipality, is_demo=True)
    pin = factories.contribution(to=consultation, code="0000000" + "0")
    for address in ("/", f"/c/{consultation.slug}/", f"/c/{consultation.slug}/r/{pin.code}"):
        assert "Oppdiktet demo" in page(client, address)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nb", "Oppdiktet demo"),
        ("nn", "Oppdikta demo"),
        ("sv", "Påhittad demo"),
        ("da", "Opdigtet demo"),
        ("en", "Invented demo"),
    ],
)
def test_a_demo_says_so_in_the_readers_language(client: Client, language: str, words: str) -> None:
    municipality = factories.municipality(is_demo=True)
    consultation = factories.consultation(municipality=municipality, is_demo=True)
    answer = client.get(f"/c/{consultation.slug}/", headers={"accept-language": language})
    assert f"{words}." in answer.content.decode()


def test_a_real_consultation_carries_no_demo_banner(client: Client) -> None:
    assert "demo-banner" not in page(client, f"/c/{factories.consultation().slug}/")


def test_consultation_page_holds_what_a_resident_needs(client: Client) -> None:
    consultation = a_full_one(
        purpose={"nb": "Vi vil vite hvordan det er her."},
        fixed={"nb": "Skolen blir liggende."},
        can_influence={"nb": "Hvor gangveiene går."},
        decides={"nb": "Kommunestyret bestemmer."},
    )
    shown = page(client, f"/c/{consultation.slug}/")
    for words in ("Vi vil vite", "Skolen blir", "Hvor gangveiene", "Kommunestyret", "Alternativ B", "dark"):
        assert words in shown


def test_the_plan_can_be_read_without_the_map(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    consultation = a_full_one()
    with django_assert_max_num_queries(10):
        shown = page(client, f"/c/{consultation.slug}/plan")
    for words in ("Alternativ A", "B1", "1110", "Inntil 2 etasjer.", "Inntil 3 etasjer."):
        assert words in shown


def test_the_plan_in_words_goes_level_by_level_and_tells_what_is_planned(client: Client) -> None:
    consultation = factories.consultation()
    edition = factories.edition(of=factories.layer(kind="zoning", style="no_kommuneplan"))
    factories.zone(of=edition, code="2010", field="Tunnelen", vertical_level=1)
    factories.zone(of=edition, code="1110", field="Boligene", land_use_status=2)
    Alternative.objects.create(
        consultation=consultation, key="A", name={"en": "The plan"}, layer=edition.layer
    )
    shown = page(client, f"/c/{consultation.slug}/plan", **{"Accept-Language": "en"})
    order = ["On the ground</h3>", "Boligene – Housing, future", "Under the ground</h3>", "Tunnelen"]
    assert [shown.index(words) for words in order] == sorted(shown.index(words) for words in order)
    edition.zones.filter(field="Tunnelen").delete()
    assert "</h3>" not in page(client, f"/c/{consultation.slug}/plan", **{"Accept-Language": "en"})


def test_texts_say_which_language_they_are_in(client: Client) -> None:
    consultation = factories.consultation(title={"nb": "Bare på bokmål"})
    assert '<h1 class="ds-heading" data-size="md" lang="nb">Bare på bokmål</h1>' in page(
        client, f"/c/{consultation.slug}/", **{"Accept-Language": "en"}
    )


def test_consultation_page_costs_the_same_for_many_contributions(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    consultation = a_full_one()
    for _number in range(12):
        factories.contribution(to=consultation)
    with django_assert_max_num_queries(19):
        shown = page(client, f"/c/{consultation.slug}/")
    assert shown.count('class="others__comment"') == 10
    assert "?page=2" in shown
    assert page(client, f"/c/{consultation.slug}/?page=2").count('class="others__comment"') == 2


def test_only_what_is_published_is_said(client: Client) -> None:
    consultation = a_full_one()
    for state in ("pending", "private", "rejected"):
        factories.contribution(to=consultation, state=state, text=f"Hemmelig {state}")
    assert "Hemmelig" not in page(client, f"/c/{consultation.slug}/")


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 30, "²"])
def test_odd_page_numbers_are_the_first_or_last(client: Client, number: str) -> None:
    answer = page(client, f"/c/{a_full_one().slug}/?page={number}")
    assert 'id="others-list"' in answer


def test_a_draft_is_not_there_for_residents(client: Client) -> None:
    consultation = factories.consultation(status="draft")
    assert client.get(f"/c/{consultation.slug}/").status_code == 404


def test_a_closed_one_shows_no_form(client: Client) -> None:
    now = dt.datetime.now(dt.UTC)
    consultation = factories.consultation(opens_at=now - 2 * HOUR, closes_at=now - HOUR)
    assert 'id="contribution"' not in page(client, f"/c/{consultation.slug}/")


def test_no_inline_style_and_every_inline_script_has_a_nonce(client: Client) -> None:
    shown = page(client, f"/c/{a_full_one().slug}/")
    assert " style=" not in shown
    assert "<style" not in shown
    scripts = [part.split(">")[0] for part in shown.split("<script")[1:]]
    assert all("nonce=" in script or "src=" in script or "application/json" in script for script in scripts)


@pytest.mark.parametrize("address", ["/privacy", "/accessibility"])
def test_plain_pages(client: Client, address: str) -> None:
    assert "<h1" in page(client, address)


def test_missing_pages_are_pages(client: Client) -> None:
    response = client.get("/c/finnes-ikke/", headers={"Accept-Language": "nb"})
    assert response.status_code == 404
    assert "site-header" in response.content.decode()


def test_language_is_chosen_by_a_form(client: Client) -> None:
    response = client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    assert response.status_code == 302
    assert '<html lang="en"' in client.get("/").content.decode()


def listed(shown: str) -> list[str]:
    return re.findall(r'<option value="[^"]+">([^<]+)</option>', shown.partition('id="id_listed_place"')[2])


def test_the_list_of_places_counts_as_people_do_and_says_when_it_is_cut(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = factories.layer(kind="place")
    newest, plan = factories.edition(of=places), factories.layer(kind="zoning")
    fields = factories.edition(of=plan)
    for number in (10, 2, 1):
        Feature.objects.create(edition=newest, name=f"Vik {number}", geom=factories.square().centroid)
        factories.zone(of=fields, field=f"F{number}", code="X", name="Felt")
    consultation = factories.consultation()
    consultation.base_layers.add(places)
    Alternative.objects.create(consultation=consultation, key="a", name={"nb": "Alternativ A"}, layer=plan)
    whole = page(client, f"/c/{consultation.slug}/", **{"Accept-Language": "en"})
    names = listed(whole)
    assert names[:6] == ["Vik 1", "Vik 2", "Vik 10", "F1 – Felt", "F2 – Felt", "F10 – Felt"]
    assert "only the first" not in whole
    monkeypatch.setattr("mapdialog.citizen.plan_map.MOST_PLACES", 2)
    monkeypatch.setattr("mapdialog.citizen.plan_map.MOST_ZONES", 1)
    cut = page(client, f"/c/{consultation.slug}/", **{"Accept-Language": "en"})
    assert listed(cut)[:3] == ["Vik 1", "Vik 2", "F1 – Felt"]
    assert "Places: only the first 2 are listed. Use coordinates or your own words" in cut
    assert "Alternativ A: only the first 1 are listed." in cut


@pytest.mark.parametrize("ending", ["", "plan/", "plan"])
def test_capitals_and_slashes_lead_to_the_one_address(client: Client, ending: str) -> None:
    slug = factories.consultation().slug
    response = client.get(f"/c/{slug.upper()}/{ending}?page=1")
    assert response.status_code == 302
    assert response["Location"] == f"/c/{slug}/{ending.rstrip('/')}?page=1"
    assert client.get(f"/c/{slug}").headers["Location"] == f"/c/{slug}/"


def test_what_is_posted_to_another_spelling_is_taken_and_not_led_on(client: Client) -> None:
    slug = factories.consultation().slug
    assert client.post(f"/c/{slug.upper()}/send", {"text": "Her"}).status_code == 422
    assert client.post(f"/c/{slug}", {"text": "Her"}).status_code == 405


def test_english_dates_are_british(client: Client) -> None:
    closes_at = dt.datetime(2126, 11, 12, 14, tzinfo=dt.UTC)
    slug = factories.consultation(closes_at=closes_at).slug
    shown = client.get(f"/c/{slug}/", headers={"Accept-Language": "en"}).content.decode()
    assert "12 November 2126" in shown
    assert "15:00" in shown


def test_a_large_plan_is_drawn_in_finer_pieces_however_few_are_listed(client: Client) -> None:
    consultation = a_full_one()
    edition = Alternative.objects.filter(consultation=consultation).order_by("order")[0].layer.editions.get()
    Zone.objects.bulk_create(
        Zone(edition=edition, code="1110", field="", geom=factories.square(0)) for _zone in range(301)
    )
    shown = client.get(f"/c/{consultation.slug}/").content.decode()
    assert [int(finest) for finest in re.findall(r'"finest": (\d+)', shown)] == [15, 13]


def test_what_residents_write_runs_in_its_own_direction(client: Client) -> None:
    consultation = factories.consultation()
    factories.contribution(to=consultation, text="\u0645\u0638\u0644\u0645 \u0647\u0646\u0627")
    shown = client.get(f"/c/{consultation.slug}/").content.decode()
    assert re.search(r'<p class="others__text" dir="auto"', shown)
    assert re.search(r'<textarea[^>]* dir="auto"', shown)


def test_the_alternative_is_asked_for_once_and_no_key_is_guessed_from() -> None:
    consultation = a_full_one()
    own = consultation.questions.create(key="alternative-wishes", kind="text", text={"nb": "Andre ønsker?"})
    form = ContributionForm(consultation=consultation, kind="pin", token="")
    assert [choice.value for choice in form.alternative_choices] == ["A", "B"]
    consultation.questions.filter(pk=own.pk).update(key="which", asks_alternative=True)
    assert ContributionForm(consultation=consultation, kind="pin", token="").alternative_choices == []
