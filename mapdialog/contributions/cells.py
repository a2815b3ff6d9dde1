"""What single cells of a file say: numbers, steps of a scale, kinds, senders and channels."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from layers.readers.closed.visible_text import visible_text
from mapdialog.contributions import doubts
from mapdialog.contributions.kinds.catalog import kind_called
from mapdialog.contributions.models import Submission

_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_CHANNELS_ALSO = {"words": Submission.Channel.WEB}


class RowError(ValueError):
    """One row cannot be taken. The message says why."""


def check(values: Mapping[str, str]) -> None:
    """Raises RowError for a cell in which a formula failed.

    Refused and not held back: mended in the file, the row comes with the next run.
    """
    for target, text in values.items():
        if doubts.is_spreadsheet_error(text):
            raise RowError(
                f"{target}: {text!r} is an error of the spreadsheet. Mend it there, or empty the cell."
            )


def number(text: str, name: str) -> float:
    """The number in a cell of the column `name`, with a point or a comma. Raises RowError."""
    if not _NUMBER.fullmatch(text):
        raise RowError(f"{name}: {text[:40]!r} is not a number.")
    value = float(text.replace(",", "."))
    if math.isinf(value):
        raise RowError(f"{name}: {text[:40]!r} is too large a number.")
    return value


def step(text: str) -> int | str:
    """A step of a scale: a whole number where it is one, else what it is called."""
    return int(text) if _WHOLE.fullmatch(text) else text


def kind_name(word: str) -> str:
    """The kind of contribution that is called so; a pin where nothing is said. Raises RowError."""
    kind = kind_called(word or "pin")
    if kind is None:
        raise RowError(f"kind: {word[:40]!r} is not a kind of contribution.")
    return kind.name


def sender(word: str, *, role: str) -> tuple[str, str]:
    """The sort of sender, and its role: `youth_council` is a council whose role is that. Raises RowError."""
    if not word or word in Submission.Sender.values:
        return word or Submission.Sender.RESIDENT, visible_text(role)[:80]
    base = word.rsplit("_", 1)[-1]
    if base not in Submission.Sender.values:
        raise RowError(f"sender: {word[:40]!r} is not a sort of sender.")
    return base, visible_text(role or word.replace("_", " "))[:80]


def channel(word: str) -> str:
    """The way on which it came; an import where nothing is said. Raises RowError."""
    if word and word not in Submission.Channel.values and word not in _CHANNELS_ALSO:
        raise RowError(f"channel: {word[:40]!r} is not a channel.")
    return _CHANNELS_ALSO.get(word, word) or Submission.Channel.IMPORT
