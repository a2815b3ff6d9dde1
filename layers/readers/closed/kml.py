"""KML through GDAL, looked through by ourselves first: GDAL makes a point at 0, 0 of what it cannot read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from . import features, markup
from .source_layer import RefusedError, Rows

# How Google Earth shows a place, not what the place is.
_DISPLAY = frozenset({"altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon", "snippet"})
# LIBKML gives these to every table, filled or not.
_OFTEN_EMPTY = frozenset({"id", "description", "timestamp", "begin", "end"})
_SHAPES = frozenset({"Point", "LineString", "LinearRing"})
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
# A blank after the comma is a common slip that leaves no doubt.
_COMMA = re.compile(r"\s*,\s*")
_POSITION = re.compile(rf"{_NUMBER},{_NUMBER}(?:,(?:{_NUMBER})?)?", re.ASCII)
_FIGURES = re.compile(r"[\d\s,.+eE-]*", re.ASCII)
_NAME_MAX = 80


class KmlFile:
    """Looked through by ourselves first. Columns that only say how to show a feature are left out."""

    def __init__(self, path: str) -> None:
        markup.follow(path, _PlacemarkSurvey())
        self._path = path
        self.layers = [
            replace(layer, columns=[name for name in layer.columns if name not in _DISPLAY])
            for layer in features.described(path)
        ]

    def rows(self, numbers: Sequence[int]) -> list[Rows]:
        return [
            _without_display(features.rows(self._path, name=number, layer=self.layers[number]))
            for number in numbers
        ]


class _PlacemarkSurvey(markup.Survey):
    """Refuses a placemark whose coordinates are none, once its name is known."""

    def __init__(self) -> None:
        super().__init__({})
        self._number = 0
        self._name = self._why = ""
        self._has_coordinates = True

    def start(self, name: str, attributes: dict[str, str]) -> None:
        super().start(name, attributes)
        local = self._path[-1]
        if local == "Placemark":
            self._number += 1
            self._name = self._why = ""
        elif local in _SHAPES:
            self._has_coordinates = False

    def end(self, name: str) -> None:
        local, around = self._path[-1], self._path[-2] if len(self._path) > 1 else ""
        text = "".join(self._text)
        super().end(name)
        if local == "coordinates" and around in _SHAPES:
            self._has_coordinates = True
            self._why = self._why or _fault(text, is_point=around == "Point")
        elif local in _SHAPES and not self._has_coordinates:
            self._why = self._why or "empty"
        elif local == "name" and around == "Placemark":
            self._name = text.strip()[:_NAME_MAX]
        elif local == "Placemark" and self._why:
            raise RefusedError("placemark", number=self._number, name=self._name, why=self._why)


def _fault(text: str, *, is_point: bool) -> str:
    """What is wrong with a list of coordinates, "" for nothing."""
    positions = _COMMA.sub(",", text).split()
    if not positions:
        return "empty"
    if not _FIGURES.fullmatch(text):
        return "number"
    is_damaged = not all(map(_POSITION.fullmatch, positions)) or (is_point and len(positions) > 1)
    return "comma" if is_damaged else ""


def _without_display(rows: Rows) -> Rows:
    columns = {name: column for name, column in rows.columns.items() if _says_something(name, column)}
    return replace(rows, columns=columns)


def _says_something(name: str, column: list[Any]) -> bool:
    if name in _DISPLAY:
        return False
    return name not in _OFTEN_EMPTY or any(value not in (None, "") for value in column)
