"""What can be proposed of a file's columns to a person, before anything is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from layers.importing.recognition import columns
from layers.importing.recognition.columns import ColumnError
from layers.models import Layer
from layers.questions.tiles import FEATURE_FIELDS
from layers.readers.read_file import SourceRows
from layers.reference import codes, column_names
from layers.reference.catalog import Source
from layers.reference.codes import Known

SAMPLES = 3
_SAMPLE_MAX = 60
_COLUMNS_MAX = 200
_ROWS_LOOKED_AT = 2_000
_ROWS_FOR_CODES = 300
_ROLES: Mapping[str, tuple[str, ...]] = {
    Layer.Kind.BOUNDARY: ("code", "name"),
    Layer.Kind.POPULATION: ("code", "name"),
    Layer.Kind.ZONING: (
        "code", "zone_code", "field", "name", "vertical_level", "status", "provision", "legal_text",
    ),
    Layer.Kind.PLACE: ("name", "language", "place", "type", "code"),
    Layer.Kind.ADDRESS: ("name", "street", "number", "letter", "code"),
    Layer.Kind.STREET: ("name", "class", "category", "number", "medium", "code"),
    Layer.Kind.WATER: ("kind", "name", "code"),
    Layer.Kind.LIGHT: ("type", "code"),
    Layer.Kind.BUILDING: ("floors", "type", "name", "code"),
    Layer.Kind.BUILT_UP: ("name", "code"),
    Layer.Kind.OTHER: ("code", "name", *FEATURE_FIELDS),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ColumnSample:
    """A column of the file: its first different values, and the share of rows that have one."""

    name: str
    samples: Sequence[str]
    filled: float


@dataclass(frozen=True, kw_only=True)
class Role:
    """What the file has for a role: the column taken, "" for none, and what else might be meant."""

    role: str
    column: str
    others: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What was understood, and what is left to a person.

    `why` are the columns by which the source was recognised (role -> column), `ties` the sources that fit as
    well as one another. `styles` are the lists that know the codes, the best first. `question` is what must
    be answered before the file can be loaded, None for nothing.
    """

    roles: Sequence[Role]
    columns: Sequence[ColumnSample]
    source: Source | None
    why: Mapping[str, str]
    ties: Sequence[str]
    styles: Sequence[Known]
    question: ColumnError | None


def propose(
    source_rows: SourceRows,
    *,
    kind: str,
    owner: str,
    roles: Mapping[str, str] | None = None,
    source: str | None = None,
) -> Proposal:
    """What the columns of these rows seem to be; `roles` and `source` are what a person has said already.

    Raises ColumnError only for a role, column or source that is not there.
    """
    names = column_names.names_in(source_rows.properties)[:_COLUMNS_MAX]
    country = owner.partition("-")[0]
    question: ColumnError | None = None
    recognise = partial(columns.recognise, source_rows, owner=owner, roles=dict(roles or {}), source=source)
    try:
        recognised = recognise(kind=kind)
    except ColumnError as error:
        question, recognised = error, recognise(kind=Layer.Kind.OTHER)
    looked_at = source_rows.properties[:_ROWS_LOOKED_AT]
    data_set = recognised.source
    samples = [_sample(name, looked_at) for name in names]
    codes_in = (recognised.code(row) for row in looked_at) if kind == Layer.Kind.ZONING else ()
    ties = next(
        (finding.values["sources"] for finding in recognised.findings if finding.kind == "may_be"), ""
    )
    return Proposal(
        roles=[
            _role(role, recognised, samples, looked_at, kind=kind, country=country) for role in _ROLES[kind]
        ],
        columns=samples,
        source=data_set,
        why={
            role: recognised.roles[role] for role in recognised.roles if data_set and role in data_set.fields
        },
        ties=[tied for tied in str(ties).split(", ") if tied],
        styles=codes.lists_that_know(codes_in, country=country),
        question=question,
    )


def _sample(name: str, rows: Sequence[Mapping[str, Any]]) -> ColumnSample:
    values = [_shown(column_names.value_of(row, name)) for row in rows]
    filled = [value for value in values if value]
    different = list(dict.fromkeys(value[:_SAMPLE_MAX] for value in filled))[:SAMPLES]
    return ColumnSample(
        name=name, samples=different, filled=round(len(filled) / len(values), 3) if values else 0.0
    )


def _shown(value: Any) -> str:
    """As a code would be written; yes and no, which are none, as JSON has them."""
    return str(value).casefold() if isinstance(value, bool) else codes.cleaned(value)


def _role(
    role: str,
    recognised: columns.Columns,
    samples: Sequence[ColumnSample],
    rows: Sequence[Mapping[str, Any]],
    *,
    kind: str,
    country: str,
) -> Role:
    column = recognised.roles.get(role, "")
    others = list(recognised.others.get(role, ()))
    if role == "code" and kind in (Layer.Kind.BOUNDARY, Layer.Kind.POPULATION):
        others += [sample.name for sample in samples if sample.filled == 1 and _is_unique(sample.name, rows)]
    if role == "code" and kind == Layer.Kind.ZONING and not column:
        few = rows[:_ROWS_FOR_CODES]
        others += [
            sample.name
            for sample in samples
            if sample.samples and _holds_codes(sample.name, few, country=country)
        ]
    return Role(role=role, column=column, others=[name for name in dict.fromkeys(others) if name != column])


def _is_unique(name: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    values = [codes.cleaned(column_names.value_of(row, name)) for row in rows]
    return len(set(values)) == len(values)


def _holds_codes(name: str, rows: Sequence[Mapping[str, Any]], *, country: str) -> bool:
    """Does one of the country's lists know most of the values?"""
    return bool(codes.lists_that_know((column_names.value_of(row, name) for row in rows), country=country))
