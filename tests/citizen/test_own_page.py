"""Authors without JavaScript read back, change and erase what they sent, with the code and the edit key."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.contrib.gis.geos import LineString, Point
from django.test import Client

from mapdialog.audit import journal
from mapdialog.citizen import status
from mapdialog.contributions import editing, keys, limits, rulebooks
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.receipt import code_of
from mapdialog.dialogue.models import Alternative, Consultation, Question
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
UUID = "5f0c5d0e-0d57-4a6e-8a3e-6d2a3b1c9e10"
TOKEN = "0123456789abcdef" * 2
WRITTEN = "0123-4567-89AB-CDEF-0123-4567-89AB-CDEF"
CODE = code_of(123_456)
POSITION = "59.025000, 9.705000"


@pytest.fixture
def consultation() -> Consultation:
    return factories.consultation(themes=("lys", "lek"))


@pytest.fixture
def pin(consultation: Consultation) -> Contribution:
    return sent(consultation)


def sent(to: Consultation, *, token: str = TOKEN, **typed: Any) -> Contribution:
    fields = {
        "text": "Her er det mørkt.\nHver kveld.",
        "theme": to.themes.get(key="lys"),
        "geom": Point(9.705, 59.025, srid=4326),
        "placed_by": "gps",
        "accuracy_m": 12,
        "code": CODE,
        "state": "published",
        **typed,
    }
    return factories.contribution(to=to, token_hash=keys.token_hash(token), **fields)


def post(client: Client, pin: Contribution, *, key: str = TOKEN, **typed: Any) -> Any:
    address = f"/c/{pin.consultation.slug}/r/{pin.code}"
    return client.post(address, {"key": key, **typed}, headers={"Accept-Language": "nb"})


def changed(**typed: Any) -> dict[str, Any]:
    """The form as it was shown, with some fields changed."""
    return {
        "act": "save",
        "version": "1",
        "theme": "lys",
        "text": "Her er det mørkt.\r\nHver kveld.",
        "coordinates": POSITION,
        "place_words": "",
        "listed_place": "",
        "age_band": "",
        **typed,
    }


# The key ---------------------------------------------------------------------------------------------


def test_who_sends_without_scripts_is_shown_the_edit_key_and_can_use_it_as_written(
    client: Client, consultation: Consultation
) -> None:
    lon, lat = factories.middle()
    form = {"uuid": UUID, "token": TOKEN, "coordinates": f"{lat}, {lon}", "theme": "lys", "text": "Mørkt."}
    answer = client.post(f"/c/{consultation.slug}/send", form, headers={"Accept-Language": "nb"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert WRITTEN in page
    received = Contribution.objects.get()
    assert received.code in page
    assert f'href="/c/{consultation.slug}/r/{received.code}#{UUID}.{TOKEN}"' in page
    assert "Mørkt." in post(client, received, key=WRITTEN).content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        TOKEN,
        WRITTEN,
        WRITTEN.lower(),
        f"  {WRITTEN.replace('-', ' ')}\n",
        WRITTEN.replace("-", "–"),
        WRITTEN.replace("0", "O").replace("1", "l"),
        f"https://kart.example.no/c/x/r/{CODE}#{UUID}.{TOKEN}",
        f"{WRITTEN}.",
    ],
)
def test_a_key_is_taken_as_people_type_it(client: Client, pin: Contribution, typed: str) -> None:
    answer = post(client, pin, key=typed)
    assert answer.status_code == 200
    assert "Her er det mørkt." in answer.content.decode()


@pytest.mark.parametrize(
    "token", ["kX9-_+/=abcdefghijklmN", "A" * 128, "0123456789ABCDEF" * 2, "abcdefghijklmnopqrstuvwxyz"]
)
def test_keys_that_programs_made_are_taken_as_they_are(
    client: Client, consultation: Consultation, token: str
) -> None:
    pin = sent(consultation, token=token)
    shown = post(client, pin, key=f" {token} ")
    assert shown.status_code == 200
    page = shown.content.decode()
    hidden = re.search(r'name="key" value="([^"]+)"', page)
    assert hidden
    assert hidden[1] == token.replace("+", "&#x2B;").replace("=", "&#x3D;") or hidden[1] == token
    assert post(client, pin, key=token, **changed(text="Rettet")).status_code == 200
    pin.refresh_from_db()
    assert pin.text == "Rettet"


@pytest.mark.parametrize("typed", ["", "f" * 32, "nei", "x" * 5000, "\x00" * 40, "٣" * 32, TOKEN[:-1]])
def test_a_key_that_is_not_the_one_gets_one_kind_answer_and_no_word_of_what_was_sent(
    client: Client, pin: Contribution, typed: str
) -> None:
    answer = post(client, pin, key=typed, act="erase", sure="yes", version="1")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "hører ikke til" in page
    assert "Her er det mørkt." not in page
    pin.refresh_from_db()
    assert pin.state == "published"


def test_the_key_of_another_contribution_is_a_wrong_one(client: Client, consultation: Consultation) -> None:
    pin, other = sent(consultation), sent(consultation, token="f" * 32, code=code_of(7))
    assert post(client, pin, key="f" * 32).status_code == 403
    assert post(client, other, key="f" * 32).status_code == 200


def test_guessing_keys_is_slowed_down_with_guessing_codes(client: Client, pin: Contribution) -> None:
    for _guess in range(status.CAPACITY):
        assert post(client, pin, key="f" * 32).status_code == 403
    refused = post(client, pin)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0


def test_the_key_is_in_no_address_and_no_cookie(pin: Contribution) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = post(client, pin)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert dict(client.cookies) == {}
    page = answer.content.decode()
    assert not re.search(rf'(?:href|action|src)="[^"]*{TOKEN}', page)
    assert 'name="next" value="/c/' in page
    address = f"/c/{pin.consultation.slug}/r/{CODE}?key={TOKEN}"
    assert "Her er det mørkt." not in client.get(address).content.decode()


def test_another_site_cannot_post_the_key(client: Client, pin: Contribution) -> None:
    address = f"/c/{pin.consultation.slug}/r/{CODE}"
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(address, {"key": TOKEN}, headers=headers).status_code == 403
    assert client.post(address, {"key": TOKEN}).status_code == 200


def test_the_address_of_sending_read_again_leads_to_the_consultation(
    client: Client, consultation: Consultation
) -> None:
    assert client.get(f"/c/{consultation.slug}/send")["Location"] == f"/c/{consultation.slug}/"


# Changing --------------------------------------------------------------------------------------------


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
        ({"coordinates": "", "place_words": ""}, "place-error"),
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


def elsewhere(pin: Contribution, **properties: str) -> None:
    rulebook = rulebooks.read(pin.consultation.slug)
    change = {"properties": properties}
    now = dt.datetime.now(dt.UTC)
    editing.revise(
        pin, change, rulebook=rulebook, version=pin.version, address="192.0.2.7", device=None, at=now
    )


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


# Erasing ---------------------------------------------------------------------------------------------


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
