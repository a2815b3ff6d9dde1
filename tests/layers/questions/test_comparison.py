"""Two plans for the same ground: hectares of land in each use, in the database's own square metres."""

import pytest

from layers.models import Edition, Feature
from layers.questions import comparison
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = factories.NOON.date()
# A square of 0.01° at 59.02° N, on the ellipsoid.
SQUARE_HA = 63.95


@pytest.fixture
def plans() -> tuple[Edition, Edition]:
    first, second = (factories.edition(of=factories.layer(kind="zoning")) for _plan in range(2))
    factories.zone(of=first, code="1110")
    factories.zone(of=first, code="2011", i=1)
    factories.zone(of=second, code="1110")
    factories.zone(of=second, code="1110", i=1, land_use_status=2)
    factories.zone(of=second, code="2011", i=2, vertical_level=1)
    return first, second


def changes_between(
    plans: tuple[Edition, Edition], **options: int
) -> dict[tuple[str, bool], tuple[float, float]]:
    first, second = plans
    rows = comparison.differences(first, second=second, on=TODAY, **options)
    return {
        (row.code, row.is_future): (round(row.first.land_ha, 2), round(row.second.land_ha, 2)) for row in rows
    }


def test_each_use_has_its_hectares_in_both(plans: tuple[Edition, Edition]) -> None:
    assert changes_between(plans) == {
        ("1110", False): (pytest.approx(SQUARE_HA, abs=0.1), pytest.approx(SQUARE_HA, abs=0.1)),
        ("1110", True): (0.0, pytest.approx(SQUARE_HA, abs=0.1)),
        ("2011", False): (pytest.approx(SQUARE_HA, abs=0.1), pytest.approx(SQUARE_HA, abs=0.1)),
    }


def test_one_level_is_compared_with_itself(plans: tuple[Edition, Edition]) -> None:
    assert changes_between(plans, level=2)["2011", False][1] == 0.0
    assert changes_between(plans, level=1) == {("2011", False): (0.0, pytest.approx(SQUARE_HA, abs=0.1))}


def test_the_sea_is_not_land(plans: tuple[Edition, Edition]) -> None:
    whole = changes_between(plans)["1110", False][0]
    sea = factories.edition(of=factories.layer(kind="water"))
    Feature.objects.create(edition=sea, geom=factories.square(0, side=factories.SIDE / 2))
    Feature.objects.create(edition=sea, geom=factories.square(0, side=factories.SIDE / 2))
    land, _second = changes_between(plans)["1110", False]
    assert land == pytest.approx(whole * 3 / 4, rel=1e-3)
    (row, *_rest) = comparison.differences(plans[0], second=plans[1], on=TODAY)
    assert row.first.water_ha == pytest.approx(whole / 4, rel=1e-3)
    assert row.difference_ha == pytest.approx(0)
    assert (row.first.zones, row.second.zones) == (1, 1)
