"""What the contribution form's template draws: tiles, questions with choices, lines of the error summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mapdialog.citizen.presentation import Words


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A radio button, tick box or option."""

    value: str
    label: Words
    checked: bool


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A theme as a large tile."""

    key: str
    name: Words
    icon: str
    checked: bool


@dataclass(frozen=True, kw_only=True)
class AskedQuestion:
    """One of the planner's questions, with what was answered and what is wrong with it."""

    name: str
    kind: str
    words: Words
    required: bool
    choices: list[Choice]
    value: str
    errors: list[str]

    @property
    def is_short(self) -> bool:
        """Whether two of the choices fit beside each other on a phone."""
        return all(len(choice.label.text) <= 14 for choice in self.choices)


@dataclass(frozen=True, kw_only=True)
class FieldProblem:
    """A line of the error summary: the id of the field, and what to do about it."""

    anchor: str
    message: str


SCALES = (
    (
        "rating",
        _("How good is it?"),
        (("0", _("Very poor")), ("1", _("Poor")), ("2", _("Fair")), ("3", _("Good"))),
    ),
    (
        "feeling",
        _("How does it feel to be here?"),
        (("0", _("Frightening")), ("1", _("Unsafe")), ("2", _("Acceptable")), ("3", _("Safe"))),
    ),
    ("light", _("Is it light or dark?"), (("day", _("In daylight")), ("dark", _("After dark")))),
)


def interface_words(text: Any) -> Words:
    """A text of the interface, which is in the page's language."""
    return Words(text=str(text), lang=get_language() or "")
