"""Age bands as statistics offices write them, in five languages, and numbers of people in their cells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

OLDEST = 130
MOST_PEOPLE = 2_000_000_000


@dataclass(frozen=True, kw_only=True, order=True)
class Band:
    """From one age to another, both included; `to` None: and older. Both None: people of all ages."""

    start: int | None
    to: int | None

    def __str__(self) -> str:
        if self.start is None:
            return "total"
        return f"{self.start}+" if self.to is None else f"{self.start}–{self.to}"


TOTAL = Band(start=None, to=None)

_DASHES = re.compile(r"[‐‑‒–—−_]")
_NO_MATTER = re.compile(
    r"\b(?:pop|population|befolkning|personer|persons|alder|ålder|age|ages|aged|years?|old|år|f(?=\d))(?=\b|\d|-)"
)
_BETWEEN = re.compile(r"0*(\d{1,3}) ?(?:-|to|til|till) ?0*(\d{1,3})", re.ASCII)
_OPEN = re.compile(
    r"0*(\d{1,3}) ?(?:-|\+|-?plus|-w"
    r"|(?:-|og |och |eller |and |or )(?:over|över|eldre|äldre|ældre|older|mer|mere))",
    re.ASCII,
)
_AT_LEAST = re.compile(r"(?:>=|≥) ?0*(\d{1,3})", re.ASCII)
_UNDER = re.compile(r"(?:under|<) ?0*(\d{1,3})", re.ASCII)
_SINGLE = re.compile(r"0*(\d{1,3})", re.ASCII)
_ALL = frozenset(
    (
        "total", "totalt", "totals", "sum", "all", "alle", "alla", "i alt", "ialt", "samlet", "samtliga",
        "0+", "alle aldre", "alle aldersgrupper", "alla åldrar", "all ages", "alder i alt", "alder, i alt",
        "totalt ålder", "ålder totalt",
    )
)  # fmt: skip
_TOTAL_NAMES = frozenset(
    (
        "population", "pop", "totalpopulation", "populationtotal", "inhabitants", "persons", "people",
        "befolkning", "totalbefolkning", "befolkningtotal", "befolkningtotalt", "folkemengde", "folkemengd",
        "innbyggere", "innbyggarar", "personer", "antallpersoner", "antall", "antal", "folkmängd", "invånare",
        "folketal", "indbyggere", "total", "totalt", "ialt", "sum", "n", "verdi", "value", "värde", "værdi",
        "indhold", "poptotal", "totalpop", "poptot", "poptotalt",
    )
)  # fmt: skip
_TOTAL_STARTS = ("folkemengde", "folkmängd", "folketal", "befolkning", "population")
_SOME_ONLY = re.compile(
    r"menn|kvinn|kvind|män|mænd|male|women|\bmen\b|gutter|jenter|pojk|flick|hushold|househ"
)
_YEAR = re.compile(r"(?<![\d-])(1[89]\d\d|2[01]\d\d)(?![\d-])", re.ASCII)
_BLANKS = re.compile(r"[\s\u00a0\u2007\u2009\u202f'’]+")
_WHOLE = re.compile(r"[0-9]+(?:[.,]0+)?")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*")
# What stands for a number that is none, by the offices' own words; "-" is nought.
MISSING = frozenset({"", ".", "..", "...", "…", ":", "*", "x", "na", "n/a", "null", "nan", "<3", "<5", "<10"})
_NOUGHT = frozenset({"-", "–", "—", "−"})


class CountError(ValueError):
    """A cell holds no number of people."""


@dataclass(frozen=True, kw_only=True)
class Heading:
    """What a column of figures holds: an age band (None: the row says), of a year (None: the row says)."""

    band: Band | None
    year: int | None


def band_in(text: str) -> Band | None:
    """The band that "0–4 år", "90 år eller eldre", "pop_80_", "age_18_plus" or "i alt" means, or None."""
    plain = " ".join(_DASHES.sub("-", text.casefold()).split())
    if plain in _ALL:
        return TOTAL
    bare = " ".join(_NO_MATTER.sub(" ", plain).split()).removeprefix("-").strip()
    bare = re.sub(r" ?- ?", "-", bare)
    if match := _BETWEEN.fullmatch(bare):
        return _band(int(match[1]), int(match[2]))
    if match := _OPEN.fullmatch(bare) or _AT_LEAST.fullmatch(bare):
        return _band(int(match[1]), None)
    if (match := _UNDER.fullmatch(bare)) and int(match[1]) > 0:
        return _band(0, int(match[1]) - 1)
    if (match := _SINGLE.fullmatch(bare)) and any(map(str.isalpha, plain)):  # a bare number is no age
        return _band(int(match[1]), int(match[1]))
    return None


def heading_in(name: str) -> Heading | None:
    """What a column called `name` holds, or None: no people. Of `ages.0-4` only the last part counts."""
    band = band_in(name.rpartition(".")[2]) if "." in name else band_in(name)
    if band is not None:
        return Heading(band=band, year=None)
    years = _YEAR.findall(_DASHES.sub(" ", name))
    rest = _YEAR.sub(" ", _DASHES.sub(" ", name)).strip()
    if len(years) > 1:
        return None
    year = int(years[0]) if years else None
    if year is not None and not rest:
        return Heading(band=None, year=year)
    band = band_in(rest) if year is not None else None
    if band is not None:
        return Heading(band=band, year=year)
    return Heading(band=None, year=year) if _is_total(rest) else None


def count_in(text: str) -> int | None:
    """The number of people in a cell; None where it is not published. Raises CountError for all else.

    People are whole, so `1.234` and `1 234` are twelve hundred and thirty-four, and `12,0` is twelve.
    """
    bare = _BLANKS.sub("", text)
    if bare.casefold() in MISSING:
        return None
    if bare in _NOUGHT:
        return 0
    if _THOUSANDS.fullmatch(bare):
        bare = bare.replace(".", "").replace(",", "")
    if not _WHOLE.fullmatch(bare):
        raise CountError(text[:40])
    whole = re.split(r"[.,]", bare)[0]
    if len(whole) > len(str(MOST_PEOPLE)) or int(whole) > MOST_PEOPLE:
        raise CountError(text[:40])
    return int(whole)


def composed(band: Band, bands: Iterable[Band]) -> list[Band] | None:
    """The fewest of `bands` that together are exactly `band`, or None: nothing is ever interpolated."""
    parts = [part for part in bands if part != TOTAL]
    if band == TOTAL or band in parts:
        return [band]
    ends: dict[int, list[Band]] = {band.start or 0: []}  # the next age to follow -> how it was reached
    for _step in parts:
        further: dict[int, list[Band]] = {}
        for part in parts:
            if part.start not in ends:
                continue
            if part.to == band.to:
                return [*ends[part.start], part]
            if part.to is not None and (band.to is None or part.to < band.to):
                further.setdefault(part.to + 1, [*ends[part.start], part])
        ends = further
    return None


def are_apart(bands: Iterable[Band]) -> bool:
    """Does no age belong to two of them?"""
    last = -1
    for band in sorted((band for band in bands if band.start is not None), key=lambda band: band.start or 0):
        if (band.start or 0) <= last:
            return False
        last = OLDEST if band.to is None else band.to
    return True


def _is_total(text: str) -> bool:
    word = "".join(letter for letter in text.casefold() if letter.isalpha())
    return word in _TOTAL_NAMES or (word.startswith(_TOTAL_STARTS) and not _SOME_ONLY.search(word))


def _band(start: int, to: int | None) -> Band | None:
    if start > OLDEST or (to is not None and not start <= to <= OLDEST):
        return None
    return TOTAL if (start, to) == (0, None) else Band(start=start, to=to)
