"""A hotspot's disc against an even spread over land."""

import numpy as np
import pytest
import shapely
from scipy import stats

from mapdialog.analysis.even_spread import AreaPins, even_spread

LAND = shapely.box(0, 0, 1000, 1000)


def area(xy: list, person: list[int], *, land: shapely.Geometry = LAND) -> AreaPins:
    return AreaPins.of(np.array(xy, dtype=float).reshape(-1, 2), person=np.array(person), land=land)


def test_expectation_is_the_discs_share_of_the_land():
    xy = [[500, 500]] * 6 + [[100, 100]] * 4
    spread = even_spread(area(xy, list(range(10))), centre_m=(500, 500), radius_m=100)
    share = np.pi * 100**2 / 1000**2
    assert spread is not None
    assert (spread.in_disc, spread.expected) == (6, pytest.approx(10 * share, rel=1e-3))
    assert spread.p_pins == pytest.approx(stats.poisson.sf(5, 10 * share), rel=0.01)
    assert spread.p_contributors == pytest.approx(spread.p_pins, rel=0.01)


def test_the_part_of_the_disc_that_is_water_expects_nothing():
    half = shapely.box(0, 0, 500, 1000)
    spread = even_spread(area([[499, 500]], [0], land=half), centre_m=(500, 500), radius_m=100)
    assert spread is not None
    assert spread.expected == pytest.approx(np.pi * 100**2 / 2 / (500 * 1000), rel=1e-3)
    assert even_spread(area([[1, 1]], [0], land=shapely.Polygon()), centre_m=(1, 1), radius_m=9) is None


def test_one_busy_person_is_not_a_crowd():
    xy = [[500, 500]] * 20 + [[100, 900], [900, 100], [900, 900]]
    alone = even_spread(area(xy, [0] * 20 + [1, 2, 3]), centre_m=(500, 500), radius_m=100)
    assert alone is not None
    assert alone.p_pins < 1e-12
    share = np.pi * 100**2 / 1000**2
    assert alone.p_contributors == pytest.approx(
        stats.poisson.sf(0, 1 - (1 - share) ** 20 + 3 * share), rel=0.01
    )


def test_unknown_contributors_are_no_persons():
    spread = even_spread(area([[500, 500]] * 5, [-1] * 5), centre_m=(500, 500), radius_m=100)
    assert spread is not None
    assert spread.p_contributors is None


def test_pins_on_the_rim_and_pins_without_a_place():
    spread = even_spread(
        area([[400, 500], [600, 500], [np.nan, np.nan], [601, 500]], [0, 1, 2, 3]),
        centre_m=(500, 500),
        radius_m=100,
    )
    assert spread is not None
    assert (spread.in_disc, round(spread.expected / 3, 4)) == (2, round(np.pi / 100, 4))
