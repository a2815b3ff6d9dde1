"""Which column of a file is what, and its values as our tables hold them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from layers.control_characters import storable
from layers.findings.finding import Finding, Item, listing
from layers.importing.recognition import choice as recognition
from layers.importing.recognition import row
from layers.importing.recognition.row import Row
from layers.models import Layer
from layers.option_error import OptionError
from layers.questions.tiles import FEATURE_FIELDS
from layers.readers.read_file import SourceRows
from layers.reference import catalog, codes, column_names, languages
from layers.reference.catalog import Source

__all__ = ["ColumnError", "Columns", "Row", "findings", "listed", "not_of_layer", "recognise"]

# What a file made for this service calls its columns; others are found through sources/.
OWN_NAMES = {
    "code": ("code",),
    "name": ("name",),
    "field": ("field", "field_name", "feltnavn", "feltbetegnelse"),
    "vertical_level": ("vertical_level", "vertikalnivå"),
    "status": ("land_use_status",),
    "provision": ("provision",),
    "legal_text": ("legal_text",),
    "floors": ("floors",),
}
ROLES = (
    *OWN_NAMES, "zone_code", "language", "place", "street", "number", "letter", *FEATURE_FIELDS,
)  # fmt: skip
# Identities rather than codes: an area's code only where the file offers one of them and nothing better.
_IDENTITIES = frozenset({"id", "objid", "objectid", "fid", "gid", "ogcfid", "lokalid", "objtid"})
# The roles whose values stay among the properties as they are: they are looked at, not stored apart.
_STAY = frozenset({"language", "place", "street", "letter"})
_SHOWN_CODES = 10


class ColumnError(OptionError):
    """A column is missing or its values cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Role -> column of the file, and the data set it was recognised as, if any.

    `others` are the columns of each role that are asked, in turn, in rows where the first is empty. `types`
    say by row which feature type it is, where the file says. Codes are written as the list `style` does.
    `numbered`: areas without any column have their number in the file for a code. `findings` say what was
    taken for want of anything better.
    """

    roles: Mapping[str, str]
    source: Source | None
    kind: str = ""
    style: str = ""
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    languages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    types: Sequence[str] = ()
    numbered: bool = False
    findings: Sequence[Finding] = ()

    def row(self, properties: Mapping[str, Any], *, row_number: int | None = None) -> Row:
        """What is stored of a feature; `row_number` is the one in the file, from 0."""
        feature_type = self.types[row_number] if row_number is not None and self.types else ""
        used: set[str] = set()
        code = (
            str(row_number + 1) if self.numbered and row_number is not None else self._code(properties, used)
        )
        provision = row.provision(properties, self.roles.get("provision"))
        texts = {role: self._value(properties, role, used) for role in ("field", "legal_text")}
        names = self._names(properties)
        name = self._name(properties, used) or next(iter(names.values()), "")
        status = row.status(self._value(properties, "status", set())) if self._is_listed else None
        if status is not None:
            used.add(self.roles["status"])
        return Row(
            code=row.line(code),
            name=name[: row.NAME_MAX],
            names=row.as_json(names),
            field=row.line(texts["field"])[: row.FIELD_MAX],
            vertical_level=row.level(
                self._value(properties, "vertical_level", used), feature_type=feature_type
            ),
            land_use_status=status,
            provision=row.as_json(provision),
            legal_text=storable(str(texts["legal_text"] or "")),
            properties=row.as_json(self._other_properties(properties, used, feature_type=feature_type)),
        )

    def code(self, properties: Mapping[str, Any]) -> str:
        """The feature's code alone, as `row` would write it."""
        return row.line(self._code(properties, set()))

    def floors(self, properties: Mapping[str, Any]) -> tuple[str, float | None]:
        """What the file says of a building's floors, and how many that are; None where it is no number."""
        values = self._values(properties, "floors")
        numbers = [value for value in values if row.floors(value) is not None]
        value = next(iter([*numbers, *values]), None)
        return row.line(value), row.floors(value)

    def is_home(self, properties: Mapping[str, Any]) -> bool | None:
        """Whether people live in a building, by its type; None where the data set does not say."""
        source, types = self.source, map(row.line, self._values(properties, "type"))
        answers = (source.is_home(type_) for type_ in types) if source else iter(())
        return next((answer for answer in answers if answer is not None), None)

    def _code(self, properties: Mapping[str, Any], used: set[str]) -> str:
        source = self.source
        zone_prefix = source.zone_code_prefix if source else ""
        for role, prefix in (("code", ""), ("zone_code", zone_prefix)):
            if code := codes.cleaned(self._value(properties, role, used)):
                if source and source.code_length:
                    code = codes.with_zeros(code, length=source.code_length)
                if source and source.code_pattern:
                    code = codes.picked(code, pattern=source.code_pattern)
                return codes.as_listed(code, self.style, prefix) if self._is_listed else code
        return ""

    @cached_property
    def _is_listed(self) -> bool:
        return self.kind == Layer.Kind.ZONING

    @cached_property
    def _columns_of(self) -> dict[str, tuple[str, ...]]:
        return {role: (name, *self.others.get(role, ())) for role, name in self.roles.items()}

    def _value(self, properties: Mapping[str, Any], role: str, used: set[str]) -> Any:
        """What the first filled column of the role holds; that column is noted as used."""
        for name in self._columns_of.get(role, ()):
            value = properties.get(name)
            if value is None and "." in name:
                value = column_names.value_of(properties, name)
            if value is not None and value != "" and value != []:
                used.add(name)
                return value
        return None

    def _values(self, properties: Mapping[str, Any], role: str) -> list[Any]:
        """What all filled columns of the role hold: words may stand before the code that says the same."""
        values = (column_names.value_of(properties, name) for name in self._columns_of.get(role, ()))
        return [value for value in values if value not in (None, "", [])]

    def _name(self, properties: Mapping[str, Any], used: set[str]) -> str:
        """The name; of an address that has none, street, number and letter."""
        name = row.line(self._value(properties, "name", used))
        if name or "street" not in self.roles:
            return name
        street, number, letter = (
            row.line(self._value(properties, role, set())) for role in ("street", "number", "letter")
        )
        return f"{street} {number}{letter}".strip()

    def _names(self, properties: Mapping[str, Any]) -> dict[str, str]:
        names: dict[str, str] = {}
        if "language" in self.roles and "name" in self.roles:
            tags_of_names = self._value(properties, "language", set())
            names = languages.paired(self._value(properties, "name", set()), tags_of_names)
        for name, tags in self.languages.items():
            text = row.line(column_names.value_of(properties, name))
            if text:
                names |= dict.fromkeys(tags, text)
        return {tag: row.line(text)[: row.NAME_MAX] for tag, text in names.items()}

    def _other_properties(
        self, properties: Mapping[str, Any], used: set[str], *, feature_type: str
    ) -> dict[str, Any]:
        """The other columns, and those that tiles show, under the names that tiles have for them."""
        stored_apart = used - self._staying if self._staying else used
        others = {
            name: value
            for name, value in properties.items()
            if name not in stored_apart
            and name not in self._in_names_or_provision
            and not row.language_of_provision(name)
        }
        for role in self._roles_in_tiles:
            shown = self._value(properties, role, set())
            if shown is None and role == "kind" and self.source and self.source.has_table(feature_type):
                shown = feature_type
            if shown is not None and (role not in others or self.roles.get(role) == role):
                others[role] = self._ours(role, row.line(shown))
        return self._with_what_counts(others, properties) if self.kind == Layer.Kind.BUILDING else others

    def _with_what_counts(self, others: dict[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
        """Under these names stands only what may be counted with: no words for it, nothing unknown."""
        facts = {"floors": self.floors(properties)[1], "is_home": self.is_home(properties)}
        own = {name: value for name, value in others.items() if name not in facts}
        return own | {name: fact for name, fact in facts.items() if fact is not None}

    @cached_property
    def _in_names_or_provision(self) -> frozenset[str]:
        """Columns whose values go into `names` and `provision`."""
        return frozenset(self.languages) | {self.roles[role] for role in ("provision",) if role in self.roles}

    @cached_property
    def _roles_in_tiles(self) -> tuple[str, ...]:
        kind = ("kind",) if self.kind == Layer.Kind.WATER else ()
        return tuple(dict.fromkeys((*(role for role in FEATURE_FIELDS if role in self.roles), *kind)))

    @cached_property
    def _staying(self) -> frozenset[str]:
        return frozenset(name for role in _STAY for name in self._columns_of.get(role, ()))

    def _ours(self, role: str, text: str) -> str:
        values = self.source.values.get(role, {}) if self.source else {}
        return next((ours for theirs, ours in values.items() if column_names.same(theirs, text)), text)


def recognise(
    source_rows: SourceRows,
    *,
    kind: str,
    owner: str,
    roles: Mapping[str, str],
    source: str | None = None,
    style: str = "",
) -> Columns:
    """Which column holds what: as named (role -> column), else by our own names, else by a known data set.

    `source` names the data set instead of recognising it; `style` is the list of codes where the data set's
    is not wanted. Boundaries without a column of codes take the only column of identities, if it tells
    them all apart; without any column they are numbered. Raises ColumnError for a role, column or source
    that is not there, and for boundaries where a person must say which column it is.
    """
    names = column_names.names_in(source_rows.properties)
    _check_named(roles, names, source=source)
    understood = recognition.understand(source_rows, kind=kind, owner=owner, source=source, own=OWN_NAMES)
    names_by_role = understood.roles | {role: (name,) for role, name in roles.items()}
    if "code" in roles:
        names_by_role.pop("zone_code", None)
    of_codes: list[Finding] = []
    if kind == Layer.Kind.BOUNDARY and "code" not in names_by_role:
        names_by_role, of_codes = _with_codes(names_by_role, names, source_rows)
    by_role = {role: of_role for role, of_role in names_by_role.items() if role in ROLES}
    data_set = understood.source
    return Columns(
        roles={role: of_role[0] for role, of_role in by_role.items()},
        others={role: of_role[1:] for role, of_role in by_role.items() if len(of_role) > 1},
        source=data_set,
        kind=kind,
        style=style or (data_set.style if data_set else ""),
        languages=languages.fields_in(names),
        types=understood.types,
        numbered=kind == Layer.Kind.BOUNDARY and not names,
        findings=[*understood.findings, *of_codes],
    )


def _with_codes(
    names_by_role: dict[str, tuple[str, ...]], names: Collection[str], source_rows: SourceRows
) -> tuple[dict[str, tuple[str, ...]], list[Finding]]:
    """Where no column is one of codes: the column of identities for it, or none, and that it is so."""
    if not names:
        return names_by_role, [Finding(kind="numbered", severity="note", count=len(source_rows.properties))]
    name = _identity(source_rows, names, name_column=names_by_role.get("name", ("",))[0])
    finding = Finding(kind="codes_from", severity="note", count=1, values={"field": name})
    return {**names_by_role, "code": (name,)}, [finding]


def _recognised_as(source: Source) -> Finding:
    """Which data set the file was taken for, and what that brings; credit and licence only where certain."""
    credit = {"credit": source.credit, "licence": source.licence}
    is_certain = not any("{" in text for text in credit.values())
    return Finding(
        kind="recognised_credit" if is_certain else "recognised",
        severity="note",
        count=1,
        values={"source": source.id, "titles": dict(source.title), **(credit if is_certain else {})},
    )


def not_of_layer(source_rows: SourceRows, columns: Columns) -> dict[int, str]:
    """Why, by row, a feature is not part of the layer although it stands among it: a plan's outline.

    Where nothing else would be left, everything is part of it.
    """
    if columns.source is None or not columns.types or source_rows.layers == list(columns.types):
        return {}
    out = {
        row_number: f"not part of the layer: {type_}"
        for row_number, type_ in enumerate(columns.types)
        if type_ and columns.source.leaves_out(type_)
    }
    return out if len(out) < len(columns.types) else {}


def findings(loaded: Mapping[int, Row], columns: Columns, *, owner: str, source: str | None) -> list[Finding]:
    """What there is to say of the columns: where they are from, and codes that the list does not know.

    `source` is the data set that a person has named: others were only recognised.
    """
    of_source = [_recognised_as(columns.source)] if columns.source and not source else []
    of_codes = _code_findings(loaded, columns, owner=owner) if columns.kind == Layer.Kind.ZONING else []
    return [*of_source, *columns.findings, *of_codes]


def _code_findings(loaded: Mapping[int, Row], columns: Columns, *, owner: str) -> list[Finding]:
    country = owner.partition("-")[0]
    if not any(stored.code for stored in loaded.values()):
        return [Finding(kind="no_codes", severity="warning", count=len(loaded))]
    known = codes.known((stored.code for stored in loaded.values()), list_name=columns.style or "neutral")
    has_list = columns.style not in ("", "neutral")
    remarks = []
    if has_list and known.unknown:
        items = [
            Item(feature=row_number + 1, code=stored.code, why="unknown code")
            for row_number, stored in loaded.items()
            if stored.code in known.unknown
        ]
        shown = ", ".join(f"{code[:40]} ({n})" for code, n in list(known.unknown.items())[:_SHOWN_CODES])
        more = ", …" if len(known.unknown) > _SHOWN_CODES else ""
        values = {"total": known.total, "list": columns.style, "codes": shown + more}
        remarks = listing("unknown_code", items, severity="warning", values=values)
    better = codes.lists_that_know((stored.code for stored in loaded.values()), country=country)
    if better and better[0].share > (known.share if has_list else 0):
        values = {"list": better[0].list_name, "percent": round(100 * better[0].share)}
        remarks.append(Finding(kind="better_list", severity="note", count=1, values=values))
    return remarks


def _check_named(roles: Mapping[str, str], names: Collection[str], *, source: str | None) -> None:
    for role, name in roles.items():
        if role not in ROLES:
            message = _("There is no role “%(role)s”. A column can be: %(roles)s.")
            raise ColumnError(message % {"role": role[:80], "roles": ", ".join(ROLES)})
        if name not in names:
            message = _("The file has no column “%(name)s”. It has: %(fields)s.")
            values = {"name": name[:80], "fields": listed(names)}
            raise ColumnError(message % values, option=f"--field {role}")
    if source is not None and catalog.source(source) is None:
        message = _("No data set is called “%(source)s”. There are: %(sources)s.")
        sources = ", ".join(known.id for known in catalog.sources())
        raise ColumnError(message % {"source": source[:80], "sources": sources})


def _identity(source_rows: SourceRows, names: Collection[str], *, name_column: str) -> str:
    """The one column that tells every area apart as a code would. Raises ColumnError: a person must say."""
    candidates = [name for name in names if column_names.bare(name) in _IDENTITIES and name != name_column]
    if len(candidates) == 1:
        values = [row.line(properties.get(candidates[0])) for properties in source_rows.properties]
        if all(values) and len(set(values)) == len(values):
            return candidates[0]
    message = _("Which column holds the areas' codes? The file has: %(fields)s.")
    raise ColumnError(message % {"fields": listed(names)}, option="--code-field")


def listed(values: Collection[object], *, limit: int = 20) -> str:
    """The first of them, shortened, for a message."""
    shown = ", ".join(str(value)[:60] for value in list(values)[:limit])
    return f"{shown}, …" if len(values) > limit else shown or "–"
