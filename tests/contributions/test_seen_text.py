"""Marks that turn the text around them are in no public text; what scripts and emoji are made with stays."""

import json

import pytest
from django.db import IntegrityError, transaction

from layers.readers.closed.visible_text import UNSEEN, visible_text
from mapdialog.contributions.feature import FeatureError, clean, parse
from mapdialog.contributions.models import Contribution
from tests import factories as make
from tests.contributions.rulebooks import feature, rulebook
from tests.contributions.test_importing import load

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"


@pytest.mark.parametrize("mark", UNSEEN, ids=lambda mark: f"U+{ord(mark):04X}")
def test_they_leave_what_residents_write(mark):
    draft = parse(
        feature(text=f"{mark}Her{mark} er det\nm\u00f8rkt", place_words=f"ved {mark}brua"),
        rulebook=rulebook(),
    )
    assert draft.text == "Her er det\nm\u00f8rkt"
    assert draft.place_words == "ved brua"
    assert mark not in json.dumps([dict(draft.responses), dict(draft.details)], ensure_ascii=False)


def test_a_text_of_nothing_else_says_nothing():
    with pytest.raises(FeatureError):
        parse(feature(text="\ufeff\u202e"), rulebook=rulebook())


@pytest.mark.parametrize("text", [FAMILY, PERSIAN, "a\u00adb", "\u2764\ufe0f"])
def test_what_letters_and_emoji_are_made_with_stays(text):
    assert clean(text, field="text") == visible_text(text) == text


@pytest.mark.django_db
def test_they_leave_what_is_imported():
    consultation = make.consultation()
    load(consultation, "id,x,y,t,tema,tid\nb1,9.705,59.025,\u202egnp\u2066m\u00f8rkt,lys,2026-04-20\n")
    assert Contribution.objects.get().text == "gnpm\u00f8rkt"


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["text", "place_words"])
def test_the_database_takes_none(column):
    pin = make.contribution(to=make.consultation())
    with pytest.raises(IntegrityError, match="contribution_text_is_seen"), transaction.atomic():
        Contribution.objects.filter(pk=pin.pk).update(**{column: "gpj\u202eexe"})
