"""Statistics offices' figures of who lives in an edition's areas: attached, replaced, withdrawn, restored.

A total is kept as the office gave it. Of each edition and
year there are at most one office's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from layers import checksum
from layers.days import owners_day
from layers.event import What, record
from layers.models import Edition, Layer, Population, PopulationCount
from layers.population.ages import TOTAL, Band, are_apart
from layers.population.area_codes import AreaCodes
from layers.population.counts import Counts, understood
from layers.population.current import added
from layers.readers import figures
from layers.stored_once import store_once

LISTED_MAX = 200
ByArea = dict[str, dict[Band, int | None]]


class PopulationError(ValueError):
    """The figures cannot be attached, withdrawn or restored like this. The message says why."""


def load(
    path: Path,
    *,
    edition: Edition,
    source: str,
    at: dt.datetime,
    by: str = "",
    year: int | None = None,
    licence: str = "",
    code_column: str | None = None,
    sheet: str | None = None,
    file_name: str = "",
) -> list[Population]:
    """Attach the figures in a file to an edition's areas: of `year`, else of every year that the file names.

    All or nothing. Figures of the same year make way, and come back when these are withdrawn. The same file
    again changes nothing. Raises ReadError, CountsError and PopulationError.
    """
    if not source.strip():
        raise PopulationError(_("Say where the figures come from."))
    table = figures.read_table(path, sheet=sheet)
    codes = AreaCodes.of(edition, on=owners_day(edition.layer.owner, at=at))
    counts = understood(table, match=codes.match, code_column=code_column)
    by_year = _by_year(counts, year=year)
    file = {"file_name": (file_name or path.name)[-200:], "sha256": checksum.of_path(path)}
    origin = {"edition": edition, "source": source.strip()[:200], "licence": licence.strip()[:80], **file}
    report = partial(_report, counts, codes, notes=[*table.warnings, *table.notes])
    with transaction.atomic():
        Layer.objects.select_for_update().get(pk=edition.layer_id)
        return [
            attach(
                {**origin, "year": year, "report": report(by_area=by_area)},
                by_area=by_area,
                areas=codes.areas,
                path=path,
                at=at,
                by=by,
            )
            for year, by_area in sorted(by_year.items())
        ]


@transaction.atomic
def withdraw(population: Population, *, at: dt.datetime, by: str = "") -> Population | None:
    """Take figures out of service; those they replaced are current again, and are returned.

    Raises PopulationError for figures that are not current, and for those that sums were made of.
    """
    _lock(population)
    if population.replaced_at is not None:
        raise PopulationError(_("These figures have been replaced or undone already."))
    if population.sums.filter(replaced_at__isnull=True).exists():
        raise PopulationError(_("Sums were made of these figures. Undo the sums first."))
    before = _other_populations(population).filter(replaced_at=population.imported_at).first()
    _replace(population, at=at)
    if before is not None:
        before.replaced_at = None
        before.save(update_fields=["replaced_at"])
    _record(What.POPULATION_WITHDRAWN, of=population, at=at, by=by)
    return before


@transaction.atomic
def restore(population: Population, *, at: dt.datetime, by: str = "") -> None:
    """Make figures that were replaced or withdrawn current again, in place of those of the same year."""
    _lock(population)
    if population.replaced_at is None:
        raise PopulationError(_("These figures are already in use."))
    for current in _other_populations(population).filter(replaced_at__isnull=True):
        _replace(current, at=population.imported_at)
    population.replaced_at = None
    population.save(update_fields=["replaced_at"])
    _record(What.POPULATION_RESTORED, of=population, at=at, by=by)


def attach(
    values: dict[str, Any],
    *,
    by_area: ByArea,
    areas: Mapping[str, int],
    path: Path | None,
    at: dt.datetime,
    by: str,
) -> Population:
    """Store figures, {code: {band: n}}, and replace those of the same edition and year.

    `path` is the file they came from, None for sums. The same file and source again changes nothing.
    The caller holds the layer's lock.
    """
    population = Population(**values, imported_at=at, imported_by=by)
    same = _other_populations(population).filter(
        replaced_at__isnull=True, sha256=population.sha256, source=population.source
    )
    if path is not None and (before := same.first()) is not None:
        return before
    for older in _other_populations(population).filter(replaced_at__isnull=True):
        _replace(older, at=at)
    if path is not None:
        population.original.name = _kept_original(population, path)
    population.save()
    PopulationCount.objects.bulk_create(
        (
            PopulationCount(
                population=population, area_id=areas[code], age_from=band.start, age_to=band.to, n=n
            )
            for code, cells in by_area.items()
            for band, n in cells.items()
        ),
        batch_size=5_000,
    )
    _record(What.POPULATION_ATTACHED, of=population, at=at, by=by)
    return population


def _by_year(counts: Counts, *, year: int | None) -> dict[int, ByArea]:
    named = {number: by_area for number, by_area in counts.by_year.items() if number is not None}
    without = counts.by_year.get(None, {})
    if year is None and not named:
        raise PopulationError(_("Which year are the figures of? The file does not say."))
    if year is None:
        return named
    chosen: ByArea = {code: dict(cells) for code, cells in without.items()}
    for code, cells in named.get(year, {}).items():
        chosen.setdefault(code, {}).update(cells)
    if not chosen:
        message = _("The file has no figures of %(year)d. It has: %(years)s.")
        raise PopulationError(message % {"year": year, "years": ", ".join(map(str, sorted(named)))})
    return {year: chosen}


def _report(counts: Counts, codes: AreaCodes, *, by_area: ByArea, notes: list[str]) -> dict[str, Any]:
    """What was found, as codes and values: `report.sentences` has the words."""
    summed = _fill_totals(by_area)
    with_both = {
        code: cells for code, cells in by_area.items() if cells.get(TOTAL) is not None and len(cells) > 1
    }
    unlike = [
        code
        for code, cells in with_both.items()
        if code not in summed and are_apart(cells) and _sum_of_bands(cells) not in (None, cells[TOTAL])
    ]
    bands = {band for cells in by_area.values() for band in cells if band != TOTAL}
    absent = sorted(set(codes.areas) - set(by_area))
    return {
        "areas": len(codes.areas),
        "matched": len(by_area),
        "total": sum(cells.get(TOTAL) or 0 for cells in by_area.values()),
        "code_column": counts.code_column,
        "bands": [[band.start, band.to] for band in sorted(bands, key=lambda b: (b.start or 0, b.to or 999))],
        "unmatched": counts.unmatched[:LISTED_MAX],
        "n_unmatched": len(counts.unmatched),
        "without": absent[:LISTED_MAX],
        "n_without": len(absent),
        "renumbered": dict(list(codes.renumbered.items())[:LISTED_MAX]),
        "unlike_total": {"codes": unlike[:LISTED_MAX], "n": len(unlike), "of": len(with_both)},
        "summed_totals": {"codes": summed[:LISTED_MAX], "n": len(summed)},
        "untold": counts.symbols,
        "unread": counts.unread[:LISTED_MAX],
        "sexes_added": counts.several_sexes,
        "notes": notes[:20],
    }


def _fill_totals(by_area: ByArea) -> list[str]:
    """Where the office gave bands and no total, the total is their sum; the codes where that was done."""
    summed = []
    for code, cells in by_area.items():
        if TOTAL in cells:
            continue
        sums = _sum_of_bands(cells) if are_apart(cells) and _is_from_birth(cells) else None
        cells[TOTAL] = sums
        if sums is not None:
            summed.append(code)
    return summed


def _sum_of_bands(cells: Mapping[Band, int | None]) -> int | None:
    return added([n for band, n in cells.items() if band != TOTAL])


def _is_from_birth(cells: Mapping[Band, int | None]) -> bool:
    """Do the bands hold every age, from nought up, without a gap?"""
    parts = sorted((band for band in cells if band != TOTAL), key=lambda band: band.start or 0)
    age: int | None = 0
    for band in parts:
        if age is None or band.start != age:
            return False
        age = None if band.to is None else band.to + 1
    return age is None


def _other_populations(population: Population) -> QuerySet[Population]:
    """Figures of the same edition and year, current or not."""
    same = Population.objects.filter(edition=population.edition, year=population.year)
    return same.exclude(pk=population.pk).order_by("-pk")


def _replace(population: Population, *, at: dt.datetime) -> None:
    population.replaced_at = at
    population.save(update_fields=["replaced_at"])


def _lock(population: Population) -> None:
    Layer.objects.select_for_update().get(pk=population.edition.layer_id)
    population.refresh_from_db(fields=["replaced_at"])


def _record(what: What, *, of: Population, at: dt.datetime, by: str) -> None:
    detail = {"population": of.pk, "year": of.year, "file": of.file_name, "total": of.report.get("total")}
    record(what, of=of.edition, at=at, by=by, detail=detail)


def _kept_original(population: Population, path: Path) -> str:
    """The file as it came, under its checksum: the same file is kept once."""
    storage = population.original.storage
    name = f"population/{population.sha256}{Path(population.file_name).suffix.lower()[:10]}"
    with path.open("rb") as file:
        store_once(file, name=name, storage=storage)
    return name
