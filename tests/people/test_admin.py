"""The administration: every page opens, each sees their own municipality, every change leaves a trace."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from mapdialog.audit.models import AuditEntry
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation, DataVersion
from mapdialog.people.models import Membership, Municipality, User
from tests import factories

pytestmark = pytest.mark.django_db
SQUARE = '{"type":"Polygon","coordinates":[[[9.7,59],[9.8,59],[9.8,59.1],[9.7,59.1],[9.7,59]]]}'


@pytest.fixture
def home() -> Municipality:
    return factories.municipality(code="NO-4012")


@pytest.fixture
def away() -> Municipality:
    return factories.municipality(code="NO-3001")


@pytest.fixture
def administrator(client: Client, home: Municipality) -> User:
    user = factories.user(role="admin", of=home)
    client.force_login(user)
    return user


def page(model: Any, name: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def test_every_list_and_form_opens_for_a_superuser(client: Client, home: Municipality) -> None:
    client.force_login(factories.user(is_superuser=True))
    consultation = factories.consultation(municipality=home, boundary_layer=factories.layer())
    contribution = factories.contribution(to=consultation)
    factories.edition(of=consultation.boundary_layer)
    for model, model_admin in admin.site._registry.items():
        assert client.get(page(model)).status_code == 200, model
        if model_admin.has_add_permission(_request_of(client)):
            assert client.get(page(model, "add")).status_code == 200, model
    for row in (consultation, contribution, home, consultation.boundary_layer):
        assert client.get(page(row, "change", row.pk)).status_code == 200, row


def _request_of(client: Client) -> Any:
    return client.get("/admin/").wsgi_request


def test_ones_own_municipality_only(
    client: Client, administrator: User, home: Municipality, away: Municipality
) -> None:
    mine = factories.consultation(
        municipality=home, boundary_layer=factories.layer(owner="NO-4012", name="own")
    )
    theirs = factories.consultation(
        municipality=away, boundary_layer=factories.layer(owner="NO-3001", name="far")
    )
    shown = factories.contribution(to=mine)
    hidden = factories.contribution(to=theirs)
    colleague = factories.user(role="planner", of=home)
    stranger = factories.user(role="planner", of=away)
    pairs = [
        (mine, theirs),
        (shown, hidden),
        (home, away),
        (mine.boundary_layer, theirs.boundary_layer),
        (colleague, stranger),
        (colleague.memberships.get(), stranger.memberships.get()),
    ]
    for own, other in pairs:
        listing = client.get(page(own)).content.decode()
        assert f"/{own.pk}/change/" in listing, own
        assert f"/{other.pk}/change/" not in listing, other
        assert client.get(page(own, "change", own.pk)).status_code == 200, own
        assert client.get(page(other, "change", other.pk)).status_code == 302, other
    form = client.get(page(Consultation, "change", mine.pk)).content.decode()
    assert "NO-3001 far" not in form
    assert home.name in form
    assert away.name not in form
    assert stranger.email not in client.get(page(Membership, "add")).content.decode()


def test_who_has_no_role_sees_nothing(client: Client, home: Municipality) -> None:
    consultation = factories.consultation(municipality=home)
    for person in (factories.user(), factories.user(role="elected", of=home)):
        client.force_login(person)
        for model in admin.site._registry:
            assert client.get(page(model)).status_code == 403, model
        assert client.get(page(Consultation, "change", consultation.pk)).status_code == 403


@pytest.mark.parametrize("role", ["admin", "moderator", "planner"])
def test_a_role_opens_the_administration_and_no_mark_besides(
    client: Client, home: Municipality, role: str
) -> None:
    client.force_login(factories.user(role=role, of=home))
    waiting = factories.contribution(to=factories.consultation(municipality=home), state="pending")
    assert waiting.code in client.get(page(Contribution)).content.decode()
    assert client.get("/admin/").status_code == 200
    assert client.get(page(Membership)).status_code == (200 if role == "admin" else 403)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Your municipality&#x27;s administrator gives roles."),
        ("nb", "Kommunens administrator"),
        ("nn", "Administratoren i kommunen"),
        ("sv", "Kommunens administratör"),
        ("da", "Kommunens administrator"),
    ],
)
def test_who_is_signed_in_and_may_not_is_told_who_may(
    client: Client, home: Municipality, language: str, words: str
) -> None:
    person = factories.user(role="committee", of=home)
    client.force_login(person)
    answer = client.get("/admin/", headers={"Accept-Language": language})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert words in page
    assert person.email in page
    assert 'href="/planner/"' in page
    assert Client().get("/admin/")["Location"] == "/admin/login/?next=/admin/"


def test_nobody_changes_a_person_who_works_elsewhere_too(
    client: Client, administrator: User, home: Municipality, away: Municipality
) -> None:
    both = factories.user(role="planner", of=home)
    Membership.objects.create(user=both, municipality=away, role="admin")
    boss = factories.user(role="planner", of=home, is_superuser=True)
    for person in (both, boss):
        assert (
            client.post(page(person, "change", person.pk), {"email": "taken@example.org"}).status_code == 403
        )
        password = client.get(f"/admin/people/user/{person.pk}/password/")
        assert password.status_code in (302, 403, 404)


def test_nobody_makes_themselves_superuser(client: Client, administrator: User, home: Municipality) -> None:
    colleague = factories.user(role="planner", of=home)
    data = {"email": colleague.email, "name": "N", "is_active": "on", "is_superuser": "on"}
    client.post(page(User, "change", colleague.pk), data)
    colleague.refresh_from_db()
    assert colleague.name == "N"
    assert not colleague.is_superuser


def test_a_new_colleague_signs_in_with_the_password_given(client: Client, administrator: User) -> None:
    secret = "long enough to guess not"
    data = {
        "email": "New@Example.org",
        "name": "Ny",
        "usable_password": "true",
        "password1": secret,
        "password2": secret,
    }
    response = client.post(page(User, "add"), data)
    assert response.status_code == 302, response.content.decode()
    for typed in ("New@Example.org", "new@example.org"):
        assert Client().post("/accounts/login/", {"login": typed, "password": secret}).status_code == 302
    assert AuditEntry.objects.filter(action="user.made", by=administrator.audit_name).exists()


def form_of(consultation: Consultation, **changed: str) -> dict[str, str]:
    """The consultation's form as it would be sent."""
    data = {
        "municipality": str(consultation.municipality_id), "slug": consultation.slug, "status": "published",
        "languages": "nb,en", "title": '{"nb": "Ny tittel"}', "level": "consult", "stage": "needs",
        "opens_at_0": "2026-01-01", "opens_at_1": "00:00:00", "grace": "1 00:00:00", "area": SQUARE,
        "moderation": "before", "visibility": "points", "public_precision_m": "0", "address_limit": "600",
    }  # fmt: skip
    for name in ("summary", "purpose", "can_influence", "fixed", "decides", "reads", "privacy", "not_for"):
        data[name] = "{}"
    relations = (
        "themes",
        "questions",
        "alternatives",
        "documents",
        "rounds",
        "target_groups",
        "indicators",
        "holders",
    )
    for relation in relations:
        data |= {f"{relation}-TOTAL_FORMS": "0", f"{relation}-INITIAL_FORMS": "0"}
    return {**data, **changed}


def test_a_consultation_is_changed_with_its_area(
    client: Client, administrator: User, home: Municipality
) -> None:
    consultation = factories.consultation(municipality=home, themes=())
    before = DataVersion.objects.get(consultation=consultation).number
    new_theme = {
        "themes-TOTAL_FORMS": "1", "themes-0-key": "lys", "themes-0-name": '{"nb": "Lys"}',
        "themes-0-icon": "lamp", "themes-0-order": "0", "themes-0-consultation": str(consultation.pk),
    }  # fmt: skip
    response = client.post(page(consultation, "change", consultation.pk), form_of(consultation, **new_theme))
    assert response.status_code == 302, response.content.decode()
    consultation.refresh_from_db()
    assert consultation.title == {"nb": "Ny tittel"}
    assert consultation.area is not None
    assert consultation.area.extent == (9.7, 59, 9.8, 59.1)
    assert consultation.themes.get().key == "lys"
    assert DataVersion.objects.get(consultation=consultation).number > before
    assert AuditEntry.objects.filter(action="consultation.changed", by=administrator.audit_name).exists()


@pytest.mark.parametrize(
    "area", ["POINT(1 1)", '{"type":"Point","coordinates":[1,1]}', "http://127.0.0.1/", "[" * 99]
)
def test_an_area_that_is_none_is_refused(
    client: Client, administrator: User, home: Municipality, area: str
) -> None:
    consultation = factories.consultation(municipality=home)
    response = client.post(page(consultation, "change", consultation.pk), form_of(consultation, area=area))
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()


def test_anothers_municipality_is_no_choice(
    client: Client, administrator: User, home: Municipality, away: Municipality
) -> None:
    consultation = factories.consultation(municipality=home)
    stolen = form_of(consultation, municipality=str(away.pk))
    assert client.post(page(consultation, "change", consultation.pk), stolen).status_code == 200
    consultation.refresh_from_db()
    assert consultation.municipality == home


def test_contributions_are_moderated_and_never_rewritten(
    client: Client, administrator: User, home: Municipality
) -> None:
    waiting = factories.contribution(to=factories.consultation(municipality=home), state="pending")
    data = {"action": "publish", "_selected_action": [str(waiting.pk)], f"version-{waiting.pk}": "1"}
    assert client.post(page(Contribution), data).status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "published"
    assert client.post(page(waiting, "change", waiting.pk), {"text": "mine now"}).status_code == 403


def test_the_trail_is_read_only_and_for_superusers(client: Client, administrator: User) -> None:
    assert client.get(page(AuditEntry)).status_code == 403
    client.force_login(factories.user(is_superuser=True))
    assert client.get(page(AuditEntry)).status_code == 200
    assert client.get(page(AuditEntry, "add")).status_code == 403


def test_a_layer_changes_hands_on_no_administrators_page(client: Client, administrator: User) -> None:
    layer = factories.layer(owner="NO-4012", name="own")
    taken = {"owner": "NO-3001", "kind": "zoning", "name": "theirs", "titles": "{}", "style": "neutral"}
    assert client.get(page(layer, "change", layer.pk)).status_code == 200
    assert client.post(page(layer, "change", layer.pk), taken).status_code == 403
    layer.refresh_from_db()
    assert (layer.owner, layer.kind, layer.name) == ("NO-4012", "boundary", "own")
