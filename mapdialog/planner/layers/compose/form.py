"""The form for composing committees: a line for each, and for each unit the number of its line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.utils.translation import gettext, gettext_lazy

from layers.composition.composing import CODE_MAX, MOST_COMMITTEES, NAME_MAX, Committee
from layers.models import LAYER_NAME
from mapdialog.planner.layers.forms import PlainField, TextsForm
from mapdialog.web import values

FEWEST_LINES = 8
_MORE_LINES = 4
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
    code: forms.BoundField
    name: forms.BoundField

    @property
    def value(self) -> str:
        """The number as the units' lists send it."""
        return str(self.number)

    @property
    def colour(self) -> str:
        return COLOURS[(self.number - 1) % len(COLOURS)]


class LineField(forms.Field):
    """The number of a line. A choice field would look at hundreds of them for each of thousands of units."""

    def __init__(self, number_of: Mapping[str, int]) -> None:
        super().__init__(required=False)
        self._number_of = number_of

    def to_python(self, value: str | None) -> int | None:
        if not value:
            return None
        if value not in self._number_of:
            raise forms.ValidationError(gettext("Choose one."))
        return self._number_of[value]


class ComposeForm(TextsForm):
    """`units` are the units' codes, `numbers` those of the lines: fields code-N, name-N and unit-CODE."""

    name = forms.RegexField(
        f"^{LAYER_NAME}$",
        error_messages={
            "invalid": gettext_lazy("The layer's name may hold only the letters a–z, digits, - and _.")
        },
    )
    draft = forms.CharField(required=False)

    def __init__(self, *args: Any, units: Iterable[str], numbers: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, texts={}, **kwargs)
        self._units, self._numbers = list(units), numbers
        self.remarks: list[str] = []  # on the table that one begins with
        for n in numbers:
            self.fields[f"code-{n}"] = PlainField(max_length=CODE_MAX, required=False)
            self.fields[f"name-{n}"] = PlainField(max_length=NAME_MAX, required=False)
        number_of = {str(n): n for n in numbers}
        self.fields |= {f"unit-{unit}": LineField(number_of) for unit in self._units}

    @classmethod
    def of_post(cls, post: Mapping[str, str], **settings: Any) -> Self:
        """The form as it was sent.

        A browser with scripts sends lines and units as one JSON text, `sheet`; without, each is a field.
        """
        data = {**{name: post[name] for name in post}, **_unfolded(post.get("sheet", ""))}
        numbers = [n for n in range(1, MOST_COMMITTEES + 1) if f"code-{n}" in data]
        if data.get("action") == "more":
            more = _with_empty_lines(numbers, at_least=len(numbers) + _MORE_LINES)
            return cls(initial=data, numbers=more, **settings)
        return cls(data, numbers=numbers, **settings)

    @classmethod
    def of_committees(
        cls, committees: Iterable[Committee], *, name: str = "", draft: str = "", **settings: Any
    ) -> Self:
        """The form of committees that are there already, with empty lines below."""
        initial: dict[str, Any] = {"name": name, "draft": draft}
        numbers: list[int] = []
        for n, committee in enumerate(committees, start=1):
            numbers.append(n)
            initial |= {f"code-{n}": committee.code, f"name-{n}": committee.name}
            initial |= {f"unit-{unit}": str(n) for unit in committee.units}
        numbers = _with_empty_lines(numbers, at_least=max(FEWEST_LINES, len(numbers) + 1))
        return cls(initial=initial, numbers=numbers, **settings)

    @property
    def lines(self) -> list[Line]:
        return [Line(number=n, code=self[f"code-{n}"], name=self[f"name-{n}"]) for n in self._numbers]

    def unit_fields(self) -> dict[str, forms.BoundField]:
        """By the unit's code."""
        return {unit: self[f"unit-{unit}"] for unit in self._units}

    @property
    def is_begun(self) -> bool:
        return any(field.value() for field in self.unit_fields().values())

    def committees(self) -> tuple[Committee, ...]:
        """Those that have units."""
        return tuple(
            Committee(code=self._code(n), name=self.cleaned_data[f"name-{n}"], units=tuple(units))
            for n, units in self._units_of_lines().items()
        )

    def clean(self) -> dict[str, Any]:
        """No two committees with one code: the second says so."""
        cleaned = super().clean() or {}
        codes: set[str] = set()
        for n in self._units_of_lines():
            code = self._code(n)
            if code in codes:
                self.add_error(
                    f"code-{n}", gettext("Two committees have the code %(code)s.") % {"code": code}
                )
            codes.add(code)
        return cleaned

    def _code(self, n: int) -> str:
        return self.cleaned_data.get(f"code-{n}") or str(n)

    def _units_gone(self) -> Iterator[tuple[int | None, str]]:
        """What was clicked before a newer edition left it out, with its line: it is refused by its code."""
        number_of = {str(n): n for n in self._numbers}
        for name, number in self.data.items():
            if name.startswith("unit-") and name not in self.fields:
                yield number_of.get(number), name.removeprefix("unit-")

    def _units_of_lines(self) -> dict[int, list[str]]:
        """The units of each line that has some, in the order of the lines."""
        chosen = [(self.cleaned_data.get(f"unit-{unit}"), unit) for unit in self._units]
        chosen.extend(self._units_gone())
        units_of = {n: [unit for number, unit in chosen if number == n] for n in self._numbers}
        return {n: units for n, units in units_of.items() if units}


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
    # JSON may hold halves of characters, which no page can show
    return {key: values.plain(value) for key, value in fields.items() if isinstance(value, str)}


def _with_empty_lines(numbers: Sequence[int], *, at_least: int) -> list[int]:
    free = (n for n in range(1, MOST_COMMITTEES + 1) if n not in numbers)
    missing = max(0, min(at_least, MOST_COMMITTEES) - len(numbers))
    return [*numbers, *(next(free) for _each in range(missing))]
