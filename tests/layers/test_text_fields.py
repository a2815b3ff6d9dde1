"""Marks that turn the text around them are stored by no way into the tables that officials fill."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, models

from layers.models import Area, Zone
from layers.text_fields import VisibleJSONField
from mapdialog.dialogue.models import Consultation, Theme
from tests import factories as make

TURNED = "Gr\u202easmyr\u2066"


def test_no_text_column_of_these_tables_is_another() -> None:
    """A choice is one of ours; addresses have letters of their own; nobody is shown the rest."""
    others = [
        f"{model.__name__}.{field.name}"
        for app in ("layers", "dialogue", "people")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if type(field) in {models.CharField, models.TextField, models.JSONField} and not field.choices
    ]
    assert others == ["SearchEntry.key", "User.password", "SharedValue.cache_key", "SharedValue.value"]


@pytest.mark.django_db
def test_they_are_stored_by_no_way_in() -> None:
    edition = make.edition(of=make.layer())
    make.areas(of=edition)
    Area.objects.update(name=TURNED, names={"nb": TURNED})
    assert set(Area.objects.values_list("name", "names__nb")) == {("Grasmyr", "Grasmyr")}

    consultation = make.consultation()
    theme = consultation.themes.get()
    theme.name = {"nb": TURNED}
    theme.save()
    assert Theme.objects.get().name == {"nb": "Grasmyr"}
    Theme.objects.bulk_update([theme], ["name"])
    assert Theme.objects.get().name == {"nb": "Grasmyr"}

    question = consultation.questions.create(
        key="q", kind="single", text={"nb": TURNED}, options=[{"value": "a", "label": {"nb": TURNED}}]
    )
    question.refresh_from_db()
    assert (question.text, question.options[0]["label"]) == ({"nb": "Grasmyr"}, {"nb": "Grasmyr"})


@pytest.mark.django_db
def test_they_have_left_what_was_stored_before() -> None:
    make.zone(of=make.edition(of=make.layer(kind="zoning")), name="Felt", legal_text="Tekst", field="B1")
    make.consultation(title={"nb": "Plan"})
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE layers_zone SET name = %s, provision = jsonb_build_object('nb', %s::text)", [TURNED] * 2
        )
        cursor.execute(
            "UPDATE dialogue_consultation SET title = jsonb_build_object('nb', %s::text)", [TURNED]
        )
        for migration in (
            "layers.migrations.0010_visible_text",
            "mapdialog.dialogue.migrations.0004_visible_text",
        ):
            for operation in import_module(migration).Migration.operations:
                cursor.execute(operation.sql)
    zone = Zone.objects.get()
    assert (zone.name, zone.provision, zone.field) == ("Grasmyr", {"nb": "Grasmyr"}, "B1")
    assert Consultation.objects.get().title == {"nb": "Grasmyr"}
    assert isinstance(Consultation._meta.get_field("title"), VisibleJSONField)
