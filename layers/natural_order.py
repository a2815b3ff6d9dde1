"""The order people expect of names with numbers: F2 before F10."""

from __future__ import annotations


def natural_sql(column: str) -> str:
    """SQL to sort by. `column` is one of our own column names, never a text from outside.

    Every number in the text is filled with zeros to ten figures.
    """
    filled = rf"regexp_replace({column}, '(\d+)', '0000000000\1', 'g')"
    return rf"regexp_replace({filled}, '\d*(\d{{10}})', '\1', 'g')"
