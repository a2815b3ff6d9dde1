"""Authors without JavaScript read back and change what they sent."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.gis.geos import LineString
from django.test import Client

from mapdialog.contributions import limits
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Alternative, Consultation, Question
from tests import factories
from tests.citizen.own_page.page import changed, elsewhere, post, sent

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_changed_is_saved_and_what_is_not_stays_as_it_was(client: Client, pin: Contribution) -> None:
    answer = post(client, pin, **changed(text="Nå er det lyst.\r\nTakk."))
    assert answer.status_code == 200
    assert "Endringen er lagret." in answer.content.decode()
    pin.refresh_from_db()
    assert (pin.text, pin.version) == ("Nå er det lyst.\nTakk.", 2)
    assert (pin.placed_by, pin.accuracy_m, pin.geom.coords) == ("gps", 12, (9.705, 59.025))


def test_saved_twice_is_saved_once(client: Client, pin: Contribution) -> None:
    for _press in range(2):
        assert "Endringen er lagret." in post(client, pin, **changed(text="Rettet")).content.decode()
    pin.refresh_from_db()
    assert pin.version == 2


def test_nothing_changed_writes_nothing(client: Client, pin: Contribution) -> None:
    assert post(client, pin, **changed()).status_code == 200
    pin.refresh_from_db()
    assert pin.version == 1


@pytest.mark.parametrize(
    ("typed", "placed_by", "coords", "words"),
    [
        ({"coordinates": "59,026 9,706"}, "coordinates", (9.706, 59.026), ""),
        # chosen from the list, beside the coordinates that stood there
        ({"listed_place": "59.02600, 9.70600"}, "list", (9.706, 59.026), ""),
        ({"listed_place": "59.02600, 9.70600", "coordinates": ""}, "list", (9.706, 59.026), ""),
        ({"coordinates": "", "place_words": "Bak hallen"}, "words", None, "Bak hallen"),
    ],
)
def test_the_place_can_be_changed(
    client: Client, pin: Contribution, typed: dict[str, str], placed_by: str, coords: Any, words: str
) -> None:
    assert post(client, pin, **changed(**typed)).status_code == 200
    pin.refresh_from_db()
    assert pin.placed_by == placed_by
    assert (pin.geom and pin.geom.coords) == (pytest.approx(coords, abs=1e-6) if coords else None)
    assert pin.place_words == words


def test_what_no_field_can_show_is_not_lost(client: Client, consultation: Consultation) -> None:
    line = LineString((9.704, 59.024), (9.706, 59.026), srid=4326)
    pin = sent(consultation, geom=line, placed_by="map", accuracy_m=None, age_band="16-29")
    Question.objects.create(consultation=consultation, key="free", kind="text", text={"nb": "Mer?"})
    shown = post(client, pin).content.decode()
    assert "linje eller et område" in shown
    assert '<option value="16-29" selected>' in shown
    typed = {"coordinates": "", "text": "Rettet", "age_band": "16-29", "answer-free": "Ja"}
    assert post(client, pin, **changed(**typed)).status_code == 200
    pin.refresh_from_db()
    assert (pin.text, pin.age_band, pin.responses) == ("Rettet", "16-29", {"free": "Ja"})
    assert pin.geom.geom_type == "LineString"


def test_answers_proposals_and_observations_come_back_filled_in_and_change(
    client: Client, consultation: Consultation
) -> None:
    options = [{"value": value, "label": {"nb": f"valg {value}"}} for value in ("0", "1")]
    for kind in ("multiple", "single"):
        Question.objects.create(
            consultation=consultation, key=kind, kind=kind, text={"nb": "Når?"}, options=options
        )
    for order, key in enumerate("ab"):
        Alternative.objects.create(
            consultation=consultation, key=key, name={"nb": key}, layer=factories.layer(), order=order
        )
    pin = sent(
        consultation,
        kind="observation",
        details={"code": "lighting", "rating": 1, "light": "dark"},
        responses={"multiple": ["0", "1"], "single": "0"},
        alternative=consultation.alternatives.get(key="a"),
    )
    page = post(client, pin).content.decode()
    assert len(re.findall(r"<input[^>]* checked>", page)) == 1 + 2 + 1 + 1 + 2
    fields = {"code": "lighting", "rating": "0", "light": "dark", "feeling": "2", "alternative": "b"}
    answers = {"answer-multiple": ["1"], "answer-single": ""}
    assert post(client, pin, **changed(**fields, **answers)).status_code == 200
    pin.refresh_from_db()
    assert pin.details == {"code": "lighting", "rating": 0, "light": "dark", "feeling": 2}
    assert pin.responses == {"multiple": ["1"]}
    assert pin.alternative is not None
    assert pin.alternative.key == "b"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"coordinates": "", "place_words": ""}, "spot-error"),
        ({"coordinates": "her"}, "coordinates-error"),
        ({"coordinates": "40.7, -74.0"}, "coordinates-error"),
        ({"theme": "finnes-ikke"}, "theme-error"),
        ({"text": ""}, "text-error"),
        ({"text": "a\x00b"}, "text-error"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    client: Client, pin: Contribution, typed: dict[str, str], message: str
) -> None:
    answer = post(client, pin, **{**changed(text="Skrevet nå."), **typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="{message}"></p>' not in page, "the message is empty"
    assert 'id="error-summary" role="alert" tabindex="-1">' in page
    if "text" not in typed:
        assert "Skrevet nå." in page
    pin.refresh_from_db()
    assert pin.version == 1


def test_changed_somewhere_else_meanwhile_is_said_and_both_texts_stand_there(
    client: Client, pin: Contribution
) -> None:
    elsewhere(pin, text="Fra telefonen.")
    answer = post(client, pin, **changed(text="Fra skjemaet."))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Fra telefonen." in page
    assert "Fra skjemaet." in page
    assert "endret et annet sted" in page
    assert 'name="version" value="2"' in page
    pin.refresh_from_db()
    assert pin.text == "Fra telefonen."
    assert post(client, pin, **changed(text="Fra skjemaet.", version="2")).status_code == 200
    pin.refresh_from_db()
    assert pin.text == "Fra skjemaet."


def test_a_mistake_in_an_old_form_does_not_overwrite_what_came_meanwhile(
    client: Client, pin: Contribution
) -> None:
    elsewhere(pin, text="Fra telefonen.")
    page = post(client, pin, **changed(text="")).content.decode()
    assert 'name="version" value="1"' in page


def test_too_many_changes_are_refused_and_what_was_typed_stands_there(
    client: Client, pin: Contribution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CHANGES_CAPACITY", 1)
    assert post(client, pin, **changed(text="Først")).status_code == 200
    refused = post(client, pin, **changed(text="Så", version="2"))
    assert refused.status_code == 422
    assert "Så</textarea>" in refused.content.decode()
    pin.refresh_from_db()
    assert pin.text == "Først"


def test_after_closing_it_can_be_read_and_erased_and_not_changed(client: Client) -> None:
    now = dt.datetime.now(dt.UTC)
    closed = factories.consultation(
        themes=("lys",), opens_at=now - dt.timedelta(days=9), closes_at=now - dt.timedelta(days=8)
    )
    pin = sent(closed)
    page = post(client, pin).content.decode()
    assert "Her er det mørkt." in page
    assert 'value="save"' not in page
    refused = post(client, pin, **changed(text="For sent, men ikke borte."))
    assert refused.status_code == 422
    assert "For sent, men ikke borte." in refused.content.decode()
    pin.refresh_from_db()
    assert pin.version == 1
    assert post(client, pin, act="erase", sure="yes", version="1").status_code == 302
