"""Who lives where, as far as it is loaded: the finest figures in force, and what is known in their areas."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from django.db.models import Count, QuerySet

from layers.models import Edition, Layer, Population
from layers.population import current
from layers.population.ages import Band
from layers.population.current import AgesUnknownError
from layers.styles.housing import is_housing
from mapdialog.analysis.exposure import Residents, SpreadOver
from mapdialog.dialogue.models import Alternative
from mapdialog.hotspots import read
from mapdialog.hotspots.exposure_note import Figures, UsedEdition
from mapdialog.hotspots.study_region import Geometries, StudyRegion, is_somewhere, metric

Age = tuple[int, int | None]  # from, to; None: and older


@dataclass(frozen=True, kw_only=True)
class Units:
    """The areas of one edition, and how many people live in each; None where nobody says.

    `age` is what was counted, `wanted_age` what was asked for; None: people of all ages.
    """

    edition: Edition
    population: Population
    age: Age | None
    wanted_age: Age | None
    residents: dict[int, int | None]

    @property
    def n_known(self) -> int:
        return sum(n is not None for n in self.residents.values())

    def figures(self) -> Figures:
        return Figures(
            edition=UsedEdition.of(self.edition),
            year=self.population.year,
            source=self.population.source,
            age=_words(self.age),
            wanted_age=_words(self.wanted_age),
            areas=self.n_known,
            silent=len(self.residents) - self.n_known,
            residents=float(sum(n or 0 for n in self.residents.values())),
        )


@dataclass(frozen=True, kw_only=True)
class Homes:
    """What is loaded of where within their areas people live; metric CRS.

    `buildings` are those that are homes, or may be (`n_maybe`); `n_no_homes` were left out. `floors`: NaN
    where they are not known.
    """

    editions: dict[SpreadOver, list[Edition]]
    buildings: Geometries
    floors: npt.NDArray[np.float64]
    n_maybe: int
    n_no_homes: int
    built_up: shapely.Geometry | None
    housing: shapely.Geometry | None


def best_units(owner: str, *, on: dt.date, age: Age | None) -> Units | None:
    """Of the owner's boundaries in force the set that says of most areas how many people live there.

    Of a set's years the newest that is not after the day, else the first after it. An age group that its
    bands do not make up is not guessed: then people of all ages are counted. None without any figures.
    """
    known = [
        units
        for edition in _with_figures(owner, on=on)
        if (units := _units(edition, on=on, age=age)) is not None and units.n_known
    ]
    return max(known, key=lambda units: units.n_known, default=None)


def _with_figures(owner: str, *, on: dt.date) -> QuerySet[Edition]:
    boundaries = Edition.objects.in_force_on(on).filter(layer__owner=owner, layer__kind=Layer.Kind.BOUNDARY)
    with_figures = boundaries.filter(populations__replaced_at__isnull=True, populations__isnull=False)
    return with_figures.select_related("layer").order_by("pk").distinct()


def _units(edition: Edition, *, on: dt.date, age: Age | None) -> Units | None:
    years = edition.populations.filter(replaced_at__isnull=True).values_list("year", flat=True)
    before, after = [year for year in years if year <= on.year], [year for year in years if year > on.year]
    population = current.figures_of(edition, year=max(before) if before else min(after))
    if population is None:
        return None
    counted = age
    try:
        residents = current.of_areas(edition, age=age, year=population.year)
    except AgesUnknownError:
        counted, residents = None, current.of_areas(edition, year=population.year)
    return Units(edition=edition, population=population, age=counted, wanted_age=age, residents=residents)


def shapes_and_counts(units: Units, *, region: StudyRegion) -> tuple[Geometries, npt.NDArray[np.float64]]:
    """(areas,) shapes in the metric CRS and residents, of the areas that somebody says a number of."""
    areas = read.areas_frame(units.edition)
    residents = areas["area_id"].map(units.residents).to_numpy(dtype=np.float64)
    is_known = np.isfinite(residents)
    known = metric(np.array(areas.geometry, dtype=object)[is_known], municipality=region.municipality)
    is_here = is_somewhere(known)
    return known[is_here], residents[is_known][is_here]


def homes(region: StudyRegion) -> Homes:
    """Buildings, built-up land and housing zones that are in force. Four to six queries."""
    owner, on, municipality = region.municipality.code, region.on, region.municipality
    buildings = read.editions_of(owner, kind=Layer.Kind.BUILDING, on=on)
    built_up = read.editions_of(owner, kind=Layer.Kind.BUILT_UP, on=on)
    plans = _plans(owner, on=on)
    everything = read.buildings_frame(buildings)
    outlines = everything[everything["is_home"] != "false"]
    houses = metric(np.array(outlines.geometry, dtype=object), municipality=municipality)
    is_here = is_somewhere(houses)
    zones = read.zones_frame(plans)
    is_home = [
        is_housing(style or "neutral", code=code)
        for style, code in zip(zones["style"], zones["code"], strict=True)
    ]
    housing = np.array(zones.geometry, dtype=object)[np.array(is_home, dtype=bool)]
    with_housing = set(zones["edition_id"][is_home])
    return Homes(
        editions={
            SpreadOver.FLOOR_AREA: buildings,
            SpreadOver.BUILT_UP: built_up,
            SpreadOver.RESIDENTIAL_ZONES: [plan for plan in plans if plan.pk in with_housing],
            SpreadOver.LAND: [],
        },
        buildings=houses[is_here],
        floors=outlines["floors"].to_numpy(dtype=np.float64)[is_here],
        n_maybe=int((outlines["is_home"] != "true")[is_here].sum()),
        n_no_homes=len(everything) - len(outlines),
        built_up=_union(metric(read.built_up_land(built_up), municipality=municipality)),
        housing=_union(metric(housing, municipality=municipality)),
    )


def _plans(owner: str, *, on: dt.date) -> list[Edition]:
    """Plans in force, but for those that are one of several on a consultation's table: they are not built."""
    several = Alternative.objects.values("consultation").annotate(n=Count("layer", distinct=True))
    on_the_table = several.filter(n__gt=1).values("consultation")
    proposals = set(Alternative.objects.filter(consultation__in=on_the_table).values_list("layer", flat=True))
    plans = read.editions_of(owner, kind=Layer.Kind.ZONING, on=on)
    return [plan for plan in plans if plan.layer_id not in proposals]


def as_residents(shapes: Geometries, counts: npt.NDArray[np.float64], *, homes: Homes) -> Residents:
    """What the analysis asks for. A building that does not say its floors has one."""
    return Residents(
        units=shapes,
        population=counts,
        buildings=homes.buildings if len(homes.buildings) else None,
        floors=np.where(np.isnan(homes.floors), 1.0, homes.floors) if len(homes.buildings) else None,
        built_up=homes.built_up,
        residential_zones=homes.housing,
    )


def _union(geometries: Geometries) -> shapely.Geometry | None:
    return shapely.union_all(geometries) if len(geometries) else None


def _words(age: Age | None) -> str:
    return "" if age is None else str(Band(start=age[0], to=age[1]))
