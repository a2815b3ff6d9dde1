"""Numbers in sentences, written in each language as the pages and their scripts write them."""

from __future__ import annotations

from django.utils.formats import number_format


class Figure(int):
    """A count in a sentence: written as the language has it, 5 592 or 5,592, and still choosing the plural.

    Not for what is a name: a year, a row's number, an EPSG code.
    """

    def __str__(self) -> str:
        return number_format(int(self), force_grouping=True)
