"""The best exposure that the loaded layers allow: where how many comments are expected, and why just there.

Residents by area, spread within each over the first that is known there: floor area of buildings, built-up
land, housing zones of a plan, land. Without residents even land, which gives a ratio and never a p. Only
editions in force count, and what nobody knows is left out, never filled in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from layers.models import Edition
from layers.questions.land import water_editions
from mapdialog.analysis.exposure import (
    Exposure,
    ExposureError,
    ResidentsParameters,
    SpreadOver,
    even_land,
    from_residents,
)
from mapdialog.analysis.ground import Ground, GroundError, GroundParameters, ground_of
from mapdialog.hotspots import read
from mapdialog.hotspots.exposure_note import Buildings, EvenBecause, ExposureNote, Study, UsedEdition, Way
from mapdialog.hotspots.residents import Age, Homes, Units, as_residents, best_units, homes, shapes_and_counts
from mapdialog.hotspots.study_region import StudyRegion, metric

_M2_PER_KM2 = 1e6


@dataclass(frozen=True, kw_only=True)
class KnownExposure:
    """The exposure, the ground it lies on, and what both were made of."""

    exposure: Exposure
    ground: Ground
    note: ExposureNote


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """How the ground and the exposure are made."""

    ground: GroundParameters
    exposure: ResidentsParameters


def known_exposure(region: StudyRegion, *, age: Age | None, parameters: Parameters) -> KnownExposure:
    """The best that is known of a region; `age` from and to (both included), None for people of all ages.

    The ground is the region less its water and, where residents are known, less the land of which nobody
    says how many live there. Raises GroundError for a region without land, or with too many cells.
    """
    water = _water(region)
    ground = ground_of(region.geometry, water=water, parameters=parameters.ground)
    units = best_units(region.municipality.code, on=region.on, age=age)
    because = EvenBecause.NO_POPULATION
    if units is not None:
        try:
            return _among_residents(units, region=region, whole=ground, water=water, parameters=parameters)
        except (ExposureError, GroundError):  # of the part that the figures are about
            because = EvenBecause.NOBODY_LIVES_HERE
    exposure = even_land(ground, parameters=parameters.exposure)
    note = ExposureNote(study=_study(region), even_because=because)
    return KnownExposure(exposure=exposure, ground=ground, note=note)


def _among_residents(
    units: Units,
    *,
    region: StudyRegion,
    whole: Ground,
    water: shapely.Geometry | None,
    parameters: Parameters,
) -> KnownExposure:
    shapes, counts = shapes_and_counts(units, region=region)
    known_land = shapely.intersection(region.geometry, shapely.union_all(shapes))
    ground = ground_of(known_land, water=water, parameters=parameters.ground)
    known = homes(region)
    exposure = from_residents(
        as_residents(shapes, counts, homes=known), ground=ground, parameters=parameters.exposure
    )
    note = ExposureNote(
        study=_study(region),
        figures=units.figures(),
        ways=_ways(exposure, homes=known),
        elsewhere=exposure.left_out,
        most_within_m=exposure.most_within_m,
        unknown_km2=max(float(whole.land_m2.sum() - ground.land_m2.sum()), 0.0) / _M2_PER_KM2,
        buildings=Buildings(
            n=len(known.buildings),
            without_floors=int(np.isnan(known.floors).sum()),
            maybe_homes=known.n_maybe,
            no_homes=known.n_no_homes,
        ),
    )
    return KnownExposure(exposure=exposure, ground=ground, note=note)


def _ways(exposure: Exposure, *, homes: Homes) -> tuple[Way, ...]:
    return tuple(
        Way(
            over=over,
            editions=tuple(map(UsedEdition.of, homes.editions[over])),
            residents=exposure.residents_over[over],
        )
        for over in SpreadOver
    )


def _water(region: StudyRegion) -> shapely.Geometry | None:
    water = read.water_of(region.municipality.code, on=region.on)
    if water is None:
        return None
    shape: shapely.Geometry = metric(np.array([water], dtype=object), municipality=region.municipality)[0]
    return shape


def _study(region: StudyRegion) -> Study:
    water = water_editions(region.municipality.code, on=region.on)
    editions = Edition.objects.filter(pk__in=water).select_related("layer").order_by("pk")
    return Study(
        region=region.said_by,
        committees=UsedEdition.of(region.committees) if region.committees else None,
        water=tuple(map(UsedEdition.of, editions)),
    )
