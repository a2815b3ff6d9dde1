"""Where only the day is public, no list says in which order contributions came within it."""

from __future__ import annotations

import datetime as dt
import json
from uuid import UUID

import pytest
from django.test import Client

from mapdialog.citizen.published import PublishedPage, nearby
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation
from tests import factories as make

pytestmark = pytest.mark.django_db
# the day in Oslo, two hours ahead of UTC: the last one came the day after
TIMES = [
    "2026-04-10T21:59:59",
    "2026-04-10T08:00",
    "2026-04-10T15:00",
    "2026-04-09T23:00",
    "2026-04-10T22:00",
]


def with_pins(*, precision_m: int) -> Consultation:
    consultation = make.consultation(public_precision_m=precision_m)
    for number, moment in enumerate(TIMES):
        pin = make.contribution(
            to=consultation, text=str(number), id=UUID(int=number + 1), at=make.middle(number % 2)
        )
        received_at = dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)
        Contribution.objects.filter(pk=pin.pk).update(received_at=received_at)
    return consultation


def paged(client: Client, consultation: Consultation) -> list[str]:
    address, texts = f"/api/v1/consultations/{consultation.slug}/contributions?limit=2", []
    while address:
        page = json.loads(client.get(address).content)
        texts += [feature["properties"]["text"] for feature in page["features"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    return texts


@pytest.mark.parametrize(
    ("precision_m", "order"),
    [(0, ["4", "0", "2", "1", "3"]), (250, ["4", "3", "2", "1", "0"])],
)
def test_the_order_of_lists_and_pages_says_no_more_than_the_times(
    client: Client, precision_m: int, order: list[str]
) -> None:
    consultation = with_pins(precision_m=precision_m)
    assert [line.text for line in PublishedPage.of(consultation).lines] == order
    assert paged(client, consultation) == order


def test_the_order_of_the_points_on_the_map_says_no_more_either() -> None:
    consultation = with_pins(precision_m=250)
    before = nearby(consultation, bounds=(5, 55, 15, 65))["positions"]
    middles = {pin.text: pin.geom_public for pin in Contribution.objects.all()}
    by_day_and_id = [middles[text] for text in ["4", "3", "2", "1", "0"]]
    assert before == [[round(point.x, 5), round(point.y, 5)] for point in by_day_and_id]
