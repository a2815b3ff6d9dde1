"""Who sees what, at every address, by every method: side doors are where such services leak.

A new address fails `test_every_address_has_its_audience` until it is listed here. What is looked for is not
only the status: words that a reader may not see must not be anywhere in the answer.
"""

import gzip
import re
from dataclasses import dataclass

import pytest
from django.core.files.base import ContentFile
from django.urls import get_resolver
from django.urls.resolvers import URLResolver

from layers.models import LayerEvent
from mapdialog.contributions.models import RateBucket
from mapdialog.deliveries.models import Upload
from tests import factories as make

pytestmark = pytest.mark.django_db

ALL, SIGNED_IN, OFFICIALS = "everyone", "whoever signs in", "officials of that municipality"
TOKEN, STAFF, OTHERS = "the author's token", "staff", "tested beside it"
AUDIENCE = {
    "healthz": ALL,
    "readyz": ALL,
    "metrics": OTHERS,
    "favicon.ico": ALL,
    "robots.txt": ALL,
    "": ALL,
    "c/<slug:slug>/": ALL,
    "c/<slug:slug>/send": ALL,
    "c/<slug:slug>/r/<str:code>": ALL,
    "c/<slug:slug>/plan": ALL,
    "privacy": ALL,
    "accessibility": ALL,
    "tiles/layers/<int:version>/<int:z>/<int:x>/<int:y>.mvt": ALL,
    "tiles/layers/<int:version>/style.json": ALL,
    # who gets what of it is tested with a map server beside it, in tests/opendata/test_map_proxy.py
    "tiles/maps/<slug:service>/<int:z>/<int:x>/<int:y>": OTHERS,
    "tiles/density/<slug:slug>/<int:z>/<int:x>/<int:y>": ALL,
    "api/v1/openapi.json": ALL,
    "api/v1/docs": ALL,
    "api/v1/": ALL,
    "api/v1/consultations": ALL,
    "api/v1/consultations/<slug:slug>": ALL,
    "api/v1/consultations/<slug:slug>/contributions": ALL,
    "api/v1/consultations/<slug:slug>/export.geojson": ALL,
    "api/v1/consultations/<slug:slug>/contributions/<identifier>": TOKEN,
    "api/v1/layers/at": ALL,
    "planner/": SIGNED_IN,
    "planner/c/<slug:slug>/": OFFICIALS,
    "planner/c/<slug:slug>/pins.pack": OFFICIALS,
    "planner/c/<slug:slug>/hotspots.geojson": OFFICIALS,
    "planner/c/<slug:slug>/contributions.json": OFFICIALS,
    "planner/c/<slug:slug>/export.geojson": OFFICIALS,
    "planner/c/<slug:slug>/plans.json": OFFICIALS,
    "planner/c/<slug:slug>/run": OFFICIALS,
    "planner/layers/<int:pk>/population/": OFFICIALS,
    "planner/layers/<int:pk>/compose/": OFFICIALS,
    "planner/layers/<int:pk>/compose/units.json": OFFICIALS,
    "planner/layers/<int:pk>/compose/<int:version>/": OFFICIALS,
    "planner/layers/<int:pk>/compose/<int:version>/table.csv": OFFICIALS,
    "planner/layers/": SIGNED_IN,
    "planner/layers/<int:pk>/": OFFICIALS,
    "planner/layers/<int:pk>/describe/": OFFICIALS,
    "planner/layers/<int:pk>/log/": OFFICIALS,
    "planner/layers/<int:pk>/undo/<int:event>/": OFFICIALS,
    "planner/layers/<int:pk>/successions/": OFFICIALS,
    "planner/layers/<int:pk>/provisions/": OFFICIALS,
    "planner/layers/<int:pk>/provisions/write/": OFFICIALS,
    "planner/layers/<int:pk>/provisions/import/": OFFICIALS,
    "planner/layers/<int:pk>/provisions/carry-over/": OFFICIALS,
    "planner/layers/<int:pk>/provisions/table.csv": OFFICIALS,
    "planner/layers/<int:pk>/documents/": OFFICIALS,
    "planner/layers/documents/<int:document>/file/": OFFICIALS,
    "planner/layers/documents/<int:document>/remove/": OFFICIALS,
    "planner/layers/editions/<int:version>/publish/": OFFICIALS,
    "planner/layers/editions/<int:version>/withdraw/": OFFICIALS,
    "planner/layers/editions/<int:version>/put-back/": OFFICIALS,
    "planner/layers/editions/<int:version>/original/": OFFICIALS,
    "planner/layers/editions/<int:version>/report/": OFFICIALS,
    "planner/layers/editions/<int:version>/report.csv": OFFICIALS,
    "planner/layers/editions/<int:version>/report.json": OFFICIALS,
    "planner/layers/editions/<int:version>/labels.json": OFFICIALS,
    # for officials of whatever municipality: tests/planner/layers/test_uploads.py
    "planner/layers/upload/": OTHERS,
    "planner/layers/uploads/<uuid:upload>/": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/state.json": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/features.json": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/colours.json": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/report.csv": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/report.json": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/read/": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/cancel/": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/save/": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/discard/": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/roll-back/": OFFICIALS,
    "layers/documents/<int:document>/<str:name>": ALL,
    "i18n/setlang/": ALL,
}
# Who may sign in, and who may administer what, is tested beside those pages; here only that nothing leaks.
PREFIXES = {"admin/": STAFF, "accounts/": OTHERS}
NOT_READ = {
    "favicon.ico",
    "c/<slug:slug>/send",
    "planner/c/<slug:slug>/run",
    "planner/layers/<int:pk>/undo/<int:event>/",
    "planner/layers/<int:pk>/provisions/carry-over/",
    "planner/layers/documents/<int:document>/remove/",
    "planner/layers/editions/<int:version>/publish/",
    "planner/layers/editions/<int:version>/put-back/",
    "planner/layers/uploads/<uuid:upload>/read/",
    "planner/layers/uploads/<uuid:upload>/cancel/",
    "planner/layers/uploads/<uuid:upload>/save/",
    "planner/layers/uploads/<uuid:upload>/discard/",
    "planner/layers/uploads/<uuid:upload>/roll-back/",
    "i18n/setlang/",
    "api/v1/",
}
NEEDS_A_QUERY = {
    "api/v1/layers/at": "?lon=9.705&lat=59.025&consultation=apen&on=2026-05-04",
    "planner/c/<slug:slug>/plans.json": "?a=a&b=a",
    "planner/layers/<int:pk>/provisions/write/": "?field=B1",
    "planner/layers/editions/<int:version>/labels.json": "?box=9.6,59.0,9.8,59.1",
}

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


def addresses(resolver=None, prefix=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        else:
            yield route


def audience_of(route):
    known = [who for prefix, who in PREFIXES.items() if route.startswith(prefix)]
    return AUDIENCE.get(route) or (known[0] if known else None)


def test_every_address_has_its_audience():
    assert [route for route in addresses() if audience_of(route) is None] == []


@dataclass
class World:
    readers: dict
    values: dict

    def paths(self, route):
        """The route with every combination of known objects in its place."""
        found = [re.sub(r"\(\?P<\w+>.*\)|[\^$]", "x", route)]
        for name, choices in self.values.items():
            pattern = rf"<(?:\w+:)?{name}>"
            if re.search(pattern, route):
                found = [re.sub(pattern, str(choice), path) for path in found for choice in choices]
        return ["/" + path + NEEDS_A_QUERY.get(route, "") for path in found]


@pytest.fixture
def world():
    here, elsewhere = make.municipality(code="NO-4012"), make.municipality(code="NO-0301")
    boundary, plan = make.layer(name="utvalg"), make.layer(kind="zoning", name="plan")
    held_areas = make.version(of=boundary)
    make.areas(of=held_areas)
    shown = make.version(of=plan, valid_to="2026-01-01")
    make.zone(of=shown, field="synlig-plan")
    hidden = make.version(of=plan, valid_from="2026-01-01", published=False)
    make.zone(of=hidden, field="hemmelig-plan", code="hemmelig-plan")
    make.zone(of=hidden, field="B1", code="hemmelig-plan")
    held_areas.original.save("layers/utvalg.geojson", ContentFile(b"hemmelig-plan"))
    papers = [
        make.paper(of=held_areas, content=b"synlig-papir"),
        make.paper(of=hidden, content=b"hemmelig-plan"),
    ]
    step = LayerEvent.objects.create(layer=plan, at=make.NOON, what="hemmelig-utkast")
    composed = make.version(of=make.layer(name="satt"), number=None, state="draft", composed_of=held_areas)
    make.areas(of=composed, properties={"units": ["A"]})
    sent = _sent(here)
    given = {"municipality": here, "boundary_layer": boundary, "summary": {"nb": "synlig-høring"}}
    is_open = make.consultation(slug="apen", public_precision_m=100, **given)
    is_open.alternatives.create(key="a", layer=plan, name={"nb": "A"})
    by_area = make.consultation(slug="omrader", visibility="areas", **given)
    draft = make.consultation(slug="utkast", status="draft", **{**given, "title": {"nb": "hemmelig-utkast"}})
    exact, public = (9.7051234, 59.0257654), make.point(9.7049, 59.0251)
    base = {"at": exact, "geom_public": public, "contributor_key": "hemmelig-nokkel"}
    pins = [
        make.contribution(to=is_open, text="synlig-tekst", **base),
        make.contribution(to=is_open, text="hemmelig-ventende", state="pending", **base),
        make.contribution(to=is_open, text="hemmelig-avvist", state="rejected", **base),
        make.contribution(
            to=is_open, text="hemmelig-privat", state="private", **{**base, "geom_public": None}
        ),
        make.contribution(to=by_area, text="hemmelig-omrade", **{**base, "geom_public": None}),
        make.contribution(to=draft, text="hemmelig-utkast", **base),
    ]
    readers = {
        "anonymous": None,
        "stranger": make.user(),
        "elsewhere": make.user(role="planner", of=elsewhere),
        "superuser": make.user(is_staff=True, is_superuser=True),
        **{role: make.user(role=role, of=here) for role in ("elected", "committee", "planner", "moderator")},
    }
    values = {
        "slug": ["apen", "omrader", "utkast"],
        "code": [pin.code for pin in pins],
        "identifier": [pin.pk for pin in pins],
        "version": [held_areas.pk, shown.pk, hidden.pk, composed.pk],
        "pk": [boundary.pk, plan.pk],
        "document": [paper.pk for paper in papers],
        "name": ["plan.pdf"],
        "event": [step.pk],
        "upload": [sent.pk],
        "object_id": [is_open.pk],
        "content_type_id": [1],
        "z": [14],
        "x": [8633],
        "y": [4804],
    }
    return World(readers=readers, values=values)


def _sent(municipality):
    """A file that was read into a draft and not saved yet."""
    draft = make.version(
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


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", AUDIENCE)
def test_nobody_is_shown_what_is_not_for_them(client, world, route, role):
    if route not in set(addresses()):
        pytest.skip("not part of this installation")
    if world.readers[role]:
        client.force_login(world.readers[role])
    paths = world.paths(route)
    read_and_written = paths[:: max(1, len(paths) // 3)]
    for path in paths:
        for method in METHODS if path in read_and_written else ("GET",):
            status, body = ask(client, method, path)
            assert status < 500, (method, path)
            for secret in FOR_NOBODY if role in WORKS_HERE else FOR_OFFICIALS + FOR_NOBODY:
                assert secret not in body, (method, path, secret)


@pytest.mark.parametrize("route", [route for route, who in AUDIENCE.items() if who != OTHERS])
def test_the_doors_open_for_their_audience_and_for_nobody_else(client, world, route):
    if route in NOT_READ or route not in set(addresses()):
        pytest.skip("nothing to read there")
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
def test_the_administration_is_for_staff(client, world, role):
    if world.readers[role]:
        client.force_login(world.readers[role])
    for route in addresses():
        if audience_of(route) != STAFF:
            continue
        for path in world.paths(route):
            status, body = ask(client, "GET", path)
            assert status in {301, 302, 403, 404, 405} or "logout" in path, (status, path)
            assert not any(secret in body for secret in FOR_OFFICIALS + FOR_NOBODY)
