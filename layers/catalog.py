"""The data sets the project knows, one TOML file each, and which of them a file at hand is.

A source says what the fields are called (in every dialect), which coordinate systems to expect, whom to
credit and which style list holds the codes. Adding a data set means adding a file under sources/.
"""

import tomllib
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

FOLDER = Path(__file__).parent / "sources"

# A Shapefile cuts field names at ten bytes, not letters.
SHAPEFILE_NAME_BYTES = 10


class SourceFileError(ValueError):
    """A file under sources/ is not usable; the message names the file and the key."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """One data set as its publisher delivers it.

    ``fields`` maps a role (code, name, vertical_level, ...) to the names the field has been seen under.
    ``crs`` are the coordinate systems to expect, the commonest first. ``code_length`` is the number of
    figures of a code that tables tend to turn into an integer, 0 when codes keep their length.
    """

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
    code_length: int = 0
    path: Path = field(default=Path(), compare=False)

    def field_for(self, role: str, *, fields: Collection[str]) -> str | None:
        """The name under which ``role`` stands among ``fields``, as it is written there, or None."""
        present = _by_key(fields)
        for alias in self.fields.get(role, ()):
            for key in (_key(alias), _shapefile_key(alias)):
                if key in present:
                    return present[key]
        return None

    def roles_in(self, fields: Collection[str]) -> dict[str, str]:
        """Role -> field name, for every role found among ``fields``."""
        found = {role: self.field_for(role, fields=fields) for role in self.fields}
        return {role: name for role, name in found.items() if name is not None}


def sources() -> tuple[Source, ...]:
    """Every source, in the order of their ids."""
    return _load(FOLDER)


def detect(fields: Collection[str], *, kind: str, owner: str) -> Source | None:
    """The source a file with these field names is, or None when there is none or more than one.

    ``owner`` starts with the country ("NO-4012"); a source of another country is not considered. The one
    in which most roles are found wins. A tie means that the file does not say what it is: the caller
    asks. Without the field that holds the code (the name, for areas) a source does not match at all.
    """
    country = owner.partition("-")[0].upper()
    scores = [
        (len(source.roles_in(fields)), source)
        for source in sources()
        if source.kind == kind and source.country == country and _has_its_key(source, fields)
    ]
    if not scores:
        return None
    best = max(score for score, _ in scores)
    winners = [source for score, source in scores if score == best]
    return winners[0] if len(winners) == 1 else None


def _has_its_key(source: Source, fields: Collection[str]) -> bool:
    if source.field_for("code", fields=fields):
        return True
    return source.kind == "boundary" and source.field_for("name", fields=fields) is not None


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().strip()


def _shapefile_key(name: str) -> str:
    """The name as a Shapefile would have cut it; the last letter may be lost half-way."""
    return _key(name.encode("utf-8")[:SHAPEFILE_NAME_BYTES].decode("utf-8", "ignore"))


def _by_key(fields: Collection[str]) -> dict[str, str]:
    """Keys to look fields up by: the whole name, and the last part of a nested one."""
    present = {_key(name): name for name in fields}
    for name in fields:
        present.setdefault(_key(name.rpartition(".")[2]), name)
    return present


@cache
def _load(folder: Path) -> tuple[Source, ...]:
    found = [_read(path) for path in sorted(folder.glob("*/*.toml"))]
    return tuple(sorted(found, key=lambda source: source.id))


def _read(path: Path) -> Source:
    content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    content["fields"] = MappingProxyType(
        {role: tuple(aliases) for role, aliases in content.get("fields", {}).items()}
    )
    for key in ("crs", "feature_types"):
        content[key] = tuple(content.get(key, ()))
    try:
        return Source(**content, path=path)
    except TypeError as error:
        raise SourceFileError(f"{path.name}: {error}") from error
