"""TOML files that people write by hand, read strictly.

A misspelt key that is silently ignored costs its author an afternoon: here it stops the command with the
file, the key and the nearest key that exists.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from layers.readers.closed.visible_text import visible_text

LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", re.ASCII)


class TomlFileError(ValueError):
    """The file cannot be used. The message names the file, the key, and what to write instead."""


class Table:
    """One table of a TOML file. Ask for every key it may have, then call `refuse_unknown`.

    `languages` are the languages of the file's texts: a plain string stands for a text in the first.
    """

    def __init__(
        self, values: Mapping[str, Any], *, file: Path, at: str = "", languages: Collection[str] = ()
    ) -> None:
        self._values = values
        self._asked: set[str] = set()
        self._at = at
        self.file = file
        self.languages = list(languages)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def keys(self) -> list[str]:
        """What the table holds, in the file's order: for tables whose keys are names."""
        return list(self._values)

    def error(self, key: str, message: str) -> TomlFileError:
        """An error about one key, ready to be raised."""
        return TomlFileError(f"{self.file.name}: “{self._at}{key}” {message}")

    def refuse_unknown(self) -> None:
        """Raises TomlFileError for the first key that nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                near = difflib.get_close_matches(key, sorted(self._asked), n=1, cutoff=0.5)
                hint = (
                    f"Did you mean “{near[0]}”?" if near else f"Known keys: {', '.join(sorted(self._asked))}."
                )
                raise self.error(key, f"is not a known key. {hint}")

    def value(self, key: str) -> Any:
        """Whatever stands at the key, None when nothing does."""
        self._asked.add(key)
        return self._values.get(key)

    def text(self, key: str, *, default: str | None = None, choices: Collection[str] = ()) -> str:
        """A string; required when there is no default."""
        value = self.value(key)
        if value is None:
            if default is None:
                raise self.error(key, "is missing.")
            return default
        if not isinstance(value, str) or "\x00" in value:
            raise self.error(key, "must be a text in quotes.")
        if choices and value not in choices:
            raise self.error(key, f"is {value!r}; use one of {', '.join(choices)}.")
        return value

    def beside(self, key: str) -> Path | None:
        """A file in this one's folder or below it, None when absent.

        What lies elsewhere is not this file's to name: a document that it names is published.
        """
        name = self.text(key, default="")
        if not name:
            return None
        folder = self.file.parent.resolve()
        path = (folder / name).resolve()
        if not path.is_relative_to(folder) or not path.is_file():
            raise self.error(key, f"is {name!r}, which is not beside {self.file.name}.")
        return path

    def whole(self, key: str, *, default: int | None = None, minimum: int = 0, maximum: int = 10**9) -> int:
        """A whole number within limits; required when there is no default."""
        value = self.value(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not minimum <= value <= maximum:
            raise self.error(key, f"must be a whole number from {minimum} to {maximum}.")
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        value = self.value(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.error(key, "must be true or false.")
        return value

    def strings(self, key: str) -> list[str]:
        """A list of strings, empty when absent."""
        value = self.value(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(key, "must be a list of texts in quotes.")
        return list(value)

    def texts(self, key: str, *, required: bool = False) -> dict[str, str]:
        """A text in several languages: a table from language tag to text, or a plain string in the first."""
        value = self.value(key)
        if isinstance(value, str) and self.languages:
            value = {self.languages[0]: value}
        if value is None:
            value = {}
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise self.error(key, 'must be a table of languages, such as nb = "…" and en = "…".')
        for tag in value:
            if not LANGUAGE_TAG.fullmatch(tag):
                raise self.error(f"{key}.{tag}", "is not a language tag, such as nb, nn, sv, da or en.")
        if required and not any(visible_text(text).strip() for text in value.values()):
            raise self.error(key, "is missing: write it in at least one language.")
        stripped = {tag: visible_text(text).strip() for tag, text in value.items()}
        return {tag: text for tag, text in stripped.items() if text}

    def numbers(self, key: str, *, length: int) -> tuple[float, ...]:
        """A list of so many numbers."""
        value = self.value(key)
        good = isinstance(value, list) and len(value) == length
        if not good or not all(
            isinstance(item, int | float) and not isinstance(item, bool) for item in value
        ):
            raise self.error(key, f"must be a list of {length} numbers.")
        return tuple(float(item) for item in value)

    def date(self, key: str) -> dt.date | None:
        """A date without a time, None when absent."""
        value = self.value(key)
        if value is None:
            return None
        if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
            raise self.error(key, "must be a date, such as 2026-01-31 without quotes.")
        return value

    def table(self, key: str) -> Table | None:
        """A table within, None when absent."""
        value = self.value(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.error(key, f"must be a table, [{self._at}{key}].")
        return Table(value, file=self.file, at=f"{self._at}{key}.", languages=self.languages)

    def tables(self, key: str) -> list[Table]:
        """The tables of a list, in the file's order."""
        value = self.value(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(key, f"must be tables, each starting with [[{self._at}{key}]].")
        return [
            Table(item, file=self.file, at=f"{self._at}{key}[{position}].", languages=self.languages)
            for position, item in enumerate(value, start=1)
        ]


def read(file: Path) -> Table:
    """The file's top table. Raises TomlFileError when it cannot be opened or is not TOML."""
    try:
        return Table(tomllib.loads(file.read_text(encoding="utf-8")), file=file)
    except OSError as error:
        raise TomlFileError(f"{file}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise TomlFileError(f"{file.name}: is not UTF-8 text.") from None
    except tomllib.TOMLDecodeError as error:
        raise TomlFileError(f"{file.name}: is not TOML: {error}.") from None
