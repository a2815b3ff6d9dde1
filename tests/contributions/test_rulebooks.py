import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mapdialog.contributions import rulebooks
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_everything_is_read_in_one_query():
    plan, boundary = make.layer(kind="zoning"), make.layer()
    consultation = make.consultation(themes=("lys", "vei"), boundary_layer=boundary)
    consultation.alternatives.create(key="a", layer=plan)
    consultation.alternatives.create(key="b", layer=plan)
    options = [{"value": 0, "label": {"nb": "nei"}}, {"value": "ja", "label": {"nb": "ja"}}]
    consultation.questions.create(key="q", kind="single", options=options, applies_to=["pin"], required=True)
    with CaptureQueriesContext(connection) as queries:
        rulebook = rulebooks.read(consultation.slug)
    assert len(queries) == 1
    assert (rulebook.id, rulebook.slug, rulebook.opens_at, rulebook.grace) == (
        consultation.pk,
        consultation.slug,
        consultation.opens_at,
        consultation.grace,
    )
    assert rulebook.themes == {theme.key: theme.pk for theme in consultation.themes.all()}
    assert set(rulebook.theme_words["lys"]) == {"Lys", "lys"}
    assert set(rulebook.alternatives) == {"a", "b"}
    assert rulebook.hit_layers == [boundary.pk, plan.pk]
    question = rulebook.questions["q"]
    assert question.values == {"0": 0, "ja": "ja"}
    assert (question.required, question.applies_to("pin"), question.applies_to("observation")) == (
        True,
        True,
        False,
    )


def test_a_draft_is_for_those_who_work_on_it():
    consultation = make.consultation(status="draft")
    planner = make.user(role="planner", of=consultation.municipality)
    assert rulebooks.read(consultation.slug, reader=planner).id == consultation.pk
    assert rulebooks.read_any(consultation.slug).id == consultation.pk
    for reader in (None, AnonymousUser(), make.user()):
        with pytest.raises(rulebooks.NoConsultationError):
            rulebooks.read(consultation.slug, reader=reader)


def test_no_slug_is_the_placeholder_of_the_query():
    make.consultation()
    with pytest.raises(rulebooks.NoConsultationError):
        rulebooks.read("<slug>")
