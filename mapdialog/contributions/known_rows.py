"""Which rows of a file the consultation has already, and whose id or code is taken by something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from mapdialog.contributions import bulk
from mapdialog.contributions.bulk import Row
from mapdialog.contributions.import_report import Report
from mapdialog.contributions.models import Contribution, SpentId
from mapdialog.contributions.rulebooks import Rulebook


def without_known(rows: Sequence[Row], *, rulebook: Rulebook, report: Report) -> list[Row]:
    """Those that the consultation does not have. Erased ones stay erased. At most five queries.

    An id or a code that another contribution has becomes a new one, and the report says so.
    """
    ids = {row.identifier for row in rows if row.identifier}
    ids |= {bulk.identifier_of(str(identifier), rulebook=rulebook) for identifier in ids}
    contributions = Contribution.objects.order_by()
    ours = contributions.filter(consultation=rulebook.id)
    sources = {row.source_id for row in rows if row.source_id}
    known_sources = _values(ours.filter(source_id__in=sources), "source_id")
    if not ids:
        return [row for row in rows if row.source_id not in known_sources]
    known = _values(ours.filter(pk__in=ids), "pk")
    known |= set(SpentId.objects.order_by().filter(pk__in=ids).values_list("pk", flat=True))
    elsewhere = _values(contributions.filter(pk__in=ids - known), "pk")
    taken = _values(contributions.filter(code__in={row.code for row in rows if row.code}), "code")
    new = []
    for row in rows:
        if row.source_id in known_sources or {row.identifier, _second_id(row, rulebook=rulebook)} & known:
            continue
        if row.identifier in elsewhere or row.code in taken:
            note = "Its id or code belongs to another contribution: it gets new ones."
            report.note(line=row.line, source_id=str(row.identifier), note=note)
            row = replace(row, identifier=_second_id(row, rulebook=rulebook), code="")
        new.append(row)
    return new


def _second_id(row: Row, *, rulebook: Rulebook) -> UUID | None:
    """The id that a row has here where its own is taken: always the same, for a second run adds nothing."""
    return row.identifier and bulk.identifier_of(str(row.identifier), rulebook=rulebook)


def _values(rows: QuerySet[Contribution], column: str) -> set[Any]:
    return set(rows.values_list(column, flat=True))
