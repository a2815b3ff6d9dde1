"""Degrees as people write them: decimals with point or comma, minutes and seconds, hemispheres in words.

`static/js/lib/degrees.js` reads the same in the browser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Axis = Literal["lat", "lon"]
_TOKEN = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<mark>[\u00b0'\"])|(?P<sign>[-+])"
    r"|(?P<word>[a-z\u00e6\u00f8\u00e5\u00e4\u00f6]+)|(?P<separator>[,;/|]+)"
    r"|(?P<space>[ :=()\[\].]+)|(?P<other>.)"
)
_MARK_WORDS = {
    **dict.fromkeys(("d", "deg", "degree", "degrees", "grad", "grader"), "\u00b0"),
    **dict.fromkeys(("min", "minutes", "minutter", "minuter"), "'"),
    **dict.fromkeys(("sec", "sek", "seconds", "sekunder"), '"'),
}
_NORTH = ("n", "north", "nord", "norr", "nordlig", "nordleg", "nordligt", "northern")
_SOUTH = ("s", "south", "syd", "s\u00f8r", "s\u00f6der", "sydlig", "s\u00f8rlig", "s\u00f8rleg")
_EAST = ("e", "east", "\u00f8", "\u00f6", "o", "\u00f8st", "\u00f6st", "ost", "\u00f6ster", "aust", "a",
         "\u00f8stlig", "\u00f6stlig", "austleg")  # fmt: skip
_WEST = ("w", "west", "v", "vest", "v\u00e4st", "vast", "v\u00e4ster", "vestlig", "vestleg", "v\u00e4stlig")
_LAT = ("lat", "latitude", "latitud", "bredde", "breddegrad", "breidde", "breiddegrad", "bredd", "breddgrad")
_LON = ("lon", "lng", "long", "longitude", "longitud", "lengde", "lengdegrad", "l\u00e6ngde",
        "l\u00e6ngdegrad", "l\u00e4ngd", "l\u00e4ngdgrad")  # fmt: skip
# word → axis, and which way: 0 where it names the axis only
_WORDS: dict[str, tuple[Axis, int]] = {
    **dict.fromkeys(_NORTH, ("lat", 1)),
    **dict.fromkeys(_SOUTH, ("lat", -1)),
    **dict.fromkeys(_EAST, ("lon", 1)),
    **dict.fromkeys(_WEST, ("lon", -1)),
    **dict.fromkeys(_LAT, ("lat", 0)),
    **dict.fromkeys(_LON, ("lon", 0)),
}
_MARKS = ("\u00b0", "'", '"')


@dataclass(frozen=True, kw_only=True)
class OrderedPair:
    """Two angles; where the text does not say which is which, the first is the latitude."""

    lon: float
    lat: float
    is_ordered: bool


@dataclass(frozen=True, kw_only=True)
class _Token:
    """`before`: how many numbers stand before it."""

    kind: str
    text: str
    before: int


def read_degrees(text: str) -> OrderedPair | None:
    """The pair in a text in lower case, or None.

    A comma between digits is a decimal one where the text has no decimal point, and separates otherwise.
    """
    text = re.sub(r" - ", " ; ", text)
    if re.search(r"[0-9]\.[0-9]", text):
        return _pair(text)
    pair = _pair(re.sub(r"([0-9]+),([0-9]+)", r"\1.\2", text))
    return pair or (_pair(text) if re.search(r"[\u00b0'\"]", text) else None)


def _pair(text: str) -> OrderedPair | None:
    tokens = _tokens(text)
    numbers = [token for token in tokens or () if token.kind == "number"]
    split = _split(tokens or [], len(numbers))
    if tokens is None or split is None:
        return None
    halves = _halves(tokens, split=split)
    if halves is None:
        return None
    first, second = _angle(halves[0]), _angle(halves[1])
    if first is None or second is None:
        return None
    return _ordered(first, second)


def _tokens(text: str) -> list[_Token] | None:
    tokens: list[_Token] = []
    before = 0
    for match in _TOKEN.finditer(text):
        kind, word = str(match.lastgroup), match[0]
        if kind == "space":
            continue
        if kind == "word" and word in _MARK_WORDS:
            kind, word = "mark", _MARK_WORDS[word]
        if kind == "other" or (kind == "word" and word not in _WORDS):
            return None
        tokens.append(_Token(kind=kind, text=word, before=before))
        before += kind == "number"
    return tokens


def _split(tokens: list[_Token], n: int) -> int | None:
    """At which number the second angle begins: at the second degree sign, else in the middle."""
    degrees = [token.before - 1 for token in tokens if token.kind == "mark" and token.text == "\u00b0"]
    if len(degrees) == 2 and degrees[0] == 0:
        return degrees[1] if 0 < degrees[1] <= 3 and n - degrees[1] <= 3 else None
    return n // 2 if n in (2, 4, 6) else None


def _halves(tokens: list[_Token], *, split: int) -> tuple[list[_Token], list[_Token]] | None:
    """The tokens of the two angles: by the separator between them, else by where their words stand."""
    cuts = [index for index, token in enumerate(tokens) if token.kind == "separator"]
    between = [index for index in cuts if tokens[index].before == split]
    if len(between) > 1 or any(index not in between and index != len(tokens) - 1 for index in cuts):
        return None
    meaningful = [token for token in tokens if token.kind != "separator"]
    if between:
        return [token for token in tokens[: between[0]] if token.kind != "separator"], [
            token for token in tokens[between[0] :] if token.kind != "separator"
        ]
    words_first = any(token.kind == "word" and token.before == 0 for token in meaningful)
    start = next(
        index for index, token in enumerate(meaningful) if token.kind == "number" and token.before == split
    )
    leading = {"sign", "word"} if words_first else {"sign"}
    while start and meaningful[start - 1].kind in leading:
        start -= 1
    return meaningful[:start], meaningful[start:]


def _angle(tokens: list[_Token]) -> tuple[float, Axis | None] | None:
    """Degrees, with their sign, and the axis where a word names it."""
    meant = [_WORDS[token.text] for token in tokens if token.kind == "word"]
    axes = {axis for axis, _way in meant}
    ways = {way for _axis, way in meant if way}
    size = _size([token for token in tokens if token.kind in ("number", "mark")])
    signs = [index for index, token in enumerate(tokens) if token.kind == "sign"]
    is_first = not signs or all(token.kind == "word" for token in tokens[: signs[0]])
    if size is None or len(axes) > 1 or len(ways) > 1 or len(signs) > 1 or not is_first:
        return None
    if signs and ways:
        return None
    is_negative = ways == {-1} or any(tokens[index].text == "-" for index in signs)
    return (-size if is_negative else size), (axes.pop() if axes else None)


def _size(tokens: list[_Token]) -> float | None:
    """Degrees of up to three numbers, each with its own sign or none; only the last may have decimals."""
    parts = [token.text for token in tokens if token.kind == "number"]
    marks: dict[int, str] = {}
    for token in tokens:
        if token.kind == "mark":
            if token.before in marks:
                return None
            marks[token.before] = token.text
    start = tokens[0].before if tokens else 0
    if any(mark != _MARKS[index - start - 1] for index, mark in marks.items() if 0 < index - start <= 3):
        return None
    if not 1 <= len(parts) <= 3 or start in marks or any("." in part for part in parts[:-1]):
        return None
    if any(float(part) >= 60 for part in parts[1:]):
        return None
    return sum(float(part) / 60.0**index for index, part in enumerate(parts))


def _ordered(first: tuple[float, Axis | None], second: tuple[float, Axis | None]) -> OrderedPair | None:
    named = (first[1], second[1])
    if named[0] is not None and named[0] == named[1]:
        return None
    is_turned = named[0] == "lon" or named[1] == "lat"
    lat, lon = (second[0], first[0]) if is_turned else (first[0], second[0])
    return OrderedPair(lon=lon, lat=lat, is_ordered=named != (None, None))
