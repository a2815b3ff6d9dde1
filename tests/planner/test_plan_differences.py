"""What differs between two alternatives, as the planner's page asks for it."""

import pytest
from django.test import Client

from mapdialog.dialogue.models import Alternative, Consultation
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultation() -> Consultation:
    made = factories.consultation()
    for order, (key, code) in enumerate((("A", "1110"), ("B", "3040"))):
        plan = factories.layer(kind="zoning", style="no_reguleringsplan")
        factories.zone(of=factories.edition(of=plan), code=code)
        Alternative.objects.create(
            consultation=made, key=key, name={"en": f"Alternative {key}"}, layer=plan, order=order
        )
    return made


@pytest.fixture
def planner(consultation: Consultation) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(factories.user(role="planner", of=consultation.municipality))
    return client


def address(consultation: Consultation, query: str) -> str:
    return f"/planner/c/{consultation.slug}/plans.json{query}"


def test_each_use_of_either_plan_is_a_row(planner: Client, consultation: Consultation) -> None:
    answer = planner.get(address(consultation, "?a=A&b=B")).json()
    assert [answer["first"]["name"], answer["second"]["name"]] == ["Alternative A", "Alternative B"]
    homes, nature = answer["rows"]
    assert (homes["code"], homes["label"]) == ("1110", "Housing")
    assert (homes["first"]["n"], homes["second"]) == (1, {"ha": 0.0, "n": 0})
    assert homes["difference"] == -homes["first"]["ha"] == -nature["difference"] != 0


def test_a_level_without_zones_has_no_rows(planner: Client, consultation: Consultation) -> None:
    assert planner.get(address(consultation, "?a=A&b=B&level=1")).json()["rows"] == []


@pytest.mark.parametrize(
    ("query", "status"), [("?a=A&b=C", 404), ("", 404), ("?a=A&b=B&level=9", 400), ("?x=1", 400)]
)
def test_what_is_not_there_or_not_known_is_refused(
    planner: Client, consultation: Consultation, query: str, status: int
) -> None:
    assert planner.get(address(consultation, query)).status_code == status
