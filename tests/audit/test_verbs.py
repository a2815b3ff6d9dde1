"""The register of what the audit trail can say, walked whole: each verb has words in every language and is
recorded somewhere; and nothing is recorded that is not declared."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from mapdialog.audit.models import AuditEntry, record
from mapdialog.audit.verb import Verb
from mapdialog.people.admin import OfOwnMunicipality
from tests import factories as make

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
ADMINS = {
    model._meta.model_name: of_model
    for model, of_model in admin.site._registry.items()
    if isinstance(of_model, OfOwnMunicipality)
}


@pytest.mark.parametrize("verb", Verb)
def test_each_verb_has_words_of_its_own_in_every_language(verb: Verb) -> None:
    words = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words[language] = str(verb.label)
    assert verb not in words.values()
    assert all(language == "en" or words[language] != words["en"] for language in words)
    # Norwegian, Danish and Swedish may coincide in a short sentence; that all of them do, nobody has written.
    assert len(set(words.values())) > 2


def test_no_two_verbs_say_the_same() -> None:
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            assert len({str(verb.label) for verb in Verb}) == len(Verb)


def test_a_verb_that_is_not_declared_is_not_recorded() -> None:
    with pytest.raises(ValueError, match=r"user\.praised"):
        record("user.praised", subject=make.user(), by="command", at=make.NOON)  # type: ignore[arg-type]
    assert not AuditEntry.objects.exists()


def test_each_verb_is_recorded_somewhere_by_its_declared_name() -> None:
    """A word in quotes would be checked when it is recorded only, which is the day somebody needs it."""
    used, wrong = set(), []
    for path in sorted(ROOT.glob("mapdialog/**/*.py")):
        if "migrations" in path.parts or path == ROOT / "mapdialog/audit/verb.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Verb":
                used.add(node.attr)
            if isinstance(node, ast.Constant) and node.value in Verb.values:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}")
    assert wrong == []
    assert used == set(Verb.names)


@pytest.mark.parametrize("name", sorted(ADMINS))
def test_what_the_administration_can_do_it_can_record(name: str) -> None:
    request = RequestFactory().get("/")
    request.user = make.user(is_superuser=True)
    of_model = ADMINS[name]
    deeds = {
        "made": of_model.has_add_permission(request),
        "changed": of_model.has_change_permission(request),
        "deleted": of_model.has_delete_permission(request),
    }
    for deed, may in deeds.items():
        assert getattr(of_model, deed, None) == (f"{name}.{deed}" if may else None)


def test_the_administration_shows_words_and_an_old_verb_as_it_was_written() -> None:
    superuser = make.user(is_superuser=True)
    record(Verb.USER_MADE, subject=superuser, by="command", at=make.NOON)
    old = AuditEntry.objects.create(
        action="layerversion.changed", at=make.NOON, by="command", subject_type="layerversion", subject_id="1"
    )
    client = Client(HTTP_ACCEPT_LANGUAGE="nb")
    client.force_login(superuser)
    page = client.get(reverse("admin:audit_auditentry_changelist")).content.decode()
    assert "En bruker ble opprettet" in page
    assert "layerversion.changed" in page
    row_page = client.get(reverse("admin:audit_auditentry_change", args=[old.pk])).content.decode()
    assert row_page.count("layerversion.changed") == 1
    chosen = client.get(reverse("admin:audit_auditentry_changelist"), {"action__exact": "user.made"})
    assert "layerversion.changed" not in chosen.content.decode()
