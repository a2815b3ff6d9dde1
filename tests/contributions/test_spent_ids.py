"""An id that was answered with another contribution's receipt stands for that one, and for its erasure."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from mapdialog.audit import journal
from mapdialog.contributions import editing, erasure, intake, limits, replay, rulebooks
from mapdialog.contributions.models import Contribution, SpentId
from mapdialog.contributions.receipt import Receipt
from mapdialog.dialogue.models import Consultation
from tests import factories as make
from tests.contributions.rulebooks import feature

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN, OTHER = "0123456789abcdef" * 2, "fedcba9876543210" * 2
A, B = uuid.UUID(int=0xA), uuid.UUID(int=0xB)
LATER = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.JOURNAL = tmp_path


@pytest.fixture
def consultation() -> Consultation:
    return make.consultation()


def put(
    identifier: uuid.UUID,
    *,
    to: Consultation,
    token: str = TOKEN,
    after: dt.timedelta = dt.timedelta(),
    **properties: Any,
) -> Receipt:
    return intake.receive(
        feature(**properties),
        identifier=identifier,
        rulebook=rulebooks.read(to.slug),
        at=make.NOON + after,
        token=token,
        address="198.51.100.7",
    )


def own(identifier: uuid.UUID, *, of: Consultation, token: str = TOKEN) -> Contribution:
    return editing.own(identifier, rulebook=rulebooks.read(of.slug), token=token)


def erase(identifier: uuid.UUID, *, of: Consultation) -> None:
    erasure.erase(own(identifier, of=of), by="resident", at=make.NOON)


@pytest.fixture
def merged(consultation: Consultation) -> Consultation:
    put(A, to=consultation)
    assert put(B, to=consultation, accuracy_m=12).id == A
    return consultation


@pytest.mark.parametrize("erased", [A, B])
def test_what_was_erased_does_not_come_back_under_any_of_its_ids(
    merged: Consultation, erased: uuid.UUID
) -> None:
    erase(erased, of=merged)
    for identifier, sent in ((A, {}), (B, {"accuracy_m": 12}), (B, {"text": "Noe annet."})):
        with pytest.raises(intake.ErasedError):
            put(identifier, to=merged, after=LATER, **sent)
        with pytest.raises(intake.ErasedError):
            own(identifier, of=merged)
    contribution = Contribution.objects.get()
    assert (contribution.state, contribution.text) == ("erased", "")
    assert SpentId.objects.get().body_hash is None


def test_sent_again_it_has_the_same_receipt_whenever_that_is(merged: Consultation) -> None:
    receipt = put(B, to=merged, after=LATER, accuracy_m=12)
    assert (receipt.id, receipt.is_new) == (A, False)
    assert Contribution.objects.count() == 1


def test_other_words_another_token_and_another_consultation_are_something_else(merged: Consultation) -> None:
    for wrong in ({"text": "Noe annet."}, {"accuracy_m": 12, "token": OTHER}):
        with pytest.raises(intake.DifferentError):
            put(B, to=merged, after=LATER, **wrong)
    elsewhere = make.consultation()
    with pytest.raises(intake.DifferentError):
        put(B, to=elsewhere, accuracy_m=12)
    with pytest.raises(editing.NoContributionError):
        own(B, of=elsewhere)
    with pytest.raises(editing.WrongTokenError):
        own(B, of=merged, token=OTHER)
    assert Contribution.objects.count() == 1


def test_its_author_reads_what_is_stored(merged: Consultation) -> None:
    assert own(B, of=merged).pk == A
    with pytest.raises(editing.NoContributionError):
        own(uuid.uuid4(), of=merged)


def test_it_costs_what_storing_costs() -> None:
    consultation = make.consultation(address_limit=3)
    put(A, to=consultation)
    put(B, to=consultation)
    put(uuid.uuid4(), to=consultation)
    with pytest.raises(limits.TooManyError):
        put(uuid.uuid4(), to=consultation)
    assert put(B, to=consultation).id == A, "what was answered before costs nothing"
    assert SpentId.objects.count() == 2


def test_one_that_was_erased_before_is_no_answer(consultation: Consultation) -> None:
    put(A, to=consultation)
    erase(A, of=consultation)
    assert put(B, to=consultation).is_new
    assert not SpentId.objects.exists()


def test_an_erasure_under_way_is_waited_for(consultation: Consultation) -> None:
    """Whatever comes first, B is stored for itself or stands for what was erased; never both."""
    put(A, to=consultation)
    waits = threading.Event()

    def send() -> Receipt:
        try:
            waits.set()
            return put(B, to=consultation)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            erasure.empty(own(A, of=consultation), by="resident", at=make.NOON)
            sent = pool.submit(send)
            waits.wait(5)
            with pytest.raises(TimeoutError):
                sent.result(timeout=1)
        assert sent.result(timeout=20).is_new
    assert not SpentId.objects.exists()


class TestAfterARestore:
    def test_a_backup_from_before_takes_in_none_of_its_ids(self, merged: Consultation) -> None:
        erase(A, of=merged)
        assert {entry.id for entry in journal.read().entries} == {A, B}
        Contribution.objects.all().delete()
        assert not SpentId.objects.exists(), "the database as an older backup has it"
        assert replay.replay(journal.read(), at=make.NOON).absent == 2
        for identifier in (A, B):
            with pytest.raises(intake.ErasedError):
                put(identifier, to=merged, after=LATER)
            with pytest.raises(intake.ErasedError):
                own(identifier, of=merged)
        assert not Contribution.objects.exists()
        assert replay.replay(journal.read(), at=make.NOON).absent == 0, "a second time it does nothing"

    def test_a_backup_from_between_erases_what_they_stand_for(self, merged: Consultation) -> None:
        before, spent = Contribution.objects.get(), SpentId.objects.get()
        erase(B, of=merged)
        Contribution.objects.all().delete()
        Contribution.objects.bulk_create([before])
        SpentId.objects.bulk_create([spent])
        assert replay.replay(journal.read(), at=make.NOON).states == {"erased": 1}
        with pytest.raises(intake.ErasedError):
            put(B, to=merged, after=LATER, accuracy_m=12)
        assert SpentId.objects.get().body_hash is None

    def test_what_was_only_decided_may_come_again(self, consultation: Consultation) -> None:
        entry = journal.Entry(what="rejected", id=A, version=2, at=make.NOON)
        replay.replay(journal.Journal(entries=(entry,)), at=make.NOON)
        assert put(A, to=consultation).is_new


def test_nothing_is_known_of_an_erased_one_but_its_id() -> None:
    with pytest.raises(IntegrityError, match="spentid_erased_is_empty"):
        SpentId.objects.create(id=B, body_hash=b"x")
