"""The data sets the project knows, one TOML file each, and which of them a file at hand is.

A source says what the columns are called (in every dialect), which tables it has, which coordinate systems to
expect, whom to credit and which style list holds the codes. Adding a data set means adding a file under
sources/; CONTRIBUTING shows one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Protocol

from pydantic import ConfigDict

from layers import toml_file
from layers.reference import column_names
from layers.reference.column_names import ColumnNames

FOLDER = Path(__file__).parents[1] / "sources"
# The folder of what is the same in every country, such as OpenStreetMap.
ANY_COUNTRY = "ANY"
# A table called as the source's are says more than any one column.
_TABLE_WORTH = 3
_KEYS = {"zoning": ("code", "zone_code"), "boundary": ("code", "name")}
_OTHER_KEYS = ("code", "name", "street", "class", "kind")
_AREAL = frozenset({"boundary", "zoning", "population", "building", "built_up"})
_AROUND = re.compile(r"^.*[./:]|_vn\d$|_v$", re.IGNORECASE)
# Every file may have these: alone, none of them makes a file somebody's data set.
_PLAIN = ("code", "name", "kode", "navn", "kod", "namn", "koodi", "nimi", "id", "nummer")
_WORDS = re.compile(r"[\W_]+")
# Shorter ones (kommune, elv) stand in the names of files that hold something else.
_LONG_WORD = 8


class LayerOfFile(Protocol):
    """What `source_layers_for` asks of a source layer: `readers.source_rows.SourceLayer` has it."""

    @property
    def name(self) -> str: ...
    @property
    def rows(self) -> int: ...
    @property
    def geometry(self) -> str: ...
    @property
    def columns(self) -> Collection[str]: ...


@dataclass(frozen=True, kw_only=True)
class Source:
    """One data set as its publisher gives it out.

    - ``fields``: role (code, name, vertical_level, ...) -> the names the column has been seen under. In each
      row the first of them that is filled counts. ``needs``: the roles without which a file is not this data
      set (if not said: the code; for areas the name will do).
    - ``generic``: names that files of other things have as well: they alone do not make a file this data set.
    - ``zone_code_prefix``: what the role ``zone_code``, the code of a special consideration zone, is
      written with. ``code_pattern``: of a code that matches, the group counts. ``code_length``: the number of
      figures of a code that tables tend to turn into an integer, 0 when codes keep theirs.
    - ``values``: role -> what the file says -> what we say.
    - ``homes``, ``no_homes``: patterns of the types of buildings in which people live, and of those in which
      nobody does; words may come after. Of a type that neither names it is not known.
    - ``feature_types``: the tables, or the values of a column such as objtype, that it consists of;
      ``left_out``: those that come in the same file without being part of the layer. ``outlines`` are
      of these, and say things that hold for all that lies within: a plan's vertical level and name.
    - ``crs``: the systems to expect, the commonest first.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    id: str
    country: str
    kind: str
    title: Mapping[str, str]
    fields: Mapping[str, tuple[str, ...]]
    crs: tuple[str, ...]
    credit: str
    licence: str
    licence_url: str = ""
    style: str = "neutral"
    feature_types: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    outlines: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    generic: tuple[str, ...] = ()
    code_length: int = 0
    code_pattern: str = ""
    zone_code_prefix: str = ""
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    homes: tuple[str, ...] = ()
    no_homes: tuple[str, ...] = ()
    path: Path = field(default=Path(), compare=False)

    def all_in(self, columns: ColumnNames) -> dict[str, tuple[str, ...]]:
        """Role -> every column that may hold it, the surest first."""
        by_role = {role: columns.all_for(aliases) for role, aliases in self.fields.items()}
        return {role: names for role, names in by_role.items() if names}

    def is_home(self, type_: str) -> bool | None:
        """Do people live in a building of that type? None where this data set does not say."""
        if _is_one_of(type_, self.homes):
            return True
        return False if _is_one_of(type_, self.no_homes) else None

    def has_table(self, name: str) -> bool:
        """Is this one of the source's feature types, also as `Plan_RpOmrade` or `rpomrade_vn2`?"""
        return _is_named(name, self.feature_types)

    def leaves_out(self, name: str) -> bool:
        return _is_named(name, self.left_out) or self.has_outline(name)

    def has_outline(self, name: str) -> bool:
        return _is_named(name, self.outlines)


@dataclass(frozen=True, kw_only=True)
class Match:
    """A source that a file may be. `roles` holds every column of a role; `score` is how much speaks for it.

    `is_named`: a table is called as the source's are. `is_specific`: not only generic names speak for it.
    """

    source: Source
    is_named: bool = False
    is_specific: bool = True
    roles: Mapping[str, tuple[str, ...]]
    score: int


def sources() -> tuple[Source, ...]:
    """Every source, in the order of their ids."""
    return _load(FOLDER)


def source(id: str) -> Source | None:
    """The source of that id, or None."""
    return next((listed for listed in sources() if listed.id == id), None)


def matches(columns: Collection[str], *, kind: str, owner: str, tables: Collection[str] = ()) -> list[Match]:
    """The sources a file with these columns and tables may be, the likeliest first.

    ``owner`` starts with the country ("NO-4012"); a source of another country is not considered. Without
    the columns that it needs a source does not match at all.
    """
    country = owner.partition("-")[0].upper()
    names = ColumnNames(columns)
    known = [
        _match(source, names, tables)
        for source in sources()
        if source.kind == kind and source.country in (country, ANY_COUNTRY)
    ]
    fitting = [match for match in known if _has_its_key(match)]
    return sorted(fitting, key=lambda match: (-match.score, match.source.country == ANY_COUNTRY))


def best(matches: list[Match]) -> list[Match]:
    """Those that as much speaks for as for the first; a country's own before what is the same everywhere.

    More than one means that the file does not say what it is: the caller asks.
    """
    top = [match for match in matches if match.score == matches[0].score]
    own = [match for match in top if match.source.country != ANY_COUNTRY]
    return own or top


def source_layers_for(kind: str, owner: str, layers: Iterable[LayerOfFile]) -> tuple[str, ...]:
    """Which of a file's source layers make up the layer when nobody chose; empty when a person must choose.

    Those that a source names, such as all the zones of a Norwegian plan without its outline and lines; else
    the one whose columns a source knows.
    """
    usable = [layer for layer in layers if _is_usable(layer, kind)]
    country = owner.partition("-")[0].upper()
    known = [
        source for source in sources() if source.kind == kind and source.country in (country, ANY_COUNTRY)
    ]
    named = [tuple(layer.name for layer in usable if source.has_table(layer.name)) for source in known]
    most = max(named, key=len, default=())
    if most:
        return most
    fitting = [layer.name for layer in usable if matches(layer.columns, kind=kind, owner=owner)]
    unclaimed = [name for name in fitting if not any(source.leaves_out(name) for source in known)]
    return tuple(unclaimed) if len(unclaimed) == 1 else ()


def holds_no_zones(types: Collection[str], *, owner: str) -> bool:
    """Do these feature types all come with a plan without being its zones, as outline and lines do?"""
    country = owner.partition("-")[0].upper()
    plans = [source for source in sources() if (source.kind, source.country) == ("zoning", country)]
    return bool(types) and all(
        any(plan.leaves_out(name) for plan in plans) and not any(plan.has_table(name) for plan in plans)
        for name in types
    )


def outlines_for(
    kind: str, owner: str, layers: Iterable[LayerOfFile], *, zones: Collection[str]
) -> tuple[tuple[str, ...], Source | None]:
    """The source layers with the outlines of the plan whose zones are in those taken, and their source."""
    country = owner.partition("-")[0].upper()
    usable = [layer for layer in layers if _is_usable(layer, kind) and layer.name not in zones]
    for source in sources():
        if (source.kind, source.country) == (kind, country) and any(map(source.has_table, zones)):
            names = tuple(layer.name for layer in usable if source.has_outline(layer.name))
            if names:
                return names, source
    return (), None


def _is_usable(layer: LayerOfFile, kind: str) -> bool:
    areal = layer.geometry.endswith(("Polygon", "Surface", "Geometry", "GeometryCollection", "Unknown"))
    return bool(layer.geometry) and layer.rows != 0 and (areal or kind not in _AREAL)


def _is_one_of(type_: str, patterns: Collection[str]) -> bool:
    """Is it of one of the patterns, alone or with words behind it (111 - Enebolig)?"""
    any_of_them = f"(?:{'|'.join(patterns)})(?:[\\s;:–-].*)?"
    return bool(patterns) and re.fullmatch(any_of_them, type_, re.IGNORECASE) is not None


def _is_named(name: str, types: Collection[str]) -> bool:
    """Is the table called so, but for a namespace and a level, or is a long word of its name?"""
    bare = _AROUND.sub("", name)
    parts = (part for part in _WORDS.split(name) if len(part) >= _LONG_WORD)
    return any(column_names.same(part, type_) for part in (bare, *parts) for type_ in types)


def _match(source: Source, columns: ColumnNames, tables: Collection[str]) -> Match:
    roles = source.all_in(columns)
    is_named = any(source.has_table(name) for name in tables)
    return Match(
        source=source,
        is_named=is_named,
        is_specific=is_named or _is_specific(source, roles, columns),
        roles=roles,
        score=len(roles) + _TABLE_WORTH * is_named,
    )


def _is_specific(source: Source, roles: Mapping[str, tuple[str, ...]], columns: ColumnNames) -> bool:
    """Does a name of its own speak for the source, or do at least two that are plain?"""
    generic, plain = set(columns.all_for(source.generic)), set(columns.all_for(_PLAIN))
    specific = [names for names in roles.values() if not generic.issuperset(names)]
    return len(specific) > 1 or not all(map(plain.issuperset, specific))


def _has_its_key(match: Match) -> bool:
    if match.source.needs:
        # What a thing is, its table may say as well as a column: Innsjø.
        filled = {*match.roles, *(("kind",) if match.is_named else ())}
        return filled.issuperset(match.source.needs)
    return any(role in match.roles for role in _KEYS.get(match.source.kind, _OTHER_KEYS))


@cache
def _load(folder: Path) -> tuple[Source, ...]:
    sources = [_read(path) for path in sorted(folder.glob("*/*.toml"))]
    return tuple(sorted(sources, key=lambda source: source.id))


def _read(path: Path) -> Source:
    return toml_file.checked({**toml_file.content(path), "path": path}, Source, file=path)
