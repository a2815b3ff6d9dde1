"""Which methods an address takes is said by OPTIONS and by every refusal: HEAD too, where GET is one."""

import pytest
from django.test import Client

from tests import factories as make
from tests.addresses import AUDIENCE, NOT_READ, paths_of

pytestmark = pytest.mark.django_db
# Of one object of each sort; those of layers and uploads are made of the same few decorators.
ROUTES = [
    route
    for route in AUDIENCE
    if route not in NOT_READ and not route.startswith("planner/layers/") and "tiles/maps" not in route
]


def names(allow: str) -> set[str]:
    return {name.strip() for name in allow.split(",")}


@pytest.fixture
def planner() -> Client:
    boundary = make.layer()
    edition = make.edition(of=boundary)
    make.areas(of=edition)
    consultation = make.consultation(slug="apen", boundary_layer=boundary)
    make.contribution(to=consultation)
    client = Client()
    client.force_login(make.user(role="planner", of=consultation.municipality))
    return client


@pytest.mark.parametrize("route", ROUTES)
def test_options_is_answered_and_names_head_where_get_is_taken(planner: Client, route: str) -> None:
    values = {"slug": ["apen"], "edition_id": [1], "z": [1], "x": [0], "y": [0], "code": ["AAAA"]}
    values |= {"identifier": ["00000000-0000-4000-8000-000000000000"], "document": [1], "name": ["a.pdf"]}
    path = paths_of(route, values)[0]
    answer = planner.options(path)
    assert answer.status_code in {200, 204}, answer.status_code
    methods = names(answer["Allow"])
    assert "OPTIONS" in methods
    assert "HEAD" in methods or "GET" not in methods
    refused = planner.generic("TRACE", path)
    assert (refused.status_code, names(refused["Allow"])) == (405, methods)


def test_options_of_the_api_names_what_each_address_takes() -> None:
    make.consultation(slug="apen")
    listing = "/api/v1/consultations/apen/contributions"
    assert names(Client().options(listing)["Allow"]) == {"GET", "HEAD", "OPTIONS"}
    of_author = Client().options(f"{listing}/00000000-0000-4000-8000-000000000000")
    assert names(of_author["Allow"]) == {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "PUT"}
