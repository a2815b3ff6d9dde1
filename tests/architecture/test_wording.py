"""Interface, demo, titles of data sets and walk codes say docs/wording.md's words, and none it rules out."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORDING = ROOT / "docs" / "wording.md"
WALK_CODES = ROOT / "mapdialog" / "contributions" / "kinds" / "safety_walk_codes.csv"
LANGUAGES = ("nb", "nn", "sv", "da")
_ENTRY = re.compile(r'^(msg\w+)(?:\[\d\])? ((?:"(?:[^"\\]|\\.)*"\n?)+)', re.MULTILINE)
# What scripts and Python fill in, and addresses of commands and fields, are no words of ours.
_FILLED_IN = re.compile(r"%\(\w+\)\w|\{\w+\}|<code>.*?</code>|--[\w-]+")


@dataclass(frozen=True, kw_only=True)
class Text:
    language: str
    where: str  # the English source text, or the file and place of a text that is data
    words: str


def table(heading: str) -> list[list[str]]:
    """The rows, as cells, of the one table under a heading."""
    section = WORDING.read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@cache
def interface() -> tuple[dict[str, str], ...]:
    """Each message: `en`, its singular and plural together, and its translation by language."""
    messages: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        catalogue = ROOT / "mapdialog" / "locale" / language / "LC_MESSAGES" / "django.po"
        for block in catalogue.read_text(encoding="utf-8").split("\n\n")[1:]:
            parts: dict[str, str] = {"msgid": "", "msgstr": "", "msgctxt": ""}
            for keyword, quoted in _ENTRY.findall(block):
                text = " ".join(re.findall(r'"((?:[^"\\]|\\.)*)"', quoted))
                kind = "msgid" if keyword == "msgid_plural" else keyword
                parts[kind] = f"{parts[kind]} ‖ {text}".removeprefix(" ‖ ")
            message = messages.setdefault(parts["msgctxt"] + parts["msgid"], {"en": parts["msgid"]})
            message[language] = parts["msgstr"]
    return tuple(messages.values())


def in_languages(node: Any, *, where: str) -> Iterator[Text]:
    """The texts of a consultation file: tables whose keys are languages, however deep they lie."""
    if isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and key in (*LANGUAGES, "en"):
                yield Text(language=key, where=where, words=value)
            else:
                yield from in_languages(value, where=f"{where} {key}")
    elif isinstance(node, list):
        for value in node:
            yield from in_languages(value, where=where)


def demo_texts() -> Iterator[Text]:
    for path in sorted((ROOT / "fixtures").glob("*/*.toml")):
        if path.parent.name != "make":
            yield from in_languages(tomllib.loads(path.read_text(encoding="utf-8")), where=path.name)
    with WALK_CODES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for language in (*LANGUAGES, "en"):
                yield Text(language=language, where=row["code"], words=row[f"name_{language}"])


def titles_of_data_sets() -> Iterator[Text]:
    for path in sorted((ROOT / "layers" / "sources").glob("**/*.toml")):
        yield from in_languages(tomllib.loads(path.read_text(encoding="utf-8"))["title"], where=path.name)


@cache
def texts() -> tuple[Text, ...]:
    own = [
        Text(language=language, where=message["en"], words=words)
        for message in interface()
        for language, words in message.items()
    ]
    return (*own, *demo_texts(), *titles_of_data_sets())


def pattern(word: str) -> re.Pattern[str]:
    """`withdraw*` is whatever begins so, without the star the word itself; capitals do not matter."""
    ending = r"\w*" if word.endswith("*") else r"(?!\w)"
    return re.compile(rf"(?<!\w){re.escape(word.removesuffix('*'))}{ending}", re.IGNORECASE)


def excepted() -> set[tuple[str, str, str]]:
    return {(language, word, text) for language, word, text, _why in table("Exceptions")}


@pytest.mark.parametrize(("language", "word", "say"), table("Not said"))
def test_nobody_reads_a_word_that_is_not_said(language: str, word: str, say: str) -> None:
    ruled_out = pattern(word)
    wrong = [
        f"{text.where!r}: {text.words!r}"
        for text in texts()
        if text.language == language
        and ruled_out.search(_FILLED_IN.sub(" ", text.words))
        and (language, word, text.where) not in excepted()
    ]
    assert wrong == [], f"Not “{word}” in {language}: say “{say}”."


@pytest.mark.parametrize("row", table("Said together"), ids=lambda row: row[0])
def test_one_idea_has_one_word_in_each_language(row: list[str]) -> None:
    english = re.compile("|".join(rf"\b{re.escape(word)}s?\b" for word in row[0].split(", ")), re.IGNORECASE)
    wrong = []
    for message in interface():
        if not english.search(_FILLED_IN.sub(" ", message["en"])):
            continue
        for language, stems in zip(LANGUAGES, row[1:], strict=True):
            translation = message[language].lower()
            is_said = any(stem.lower() in translation for stem in stems.split(", "))
            if not is_said and (language, row[0], message["en"]) not in excepted():
                wrong.append(f"{language}: {message['en']!r} is {message[language]!r}, without {stems}")
    assert wrong == []


def test_every_exception_is_needed() -> None:
    words = {(language, word) for language, word, _say in table("Not said")}
    together = {(language, row[0]) for row in table("Said together") for language in LANGUAGES}
    where = {text.where for text in texts()}
    for language, word, text, why in table("Exceptions"):
        assert (language, word) in words | together
        assert text in where
        assert why


def test_each_term_has_a_word_in_five_languages_and_each_language_ten_rules() -> None:
    assert len(table("Terms")) > 50
    assert [row for row in table("Terms") if len(row) != 7 or not all(row[:6])] == []
    tone = WORDING.read_text(encoding="utf-8").split("## Tone\n", 1)[1]
    assert [len(re.findall(r"^\d+\. ", part, re.MULTILINE)) for part in tone.split("### ")[1:]] == [10] * 5


def test_no_text_of_a_page_names_an_option_of_a_command() -> None:
    """What helps whoever types commands stands beside the message: `OptionError.option`."""
    with_option = [
        message for message in interface() if re.search(r"(?<![\w-])--[a-z]", " ".join(message.values()))
    ]
    assert with_option == []
