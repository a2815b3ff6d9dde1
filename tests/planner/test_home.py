"""The first page after signing in: what somebody with a role, or without, can do and where."""

from __future__ import annotations

import pytest
from django.test import Client

from mapdialog.dialogue.models import Consultation, ConsultationHolder
from mapdialog.people.models import Membership, User
from tests import factories

pytestmark = pytest.mark.django_db
ASK = "Ask an administrator of your municipality to give you a role."


def home_of(person: User) -> str:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(person)
    return " ".join(client.get("/planner/").content.decode().split())


def link_to(consultation: Consultation) -> str:
    return f'href="/c/{consultation.slug}/"'


@pytest.mark.parametrize(
    ("role", "words"), [("elected", "elected member"), ("committee", "committee member")]
)
def test_who_has_a_role_is_told_what_it_opens_and_asked_for_no_other(role: str, words: str) -> None:
    ours, others = factories.consultation(), factories.consultation()
    draft = factories.consultation(municipality=ours.municipality, status="draft")
    shared = factories.consultation()
    ConsultationHolder.objects.create(consultation=shared, municipality=ours.municipality)
    page = home_of(factories.user(role=role, of=ours.municipality))
    assert f"Your role in {ours.municipality.name}: {words}." in page
    assert ASK not in page
    assert link_to(ours) in page
    assert link_to(shared) in page
    assert link_to(draft) not in page
    assert link_to(others) not in page
    assert "/planner/layers/" not in page


def test_who_plans_in_one_municipality_and_is_elected_in_another_sees_both_once() -> None:
    work, elsewhere = factories.consultation(), factories.consultation()
    person = factories.user(role="planner", of=work.municipality)
    for municipality in (work.municipality, elsewhere.municipality):
        Membership.objects.create(user=person, municipality=municipality, role="elected")
    page = home_of(person)
    assert f'href="/planner/c/{work.slug}/"' in page
    assert page.count(link_to(work)) == 1
    assert page.count(link_to(elsewhere)) == 1
    assert f'href="/planner/c/{elsewhere.slug}/"' not in page


def test_who_has_no_role_is_told_whom_to_ask() -> None:
    factories.consultation()
    page = home_of(factories.user())
    assert ASK in page
    assert 'href="/c/' not in page


def test_a_role_where_nothing_goes_on_says_that() -> None:
    page = home_of(factories.user(role="elected", of=factories.municipality()))
    assert "There is no consultation to read at the moment." in page
    assert ASK not in page
