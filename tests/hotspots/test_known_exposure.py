"""Where people live, from what is loaded: the finest there is, in force, and never filled in."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon

from layers.models import Area, Edition, Feature, Population, PopulationCount
from mapdialog.analysis.exposure import Kind, ResidentsParameters
from mapdialog.analysis.ground import GroundError, GroundParameters
from mapdialog.dialogue.models import Alternative, Consultation
from mapdialog.hotspots import study_region
from mapdialog.hotspots.exposure_note import Buildings, EvenBecause, RegionFrom
from mapdialog.hotspots.known_exposure import KnownExposure, Parameters, known_exposure
from mapdialog.hotspots.study_region import NoRegionError
from mapdialog.people.models import Municipality
from tests import factories
from tests.factories import NOON, SIDE, SOUTH, WEST, square

pytestmark = pytest.mark.django_db
ON = NOON.date()
EVEN = 0.005
PARAMETERS = Parameters(
    ground=GroundParameters(cell_m=50.0, shore_m=50.0, max_cells=1_000_000),
    exposure=ResidentsParameters(even_share=EVEN, attention_m=0.0),
)


@pytest.fixture
def municipality() -> Municipality:
    return factories.municipality(code="NO-4012")


@pytest.fixture
def committees() -> Edition:
    edition = factories.edition(of=factories.layer(name="committees", titles={"en": "Committees"}))
    factories.areas(of=edition, n=2)
    return edition


@pytest.fixture
def consultation(municipality: Municipality, committees: Edition) -> Consultation:
    return factories.consultation(municipality=municipality, boundary_layer=committees.layer, area=None)


def people(edition: Edition, *counts: int | None, year: int = 2025, **ages: int | None) -> Population:
    """So many in each area, by their codes; of one age band if `age_from` and `age_to` say so."""
    population, _is_new = Population.objects.get_or_create(
        edition=edition, year=year, defaults={"source": "SSB", "imported_at": NOON}
    )
    for area, n in zip(edition.areas.order_by("code"), counts, strict=True):
        PopulationCount.objects.create(population=population, area=area, n=n, **ages)
    return population


def strip(*, west: float, width: float) -> MultiPolygon:
    """A part of the squares, from south to north; both in sides of a square, from the first one's west."""
    left = WEST + west * SIDE
    return MultiPolygon(Polygon.from_bbox((left, SOUTH, left + width * SIDE, SOUTH + SIDE)), srid=4326)


def lay(kind: str, *shapes: Any, name: str = "", properties: Any = None, **values: Any) -> Edition:
    layer = factories.layer(kind=kind, name=name or kind, titles={"en": name or kind})
    edition = factories.edition(of=layer, **values)
    for index, shape in enumerate(shapes):
        own = properties[index] if properties else {}
        Feature.objects.create(edition=edition, geom=shape, properties=own)
    return edition


def plan(*codes: str, name: str = "plan", **values: Any) -> Edition:
    """A zone of that code in each of the squares."""
    layer = factories.layer(kind="zoning", name=name, style="no_reguleringsplan")
    edition = factories.edition(of=layer)
    for index, code in enumerate(codes):
        factories.zone(of=edition, i=index, code=code, **values)
    return edition


def known(
    consultation: Consultation, *, on: dt.date = ON, age: Any = None, attention_m: float = 0.0
) -> KnownExposure:
    region = study_region.of_consultation(consultation, on=on)
    exposure = replace(PARAMETERS.exposure, attention_m=attention_m)
    return known_exposure(region, age=age, parameters=replace(PARAMETERS, exposure=exposure))


def over(exposure: KnownExposure) -> dict[str, int]:
    """How many residents were spread over what, without what nobody was."""
    return {way.over: round(way.residents) for way in exposure.note.ways if round(way.residents)}


def west_of(exposure: KnownExposure, *, sides: float) -> float:
    """The share of what is expected west of there, without what is spread evenly; in sides of a square."""
    ground = exposure.ground
    lowest, highest = ground.x_m[0] - 25, ground.x_m[-1] + 25
    border = lowest + (highest - lowest) * sides / 2
    own = (exposure.exposure.share - EVEN * ground.land_m2 / ground.land_m2.sum()) / (1 - EVEN)
    return float(own[:, ground.x_m < border].sum())


def test_without_residents_there_is_even_land_and_no_probability(consultation: Consultation) -> None:
    lay("built_up", strip(west=0, width=0.5))
    exposure = known(consultation)
    assert exposure.exposure.kind is Kind.EVEN_LAND
    assert not exposure.exposure.p_may_be_printed
    assert exposure.note.even_because is EvenBecause.NO_POPULATION
    np.testing.assert_allclose(
        exposure.exposure.share, exposure.ground.land_m2 / exposure.ground.land_m2.sum()
    )


def test_where_the_figures_say_that_nobody_lives_there_is_even_land(
    consultation: Consultation, committees: Edition
) -> None:
    people(committees, 0, 0)
    exposure = known(consultation)
    assert exposure.note.even_because is EvenBecause.NOBODY_LIVES_HERE
    assert not exposure.exposure.p_may_be_printed


def test_each_area_is_spread_over_the_first_that_is_known_in_it(
    consultation: Consultation, committees: Edition
) -> None:
    people(committees, 300, 100)
    assert over(known(consultation)) == {"land": 400}
    plan("2010", "1111")
    assert over(known(consultation)) == {"land": 300, "residential_zones": 100}
    lay("built_up", strip(west=0, width=0.25), strip(west=0.1, width=0.15))
    by_land = known(consultation)
    assert over(by_land) == {"built_up": 300, "residential_zones": 100}
    assert west_of(by_land, sides=0.3) == pytest.approx(0.75, abs=0.01)
    lay("building", strip(west=0.8, width=0.1), strip(west=1.5, width=0.01))
    by_houses = known(consultation)
    assert over(by_houses) == {"floor_area": 400}
    assert west_of(by_houses, sides=0.7) == pytest.approx(0, abs=1e-9)
    assert [[used.name for used in way.editions] for way in by_houses.note.ways] == [
        ["building"], ["built_up"], ["plan"], [],
    ]  # fmt: skip


def test_people_are_expected_around_home_and_it_is_said_how_far(
    consultation: Consultation, committees: Edition
) -> None:
    people(committees, 300, 0)
    lay("built_up", strip(west=0, width=0.5))
    at_home, around = known(consultation), known(consultation, attention_m=300.0)
    assert (at_home.note.most_within_m, around.note.most_within_m) == (0, 600)
    assert west_of(at_home, sides=0.6) == pytest.approx(1)
    assert 0.5 < west_of(around, sides=0.6) < 0.95
    assert over(around) == over(at_home) == {"built_up": 300}
    with pytest.raises(ValueError, match="attention_m"):  # and not: nobody lives here
        known(consultation, attention_m=-1.0)


def test_a_building_counts_by_its_floors_and_one_that_does_not_say_as_one(
    consultation: Consultation, committees: Edition
) -> None:
    people(committees, 400, 0)
    houses = [strip(west=0.1, width=0.1), strip(west=0.7, width=0.1)]
    edition = lay("building", *houses, properties=[{"floors": 3}, {"antallEtasjer": "mange"}])
    exposure = known(consultation)
    assert west_of(exposure, sides=0.5) == pytest.approx(0.75, abs=1e-6)
    assert exposure.note.buildings == Buildings(n=2, without_floors=1, maybe_homes=2, no_homes=0)
    nonsense: list[Any] = ["NaN", -2, 0, [9], {"n": 1}, None, "ni", True]
    for floors in nonsense:  # whoever wrote it past the import
        Feature.objects.filter(edition=edition).update(properties={"floors": floors})
        assert west_of(known(consultation), sides=0.5) == pytest.approx(0.5, abs=1e-6), floors


def test_nobody_lives_in_a_building_that_is_no_home(consultation: Consultation, committees: Edition) -> None:
    people(committees, 400, 100)
    houses = [strip(west=0.1, width=0.01), strip(west=0.6, width=0.3), strip(west=1.2, width=0.5)]
    lay("building", *houses, properties=[{"is_home": True}, {"is_home": False}, {"is_home": False}])
    exposure = known(consultation)
    assert over(exposure) == {"floor_area": 400, "land": 100}
    assert west_of(exposure, sides=0.3) == pytest.approx(0.8, abs=0.01)
    assert exposure.note.buildings == Buildings(n=1, without_floors=1, maybe_homes=0, no_homes=2)


def test_what_is_not_in_force_on_the_day_is_not_used(consultation: Consultation, committees: Edition) -> None:
    people(committees, 300, 100)
    lay("built_up", square(0), name="old", valid_to=ON)
    lay("built_up", square(0), name="withdrawn", state=Edition.State.WITHDRAWN)
    lay("built_up", square(0), name="draft", state=Edition.State.DRAFT, number=None)
    lay("built_up", square(0), name="later", valid_from=ON + dt.timedelta(days=1))
    assert over(known(consultation)) == {"land": 400}
    assert over(known(consultation, on=ON + dt.timedelta(days=1))) == {"built_up": 300, "land": 100}


def test_other_owners_layers_are_not_used(consultation: Consultation, committees: Edition) -> None:
    people(committees, 300, 100)
    edition = lay("built_up", square(0))
    edition.layer.owner = "NO-4010"
    edition.layer.save()
    assert over(known(consultation)) == {"land": 400}


def test_nobody_lives_yet_in_what_is_planned_or_only_proposed(
    consultation: Consultation, committees: Edition
) -> None:
    people(committees, 300, 100)
    plan("1110", "1110", name="master", land_use_status=2)
    assert over(known(consultation)) == {"land": 400}
    first = plan("1110", name="a").layer
    Alternative.objects.create(consultation=consultation, key="a", layer=first)
    assert over(known(consultation)) == {"residential_zones": 300, "land": 100}  # a plan of one: as it is
    Alternative.objects.create(consultation=consultation, key="b", layer=plan("1110", name="b").layer)
    assert over(known(consultation)) == {"land": 400}


def test_land_of_which_nobody_says_how_many_live_there_is_left_out(
    consultation: Consultation, committees: Edition
) -> None:
    people(committees, 300, None)
    exposure = known(consultation)
    whole = study_region.of_consultation(consultation, on=ON).geometry.area
    assert exposure.ground.land_m2.sum() == pytest.approx(whole / 2, rel=0.001)
    assert exposure.note.unknown_km2 == pytest.approx(whole / 2e6, rel=0.001)
    assert exposure.note.figures is not None
    assert (exposure.note.figures.areas, exposure.note.figures.silent) == (1, 1)
    assert exposure.exposure.share.sum() == pytest.approx(1)


def test_the_set_that_says_most_counts_and_its_year_of_the_day(
    consultation: Consultation, committees: Edition
) -> None:
    people(committees, 300, 100)
    units = factories.edition(of=factories.layer(name="units"))
    for index in range(4):
        shape = strip(west=index / 2, width=0.5)
        Area.objects.create(edition=units, code=str(index), name=str(index), geom=shape)
    for year, n in ((2020, 10), (2024, 20), (2027, 30)):
        people(units, n, n, n, n, year=year)
    replaced = Population.objects.create(
        edition=units, year=2026, source="SSB", imported_at=NOON, replaced_at=NOON
    )
    assert replaced.counts.count() == 0
    figures = known(consultation).note.figures
    assert figures is not None
    assert (figures.edition.name, figures.year, figures.residents, figures.areas) == ("units", 2024, 80, 4)
    before_all = known(consultation, on=dt.date(2020, 1, 1)).note.figures
    assert before_all is not None
    assert before_all.year == 2020
    Population.objects.filter(edition=units).update(replaced_at=NOON)
    figures = known(consultation).note.figures
    assert figures is not None
    assert (figures.edition.name, figures.year) == ("committees", 2025)


def test_an_age_group_is_counted_where_bands_make_it_up_and_else_everybody_and_it_is_said(
    consultation: Consultation, committees: Edition
) -> None:
    people(committees, 300, 100)
    people(committees, 30, 60, age_from=0, age_to=17)
    people(committees, 270, 40, age_from=18, age_to=None)
    young, all_ages = known(consultation, age=(0, 17)), known(consultation, age=(6, 15))
    assert west_of(young, sides=1) == pytest.approx(1 / 3, abs=0.03)
    assert west_of(all_ages, sides=1) == pytest.approx(3 / 4, abs=0.03)
    assert young.note.figures is not None
    assert all_ages.note.figures is not None
    assert (young.note.figures.age, young.note.figures.wanted_age) == ("0–17", "0–17")
    assert (all_ages.note.figures.age, all_ages.note.figures.wanted_age) == ("", "6–15")


def test_of_an_area_that_reaches_beyond_the_region_only_those_within_count(
    consultation: Consultation, committees: Edition
) -> None:
    people(committees, 300, 100)
    consultation.area = strip(west=0, width=0.5)
    exposure = known(consultation)
    assert over(exposure) == {"land": 150}
    assert exposure.note.elsewhere == pytest.approx(250, rel=0.001)


def test_water_is_no_ground_and_is_named(consultation: Consultation, committees: Edition) -> None:
    people(committees, 300, 100)
    dry = known(consultation)
    assert dry.note.study.water == ()
    lay("water", strip(west=0.5, width=0.5), name="lake")
    wet = known(consultation)
    assert wet.ground.land_m2.sum() == pytest.approx(dry.ground.land_m2.sum() * 3 / 4, rel=0.001)
    assert [used.name for used in wet.note.study.water] == ["lake"]
    lay("water", Polygon.from_bbox((9, 59, 10, 60)), name="sea")
    with pytest.raises(GroundError):
        known(consultation)


def test_the_region_is_the_area_else_the_municipality_else_its_committees(
    consultation: Consultation, committees: Edition
) -> None:
    by_committees = study_region.of_consultation(consultation, on=ON)
    assert (by_committees.said_by, by_committees.committees) == (RegionFrom.COMMITTEES, committees)
    state = factories.layer(name="kommuner", owner="NO-0000")
    everywhere = factories.edition(of=state, report={"source": "no-kommuner"})
    Area.objects.create(edition=everywhere, code="4012", name="Bamble", geom=strip(west=0, width=3))
    by_municipality = study_region.of_consultation(consultation, on=ON)
    assert (by_municipality.said_by, by_municipality.committees) == (RegionFrom.MUNICIPALITY, None)
    assert by_municipality.geometry.area == pytest.approx(by_committees.geometry.area * 1.5, rel=0.001)
    consultation.area = square(0)
    by_area = study_region.of_consultation(consultation, on=ON)
    assert by_area.said_by is RegionFrom.CONSULTATION
    assert by_area.geometry.area == pytest.approx(by_committees.geometry.area / 2, rel=0.001)


def test_without_any_of_them_it_says_what_to_load(municipality: Municipality) -> None:
    with pytest.raises(NoRegionError, match="load the municipality or its committees"):
        study_region.of_municipality(municipality, committees=None, on=ON)


def test_a_building_where_the_metric_system_ends_spoils_nothing(
    consultation: Consultation, committees: Edition
) -> None:
    people(committees, 300, 100)
    away = MultiPolygon(Polygon.from_bbox((99.0, 0.0, 99.001, 0.001)), srid=4326)  # UTM 32 ends there
    lay("building", strip(west=0.1, width=0.1), away)
    assert over(known(consultation)) == {"floor_area": 300, "land": 100}
