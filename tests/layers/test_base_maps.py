import pytest

from layers.base_maps import UnknownBaseMapError, base_map


def test_own_is_no_map_of_others() -> None:
    assert base_map("own") is None


def test_a_chosen_map_brings_its_credit_and_the_origin_its_pictures_come_from() -> None:
    chosen = base_map("kartverket-topo")
    assert chosen is not None
    assert chosen.credit == "© Kartverket"
    assert chosen.origin == "https://cache.kartverket.no"
    # Kartverket's addresses have the row before the column
    assert chosen.url.endswith("/{z}/{y}/{x}.png")


def test_an_unknown_map_stops_the_start_and_lists_the_known_ones() -> None:
    with pytest.raises(UnknownBaseMapError, match="own, kartverket-topo"):
        base_map("google")
