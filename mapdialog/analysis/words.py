"""The words of a text, as people write them: any alphabet, compounds, hyphens, numbers, emoji."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from pathlib import Path

StopWords = Mapping[str, frozenset[str]]

_STOP_WORDS = Path(__file__).with_name("stop_words.toml")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+")
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_REGIONS = range(0x1F1E6, 0x1F200)  # two of them are a flag
_SYMBOLS = range(0x2600, 0x27C0)  # older than the pictures, which begin at …
_PICTURES = 0x1F000
_JOINER = 0x200D
# Over the kinds of characters below. Parts are joined by a hyphen, an apostrophe, a decimal sign between
# figures, and a unit's slash before one letter (km/t). A hyphen before a blank: "gang- og sykkelvei".
_WORD = re.compile(r"[wd]+(?:(?:[-'z]|(?<=d)[.,](?=d))[wd]+)*(?:/w(?![wd])|-(?= [wd]))?|rr|r|e(?:ze)*")
_EMOJI = frozenset("re")


class _Plain(dict[int, int | str | None]):
    """For `str.translate`: one hyphen, one apostrophe, and without what only shapes what it stands by."""

    def __missing__(self, code: int) -> int | None:
        category = unicodedata.category(chr(code))
        shapes_only = category == "Cf" and code != _JOINER
        shapes_only |= code in _SKIN_TONES or 0xFE00 <= code <= 0xFE0F or category == "Me"
        self[code] = None if shapes_only else code
        return None if shapes_only else code


class _Kinds(dict[int, str]):
    """For `str.translate`: of each character its kind, one letter each; x is what no word goes across."""

    def __missing__(self, code: int) -> str:
        self[code] = _kind(code)
        return self[code]


def _kind(code: int) -> str:
    category = unicodedata.category(chr(code))
    if code in _REGIONS:
        return "r"
    if category == "So" and (code in _SYMBOLS or code >= _PICTURES):
        return "e"
    return {"L": "w", "M": "w", "N": "d", "Z": " "}.get(category[0], "x")


_PLAIN = _Plain({ord(mark): "-" for mark in "‐‑"} | {ord(mark): "'" for mark in "’‘ʼ＇"})
_KINDS = _Kinds(
    {ord(mark): mark for mark in "-'.,/"} | {_JOINER: "z", ord("\t"): " ", 0x2028: "x", 0x2029: "x"}
)


def stop_words() -> StopWords:
    """For each language the words that say nothing by themselves. Negations are not among them."""
    lists = tomllib.loads(_STOP_WORDS.read_text(encoding="utf-8"))
    return {language: frozenset(words.split()) for language, words in lists.items()}


def runs_of(text: str) -> list[list[str]]:
    """The words in the order written, apart wherever something other than blanks stands between them.

    Small letters, NFC. A compound or a word with hyphens is one word; an emoji is one, in a run of its own,
    whatever its skin tone; web and mail addresses are none. Writing without blanks between words (Chinese,
    Thai) is not cut into words.
    """
    plain = unicodedata.normalize("NFC", _ADDRESS.sub("\n", text)).lower().translate(_PLAIN)
    kinds = plain.translate(_KINDS)
    runs: list[list[str]] = []
    end = 0
    for match in _WORD.finditer(kinds):
        is_emoji = kinds[match.start()] in _EMOJI
        follows = (
            bool(runs) and not is_emoji and not kinds[end : match.start()].strip(" ") and end < match.start()
        )
        if not follows or kinds[end - 1] in _EMOJI:
            runs.append([])
        runs[-1].append(plain[match.start() : match.end()])
        end = match.end()
    return runs


def terms_of(text: str, *, longest: int, stop_words: frozenset[str]) -> frozenset[str]:
    """The different words and phrases of up to `longest` words, a blank between two.

    A phrase lies within one run and neither begins nor ends with a stop word.
    """
    return frozenset(
        " ".join(run[first:last])
        for run in runs_of(text)
        for first in range(len(run))
        for last in range(first + 1, min(first + longest, len(run)) + 1)
        if run[first] not in stop_words and run[last - 1] not in stop_words
    )
