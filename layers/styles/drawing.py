"""A style for the browser's map (static/js/README.md, style table), named in one language."""

from __future__ import annotations

from typing import Any

from layers.styles.catalog import Style


def drawing(style: Style, *, language: str) -> dict[str, Any]:
    """What the browser draws, with its label in the reader's language only: pages stay small."""
    return {**style.as_json(), "label": style.label(language)}
