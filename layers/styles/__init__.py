"""Official plan codes, labels and colours, per country; see SOURCE.md for where each list comes from."""

from layers.styles.catalog import (
    Style,
    UnknownStyleListError,
    codes,
    knows,
    legend,
    list_names,
    style_for,
    style_table,
)

__all__ = [
    "Style",
    "UnknownStyleListError",
    "codes",
    "knows",
    "legend",
    "list_names",
    "style_for",
    "style_table",
]
