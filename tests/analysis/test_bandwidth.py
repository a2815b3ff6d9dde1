"""The default bandwidth."""

import numpy as np
import pytest
from scipy import stats

from mapdialog.analysis.bandwidth import BandwidthParameters, rule_of_thumb

PARAMETERS = BandwidthParameters(factor=1.14, least_m=100.0, most_m=500.0)
LIMITLESS = BandwidthParameters(factor=1.14, least_m=1e-9, most_m=1e9)


@pytest.mark.parametrize(("spread_m", "expected"), [(10, 100), (300, None), (5000, 500)])
def test_it_is_the_rule_within_its_limits(spread_m, expected):
    points = np.random.default_rng(2).normal(0, spread_m, (64, 2)) * [1, 2]
    sigma = np.mean([stats.iqr(axis) for axis in points.T]) / 1.34
    answer = rule_of_thumb(points, parameters=PARAMETERS)
    assert answer.sigma_robust_m == pytest.approx(sigma)
    assert answer.rule_m == pytest.approx(1.14 * sigma / 2)  # 64^(1/6)
    assert answer.bandwidth_m == (expected or answer.rule_m)
    assert answer.n == 64


def test_of_a_normal_town_sigma_is_its_standard_deviation():
    points = np.random.default_rng(3).normal(7e6, 800, (100_000, 2))
    assert rule_of_thumb(points, parameters=LIMITLESS).sigma_robust_m == pytest.approx(800, rel=0.02)


def test_a_few_far_away_hardly_change_it():
    points = np.random.default_rng(4).normal(0, 400, (200, 2))
    far = np.r_[points, np.full((5, 2), 1e6)]
    answers = [rule_of_thumb(each, parameters=LIMITLESS).rule_m for each in (points, far)]
    assert answers[1] == pytest.approx(answers[0], rel=0.1)


def test_all_at_one_place_is_the_least():
    assert rule_of_thumb(np.zeros((9, 2)), parameters=PARAMETERS).bandwidth_m == 100


@pytest.mark.parametrize("points", [np.empty((0, 2)), [[np.nan, 0.0]]])
def test_no_spots_are_refused(points):
    with pytest.raises(ValueError, match="spots"):
        rule_of_thumb(points, parameters=PARAMETERS)


def test_limits_that_contradict_each_other_are_refused():
    with pytest.raises(ValueError, match="most_m"):
        rule_of_thumb([[0, 0]], parameters=BandwidthParameters(factor=1.14, least_m=200.0, most_m=100.0))
