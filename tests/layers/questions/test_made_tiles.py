"""The memory of tiles: made once, kept within a limit, the least wanted goes first."""

from layers.questions.made_tiles import MadeTiles

KILOBYTE = bytes(600)  # with what an entry costs besides


def test_a_tile_is_made_once() -> None:
    tiles = MadeTiles(most_bytes=10_000)
    assert tiles.get("a", make=lambda: b"first") == b"first"
    assert tiles.get("a", make=lambda: b"second") == b"first"
    assert tiles.get("b", make=lambda: b"third") == b"third"


def test_an_empty_tile_is_kept_too() -> None:
    tiles = MadeTiles(most_bytes=10_000)
    tiles.get("a", make=lambda: b"")
    assert tiles.get("a", make=lambda: b"second") == b""


def test_the_one_that_was_asked_for_longest_ago_goes_first() -> None:
    tiles = MadeTiles(most_bytes=2_000)
    for key in ("a", "b", "a", "c"):
        tiles.get(key, make=lambda: KILOBYTE)
    assert tiles.get("a", make=lambda: b"again") == KILOBYTE
    assert tiles.get("b", make=lambda: b"again") == b"again"


def test_nothing_is_kept_that_is_too_large_or_without_memory() -> None:
    for tiles in (MadeTiles(most_bytes=900), MadeTiles(most_bytes=0)):
        tiles.get("a", make=lambda: KILOBYTE)
        assert tiles.get("a", make=lambda: b"again") == b"again"
