"""An address that takes no mail is noted once, however it is written and whoever hears of it at once."""

from __future__ import annotations

import datetime as dt

import pytest

from mapdialog.mail import sending
from mapdialog.mail.models import RefusedAddress
from tests.contributions.test_exactly_once import at_once
from tests.mail.test_sending import AT


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_that_hear_of_one_address_at_once_both_note_it() -> None:
    for number in range(5):
        spellings = [f"Planner{number}@Example.org", f"planner{number}@example.org"] * 2

        def note(index: int, spellings: list[str] = spellings) -> None:
            sending.note_refused(spellings[index], answer=f"550 {index}", at=AT)

        assert at_once(4, note) == [None] * 4
    assert RefusedAddress.objects.count() == 5


@pytest.mark.django_db
def test_the_last_answer_of_a_mail_server_counts() -> None:
    sending.note_refused("Planner@example.org", answer="550 5.1.1 no such mailbox", at=AT)
    later = AT + dt.timedelta(days=1)
    sending.note_refused("planner@example.org", answer="550 5.2.1 closed", at=later)
    address = RefusedAddress.objects.get()
    assert (address.email, address.answer, address.at) == ("Planner@example.org", "550 5.2.1 closed", later)
