"""A stranger's file name as it may be shown, stored and made into a layer's name."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapdialog.uploads.file_name import (
    MOST_CHARACTERS,
    layer_name,
    plain_text,
    shown_name,
    suffix_of,
    title_of,
)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Nærmiljøutvalg 2026.gpkg", "Nærmiljøutvalg 2026.gpkg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\plan\\arealplan.gml", "arealplan.gml"),
        ("plan\x00\x07\n.zip", "plan.zip"),
        ("plan\u202egpj.zip", "plangpj.zip"),  # the mark that turns the rest around
        ("  .geojson", "geojson"),
        ("", "file"),
        ("\u200b\u200f", "file"),
        ("Nærmiljø\u0301.gml".replace("ø\u0301", "a\u030a"), "Nærmiljå.gml"),
    ],
)
def test_a_name_is_shown_without_folders_and_without_what_cannot_be_seen(sent: str, shown: str) -> None:
    assert shown_name(sent) == shown


@given(st.text(max_size=400))
def test_whatever_is_sent_the_name_is_short_visible_and_without_folders(sent: str) -> None:
    shown = shown_name(sent)
    assert 0 < len(shown) <= MOST_CHARACTERS
    assert "/" not in shown
    assert "\\" not in shown
    assert not [character for character in shown if unicodedata.category(character) in {"Cc", "Cf", "Cs"}]


def test_a_long_name_keeps_its_ending() -> None:
    assert shown_name("x" * 300 + ".gpkg").endswith("x.gpkg")


@pytest.mark.parametrize(
    ("name", "suffix"), [("a.GPKG", ".gpkg"), ("a.gdb.zip", ".zip"), ("a", ""), ("a.b c", "")]
)
def test_an_ending_is_kept_where_it_is_a_plain_one(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix


@pytest.mark.parametrize(
    ("sent", "made"),
    [
        ("Nærmiljøutvalg 2026.gpkg", "naermiljoutvalg-2026"),
        ("Åråsen.gml", "arasen"),
        ("日本.zip", "layer"),
        ("--.x", "layer"),
    ],
)
def test_a_layers_name_is_made_of_the_files(sent: str, made: str) -> None:
    assert layer_name(sent) == made


def test_a_title_is_made_of_the_files_name() -> None:
    assert title_of("nærmiljø_utvalg-2026.gpkg") == "Nærmiljø utvalg 2026"


def test_a_sample_is_one_short_line() -> None:
    assert plain_text("a\n\tb\x00c\u202e", most=40) == "a bc"
    assert plain_text("x" * 50, most=10) == "x" * 9 + "…"
