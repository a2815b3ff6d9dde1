"""Real connections, real commits: what two phones at once, a full bucket and a failing disk leave behind."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from mapdialog.audit.models import AuditEntry
from mapdialog.contributions import intake, limits, rulebooks
from mapdialog.contributions.models import Contribution, RateBucket, Submission
from mapdialog.dialogue.models import DataVersion
from tests import factories as make
from tests.contributions.rulebooks import feature

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "0123456789abcdef0123456789abcdef"


def receive(slug, identifier, *, token=TOKEN, **properties):
    return intake.receive(
        feature(**{"text": f"Her er det mørkt. {identifier}", **properties}),
        identifier=identifier,
        rulebook=rulebooks.read(slug),
        at=make.NOON,
        token=token,
        address="198.51.100.7",
        device="device-number-1",
    )


def at_once(n, work):
    """Runs work(0) … work(n-1) in threads that start together; gives what each returned or raised."""
    barrier = threading.Barrier(n)

    def attempt(number):
        try:
            barrier.wait()
            return work(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(n) as pool:
        return list(pool.map(attempt, range(n)))


def test_the_same_pin_from_many_connections_is_stored_once():
    consultation = make.consultation()
    for _ in range(5):
        identifier = uuid.uuid4()
        receipts = at_once(6, lambda number, identifier=identifier: receive(consultation.slug, identifier))
        assert sorted(receipt.is_new for receipt in receipts) == [False] * 5 + [True]
        assert len({(receipt.code, receipt.number) for receipt in receipts}) == 1
    assert Contribution.objects.count() == Submission.objects.count() == 5
    assert AuditEntry.objects.filter(action="contribution.received").count() == 5
    assert DataVersion.objects.get(consultation=consultation).number == 5


def test_of_different_bodies_with_one_id_one_wins():
    consultation = make.consultation()
    identifier = uuid.uuid4()
    results = at_once(4, lambda number: receive(consultation.slug, identifier, text=f"Nummer {number}"))
    assert sum(isinstance(result, intake.DifferentError) for result in results) == 3
    assert Contribution.objects.count() == 1


def test_the_last_token_of_a_bucket_is_taken_once():
    consultation = make.consultation(address_limit=3)
    results = at_once(8, lambda number: receive(consultation.slug, uuid.uuid4()))
    assert sum(isinstance(result, limits.TooManyError) for result in results) == 5
    assert Contribution.objects.count() == Submission.objects.count() == 3
    assert min(RateBucket.objects.values_list("tokens", flat=True)) == 0


def test_a_failure_at_the_very_end_leaves_nothing():
    consultation = make.consultation()
    DataVersion.objects.update_or_create(consultation=consultation, defaults={"number": 2**63 - 1})
    with pytest.raises(DataError, match="out of range"):
        receive(consultation.slug, uuid.uuid4())
    assert not Contribution.objects.exists()
    assert not Submission.objects.exists()
    assert not RateBucket.objects.exists()


def test_a_receipt_means_that_it_is_committed():
    consultation = make.consultation()
    receipt = receive(consultation.slug, uuid.uuid4())
    counts = at_once(1, lambda number: Contribution.objects.filter(code=receipt.code).count())
    assert counts == [1]
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        receive(consultation.slug, uuid.uuid4())


def test_what_is_refused_takes_no_number_and_no_token():
    consultation = make.consultation(address_limit=2)
    first = receive(consultation.slug, uuid.uuid4())
    for _ in range(3):
        with pytest.raises(intake.OutsideAreaError):
            receive(consultation.slug, uuid.uuid4(), geometry={"type": "Point", "coordinates": [120.0, 10.0]})
    assert receive(consultation.slug, uuid.uuid4()).number == first.number + 1


def test_a_bucket_never_goes_below_nothing():
    RateBucket.objects.create(key="a", tokens=0, updated_at=make.NOON)
    with pytest.raises(IntegrityError, match=limits.EMPTY):
        RateBucket.objects.update(tokens=-0.5)


def test_a_taken_receipt_code_is_made_anew(monkeypatch):
    consultation = make.consultation()
    first = receive(consultation.slug, uuid.uuid4())
    codes = iter([first.code, first.code, "ZZZZZZZ0"])
    monkeypatch.setattr(intake.receipt, "new_code", lambda: next(codes))
    assert receive(consultation.slug, uuid.uuid4()).code == "ZZZZZZZ0"
    assert Submission.objects.count() == 2
