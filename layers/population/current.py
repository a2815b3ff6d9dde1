"""The current figures of who lives in an edition's areas, as they are asked for.

Totals are totals: bands are never added up where there is one. Nothing is interpolated: an age group that is
not made of whole bands is not known.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from layers.models import Edition, Population
from layers.population.ages import TOTAL, Band, composed


class AgesUnknownError(ValueError):
    """The age group asked for is not made of whole bands of the figures at hand, which the message names."""


def figures_of(edition: Edition, *, year: int | None = None) -> Population | None:
    """The current figures of a year, else of the newest one."""
    current = Population.objects.filter(edition=edition, replaced_at__isnull=True)
    return (current if year is None else current.filter(year=year)).order_by("-year").first()


def bands(population: Population) -> list[Band]:
    """The age bands that there are figures of, the youngest first; without the total."""
    ages = population.counts.filter(age_from__isnull=False).values_list("age_from", "age_to").distinct()
    return sorted((Band(start=a, to=b) for a, b in ages), key=lambda band: (band.start or 0, band.to or 999))


def of_areas(
    edition: Edition, *, age: tuple[int, int | None] | None = None, year: int | None = None
) -> dict[int, int | None]:
    """People in each area (by id): all, or those from one age to another, both included.

    None where it is not known. An age group is read from its own band, or added up from whole bands; raises
    AgesUnknownError where it is neither. Raises nothing without figures: then all are None.
    """
    areas: dict[int, int | None] = dict.fromkeys(edition.areas.values_list("pk", flat=True))
    population = figures_of(edition, year=year)
    if population is None:
        return areas
    band = TOTAL if age is None else Band(start=age[0], to=age[1])
    parts = composed(band, bands(population))
    if parts is None:
        message = _("People of %(age)s are not known: the figures are of %(bands)s.")
        listed = ", ".join(map(str, bands(population))) or _("all ages only")
        raise AgesUnknownError(message % {"age": band, "bands": listed})
    values_of: dict[int, list[int | None]] = {}
    for area, start, to, n in population.counts.values_list("area_id", "age_from", "age_to", "n"):
        if Band(start=start, to=to) in parts:
            values_of.setdefault(area, []).append(n)
    for area, values in values_of.items():
        if area in areas and len(values) == len(parts):
            areas[area] = added(values)
    return areas


def youngest(population: Population) -> Band | None:
    """The young that can be counted: under 18 where the bands allow it, else the nearest group."""
    known = bands(population)
    for oldest in (17, 19, 15, 14, 5):
        band = Band(start=0, to=oldest)
        if composed(band, known) is not None:
            return band
    return None


def added(values: list[int | None]) -> int | None:
    """The sum, or None if one of them is not known."""
    return None if None in values else sum(value for value in values if value is not None)
