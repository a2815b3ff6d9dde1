"""What is expected where, from what is known."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from mapdialog.analysis.exposure import (
    ExposureError,
    ExposureParameters,
    Kind,
    Null,
    Residents,
    ResidentsParameters,
    SpreadOver,
    StreetsParameters,
    even_land,
    from_all_comments,
    from_residents,
    from_streets,
)
from mapdialog.analysis.ground import GroundParameters, ground_of

PARAMETERS = ResidentsParameters(even_share=0.005, attention_m=0.0)
WEST, EAST = shapely.box(0, 0, 500, 1000), shapely.box(500, 0, 1000, 1000)
GROUND = ground_of(
    shapely.box(0, 0, 1000, 1000),
    water=shapely.box(0, 0, 100, 100),
    parameters=GroundParameters(cell_m=100.0, shore_m=50.0, max_cells=10_000),
)


def residents(**layers) -> Residents:
    known = {"buildings": None, "floors": None, "built_up": None, "residential_zones": None, **layers}
    units, population = known.pop("units", [WEST, EAST]), known.pop("population", [300.0, 100.0])
    return Residents(units=np.array(units, dtype=object), population=np.array(population), **known)


def exposure(*, attention_m: float = 0.0, **layers):
    parameters = replace(PARAMETERS, attention_m=attention_m)
    return from_residents(residents(**layers), ground=GROUND, parameters=parameters)


def along_a_street(*, beside_m):
    street = np.array([shapely.LineString([(0, 950), (1000, 950)])])
    parameters = StreetsParameters(even_share=0.005, beside_m=beside_m)
    return from_streets(street, ground=GROUND, parameters=parameters)


ALL = {
    "even": even_land(GROUND, parameters=PARAMETERS),
    "residents": exposure(built_up=shapely.box(50, 50, 250, 250)),
    "around home": exposure(built_up=shapely.box(50, 50, 250, 250), attention_m=150.0),
    "streets": along_a_street(beside_m=0.0),
    "beside streets": along_a_street(beside_m=50.0),
    "comments": from_all_comments(np.array([5, 5, 17, -1]), ground=GROUND, parameters=PARAMETERS),
}


@pytest.mark.parametrize("kind", ALL)
def test_every_exposure_sums_to_all_and_expects_something_on_all_land(kind):
    share = ALL[kind].share
    assert share.sum() == pytest.approx(1, abs=1e-12)
    assert ((share > 0) == GROUND.is_land).all()
    assert ALL[kind].expected(200).sum() == pytest.approx(200)


def test_only_even_land_prints_no_probability():
    assert [ALL[kind].p_may_be_printed for kind in ALL] == [False, True, True, True, True, True]
    kinds = [ALL[name].kind for name in ("residents", "streets", "comments", "even")]
    assert kinds == [*Kind]
    assert ALL["comments"].null is Null.LABELS
    assert ALL["comments"].left_out == 1


def test_people_are_spread_over_the_best_that_is_known_in_each_unit():
    over = exposure(
        buildings=shapely.box([20, 220], [520, 520], [30, 230], [530, 530]),
        floors=np.array([1.0, 3.0]),
        built_up=shapely.box(600, 0, 700, 100),
    )
    assert over.residents_over[SpreadOver.FLOOR_AREA] == 300
    assert over.residents_over[SpreadOver.BUILT_UP] == pytest.approx(100)
    people = (over.share - 0.005 * GROUND.land_m2 / GROUND.land_m2.sum()) / 0.995 * 400
    assert people[5, [0, 2]] == pytest.approx([75, 225])
    assert people[0, 6] == pytest.approx(100)


def test_zones_come_after_built_up_land_and_before_land():
    zone = shapely.box(0, 200, 100, 300)
    over = exposure(residential_zones=zone, built_up=shapely.box(600, 0, 700, 100)).residents_over
    assert over[SpreadOver.RESIDENTIAL_ZONES] == pytest.approx(300)
    assert over[SpreadOver.BUILT_UP] == pytest.approx(100)
    assert exposure().residents_over[SpreadOver.LAND] == pytest.approx(400)


def test_of_a_unit_that_reaches_beyond_the_region_only_those_within_count():
    wide = exposure(units=[shapely.box(500, 0, 1500, 1000)], population=[100.0])
    assert wide.residents_over[SpreadOver.LAND] == pytest.approx(50)
    assert wide.left_out == pytest.approx(50)
    town_beyond = exposure(
        units=[shapely.box(500, 0, 1500, 1000)], population=[100.0], built_up=shapely.box(900, 0, 1300, 100)
    )
    assert town_beyond.residents_over[SpreadOver.BUILT_UP] == pytest.approx(25)


def test_nobody_lives_on_water():
    share = exposure(units=[shapely.box(0, 0, 200, 100)], population=[10.0]).share
    assert share[0, 0] == 0
    assert share[0, 1] == pytest.approx(0.995 + 0.005 / 99)


def test_a_house_in_the_water_at_the_edge_of_its_unit_counts_on_the_land_beside_it():
    units, house = [shapely.box(0, 0, 96, 1000), shapely.box(96, 0, 1000, 1000)], shapely.box(80, 20, 90, 40)
    share = exposure(units=units, buildings=np.array([house]), floors=np.ones(1)).share
    assert ((share > 0) == GROUND.is_land).all()
    assert share[0, 1] == pytest.approx(0.995 * 300 / 400 + 0.995 * 100 / 400 / 90.4 + 0.005 / 99, rel=0.01)


def test_people_are_expected_around_home_and_the_even_part_is_added_afterwards():
    zone = shapely.box(400, 500, 500, 600)
    around = exposure(residential_zones=zone, population=[300.0, 0.0], attention_m=75.0)
    own = (around.share - 0.005 * GROUND.land_m2 / GROUND.land_m2.sum()) / 0.995
    assert own[5, 4] == pytest.approx(0.46518**2, rel=1e-4)  # of what lies evenly in it
    assert own[5, 5] == own[5, 3] == pytest.approx(0.46518 * 0.23650, rel=1e-4)
    assert own[0, 9] == pytest.approx(0, abs=1e-12)
    assert around.residents_over[SpreadOver.RESIDENTIAL_ZONES] == pytest.approx(300)


def test_an_exposure_says_how_far_from_home_people_were_assumed_to_write():
    assert {name: each.attention_m for name, each in ALL.items()} == {
        "even": 0, "residents": 0, "around home": 150, "streets": 0, "beside streets": 50, "comments": 0,
    }  # fmt: skip
    assert ALL["around home"].most_within_m == 300


def test_what_expects_nothing_is_an_error():
    with pytest.raises(ExposureError, match="population"):
        exposure(population=[-1.0, 2.0])
    with pytest.raises(ExposureError, match="ground"):
        exposure(population=[0.0, 0.0])
    with pytest.raises(ExposureError, match="floors"):
        exposure(buildings=shapely.box([20], [520], [30], [530]))
    with pytest.raises(ExposureError, match="even_share"):
        even_land(GROUND, parameters=ExposureParameters(even_share=0))


def test_pins_beside_a_street_are_expected_as_far_as_it_is_stated_that_they_lie():
    """Against throwing them from the street's row of cells; of those that miss the land others are thrown."""
    exactly, beside = (ALL[kind].share for kind in ("streets", "beside streets"))
    rng = np.random.default_rng(1)
    pin_m = rng.uniform(900, 1000, 400_000) + rng.normal(0, 50, 400_000)
    next_row = ((pin_m > 800) & (pin_m < 900)).mean() / (pin_m < 1000).mean()
    row = int(np.argmax(exactly.sum(axis=1)))
    assert exactly[row - 1].sum() < 0.002
    assert beside[row - 1].sum() == pytest.approx(next_row, rel=0.02)
    assert ALL["beside streets"].attention_m == 50.0
    assert ALL["beside streets"].left_out == ALL["streets"].left_out
