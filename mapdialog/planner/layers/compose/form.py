"""What the page for composing committees holds: as posted, or as begun from an edition or a table."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from layers.composition.composing import MOST_COMMITTEES, Committee
from mapdialog.web import values

FEWEST_LINES = 8
_MORE_LINES = 4
_LINE = re.compile(r"code-([1-9]\d{0,2})", re.ASCII)
_UNIT = "unit-"
# The browser sends the form as one text: the server takes few fields. Longer than this is no form.
_LONGEST_TEXT = 200_000
# Twelve fills that stay apart as well as twelve can; the codes are written on the map besides.
COLOURS = (
    "#8dd3c7", "#ffed6f", "#bebada", "#fb8072", "#80b1d3", "#fdb462",
    "#b3de69", "#fccde5", "#d9d9d9", "#bc80bd", "#a6761d", "#66a61e",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Line:
    """A committee in the form; `number` is what the units' lists refer to it by."""

    number: int
    code: str
    name: str

    @property
    def colour(self) -> str:
        return COLOURS[(self.number - 1) % len(COLOURS)]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The form: committees, and which one each unit is in (its number), by the unit's code."""

    lines: list[Line]
    number_of: dict[str, int] = field(default_factory=dict)
    name: str = ""
    titles: dict[str, str] = field(default_factory=dict)
    draft: str = ""

    def committees(self) -> tuple[Committee, ...]:
        """Those that have units, a code or a name."""
        units: dict[int, list[str]] = {}
        for unit, number in self.number_of.items():
            units.setdefault(number, []).append(unit)
        return tuple(
            Committee(
                code=line.code or str(line.number),
                name=line.name,
                units=tuple(units.get(line.number, ())),
            )
            for line in self.lines
            if line.code or line.name or units.get(line.number)
        )


def posted(data: Mapping[str, str]) -> Sheet:
    """The form as it was sent; what is no committee's number puts a unit in none.

    A browser with scripts sends all lines and units as one JSON text, `sheet`, without them each is a field.
    """
    data = {**data, **_unfolded(data.get("sheet", ""))}
    numbers = sorted(int(match[1]) for key in data if (match := _LINE.fullmatch(key)))[:MOST_COMMITTEES]
    lines = [
        Line(number=n, code=data.get(f"code-{n}", "").strip(), name=data.get(f"name-{n}", "").strip())
        for n in numbers
    ]
    known = {str(n): n for n in numbers}
    number_of = {
        key.removeprefix(_UNIT): known[value]
        for key, value in data.items()
        if key.startswith(_UNIT) and value in known
    }
    titles = values.by_language(data, prefix="title-")
    more = _MORE_LINES if data.get("action") == "more" else 0
    return Sheet(
        lines=_with_empty_lines(lines, at_least=len(lines) + more),
        number_of=number_of,
        name=data.get("name", "").strip()[:80],
        titles={language: title[:200] for language, title in titles.items() if title},
        draft=data.get("draft", ""),
    )


def _unfolded(text: str) -> dict[str, str]:
    """The fields in a JSON text; none for what is not the form's own."""
    if not text or len(text) > _LONGEST_TEXT:
        return {}
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(fields, dict):
        return {}
    return {key: value for key, value in fields.items() if isinstance(value, str) and "\0" not in key + value}


def begun(committees: Iterable[Committee], *, name: str = "", draft: str = "") -> Sheet:
    """The form of committees that are there already, with empty lines below."""
    numbered = list(enumerate(committees, start=1))
    lines = [Line(number=n, code=committee.code, name=committee.name) for n, committee in numbered]
    return Sheet(
        lines=_with_empty_lines(lines, at_least=max(FEWEST_LINES, len(lines) + 1)),
        number_of={unit: n for n, committee in numbered for unit in committee.units},
        name=name,
        draft=draft,
    )


def _with_empty_lines(lines: list[Line], *, at_least: int) -> list[Line]:
    taken = {line.number for line in lines}
    free = (n for n in range(1, MOST_COMMITTEES + 1) if n not in taken)
    missing = max(0, min(at_least, MOST_COMMITTEES) - len(lines))
    return [*lines, *(Line(number=next(free), code="", name="") for _each in range(missing))]
