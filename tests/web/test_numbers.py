"""A number is written one way in each language: "5592" and "5,592" are not on one page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.translation import ngettext

from layers.figure import Figure

ROOT = Path(__file__).parents[2]
WRITTEN = {"nb": "5\u00a0592", "nn": "5\u00a0592", "sv": "5\u00a0592", "da": "5.592", "en": "5,592"}
# What is counted; a number that names something (`number`, `srid`, `line`, `year`) stays as it is.
_COUNTED = re.compile(r"%\((n|count|total|size|matched|areas|of|confirmed|proposed|length)\)d")
_OWN_FORMAT = re.compile(r"new Intl\.(NumberFormat|PluralRules)\(|toLocaleString\(")


@pytest.mark.parametrize("language", WRITTEN)
def test_templates_filters_and_sentences_write_a_number_alike(language: str) -> None:
    with translation.override(language):
        page = Template("{{ n }}|{{ n|floatformat:0 }}").render(Context({"n": 5592}))
        sentence = ngettext("%(n)s comment", "%(n)s comments", Figure(5592)) % {"n": Figure(5592)}
    assert page == f"{WRITTEN[language]}|{WRITTEN[language]}"
    assert sentence.startswith(f"{WRITTEN[language]} ")


def test_no_sentence_writes_a_count_without_its_figure() -> None:
    """`%d` knows no language: a count is a `Figure` and stands as `%(n)s`."""
    sources = [path for folder in ("mapdialog", "layers") for path in (ROOT / folder).rglob("*.py")]
    found_in = [str(path) for path in sources if _COUNTED.search(path.read_text(encoding="utf-8"))]
    assert found_in == []


def test_scripts_write_numbers_in_one_place() -> None:
    scripts = sorted((ROOT / "static" / "js").rglob("*.js"))
    using = [path.name for path in scripts if _OWN_FORMAT.search(path.read_text(encoding="utf-8"))]
    assert using == ["config.js"]
