"""Tiles and styles over HTTP: who may see them, what caches are told, and what is refused."""

import gzip
from typing import Any

import pytest
from django.test import Client

from layers.models import Edition
from tests import factories
from tests.layers import mvt
from tests.layers.questions.test_tiles import tile_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Edition:
    edition = factories.edition(
        of=factories.layer(kind="zoning", owner="NO-4012", style="no_reguleringsplan")
    )
    factories.zone(of=edition, code="1110")
    factories.zone(of=edition, code="2015", i=1)
    return edition


def address(edition: Edition) -> str:
    tile = tile_at(*factories.middle(), 13)
    return f"/tiles/layers/{edition.pk}/{tile['z']}/{tile['x']}/{tile['y']}.mvt"


def test_a_published_tile_is_for_everyone_and_kept_by_caches(client: Client, plan: Edition) -> None:
    answer = client.get(address(plan))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert "Cookie" not in answer.get("Vary", "")
    assert [row["code"] for row in mvt.layers(answer.content)[0].features] == ["1110", "2015"]
    again = client.get(address(plan), headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_style_tells_existing_and_future_apart(client: Client) -> None:
    layer = factories.layer(kind="zoning", style="no_kommuneplan")
    edition = factories.edition(of=layer)
    factories.zone(of=edition, code="1110", land_use_status=1)
    factories.zone(of=edition, code="1110", land_use_status=2, i=1)
    codes = client.get(f"/tiles/layers/{edition.pk}/style.json?lang=en").json()["codes"]
    assert {key: (drawn["label"], drawn["fill"]) for key, drawn in codes.items()} == {
        "1110": ("Housing", "#ffff99"),
        "1110:2": ("Housing, future", "#ffff33"),
    }


def test_a_tile_takes_two_queries_and_a_repeat_one(
    client: Client, plan: Edition, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        answer = client.get(address(plan))
    with django_assert_num_queries(1):
        client.get(address(plan), headers={"If-None-Match": answer["ETag"]})
    with django_assert_num_queries(1):
        assert client.get(address(plan)).content == answer.content


def test_a_tile_in_memory_is_for_nobody_else_once_the_layer_is_withdrawn(
    client: Client, plan: Edition
) -> None:
    assert client.get(address(plan)).status_code == 200
    Edition.objects.update(published=False)
    assert client.get(address(plan)).status_code == 404


def test_no_tile_is_taken_for_its_neighbour(client: Client, plan: Edition) -> None:
    tile = tile_at(*factories.middle(), 13)
    here = client.get(address(plan))
    for z, x, y in ((0, 1, 0), (0, 0, 1), (1, 0, 0)):
        there = f"{tile['z'] + z}/{tile['x'] + x}/{tile['y'] + y}"
        assert client.get(f"/tiles/layers/{plan.pk}/{there}.mvt").content != here.content


def test_nothing_there_is_no_content(client: Client, plan: Edition) -> None:
    answer = client.get(f"/tiles/layers/{plan.pk}/13/0/0.mvt")
    assert (answer.status_code, answer["Cache-Control"]) == (204, "public, max-age=3600")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("{pk}/23/0/0.mvt", 404),
        ("{pk}/3/8/0.mvt", 404),
        ("{pk}/3/0/8.mvt", 404),
        ("{pk}/3/99999999999999999999999/0.mvt", 404),
        ("99999999999999999999999/3/0/0.mvt", 404),
        ("0/3/0/0.mvt", 404),
        ("{pk}/3/-1/0.mvt", 404),
        ("{pk}/3/0/0.mvt?filter=x", 400),
        ("{pk}/style.json?style=x", 400),
        ("0/style.json", 404),
    ],
)
def test_what_is_not_there_is_a_problem(client: Client, plan: Edition, path: str, status: int) -> None:
    answer = client.get("/tiles/layers/" + path.format(pk=plan.pk))
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("role", "of_owner", "status"),
    [
        (None, False, 404),
        ("planner", True, 200),
        ("moderator", True, 200),
        ("admin", True, 200),
        ("elected", True, 404),
        ("committee", True, 404),
        ("planner", False, 404),
    ],
)
def test_an_unpublished_layer_is_for_officials_of_its_owner(
    client: Client, plan: Edition, role: str | None, of_owner: bool, status: int
) -> None:
    Edition.objects.update(published=False)
    if role:
        municipality = factories.municipality(code="NO-4012" if of_owner else "NO-9999")
        client.force_login(
            factories.user(role=role, of=municipality), backend="django.contrib.auth.backends.ModelBackend"
        )
    for path in (address(plan), f"/tiles/layers/{plan.pk}/style.json"):
        answer = client.get(path)
        assert answer.status_code == status
        assert "no-store" in answer["Cache-Control"]


def test_styles_have_a_label_in_the_language_that_is_asked_for(client: Client, plan: Edition) -> None:
    path = f"/tiles/layers/{plan.pk}/style.json"
    codes = client.get(path, {"lang": "nb"}).json()["codes"]
    assert list(codes) == ["1110", "2015"]
    assert codes["1110"]["label"] == "Boligbebyggelse"
    assert codes["1110"]["fill"].startswith("#")
    assert client.get(path, {"lang": "en"}).json()["codes"]["1110"]["label"] == "Housing"


def test_tiles_are_packed_for_those_who_unpack(client: Client) -> None:
    edition = factories.edition(of=factories.layer(kind="zoning"))
    for i in range(100):
        factories.zone(of=edition, code=str(i), geom=factories.square(0, side=0.001 + i / 10_000))
    plain = client.get(address(edition))
    packed = client.get(address(edition), headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in packed["Vary"]
