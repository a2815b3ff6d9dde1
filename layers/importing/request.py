"""What is to be imported: a file, and what it is to become."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from layers.editions.publishing import NO_CONSENT, Consent
from layers.option_error import OptionError

# What an import is at, how much is done, of how much. Raising in it ends the import: nothing was changed.
Progress = Callable[[str, int, int], None]
READING: Final = "reading"
CHECKING: Final = "checking"
WRITING: Final = "writing"


class ImportRefusedError(OptionError):
    """The import cannot be done as asked. The message says what to do; nothing was changed."""


def silent(phase: str, done: int, total: int) -> None:
    """Progress that nobody wants to see."""


@dataclass(frozen=True, kw_only=True)
class ImportRequest:
    """A file, and what it is to become.

    `srid` overrides what the file says, and `swap_axes` the order of its coordinates. `valid_from` is the
    first day it is in force (default: ever since; for a replacement the day of the import).
    `source_layers` chooses among several in the file.
    `roles` says which column holds what (role -> column), `source` which of `catalog.sources()` the file is:
    both for what is not recognised, or recognised wrongly.
    `merge_codes`: areas of one code become one area always, never, or (None) where they are plainly the
    parts of one: they share the name and lie beside each other.
    `consent`: what a person has answered for before everyone sees it (`editions/publishing.py`).
    """

    path: Path
    kind: str
    name: str
    owner: str
    srid: int | None = None
    swap_axes: bool = False
    valid_from: dt.date | None = None
    code_field: str | None = None
    name_field: str | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None
    source_layers: str | tuple[str, ...] | None = None
    merge_codes: bool | None = None
    replace: bool = False
    published: bool = True
    consent: Consent = NO_CONSENT
    titles: Mapping[str, str] = field(default_factory=dict)
    style: str = ""
    credit: str = ""
    licence: str = ""

    def options(self) -> dict[str, Any]:
        """What, beside the bytes, decides what is loaded."""
        names = ("srid", "code_field", "name_field", "published", "style")
        layers = self.source_layers
        others = {
            "roles": dict(self.roles) or None,
            "source": self.source or None,
            "swap_axes": self.swap_axes or None,
            "merge_codes": self.merge_codes,
        }
        return {
            **{name: getattr(self, name) for name in names},
            "table": list(layers) if isinstance(layers, tuple) else layers,
            **{name: value for name, value in others.items() if value is not None},
        }

    def named_roles(self) -> dict[str, str]:
        """Role -> column, with what `code_field` and `name_field` say."""
        fields = {"code": self.code_field, "name": self.name_field}
        return {**self.roles, **{role: field for role, field in fields.items() if field is not None}}
