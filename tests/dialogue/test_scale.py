"""A scale is one scale: same values, same order, words that go one way in every language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from layers.toml_file import TomlFileError
from mapdialog.citizen.form_parts import SCALES
from mapdialog.dialogue import consultation_file, scale

ROOT = Path(__file__).parents[2]
FILE = """
slug = "x"
municipality = "NO-4012"
opens = "-1d"
title = {{nb = "X"}}
[[questions]]
key = "day"
kind = "scale"
text = {{nb = "Dag?"}}
options = [{day}]
[[questions]]
key = "dark"
kind = "scale"
text = {{nb = "Natt?"}}
options = [{dark}]
"""
GOOD = """{value = 0, label = {nb = "skremmende", en = "frightening"}},
    {value = 1, label = {nb = "trygt", en = "safe"}}"""


def steps(*labels: dict[str, str] | str, values: list[Any] | None = None) -> list[dict[str, Any]]:
    return [
        {"value": str(value), "label": {"nb": label} if isinstance(label, str) else label}
        for value, label in zip(values or range(len(labels)), labels, strict=True)
    ]


@pytest.mark.parametrize(
    "options",
    [
        steps("utrygt", "trygt"),
        steps("trygt", "greit nok", "utrygt", "skremmende"),
        steps("aldri", "av og til", "ofte"),
        steps({"nb": "utrygt", "en": "unsafe"}, {"nb": "trygt", "en": "safe"}),
        steps("nei", "ja", values=[5, 1]),
    ],
)
def test_one_scale_has_no_fault(options: list[dict[str, Any]]) -> None:
    assert scale.fault(options) is None


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (steps("utrygt"), "one step"),
        (steps("utrygt", "trygt", values=["a", "b"]), "whole number"),
        (steps("utrygt", "greit", "trygt", values=[0, 2, 1]), "in order"),
        (steps({"nb": "utrygt", "en": "unsafe"}, {"nb": "trygt"}), "lacks words in “en”"),
        (steps("trygt", "Trygt"), "twice"),
        (steps("ubehagelig", "utrygt", "greit", "trygt"), "“nb”"),
        (steps("skremmende", "greit", "utrygt", "trygt"), "worse to better"),
        (steps({"nb": "skremmende", "sv": "tryggt"}, {"nb": "trygt", "sv": "skrämmande"}), "same step"),
        (steps({"nb": "utrygt", "en": "frightening"}, {"nb": "trygt", "en": "safe"}), "same step"),
    ],
)
def test_what_is_not_one_scale_is_named(options: list[dict[str, Any]], fault: str) -> None:
    assert fault in (scale.fault(options) or "")


def test_the_same_words_stand_for_the_same_value_in_every_scale() -> None:
    assert scale.fault_between([steps("utrygt", "trygt"), steps("utrygt", "trygt")]) is None
    assert "trygt" in (scale.fault_between([steps("utrygt", "trygt"), steps("trygt", "utrygt")]) or "")


def test_a_consultation_file_with_another_scale_is_not_loaded(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text(FILE.format(day=GOOD, dark=GOOD))
    assert len(consultation_file.read(file).questions) == 2
    file.write_text(FILE.format(day=GOOD, dark=GOOD.replace('nb = "skremmende"', 'nb = "utrygt"')))
    with pytest.raises(TomlFileError, match="not the same step"):
        consultation_file.read(file)


def test_the_demos_own_scales_are_scales() -> None:
    files = [*ROOT.glob("fixtures/bamble/*.toml"), *ROOT.glob("fixtures/dc/*.toml")]
    consultations = [file for file in files if "opens" in file.read_text()]
    assert len(consultations) == 3
    for file in consultations:
        assert consultation_file.read(file).questions is not None


def test_the_observation_forms_scales_are_scales_in_every_language() -> None:
    for name, _label, answers in SCALES:
        if name == "light":
            continue
        options: list[dict[str, Any]] = [{"value": value, "label": {}} for value, _words in answers]
        for language in ("nb", "nn", "sv", "da", "en"):
            with translation.override(language):
                for option, (_value, words) in zip(options, answers, strict=True):
                    option["label"][language] = str(words)
        assert scale.fault(options) is None, name
