"""A style for the browser's map (static/js/README.md, style table), named in one language."""

from __future__ import annotations

from typing import Any

from layers.styles.catalog import Style


def drawing(style: Style, *, language: str) -> dict[str, Any]:
    """What the browser draws, with its label in the reader's language only: pages stay small."""
    drawn = {**style.as_json(), "label": style.label(language)}
    del drawn["code"]  # it is the key in the table
    return drawn
