"""Names of columns through the dialects they come in.

The same column is `arealplanId.planidentifikasjon` here and `planidentifikasjon` there; arealformål
is AREALFORMÅL, arealformal, arealformaal, ArealformÃ¥l (UTF-8 read as Latin-1) or, cut by a Shapefile at ten
bytes in the middle of a letter, arealform. Three passes, the surest first: the name as it is, whole or the
last part of a nested one; the name without separators and special letters; the name cut.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any

# A Shapefile cuts names at ten bytes, not letters.
SHAPEFILE_NAME_BYTES = 10
_NESTING = re.compile(r"[.|/:]")
# What stands where a letter could not be written is a loss too: "?", "_" or the replacement character.
_LOST = re.compile(r"[\s_\-?\ufffd]+")
_SPECIAL = "åäæøö"
_AS_LETTERS = (
    str.maketrans({"å": "a", "ä": "a", "æ": "a", "ø": "o", "ö": "o"}),
    str.maketrans({"å": "a", "ä": "a", "æ": "ae", "ø": "o", "ö": "o"}),
    str.maketrans({"å": "aa", "ä": "ae", "æ": "ae", "ø": "oe", "ö": "oe"}),
    str.maketrans(dict.fromkeys(_SPECIAL, "")),
)
_LOOSE, _CUT = 1, 2
_LONG_ENOUGH = 6
_DEPTH_MAX = 4
_NAMES_MAX = 2_000
_LONGEST = 200
_CACHED = 10_000


class ColumnNames:
    """The columns of a file, to be looked up by the names they are known under."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = list(names)
        self._passes: tuple[dict[str, str], ...] = ({}, {}, {})
        for part in (_whole, _last_part):
            for name in self.names:
                key = _key(part(name))
                self._passes[0].setdefault(key, name)
                for form in _loose_forms(key):
                    self._passes[_LOOSE].setdefault(form, name)
                if len(name) <= SHAPEFILE_NAME_BYTES:
                    self._passes[_CUT].setdefault(_LOST.sub("", key), name)

    def all_for(self, aliases: Iterable[str]) -> tuple[str, ...]:
        """The columns known under any of these names, the surest and the first-named first."""
        known = [_forms(alias) for alias in aliases]
        fitting = (
            self._passes[step][form]
            for step in range(len(self._passes))
            for forms in known
            for form in forms[step]
            if form in self._passes[step]
        )
        return tuple(dict.fromkeys(fitting))

    def first_for(self, *aliases: str) -> str | None:
        return next(iter(self.all_for(aliases)), None)


def same(name: str, other: str) -> bool:
    """Are these the same name in two dialects? For names that are not cut, such as those of tables."""
    return not set(_loose_forms(_key(name))).isdisjoint(_loose_forms(_key(other)))


def bare(name: str) -> str:
    """The name without letter case, blanks, underscores and hyphens: `ALLCODES` is `all_codes`."""
    return _LOST.sub("", _key(name))


def names_in(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every column that any row has; of nested ones the dotted names of what is in them too."""
    shapes = dict.fromkeys(tuple(row) for row in rows)
    column_names: dict[str, None] = dict.fromkeys(name for names in shapes for name in names)
    for row in rows:
        for name, value in row.items():
            if isinstance(value, dict | list) and len(column_names) < _NAMES_MAX:
                column_names.update(dict.fromkeys(islice(_nested(name, value, depth=1), _NAMES_MAX)))
    return list(column_names)


def value_of(row: Mapping[str, Any], name: str) -> Any:
    """What stands under a name, a dotted one too; of a list of objects, the list of their values."""
    if name in row or "." not in name:
        return row.get(name)
    value: Any = row
    rest = name
    while rest:
        step = next((key for key in _heads(rest) if isinstance(value, dict) and key in value), None)
        if step is None:
            return (
                [value_of(item, rest) for item in value if isinstance(item, dict)]
                if isinstance(value, list)
                else None
            )
        value, rest = value[step], rest[len(step) + 1 :]
    return value


def _heads(name: str) -> Iterator[str]:
    """The name, and all its beginnings that end before a dot: a key may itself hold dots."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def _nested(name: str, value: Any, *, depth: int) -> Iterator[str]:
    if depth > _DEPTH_MAX:
        return
    items = value if isinstance(value, list) else [value]
    for item in items[:1]:
        if isinstance(item, dict):
            for key, member in item.items():
                yield f"{name}.{key}"
                yield from _nested(f"{name}.{key}", member, depth=depth + 1)


def _whole(name: str) -> str:
    return name


def _last_part(name: str) -> str:
    return _NESTING.split(name)[-1]


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", _well_read(name[:_LONGEST])).casefold().strip()


def _well_read(name: str) -> str:
    """The name, if it is UTF-8 that somebody read as Latin-1 ("Ã¥"), as it should be."""
    if "Ã" not in name:
        return name
    try:
        return name.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return name


@lru_cache(maxsize=_CACHED)
def _loose_forms(key: str) -> tuple[str, ...]:
    # Short words would become others without a letter: år, r.
    ways = _AS_LETTERS if len(key) >= _LONG_ENOUGH else _AS_LETTERS[:-1]
    forms = [key, *(key.translate(letters) for letters in ways)]
    return tuple(dict.fromkeys(form for form in (_LOST.sub("", form) for form in forms) if form))


@lru_cache(maxsize=_CACHED)
def _forms(alias: str) -> tuple[tuple[str, ...], ...]:
    """The alias as each pass looks for it."""
    key = _key(alias)
    return (key,), _loose_forms(key), tuple(dict.fromkeys(_cut_forms(key)))


def _cut_forms(key: str) -> Iterator[str]:
    """As a Shapefile may have cut it. Two names that begin alike are told apart by a number (grunnkre_1)."""
    if len(key.encode()) <= SHAPEFILE_NAME_BYTES:
        return
    for form in (key, *(key.translate(letters) for letters in _AS_LETTERS)):
        bytewise = form.encode()[:SHAPEFILE_NAME_BYTES].decode("utf-8", "ignore")
        for cut in (bytewise, form[:SHAPEFILE_NAME_BYTES]):
            yield _LOST.sub("", cut)
    short = key.encode()[: SHAPEFILE_NAME_BYTES - 2].decode("utf-8", "ignore")
    yield from (f"{_LOST.sub('', short)}{number}" for number in range(1, 10))
