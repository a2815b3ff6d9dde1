"""Which known data set a file is and which of its columns is what, before a person has said anything.

Names of columns and of source layers tell most. Where two data sets fit alike, the values decide: codes
that one list knows and the other does not, codes that tell areas apart. What remains open is left open, and
the findings say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layers.findings.finding import Finding
from layers.models import Layer
from layers.readers.read_file import SourceRows
from layers.reference import catalog, codes, column_names
from layers.reference.catalog import Match, Source
from layers.reference.column_names import ColumnNames

# Where files that hold several feature types in one source layer say which a row is.
_TYPE_COLUMNS = ("objtype", "objekttype", "feature:typ", "featuretype", "objektType")
# Names so plain that only a file without better ones means them.
_PLAIN_NAMES: Mapping[str, tuple[str, ...]] = {
    "code": ("kode", "kod", "koodi", "tunnus"),
    "name": ("navn", "namn", "nimi"),
}
_CLEARLY_BETTER = 0.1


@dataclass(frozen=True, kw_only=True)
class Understood:
    """Role -> the columns that may hold it, the surest first. `ties` are the data sets that fit alike."""

    roles: dict[str, tuple[str, ...]]
    source: Source | None
    ties: Sequence[Source] = ()
    types: Sequence[str] = ()
    findings: Sequence[Finding] = ()


def understand(
    source_rows: SourceRows, *, kind: str, owner: str, source: str | None, own: Mapping[str, tuple[str, ...]]
) -> Understood:
    """What the rows seem to be. `source` names the data set, `own` our own names for columns by role."""
    names = column_names.names_in(source_rows.properties)
    columns = ColumnNames(names)
    types = types_of(source_rows, columns)
    named = catalog.source(source) if source else None
    findings: list[Finding] = []
    if named is not None:
        matches = [Match(source=named, roles=named.all_in(columns), score=0)]
        roles = _agreed(matches)
    else:
        likely = catalog.matches(names, kind=kind, owner=owner, tables=tuple(dict.fromkeys(types)))
        likely = [match for match in likely if not _has_one_code(match, source_rows)]
        matches, findings = _decided(catalog.best(_specific(likely, source_rows)), source_rows)
        # The columns may be what they seem although nobody knows whose data they are.
        roles = _agreed(matches or catalog.best(likely))
    ours = _ours(own, names, columns)
    is_ours = kind == Layer.Kind.BOUNDARY and "code" not in roles and "name" in ours
    if is_ours and named is None:
        # An area's parent (bydel beside name and id) does not make the file a set of those.
        roles, matches = {}, []
    if kind == Layer.Kind.ZONING and "name" in roles:
        roles.setdefault("field", roles["name"])
    for role, ours_for_role in ours.items():
        roles[role] = (*ours_for_role, *(name for name in roles.get(role, ()) if name not in ours_for_role))
    for role, aliases in _PLAIN_NAMES.items():
        if role not in roles and kind != Layer.Kind.ZONING and (plain := columns.all_for(aliases)):
            roles[role] = plain
    return Understood(
        roles=_settled(roles, source_rows, kind=kind),
        source=matches[0].source if len(matches) == 1 else None,
        ties=[match.source for match in matches] if len(matches) > 1 else [],
        types=types,
        findings=findings,
    )


def _ours(
    own: Mapping[str, tuple[str, ...]], names: Sequence[str], columns: ColumnNames
) -> dict[str, tuple[str, ...]]:
    """The columns that bear our own names, by role; plain names only as they are written."""
    by_role = {
        role: _exact(aliases, names) or (() if role in _PLAIN_NAMES else columns.all_for(aliases))
        for role, aliases in own.items()
    }
    return {role: of_role for role, of_role in by_role.items() if of_role}


def types_of(source_rows: SourceRows, columns: ColumnNames) -> list[str]:
    """By row the feature type that the file names, else the source layer; [] where the file names neither."""
    name = columns.first_for(*_TYPE_COLUMNS)
    layers = source_rows.layers or [""] * len(source_rows.properties)
    if name is None:
        return source_rows.layers
    rows = zip(source_rows.properties, layers, strict=True)
    return [str(column_names.value_of(row, name) or layer) for row, layer in rows]


def _decided(tied: list[Match], source_rows: SourceRows) -> tuple[list[Match], list[Finding]]:
    """The one of several that fit alike which the values speak for; all of them where none does."""
    if len(tied) < 2:
        return tied, []
    shares = sorted(((_fit(match, source_rows), match) for match in tied), key=lambda pair: -pair[0])
    (best, match), (next_best, _next) = shares[:2]
    if best >= codes.OFFERED_FROM and best - next_best > _CLEARLY_BETTER:
        return [match], [Finding(kind="read_as", severity="note", count=1, values=_named(match.source))]
    return tied, [
        Finding(
            kind="may_be",
            severity="warning",
            count=len(tied),
            values={"sources": ", ".join(match.source.id for match in tied)},
        )
    ]


def _specific(likely: Sequence[Match], source_rows: SourceRows) -> list[Match]:
    """Those that more speaks for than a generic name: a plan's codes may do so, too."""
    return [match for match in likely if match.is_specific or _has_listed_codes(match, source_rows)]


def _has_listed_codes(match: Match, source_rows: SourceRows) -> bool:
    has_list = match.source.kind == Layer.Kind.ZONING and match.source.style != "neutral"
    return has_list and _fit(match, source_rows) >= codes.OFFERED_FROM


def _named(source: Source) -> dict[str, str]:
    return {"source": source.id}


def _fit(match: Match, source_rows: SourceRows) -> float:
    """How well the values of the code's column are what this data set would hold there, 0 to 1."""
    column = next(iter(match.roles.get("code", match.roles.get("zone_code", ()))), None)
    if column is None:
        return 0.0
    values = [codes.cleaned(column_names.value_of(row, column)) for row in source_rows.properties]
    filled = [value for value in values if value]
    if match.source.kind == Layer.Kind.BOUNDARY:
        return len(set(filled)) / len(values) if values else 0.0
    prefix = match.source.zone_code_prefix if "code" not in match.roles else ""
    listed = (codes.as_listed(value, match.source.style, prefix) for value in filled)
    return codes.known(listed, list_name=match.source.style).share


def _has_one_code(match: Match, source_rows: SourceRows) -> bool:
    """Areas that all have the same code are parts of one such area: statistical units, not municipalities."""
    column = next(iter(match.roles.get("code", ())), None)
    if column is None or match.source.kind != Layer.Kind.BOUNDARY or len(source_rows.properties) < 2:
        return False
    return len({codes.cleaned(column_names.value_of(row, column)) for row in source_rows.properties}) == 1


def _agreed(matches: Sequence[Match]) -> dict[str, tuple[str, ...]]:
    """The roles that all of them give to the same columns."""
    if not matches:
        return {}
    first, *rest = (match.roles for match in matches)
    return {
        role: columns for role, columns in first.items() if all(roles.get(role) == columns for roles in rest)
    }


def _exact(aliases: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    # Of those that are alike but for underscores and case, the one that is called so; else the first.
    by_key = {column_names.bare(name): name for name in reversed(names)}
    by_key |= {column_names.bare(alias): alias for alias in reversed(aliases) if alias in names}
    keys = dict.fromkeys(map(column_names.bare, aliases))
    return tuple(by_key[key] for key in keys if key in by_key)


def _settled(
    roles: dict[str, tuple[str, ...]], source_rows: SourceRows, *, kind: str
) -> dict[str, tuple[str, ...]]:
    """Code and name told apart where a Shapefile's cut names could be either (grunnkrets, grunnkre_1)."""
    code, name = roles.get("code", ()), roles.get("name", ())
    if kind != Layer.Kind.BOUNDARY or not (set(code[:1]) & set(name[:1]) or (name and not code)):
        return roles
    candidates = dict.fromkeys((*code, *name))
    numbers = tuple(column for column in candidates if _are_numbers(column, source_rows.properties))
    words = tuple(column for column in candidates if column not in numbers)
    settled = {**roles, "code": numbers, "name": words}
    return {role: columns for role, columns in settled.items() if columns}


def _are_numbers(column: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Has every value a figure, and no value more than one word? Names of areas have neither."""
    values = [codes.cleaned(column_names.value_of(row, column)) for row in rows]
    return bool(values) and all(any(c.isdigit() for c in value) and " " not in value for value in values)
