"""Open data may be read by scripts of any site, never with credentials; nothing else may."""

import pytest
from django.test import Client

from tests import factories as make

pytestmark = pytest.mark.django_db
ORIGIN = {"Origin": "https://elsewhere.example"}


@pytest.fixture
def open_data() -> dict[str, str]:
    boundary = make.layer(owner="NO-4012")
    edition = make.edition(of=boundary)
    make.areas(of=edition)
    consultation = make.consultation(slug="apen", boundary_layer=boundary)
    make.contribution(to=consultation)
    hidden = make.edition(of=make.layer(owner="NO-4012"), published=False)
    return {"edition": str(edition.pk), "hidden": str(hidden.pk)}


OPEN = [
    "/api/v1/consultations",
    "/api/v1/consultations/apen",
    "/api/v1/consultations/apen/contributions",
    "/api/v1/consultations/apen/export.geojson",
    "/api/v1/layers/at?lon=9.705&lat=59.025",
    "/api/v1/openapi.json",
    "/tiles/layers/{edition}/style.json",
    "/tiles/layers/{edition}/12/2158/1211.mvt",
    "/tiles/density/apen/3/4/2",
]


@pytest.mark.parametrize("path", OPEN)
def test_scripts_of_any_site_may_read_open_data(open_data: dict[str, str], path: str) -> None:
    address = path.format(**open_data)
    answer = Client().get(address, headers=ORIGIN)
    assert answer.status_code in {200, 204}
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in answer["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer
    asked = {**ORIGIN, "Access-Control-Request-Method": "GET"}
    before = Client().options(address, headers=asked)
    assert before.status_code in {200, 204}
    assert before["Access-Control-Allow-Origin"] == "*"
    assert "GET" in before["Access-Control-Allow-Methods"]
    assert before["Access-Control-Allow-Headers"] == "If-None-Match"


def test_what_went_wrong_may_be_read_too(open_data: dict[str, str]) -> None:
    for path in ("/api/v1/consultations/nowhere", "/api/v1/consultations?status=x"):
        assert Client().get(path, headers=ORIGIN)["Access-Control-Allow-Origin"] == "*"


def test_what_only_a_cookie_opens_is_no_open_data(open_data: dict[str, str]) -> None:
    planner = Client()
    planner.force_login(make.user(is_superuser=True))
    for path in (f"/tiles/layers/{open_data['hidden']}/style.json", "/tiles/density/apen/3/4/2"):
        answer = planner.get(path, headers=ORIGIN)
        assert answer["Cache-Control"].startswith("private")
        assert "Access-Control-Allow-Origin" not in answer


@pytest.mark.parametrize("path", ["/c/apen/", "/planner/", "/healthz", "/accounts/login/"])
def test_pages_are_not_open_to_other_sites(open_data: dict[str, str], path: str) -> None:
    assert "Access-Control-Allow-Origin" not in Client().get(path, headers=ORIGIN)


def test_a_contribution_of_ones_own_is_not_open_to_other_sites(open_data: dict[str, str]) -> None:
    path = "/api/v1/consultations/apen/contributions/00000000-0000-4000-8000-000000000000"
    for method in ("GET", "PUT", "OPTIONS"):
        answer = Client().generic(method, path, headers=ORIGIN)
        assert "Access-Control-Allow-Origin" not in answer
