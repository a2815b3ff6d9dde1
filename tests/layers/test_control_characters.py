"""What nobody writes is found, and what people write is not."""

from __future__ import annotations

import pytest

from layers import control_characters
from layers.control_characters import storable
from mapdialog.web import values


@pytest.mark.parametrize("character", ["\0", "\x0b", "\x0c", "\r", "\x1f", "\x7f", "\x9f", "\ud800"])
def test_a_control_character_is_found_on_one_line_and_in_several(character: str) -> None:
    assert control_characters.ANY.search(f"a{character}b")
    assert control_characters.ALL_BUT_TAB_AND_LINE_FEED.search(f"a{character}b")


def test_tabs_and_line_feeds_belong_to_texts_of_several_lines() -> None:
    assert control_characters.ANY.search("a\nb")
    assert not control_characters.ALL_BUT_TAB_AND_LINE_FEED.search("a\n\tb – æøå 😀")


def test_what_is_stored_keeps_all_but_nul_and_half_characters() -> None:
    assert storable("a\0b\ud800\tc\nd") == "ab?\tc\nd"


def test_a_page_reads_every_line_end_as_a_line_feed() -> None:
    assert values.plain(" a\r\nb\rc\x07\n") == "a\nb\nc"
