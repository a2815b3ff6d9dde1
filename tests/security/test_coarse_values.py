"""At a coarse precision: the values themselves, at every address of the consultation, for every reader.

A status says little: every peer that leaked answered 200 to the right people with too much in it.
"""

import datetime as dt
import gzip
import json

import pytest

from mapdialog.contributions.models import RateBucket
from mapdialog.dialogue.models import Alternative
from mapdialog.hotspots import density
from tests import factories as make
from tests.security.test_visibility import ROLES, WORKS_HERE, addresses, content_of

pytestmark = pytest.mark.django_db
EXACT, NEAR = (9.7051234, 59.0257654), (9.7093217, 59.0261238)
WRITTEN = dt.datetime(2026, 5, 3, 2, 51, 37, 123456, tzinfo=dt.UTC)
RECEIVED = dt.datetime(2026, 5, 4, 3, 52, 38, 654321, tzinfo=dt.UTC)
SECRETS = (
    "ved-hemmelig-port", "57.25", "13.125", "17.375",
    "9.7051", "59.0257", "9.7093", "59.0261",
    "51:37", "52:38", "02:51", "04:51", "03:52", "05:52", str(RECEIVED.timestamp())[:10],
)  # fmt: skip
ASKED = {
    "api/v1/consultations/<slug:slug>/contributions": (
        "", "?limit=1", "?theme=lys", "?bbox=9.70,59.02,9.71,59.03", "?bbox=9.7051,59.0257,9.7052,59.0258",
    ),
}  # fmt: skip


@pytest.fixture
def world():
    here = make.municipality(code="NO-4012")
    boundary, plan = make.layer(name="utvalg"), make.layer(kind="zoning", name="plan")
    consultation = make.consultation(
        slug="grov", public_precision_m=1000, municipality=here, boundary_layer=boundary
    )
    Alternative.objects.create(consultation=consultation, key="a", layer=plan, name={"nb": "A"})
    (area, _other), field = make.areas(of=make.edition(of=boundary)), make.zone(of=make.edition(of=plan))
    for at in (EXACT, NEAR):
        pin = make.contribution(
            to=consultation, at=at, place_words="ved-hemmelig-port", radius_m=57.25, accuracy_m=13.125,
            zoom_at_placing=17.375, placed_by="gps", written_at=WRITTEN, received_at=RECEIVED,
        )  # fmt: skip
        pin.hits.create(edition=area.edition, area=area)
        pin.hits.create(edition=field.edition, zone=field)
    density.refresh(consultation, at=make.NOON)
    readers = {
        "anonymous": None,
        "stranger": make.user(),
        "elsewhere": make.user(role="planner", of=make.municipality(code="NO-0301")),
        "superuser": make.user(is_superuser=True),
        **{role: make.user(role=role, of=here) for role in ("elected", "committee", "planner", "moderator")},
    }
    return consultation, pin, readers


def paths(consultation, pin):
    """Every address with a consultation in it."""
    values = {"<slug:slug>": "grov", "<str:code>": pin.code, "<identifier>": str(pin.pk)}
    tiles = [(10, 539, 302), (14, 8633, 4845)]
    for route in addresses():
        if "<slug:slug>" not in route:
            continue
        path = "/" + route
        for name, value in values.items():
            path = path.replace(name, value)
        for z, x, y in tiles if "<int:z>" in path else [(0, 0, 0)]:
            tile = path.replace("<int:z>", str(z)).replace("<int:x>", str(x)).replace("<int:y>", str(y))
            yield from (tile + query for query in ASKED.get(route, ("",)))


@pytest.mark.parametrize("role", [role for role in ROLES if role not in WORKS_HERE])
def test_no_address_gives_an_exact_value_away(client, world, role):
    consultation, pin, readers = world
    if readers[role]:
        client.force_login(readers[role])
    asked = list(paths(consultation, pin))
    assert len(asked) > 15
    for path in asked:
        RateBucket.objects.all().delete()
        response = client.get(path, HTTP_ACCEPT_LANGUAGE="nb")
        answer = content_of(response).decode("latin-1") + json.dumps(dict(response.headers))
        for secret in SECRETS:
            assert secret not in answer, (path, secret)
        if "/density/" in path:
            assert response.status_code == 204, path


def test_those_who_work_on_it_are_given_the_values(client, world):
    _consultation, _pin, readers = world
    client.force_login(readers["planner"])
    assert client.get("/tiles/density/grov/14/8633/4845").status_code == 200
    exact = content_of(client.get("/planner/c/grov/export.geojson")).decode()
    assert all(
        secret in exact for secret in ("ved-hemmelig-port", "57.25", "9.7051234", "59.0261238", "51:37")
    )


def test_neither_committee_nor_field_of_the_exact_place_is_named(client, world):
    body = json.loads(content_of(client.get("/api/v1/consultations/grov/export.geojson")))
    for feature in body["features"]:
        properties = feature["properties"]
        assert (properties["committee"], properties["committee_name"], properties["zones"]) == (
            None,
            None,
            [],
        )
        assert (properties["written_at"], properties["received_at"]) == ("2026-05-03", "2026-05-04")
    page = client.get("/c/grov/").content.decode()
    item = page[page.index('class="others__comment"') :]
    assert "Utvalg A" not in item.split("</ol>")[0]


def test_no_box_tells_two_contributions_of_one_square_apart(client, world):
    url = "/api/v1/consultations/grov/contributions"
    west, south, step = 9.695, 59.018, 0.002
    counts = set()
    for column in range(12):
        for row in range(8):
            x, y = west + column * step, south + row * step
            asked = client.get(f"{url}?bbox={x},{y},{x + step},{y + step}")
            body = (
                gzip.decompress(asked.content) if asked.get("Content-Encoding") == "gzip" else asked.content
            )
            counts.add(json.loads(body)["numberMatched"])
    assert counts == {0, 2}
