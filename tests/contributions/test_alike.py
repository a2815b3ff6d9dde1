"""The same words at the same spot within a minute: flagged, and once if it is the same sender."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
from django.test import Client

from mapdialog.contributions import editing, intake, intake_sql, rulebooks
from mapdialog.contributions.columns import Origin, of_origin
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.receipt import Receipt
from mapdialog.dialogue.models import Consultation
from tests import factories as make
from tests.contributions.rulebooks import feature

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, OTHER = "0123456789abcdef" * 2, "fedcba9876543210" * 2


def receive(
    to: Consultation,
    *,
    token: str = FIRST,
    after: dt.timedelta = dt.timedelta(),
    at: Any = None,
    **properties: Any,
) -> Receipt:
    sent = feature(**properties)
    if at is not None:
        sent["geometry"] = {"type": "Point", "coordinates": list(at)}
    return intake.receive(
        sent,
        identifier=uuid.uuid4(),
        rulebook=rulebooks.read(to.slug),
        at=make.NOON + after,
        token=token,
        address="198.51.100.7",
    )


def flags_of(receipt: Receipt) -> list[str]:
    return list(Contribution.objects.get(pk=receipt.id).flags)


def test_alike_under_another_token_is_stored_and_flagged() -> None:
    consultation = make.consultation()
    first, second = receive(consultation, token=FIRST), receive(consultation, token=OTHER)
    assert (first.state, second.state) == ("published", "published")
    assert (flags_of(first), flags_of(second)) == ([], ["perhaps-the-same"])


def test_alike_under_the_same_token_is_answered_with_the_first_receipt_and_not_stored() -> None:
    consultation = make.consultation()
    first, second = receive(consultation), receive(consultation, after=dt.timedelta(seconds=2))
    assert (second.id, second.code, second.is_new) == (first.id, first.code, False)
    assert Contribution.objects.count() == 1


@pytest.mark.parametrize("token", [FIRST, OTHER])
def test_what_differs_is_neither_flagged_nor_merged(token: str) -> None:
    consultation = make.consultation()
    lon, lat = make.middle()
    receive(consultation, at=(lon, lat))
    others = [
        receive(consultation, token=token, at=(lon, lat), text="Noe annet."),
        receive(consultation, token=token, at=(lon + 0.001, lat)),
        receive(consultation, token=token, at=(lon, lat), after=dt.timedelta(seconds=61)),
        receive(make.consultation(), token=token, at=(lon, lat)),
    ]
    assert Contribution.objects.count() == 5
    assert [flags_of(receipt) for receipt in others] == [[], [], [], []]


DIFFERENT: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"theme": "lek"}),
    ({"alternative": "a"}, {"alternative": "b"}),
    ({}, {"alternative": "a"}),
    ({}, {"age_band": "25-39"}),
    ({"radius_m": 20}, {"radius_m": 50}),
    ({}, {"place_words": "Bak hallen"}),
    ({"language": "nb"}, {"language": "en"}),
]


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_the_same_words_with_anything_else_said_are_flagged_and_not_lost(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    consultation = make.consultation(themes=("lys", "lek"), languages=["nb", "en"])
    for key in "ab":
        consultation.alternatives.create(key=key, layer=make.layer(kind="zoning"))
    receive(consultation, **first)
    receipt = receive(consultation, **second)
    assert receipt.is_new
    assert flags_of(receipt) == ["perhaps-the-same"]


def test_how_a_place_was_found_alone_makes_no_second_contribution() -> None:
    consultation = make.consultation()
    receive(consultation, accuracy_m=8, placed_by="gps")
    assert not receive(consultation, accuracy_m=12, placed_by="gps").is_new


def test_every_column_that_a_sender_fills_is_compared_or_named_as_how_it_was_placed() -> None:
    revised = set(re.findall(r"(\w+) = %\(", editing.UPDATE))
    ours = {"state", "concerns", "changed_at", "id", "version"}
    assert revised - ours <= set(intake_sql.SENT_COLUMNS) | {
        column.column for column in of_origin(Origin.PLACING)
    }


def test_an_edit_leaves_the_flag() -> None:
    consultation = make.consultation()
    receive(consultation)
    receipt = receive(consultation, token=OTHER)
    for text, flags in [
        ("Ring navn@example.org", {"email", "perhaps-the-same"}),
        ("Nei", {"perhaps-the-same"}),
    ]:
        contribution = Contribution.objects.get(pk=receipt.id)
        editing.revise(
            contribution,
            {"properties": {"text": text}},
            rulebook=rulebooks.read(consultation.slug),
            version=contribution.version,
            address="198.51.100.7",
            device=None,
            at=make.NOON,
        )
        assert set(flags_of(receipt)) == flags


def test_a_few_metres_away_it_is_flagged_and_never_merged() -> None:
    consultation = make.consultation()
    lon, lat = make.middle()
    receive(consultation, at=(lon, lat))
    second = receive(consultation, at=(lon + 0.00005, lat))
    assert second.is_new
    assert flags_of(second) == ["perhaps-the-same"]


@pytest.mark.parametrize(("words", "flags"), [("Bak hallen", ["perhaps-the-same"]), ("Ved elva", [])])
def test_without_a_point_the_same_words_for_the_place_are_the_same_spot(words: str, flags: list[str]) -> None:
    consultation = make.consultation()
    receive(consultation, geometry=None, place_words="Bak hallen")
    assert flags_of(receive(consultation, token=OTHER, geometry=None, place_words=words)) == flags


def test_an_erased_one_is_nothing_to_be_like() -> None:
    consultation = make.consultation()
    first = receive(consultation)
    Contribution.objects.filter(pk=first.id).update(
        state="erased", geom=None, geom_public=None, text="", contributor_key=None
    )
    assert flags_of(receive(consultation, token=OTHER)) == []


def test_the_administration_says_a_flag_in_words(client: Client) -> None:
    pin = make.contribution(to=make.consultation(), flags=["perhaps-the-same"])
    client.force_login(make.user(is_superuser=True))
    page = client.get(
        "/admin/contributions/contribution/", headers={"Accept-Language": "nb"}
    ).content.decode()
    assert pin.code in page
    assert "perhaps-the-same" not in page
    assert "Kanskje" in page
