"""Authors without JavaScript erase what they sent: asked first, once, and never unseen."""

from __future__ import annotations

import pytest
from django.test import Client

from mapdialog.audit import journal
from mapdialog.contributions.models import Contribution
from tests.citizen.own_page.page import CODE, changed, elsewhere, post

pytestmark = pytest.mark.django_db(transaction=True)


def test_erasing_asks_first_and_a_second_tap_does_not_answer(client: Client, pin: Contribution) -> None:
    asked = post(client, pin, **changed(act="ask"))
    assert asked.status_code == 200
    assert "Her er det mørkt." in asked.content.decode()
    tapped = post(client, pin, act="erase", version="1")
    assert tapped.status_code == 422
    pin.refresh_from_db()
    assert pin.state == "published"
    done = post(client, pin, act="erase", version="1", sure="yes")
    assert (done.status_code, done["Location"]) == (302, f"/c/{pin.consultation.slug}/r/{CODE}")
    pin.refresh_from_db()
    assert (pin.state, pin.text) == ("erased", "")
    assert 'name="key"' not in client.get(done["Location"]).content.decode()


def test_erased_before_says_so_to_whoever_comes_with_the_key(client: Client, pin: Contribution) -> None:
    post(client, pin, act="erase", version="1", sure="yes")
    again = post(client, pin, act="erase", version="1", sure="yes")
    assert again.status_code == 410
    assert "slettet" in again.content.decode()


def test_changed_meanwhile_is_not_erased_unseen(client: Client, pin: Contribution) -> None:
    elsewhere(pin, text="Fra telefonen.")
    answer = post(client, pin, act="erase", version="1", sure="yes")
    assert answer.status_code == 409
    assert "Fra telefonen." in answer.content.decode()
    pin.refresh_from_db()
    assert pin.state == "published"


def test_an_erasure_that_cannot_be_recorded_says_that_nothing_was_erased(
    client: Client, pin: Contribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(entry: object) -> None:
        raise journal.JournalError

    monkeypatch.setattr(journal, "write", full)
    answer = post(client, pin, act="erase", version="1", sure="yes")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    pin.refresh_from_db()
    assert pin.state == "published"
