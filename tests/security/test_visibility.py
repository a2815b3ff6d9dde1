"""Who sees what, at every address, by every method: side doors are where such services leak.

A new address fails here until it is listed in `tests/addresses.py`. What is
looked for is not only the status: words that a reader may not see must not be anywhere in the answer.
"""

import gzip
from dataclasses import dataclass

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from layers.models import LayerEvent
from mapdialog.contributions.models import RateBucket
from mapdialog.uploads.models import Upload
from tests import factories as make
from tests.addresses import (
    ALL,
    AUDIENCE,
    NOT_READ,
    OFFICIALS,
    OTHERS,
    SIGNED_IN,
    STAFF,
    TOKEN,
    addresses,
    audience_of,
    paths_of,
)
from tests.rows import taken_back

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
ROLES = ("anonymous", "stranger", "elsewhere", "elected", "committee", "planner", "moderator", "superuser")
WORKS_HERE = {"planner", "moderator", "superuser"}
FOR_OFFICIALS = (
    "hemmelig-ventende",
    "hemmelig-avvist",
    "hemmelig-privat",
    "hemmelig-omrade",
    "hemmelig-utkast",
    "hemmelig-plan",
    "9.7051234",
    "59.0257654",
)
FOR_NOBODY = ("hemmelig-nokkel", "hemmelig-slettet")


def test_every_address_has_its_audience_and_every_audience_its_address():
    assert [route for route in addresses() if audience_of(route) is None] == []
    assert set(AUDIENCE) - set(addresses()) == set()


@dataclass
class World:
    readers: dict
    values: dict

    def paths(self, route):
        """The route with every combination of known objects in its place."""
        return paths_of(route, self.values)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """Made once: every test looks at it, and takes back what each reader did."""
    with django_db_blocker.unblock(), taken_back():
        yield _world()


ANYWHERE = {"name": ["plan.pdf"], "content_type_id": [1], "z": [14], "x": [8633], "y": [4844]}


def _world():
    here, elsewhere = make.municipality(code="NO-4012"), make.municipality(code="NO-0301")
    boundary, plan = make.layer(name="utvalg"), make.layer(kind="zoning", name="plan")
    committees = make.edition(of=boundary)
    make.areas(of=committees)
    shown = make.edition(of=plan, valid_to="2026-01-01")
    make.zone(of=shown, field="synlig-plan")
    hidden = make.edition(of=plan, valid_from="2026-01-01", published=False)
    make.zone(of=hidden, field="hemmelig-plan", code="hemmelig-plan")
    make.zone(of=hidden, field="B1", code="hemmelig-plan")
    committees.original.save("layers/utvalg.geojson", ContentFile(b"hemmelig-plan"))
    documents = [
        make.document(of=committees, content=b"synlig-papir"),
        make.document(of=hidden, content=b"hemmelig-plan"),
    ]
    step = LayerEvent.objects.create(layer=plan, at=make.NOON, what="hemmelig-utkast")
    composed = make.edition(of=make.layer(name="satt"), number=None, state="draft", composed_of=committees)
    make.areas(of=composed, properties={"units": ["A"]})
    sent = _sent(here)
    values = {"municipality": here, "boundary_layer": boundary, "summary": {"nb": "synlig-høring"}}
    is_open = make.consultation(slug="apen", public_precision_m=100, **values)
    is_open.alternatives.create(key="a", layer=plan, name={"nb": "A"})
    by_area = make.consultation(slug="omrader", visibility="areas", **values)
    draft = make.consultation(slug="utkast", status="draft", **{**values, "title": {"nb": "hemmelig-utkast"}})
    for case, content in ((is_open, b"synlig-papir"), (draft, b"hemmelig-utkast")):
        documents.append(case.documents.create(type="1", file=ContentFile(content, name="papir.pdf")))
    pins = _pins(is_open=is_open, by_area=by_area, draft=draft)
    values = {
        "slug": ["apen", "omrader", "utkast"],
        "code": [pin.code for pin in pins],
        "identifier": [pin.pk for pin in pins],
        "edition_id": [committees.pk, shown.pk, hidden.pk, composed.pk],
        "pk": [boundary.pk, plan.pk],
        "document": [document.pk for document in documents],
        "event": [step.pk],
        "upload": [sent.pk],
        "object_id": [is_open.pk],
        **ANYWHERE,
    }
    return World(readers=_readers(here=here, elsewhere=elsewhere), values=values)


def _pins(*, is_open, by_area, draft):
    """One that everyone may read, and one hidden for each reason that there is."""
    exact, public = (9.7051234, 59.0257654), make.point(9.7049, 59.0251)
    base = {"at": exact, "geom_public": public, "contributor_key": "hemmelig-nokkel"}
    return [
        make.contribution(to=is_open, text="synlig-tekst", **base),
        make.contribution(to=is_open, text="hemmelig-ventende", state="pending", **base),
        make.contribution(to=is_open, text="hemmelig-avvist", state="rejected", **base),
        make.contribution(
            to=is_open, text="hemmelig-privat", state="private", **{**base, "geom_public": None}
        ),
        make.contribution(to=by_area, text="hemmelig-omrade", **{**base, "geom_public": None}),
        make.contribution(to=draft, text="hemmelig-utkast", **base),
    ]


def _readers(*, here, elsewhere):
    return {
        "anonymous": None,
        "stranger": make.user(),
        "elsewhere": make.user(role="planner", of=elsewhere),
        "superuser": make.user(is_superuser=True),
        **{role: make.user(role=role, of=here) for role in ("elected", "committee", "planner", "moderator")},
    }


def _sent(municipality):
    """A file that was read into a draft and not saved yet."""
    draft = make.edition(
        of=make.layer(owner=municipality.code, kind="zoning", name="sendt"),
        number=None,
        state="draft",
        published=False,
        report={"read": 1, "loaded": 1, "warnings": ["hemmelig-utkast"]},
    )
    make.zone(of=draft, field="hemmelig-plan", code="hemmelig-plan")
    return Upload.objects.create(
        municipality=municipality,
        created_at=make.NOON,
        touched_at=make.NOON,
        file="uploads/hemmelig-utkast.gml",
        file_name="hemmelig-utkast.gml",
        bytes=1,
        sha256="0" * 64,
        choices={"reading": {"kind": "zoning", "name": "sendt", "language": "nb"}},
        draft=draft,
        reading=1,
        state="ready",
    )


def content_of(response):
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return gzip.decompress(body) if response.get("Content-Encoding") == "gzip" else body


def ask(client, method, path):
    response = client.generic(method, path, b"", HTTP_ACCEPT_LANGUAGE="nb", HTTP_X_EDIT_TOKEN="0" * 32)
    return response.status_code, content_of(response).decode("latin-1")


def _client_of(world, role):
    client = Client()
    if world.readers[role]:
        client.force_login(world.readers[role])
    return client


@pytest.mark.parametrize("route", AUDIENCE)
def test_nobody_is_shown_what_is_not_for_them(subtests, world, route):
    paths = world.paths(route)
    _each_looks_around(subtests, world, paths, written=paths[:: max(1, len(paths) // 3)])


# Heavy: every path by every method, and not three of them: four times as many requests, some ten minutes.
@pytest.mark.heavy
@pytest.mark.parametrize("route", AUDIENCE)
def test_nobody_is_shown_it_by_any_method_at_any_path(subtests, world, route):
    paths = world.paths(route)
    _each_looks_around(subtests, world, paths, written=paths)


def _each_looks_around(subtests, world, paths, *, written):
    for role in ROLES:
        with subtests.test(role=role), taken_back():
            client = _client_of(world, role)
            for path in paths:
                for method in METHODS if path in written else ("GET",):
                    _is_shown_nothing_else(client, method, path, role=role)


def _is_shown_nothing_else(client, method, path, *, role):
    status, body = ask(client, method, path)
    assert status < 500, (method, path)
    for secret in FOR_NOBODY if role in WORKS_HERE else FOR_OFFICIALS + FOR_NOBODY:
        assert secret not in body, (method, path, secret)


@pytest.mark.parametrize(
    "route", [route for route, who in AUDIENCE.items() if who != OTHERS and route not in NOT_READ]
)
def test_the_doors_open_for_their_audience_and_for_nobody_else(client, world, route):
    everyone = set(ROLES)
    doors = {ALL: everyone, SIGNED_IN: everyone - {"anonymous"}, OFFICIALS: WORKS_HERE, TOKEN: set()}
    insiders = doors[AUDIENCE[route]]
    for role in ROLES:
        client.logout()
        RateBucket.objects.all().delete()
        if world.readers[role]:
            client.force_login(world.readers[role])
        opened = [path for path in world.paths(route) if ask(client, "GET", path)[0] in {200, 204}]
        assert bool(opened) == (role in insiders), (role, opened)


@pytest.mark.parametrize("role", [role for role in ROLES if role != "superuser"])
def test_the_administration_shows_each_what_their_role_is_for(client, world, role):
    if world.readers[role]:
        client.force_login(world.readers[role])
    outside = {301, 302, 403, 404, 405}
    for route in addresses():
        if audience_of(route) != STAFF:
            continue
        for path in world.paths(route):
            status, body = ask(client, "GET", path)
            if role in WORKS_HERE | {"elsewhere"}:
                assert status in outside | {200}, (status, path)
            else:
                assert status in outside or "logout" in path, (status, path)
            secrets = FOR_NOBODY if role in WORKS_HERE else FOR_OFFICIALS + FOR_NOBODY
            assert not any(secret in body for secret in secrets), path


def test_a_role_without_its_second_factor_sees_what_everyone_sees(world, settings):
    settings.REQUIRE_MFA = True
    everyone, person = Client(), _client_of(world, "planner")
    for route in addresses():
        if route.startswith(("accounts/", "admin/", "metrics")):
            continue
        for path in world.paths(route)[-2:]:
            status, body = ask(person, "GET", path)
            assert status == ask(everyone, "GET", path)[0], path
            for secret in FOR_OFFICIALS + FOR_NOBODY:
                assert secret not in body, (path, secret)


@pytest.mark.parametrize("role", ["anonymous", "committee", "elected", "planner", "moderator"])
def test_no_address_leads_anybody_in_a_circle(world, role):
    with taken_back():
        client = _client_of(world, role)
        for route in addresses():
            if not route.startswith(("planner/", "admin/", "accounts/")) or "logout" in route:
                continue
            path = world.paths(route)[0]
            answer = client.get(path, headers={"Accept-Language": "nb"}, follow=True)
            assert answer.status_code < 500, path
            assert len(answer.redirect_chain) <= 4, (path, answer.redirect_chain)
            content_of(answer)  # a file that nobody reads stays open
            if role == "anonymous":
                assert answer.status_code != 403, "asked to sign in instead"
