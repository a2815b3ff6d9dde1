"""A municipality's day begins at its own midnight, wherever the servers are."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from layers.days import day_in, owners_day
from mapdialog.people.models import day_of
from tests import factories

# 00:30 on 1 June in Oslo, while it is still 31 May by UTC, and 01:30 in Helsinki.
HALF_PAST_MIDNIGHT = dt.datetime(2026, 5, 31, 22, 30, tzinfo=dt.UTC)
FIRST_OF_JUNE = dt.date(2026, 6, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_half_past_midnight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: HALF_PAST_MIDNIGHT)


def test_the_day_begins_at_the_municipalitys_midnight() -> None:
    assert factories.municipality().day(HALF_PAST_MIDNIGHT) == FIRST_OF_JUNE
    far = factories.municipality(time_zone="America/New_York")
    assert far.day(HALF_PAST_MIDNIGHT) == dt.date(2026, 5, 31)


def test_a_layers_owner_has_a_day_too() -> None:
    assert owners_day("NO-4012", at=HALF_PAST_MIDNIGHT) == FIRST_OF_JUNE
    assert owners_day("US-11001", at=HALF_PAST_MIDNIGHT) == dt.date(2026, 5, 31)
    here = factories.municipality(code="US-99999", time_zone="Europe/Oslo")
    assert day_of(here.code, at=HALF_PAST_MIDNIGHT) == FIRST_OF_JUNE


def test_a_moment_without_a_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="zone"):
        day_in("Europe/Oslo", at=HALF_PAST_MIDNIGHT.replace(tzinfo=None))


@pytest.mark.usefixtures("at_half_past_midnight")
def test_a_resident_at_half_past_midnight_sees_the_plan_of_the_new_day(client: Client) -> None:
    consultation = factories.consultation()
    layer = factories.layer(kind="zoning", owner=consultation.municipality.code)
    for field, begins, ends in (("OLD", dt.date(2020, 1, 1), FIRST_OF_JUNE), ("NEW", FIRST_OF_JUNE, None)):
        edition = factories.edition(of=layer, valid_from=begins, valid_to=ends, published=True)
        factories.zone(of=edition, field=field)
    consultation.alternatives.create(key="plan", layer=layer, name={"nb": "Plan"}, order=0)
    page = client.get(f"/c/{consultation.slug}/plan").content.decode()
    assert "NEW" in page
    assert "OLD" not in page
    lon, lat = factories.middle()
    for more in (f"&consultation={consultation.slug}", ""):
        answer = client.get(f"/api/v1/layers/at?lon={lon}&lat={lat}{more}").json()
        assert (answer["on"], [zone["field"] for zone in answer["zones"]]) == ("2026-06-01", ["NEW"])


def test_a_period_is_written_in_the_municipalitys_time(client: Client) -> None:
    """23:59 on 31 May in Helsinki is 22:59 in Oslo, where the service is."""
    helsinki = factories.municipality(time_zone="Europe/Helsinki", country="FI")
    consultation = factories.consultation(
        municipality=helsinki, closes_at=dt.datetime(2026, 5, 31, 20, 59, tzinfo=dt.UTC)
    )
    page = client.get(f"/c/{consultation.slug}/", headers={"Accept-Language": "en"}).content.decode()
    assert "11:59 p.m." in page or "23:59" in page
    body: dict[str, Any] = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": list(factories.middle())},
        "properties": {"kind": "pin", "theme": "lys", "text": "Mørkt.", "language": "nb"},
    }
    answer = client.put(
        f"/api/v1/consultations/{consultation.slug}/contributions/3b2f6a3e-8a0e-4a51-9b0e-0f6a7d8c9b1a",
        body,
        content_type="application/geo+json",
        headers={"X-Edit-Token": "a" * 43, "Accept-Language": "nb"},
    )
    assert answer.status_code == 403
    assert "23:59" in answer.json()["detail"]


@pytest.mark.usefixtures("at_half_past_midnight")
def test_a_planners_page_writes_times_as_clocks_in_the_municipality_show_them(client: Client) -> None:
    municipality = factories.municipality(time_zone="Europe/Helsinki")
    consultation = factories.consultation(municipality=municipality)
    consultation.runs.create(
        data_version=1,
        parameters={"minimum": 5, "distance_m": 100.0},
        code_version="1",
        started_at=HALF_PAST_MIDNIGHT,
        finished_at=HALF_PAST_MIDNIGHT,
        n=0,
        n_without_place=0,
        n_outside=0,
    )
    client.force_login(factories.user(role="planner", of=municipality))
    page = client.get(f"/planner/c/{consultation.slug}/", headers={"Accept-Language": "nb"}).content.decode()
    assert "01:30" in page
    assert timezone.get_current_timezone_name() == "Europe/Oslo"
