"""What is wrong with a hand-written file is said by file and key, whatever its schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Discriminator, Field, Tag

from layers import toml_file
from layers.toml_file import (
    TEXT_LIST,
    Beside,
    LanguageTag,
    RequiredTexts,
    Strings,
    Table,
    TomlFileError,
    one_of,
)

KNOWN = "Known keys: benches, lamp, name, open, paths, plan, spoken."
NO_TAG = "is not a language tag, such as nb, nn, sv, da or en."
LONG = "x" * 5000
BENCH = 'name = "A"\n[[benches]]\ncode = "a"\n'


class Plank(Table):
    width: int


class Bench(Table):
    code: str
    planks: list[Plank] = Field(default_factory=list)
    wood: Annotated[str, one_of(("oak", "pine"))] = "oak"
    seats: Annotated[int, Field(ge=1, le=6)] = 2


class Lamp(Table):
    watts: float


class Park(Table):
    name: RequiredTexts
    is_open: bool = Field(False, alias="open")
    benches: list[Bench] = Field(default_factory=list)
    lamp: (
        Annotated[
            Annotated[str, Tag("[str]")] | Annotated[Lamp, Tag("[Lamp]")],
            Discriminator(lambda value: "[Lamp]" if isinstance(value, dict) else "[str]"),
        ]
        | None
    ) = None
    paths: Strings = Field(default_factory=list)
    plan: Beside | None = None
    spoken: Annotated[list[LanguageTag], TEXT_LIST] = Field(default_factory=list)


def mistakes(folder: Path, text: str) -> list[str]:
    file = folder / "park.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TomlFileError) as caught:
        toml_file.read(file, Park, languages=["nb"])
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "“name” is missing."),
        ("name = {}", "“name” is missing: write it in at least one language."),
        ("name = 1", '“name” must be a table of languages, such as nb = "…" and en = "…".'),
        ('name = {"en gb" = "A"}', f"“name.en gb” {NO_TAG}"),
        ("name = {nb = 1}", "“name.nb” must be a text in quotes."),
        ('name = "A"\nopen = "yes"', "“open” must be true or false."),
        ('name = "A"\nis_open = true', "“is_open” is not a known key. Did you mean “open”?"),
        ('name = "A"\nbench = 1', "“bench” is not a known key. Did you mean “benches”?"),
        ('name = "A"\nq = 1', f"“q” is not a known key. {KNOWN}"),
        ('name = "A"\nbenches = 1', "“benches” must be tables, each starting with [[benches]]."),
        ('name = "A"\nbenches = [1]', "“benches” must be tables, each starting with [[benches]]."),
        (BENCH + "planks = 1", "“benches[1].planks” must be tables, each starting with [[benches.planks]]."),
        ('name = "A"\n"[benches]" = 1', "“[benches]” is not a known key. Did you mean “benches”?"),
        ('name = "A"\n"" = 1', f"“” is not a known key. {KNOWN}"),
        ('name = "A"\nspoken = "nb"', "“spoken” must be a list of texts in quotes."),
        ('name = "A"\nspoken = [1]', "“spoken[1]” must be a text in quotes."),
        ('name = "A"\nspoken = ["nb", "x"]', f"“spoken[2]” {NO_TAG}"),
        (f'name = "A"\nplan = "{LONG}"', f"“plan” is '{LONG}', which is not beside park.toml."),
        ('name = "A"\npaths = [1]', "“paths” must be a list of texts in quotes."),
        ('name = "A"\nlamp = 1', "“lamp” must be a text in quotes."),
        ('name = "A"\nlamp = {wats = 1, watts = 1}', "“lamp.wats” is not a known key. Did you mean “watts”?"),
        ('name = "A"\nlamp = {watts = "1"}', "“lamp.watts” must be a number without quotes."),
        (BENCH + '[[benches]]\ncode = 1', "“benches[2].code” must be a text in quotes."),
        (BENCH + 'seat = 1', "“benches[1].seat” is not a known key. Did you mean “seats”?"),
        (BENCH + 'seats = 7', "“benches[1].seats” must be 6 or less."),
        (BENCH + 'seats = 0', "“benches[1].seats” must be 1 or more."),
        (BENCH + 'seats = true', "“benches[1].seats” must be a whole number without quotes."),
        (BENCH + 'wood = "ash"', "“benches[1].wood” is 'ash'; use one of oak, pine."),
        ('name = "A"\nplan = "plan.pdf"', "“plan” is 'plan.pdf', which is not beside park.toml."),
        (r'name = "A\u0000"', r"holds \u0000, a character that no text has."),
    ],
)  # fmt: skip
def test_a_mistake_is_said_by_file_and_key(tmp_path: Path, text: str, sentence: str) -> None:
    assert mistakes(tmp_path, text) == [f"park.toml: {sentence}"]


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 5000 + "]" * 5000])
def test_what_python_cannot_read_is_a_mistake_of_the_file(tmp_path: Path, value: str) -> None:
    assert mistakes(tmp_path, f"name = {value}") == [
        "park.toml: holds a number of thousands of digits, or lists within hundreds of others."
    ]


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    assert mistakes(tmp_path, 'open = 1\n[[benches]]\ncod = "a"\n') == [
        "park.toml: “name” is missing.",
        "park.toml: “open” must be true or false.",
        "park.toml: “benches[1].code” is missing.",
        "park.toml: “benches[1].cod” is not a known key. Did you mean “code”?",
    ]


def test_a_plain_string_is_a_text_in_the_first_language_and_an_empty_one_is_none(
    tmp_path: Path,
) -> None:
    file = tmp_path / "park.toml"
    (tmp_path / "plan.pdf").touch()
    file.write_text('name = " Parken "\nplan = "plan.pdf"\n', encoding="utf-8")
    park = toml_file.read(file, Park, languages=["nn", "nb"])
    assert (park.name, park.plan) == ({"nn": "Parken"}, tmp_path / "plan.pdf")
    file.write_text('name = {nb = "Parken", en = " "}\n', encoding="utf-8")
    assert toml_file.read(file, Park).name == {"nb": "Parken"}
