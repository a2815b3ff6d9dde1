"""A style for the browser's map (static/js/README.md, style table), named in one language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext, override

from layers.styles.catalog import Style

# From this many on a legend is read by the headings of the list.
GROUPED_FROM = 20


def drawing(style: Style, *, language: str) -> dict[str, Any]:
    """What the browser draws, with its label in the reader's language only: pages stay small."""
    instructions = {**style.as_json(), "label": words(style, language=language)}
    instructions.pop("code", None)  # it is the key in the table
    return instructions


def table(styles: Sequence[Style], *, language: str) -> dict[str, dict[str, Any]]:
    """The style table of a plan, by `Style.key`; with the list's headings as `group` where there are many."""
    drawings = {style.key: drawing(style, language=language) for style in styles}
    if len(drawings) >= GROUPED_FROM:
        for style in styles:
            if group := style.group_label(language):
                drawings[style.key]["group"] = group
    return drawings


def words(style: Style, *, language: str) -> str:
    """The label of a use, saying when it is planned, or that there is no code or an unknown one."""
    with override(language or None):
        if not style.code:
            return gettext("Without a code")
        if style.unlisted:
            return gettext("Unknown code")
        label = style.label(language)
        return gettext("%(use)s, future") % {"use": label} if style.future else label
