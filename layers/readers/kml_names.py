"""Columns of a KML placemark that have one name: GDAL keeps the last of them, and does not say so."""

from __future__ import annotations

import re

_TAG = re.compile(r"<(?:[\w.-]+:)?(Placemark|name|Data|SimpleData)(?=[\s/>])([^<>]*)>")
_NAME = re.compile(r"(\sname\s*=\s*)(\"[^\"<]*\"|'[^'<]*')")
_LISTED_MAX = 5
_LONGEST = 80


class DifferentNames:
    """Gives each a name of its own in the text, `navn_2`; `repeated` are those there several times.

    Letter case counts for nothing, as for GDAL. A placemark's own name comes before a column called so.
    """

    def __init__(self) -> None:
        self.repeated: dict[str, None] = {}
        self._counts: dict[str, int] = {}

    def change(self, text: str) -> str:
        return _TAG.sub(self._changed, text)

    def _changed(self, tag: re.Match[str]) -> str:
        if tag[1] == "Placemark":
            self._counts = {}
        elif tag[1] == "name":
            self._counts["name"] = 1
        elif name := _NAME.search(tag[2]):
            bare = name[2][1:-1]
            number = self._counts[bare.casefold()] = self._counts.get(bare.casefold(), 0) + 1
            if number > 1:
                self._note(bare)
                attributes = tag[2].replace(name[0], f'{name[1]}"{bare}_{number}"', 1)
                return tag[0].replace(tag[2], attributes, 1)
        return tag[0]

    def _note(self, name: str) -> None:
        if len(self.repeated) < _LISTED_MAX:
            self.repeated[name[:_LONGEST]] = None
