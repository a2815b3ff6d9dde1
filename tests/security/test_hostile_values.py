"""Values that nobody means well with: none reaches a header, a cast or the database unchecked."""

import pytest
from django.test import Client

from tests import factories as make

pytestmark = pytest.mark.django_db
# Written for an address: a line end, NUL, numbers too large, digits that are none of ours, half a character.
VALUES = ["%0Ax", "a%00b", "9" * 17, "9" * 5000, "%D9%A3", "%C2%B2", "%ED%A0%80", "1e999", "9999-12-31"]


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make.user(is_superuser=True))
    return client


@pytest.mark.parametrize("value", VALUES)
def test_a_language_that_is_none_is_refused_as_a_problem(client: Client, value: str) -> None:
    edition = make.edition(of=make.layer())
    answer = client.get(f"/tiles/layers/{edition.pk}/style.json?lang={value}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "lookup", ["received_at__year", "received_at__month", "received_at__gte", "id__exact", "o"]
)
@pytest.mark.parametrize("value", VALUES)
def test_no_lookup_is_too_much_for_the_administration(staff: Client, lookup: str, value: str) -> None:
    answer = staff.get(f"/admin/contributions/contribution/?{lookup}={value}")
    assert answer.status_code < 500


@pytest.mark.parametrize(
    "lookup",
    ["token_hash", "body_hash__gt", "token_hash__startswith", "contributor_key__startswith", "geom__isnull"],
)
def test_what_the_administration_does_not_show_cannot_be_asked_for(staff: Client, lookup: str) -> None:
    answer = staff.get(f"/admin/contributions/contribution/?{lookup}=a")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "value", [*VALUES, "0001-01-01T00:00:00%2B23:59_00000000-0000-4000-8000-000000000000"]
)
def test_no_place_in_the_planners_list_is_too_much(staff: Client, value: str) -> None:
    make.consultation(slug="sentrum")
    assert staff.get(f"/planner/c/sentrum/contributions.json?after={value}").status_code == 400


@pytest.mark.parametrize("value", VALUES)
def test_no_value_of_a_layers_page_is_too_much(staff: Client, value: str) -> None:
    layer = make.layer(owner=make.municipality().code)
    make.edition(of=layer)
    names = ("on", "edition", "q", "page", "done")
    query = "&".join(f"{name}={value}" for name in names)
    assert staff.get(f"/planner/layers/{layer.pk}/?{query}").status_code == 200
