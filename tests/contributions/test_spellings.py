"""`responses` were called `answers`: phones still hold such items, and the database their hashes."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

import pytest
from django.test import Client

from mapdialog.contributions import intake, rulebooks
from mapdialog.contributions.feature import FeatureError, spelled_first, spelled_today
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.receipt import Receipt
from mapdialog.dialogue.models import Consultation
from tests import factories as make
from tests.citizen.phones import Phone, assert_problem
from tests.contributions.rulebooks import feature

pytestmark = pytest.mark.django_db(transaction=True)
SPELLINGS = ("responses", "answers")
TOKEN, OTHER = "0123456789abcdef" * 2, "fedcba9876543210" * 2


@pytest.fixture
def consultation() -> Consultation:
    consultation = make.consultation()
    for key in ("q", "r"):
        consultation.questions.create(key=key, kind="text", text={"nb": "Hvorfor?"})
    return consultation


def receive(
    to: Consultation, *, identifier: uuid.UUID | None = None, token: str = TOKEN, **properties: Any
) -> Receipt:
    return intake.receive(
        feature(text=None, **properties),
        identifier=identifier or uuid.uuid4(),
        rulebook=rulebooks.read(to.slug),
        at=make.NOON,
        token=token,
        address="198.51.100.7",
    )


@pytest.mark.parametrize("first", SPELLINGS)
@pytest.mark.parametrize("second", SPELLINGS)
def test_an_item_sent_again_under_the_other_spelling_is_the_same_contribution(
    consultation: Consultation, first: str, second: str
) -> None:
    identifier = uuid.uuid4()
    stored = receive(consultation, identifier=identifier, **{first: {"q": "Mørkt"}})
    again = receive(consultation, identifier=identifier, **{second: {"q": "Mørkt"}})
    assert (again.id, again.code, again.is_new) == (stored.id, stored.code, False)
    assert [pin.responses for pin in Contribution.objects.all()] == [{"q": "Mørkt"}]
    with pytest.raises(intake.DifferentError):
        receive(consultation, identifier=identifier, **{second: {"q": "Lyst"}})


def test_what_was_stored_before_the_renaming_is_known_by_the_hash_it_had() -> None:
    sent = feature(answers={"q": "Mørkt"})
    canonical = json.dumps(sent, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    before = hashlib.sha256(canonical.encode()).digest()
    for spelling in SPELLINGS:
        assert intake.keys.body_hash(spelled_first(feature(**{spelling: {"q": "Mørkt"}}))) == before


@pytest.mark.parametrize(("token", "count", "flags"), [(TOKEN, 1, []), (OTHER, 2, ["perhaps-the-same"])])
def test_alike_is_alike_in_either_spelling(
    consultation: Consultation, token: str, count: int, flags: list[str]
) -> None:
    receive(consultation, answers={"q": "Mørkt"})
    second = receive(consultation, token=token, responses={"q": "Mørkt"})
    assert Contribution.objects.count() == count
    assert Contribution.objects.get(pk=second.id).flags == flags


def test_both_at_once_are_taken_where_they_agree_and_refused_where_they_differ(
    client: Client, consultation: Consultation
) -> None:
    same = Phone(client, consultation)
    assert same.put(feature(answers={"q": "a"}, responses={"q": "a"})).status_code == 201
    assert same.put(feature(responses={"q": "a"})).status_code == 200
    refused = Phone(client, consultation).put(feature(answers={"q": "a"}, responses={"q": "b"}))
    problem = assert_problem(refused, 422, "invalid")
    assert problem["field"] == "properties.responses"
    assert "answers" in problem["detail"]
    change = {"properties": {"answers": {"q": "a"}, "responses": {"q": "b"}}}
    assert_problem(same.call("PATCH", change, headers={"If-Match": '"1"'}), 422, "invalid")
    assert Contribution.objects.get().version == 1


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_change_is_merged_in_either_spelling_and_answered_in_todays(
    client: Client, consultation: Consultation, spelling: str
) -> None:
    phone = Phone(client, consultation)
    phone.put(feature(answers={"q": "a", "r": "b"}))
    change = {"properties": {spelling: {"q": "c"}}}
    assert phone.call("PATCH", change, headers={"If-Match": '"1"'}).status_code == 200
    properties = phone.call("GET").json()["properties"]
    assert properties["responses"] == {"q": "c", "r": "b"}
    assert "answers" not in properties
    taken_away = {"properties": {spelling: None}}
    assert phone.call("PATCH", taken_away, headers={"If-Match": '"2"'}).status_code == 200
    assert Contribution.objects.get().responses == {}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_error_names_what_was_sent(client: Client, consultation: Consultation, spelling: str) -> None:
    refused = Phone(client, consultation).put(feature(**{spelling: {"unknown": "a"}}))
    assert assert_problem(refused, 422, "invalid")["field"] == f"properties.{spelling}.unknown"
    phone = Phone(client, consultation)
    phone.put(feature(responses={"q": "a"}))
    for wrong, field in (({"unknown": "a"}, ".unknown"), ("a", "")):
        change = {"properties": {spelling: wrong}}
        refused = phone.call("PATCH", change, headers={"If-Match": '"1"'})
        assert assert_problem(refused, 422, "invalid")["field"] == f"properties.{spelling}{field}"


def test_an_older_client_may_send_the_whole_back_with_its_change(
    client: Client, consultation: Consultation
) -> None:
    phone = Phone(client, consultation)
    phone.put(feature(answers={"q": "a", "r": "b"}))
    whole = phone.call("GET").json()
    whole["properties"]["answers"] = {"q": "c"}
    assert phone.call("PATCH", whole, headers={"If-Match": '"1"'}).status_code == 200
    assert Contribution.objects.get().responses == {"q": "c", "r": "b"}


def test_a_null_beside_the_other_spelling_differs_from_it() -> None:
    assert spelled_today({"answers": None}) == {"responses": None}
    with pytest.raises(FeatureError):
        spelled_today({"answers": {"q": "a"}, "responses": None})
