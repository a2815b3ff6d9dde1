import datetime as dt
import uuid

import pytest

from mapdialog.contributions.feature import FeatureError, parse
from tests.contributions.rulebooks import asked, feature, rulebook


def refused(sent, **fields):
    with pytest.raises(FeatureError) as error:
        parse(sent, rulebook=rulebook(**fields))
    assert str(error.value)
    return error.value.field


def test_a_pin_becomes_a_draft():
    draft = parse(
        feature(
            text="  Her er det mørkt.\r\nAlltid.  ",
            language="nb",
            alternative="a",
            age_band="35-49",
            accuracy_m=12,
            placed_by="gps",
            zoom_at_placing=17.5,
            radius_m=50,
            written_at="2026-04-10T12:00:00+02:00",
            contributor="0123456789abcdef",
        ),
        rulebook=rulebook(),
    )
    assert draft.text == "Her er det mørkt.\nAlltid."
    assert (draft.theme_id, draft.alternative_id, draft.kind.name) == (7, 8, "pin")
    assert draft.written_at == dt.datetime(2026, 4, 10, 10, tzinfo=dt.UTC)
    assert draft.geom.coords == (9.705, 59.025)
    assert (draft.accuracy_m, draft.zoom_at_placing, draft.radius_m) == (12, 17.5, 50)


def test_text_is_composed():
    decomposed = "A\u030apent"
    assert parse(feature(text=decomposed), rulebook=rulebook()).text == "Åpent"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"theme": None}, "properties.theme"),
        ({"theme": "ukjent"}, "properties.theme"),
        ({"theme": 7}, "properties.theme"),
        ({"text": None}, "properties.text"),
        ({"text": "   "}, "properties.text"),
        ({"text": "x" * 5001}, "properties.text"),
        ({"text": "a\x07b"}, "properties.text"),
        ({"text": ["a"]}, "properties.text"),
        ({"kind": "walk"}, "properties.kind"),
        ({"language": "norsk!"}, "properties.language"),
        ({"age_band": "gammel"}, "properties.age_band"),
        ({"alternative": "z"}, "properties.alternative"),
        ({"accuracy_m": -1}, "properties.accuracy_m"),
        ({"accuracy_m": True}, "properties.accuracy_m"),
        ({"accuracy_m": "12"}, "properties.accuracy_m"),
        ({"zoom_at_placing": 25}, "properties.zoom_at_placing"),
        ({"radius_m": 1e9}, "properties.radius_m"),
        ({"placed_by": "guess"}, "properties.placed_by"),
        ({"written_at": "yesterday"}, "properties.written_at"),
        ({"written_at": "2026-04-10T12:00:00"}, "properties.written_at"),
        ({"written_at": "0001-01-01T00:00:00+14:00"}, "properties.written_at"),
        ({"place_words": "a\nb"}, "properties.place_words"),
        ({"contributor": "kort"}, "properties.contributor"),
        ({"responses": []}, "properties.responses"),
        ({"responses": {"q": 1}}, "properties.responses.q"),
        ({"code": "lighting"}, "properties.code"),
        ({"feeling": 4}, "properties.feeling"),
        ({"light": "dusk"}, "properties.light"),
        ({"state": "published"}, "properties.state"),
        ({"geometry": None, "placed_by": "gps"}, "geometry"),
        ({"geometry": None, "placed_by": "default"}, "geometry"),
        ({"geometry": {"type": "Point", "coordinates": [9, 99]}}, "geometry.coordinates"),
    ],
)
def test_what_is_refused_names_the_field(change, field):
    assert refused(feature(**change)) == field


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "type"),
        ({"type": "FeatureCollection"}, "type"),
        ({**feature(), "crs": {}}, "crs"),
        ({**feature(), "id": "something else"}, "id"),
        ({**feature(), "properties": []}, "properties"),
    ],
)
def test_the_feature_itself_is_read_strictly(sent, field):
    with pytest.raises(FeatureError) as error:
        parse(sent, rulebook=rulebook(), identifier=uuid.uuid4())
    assert error.value.field == field


def test_words_alone_are_a_place():
    draft = parse(feature(geometry=None, place_words="ved brua"), rulebook=rulebook())
    assert (draft.geom, draft.placed_by, draft.place_words) == (None, "words", "ved brua")


def test_nothing_is_demanded_of_themes_where_there_are_none():
    assert parse(feature(theme=None), rulebook=rulebook(themes={})).theme_id is None


class TestAnswers:
    questions = {
        "hvor": asked("text"),
        "en": asked("single", "a", "b"),
        "flere": asked("multiple", "a", "b"),
        "skala": asked("scale", 0, 1, 2, 3),
        "bare-vandring": asked("text", kinds=("observation",)),
    }

    def read(self, responses):
        return parse(
            feature(text=None, responses=responses), rulebook=rulebook(questions=self.questions)
        ).responses

    def test_each_sort_is_read(self):
        sent = {"hvor": " her ", "en": "b", "flere": ["a", "b", "a"], "skala": 0}
        assert self.read(sent) == {"hvor": "her", "en": "b", "flere": ["a", "b"], "skala": 0}

    def test_a_choice_may_be_sent_as_text(self):
        assert self.read({"skala": "3"}) == {"skala": 3}

    @pytest.mark.parametrize(
        "responses",
        [
            {"ukjent": "x"},
            {"hvor": 3},
            {"en": "c"},
            {"en": ["a"]},
            {"flere": "a"},
            {"flere": ["a", "c"]},
            {"flere": [["a"]]},
            {"skala": 4},
            {"skala": True},
            {"bare-vandring": "x"},
        ],
    )
    def test_others_are_refused(self, responses):
        field = refused(feature(responses=responses), questions=self.questions)
        assert field == f"properties.responses.{next(iter(responses))}"

    def test_a_required_one_must_be_there(self):
        questions = {"q": asked("text", required=True)}
        assert refused(feature(), questions=questions) == "properties.responses.q"
        assert refused(feature(responses={"q": "  "}), questions=questions) == "properties.responses.q"
        assert parse(feature(), rulebook=rulebook(questions=questions), is_record=True).responses == {}


class TestObservation:
    def test_code_and_rating_are_enough(self):
        draft = parse(
            feature(kind="observation", text=None, code="lighting", rating=1, light="dark", feeling=0),
            rulebook=rulebook(),
        )
        assert draft.details == {"code": "lighting", "rating": 1, "light": "dark", "feeling": 0}
        assert not draft.is_private

    def test_an_incident_is_private(self):
        assert parse(feature(kind="observation", code="incident"), rulebook=rulebook()).is_private

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({}, "properties.code"),
            ({"code": "lighting"}, "properties.rating"),
            ({"code": "lighting", "rating": 4}, "properties.rating"),
            ({"code": "lighting", "rating": "good"}, "properties.rating"),
            ({"code": "lighting", "rating": True}, "properties.rating"),
            ({"code": "meeting_place", "rating": 1}, "properties.rating"),
            ({"code": "noise_atmosphere", "rating": 1}, "properties.rating"),
            ({"code": ["lighting"], "rating": 1}, "properties.code"),
            ({"code": "x", "rating": 1}, "properties.code"),
        ],
    )
    def test_others_are_refused(self, change, field):
        assert refused(feature(kind="observation", **change)) == field

    def test_two_words_are_a_scale(self):
        draft = parse(feature(kind="observation", code="meeting_place", rating="good"), rulebook=rulebook())
        assert draft.details["rating"] == "good"


def test_a_record_may_be_a_place_alone():
    draft = parse(feature(text=None, theme=None), rulebook=rulebook(), is_record=True)
    assert draft.text == ""
    with pytest.raises(FeatureError):
        parse(feature(text=None, theme=None, geometry=None), rulebook=rulebook(), is_record=True)
