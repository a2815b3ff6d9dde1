"""The ways to say where without the map, as the form's fields have them, and what a spot is by each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layers.models import SearchEntry
from mapdialog.contributions.models import Contribution

WAYS = ("search_hit", "listed_place", "coordinates", "place_words")
Spot = tuple[tuple[float, float] | None, Contribution.PlacedBy, float | None]


def spot_of(cleaned: Mapping[str, Any]) -> Spot:
    """Where, by which way, and how far off it may be: what was searched is as exact as it is large."""
    by = Contribution.PlacedBy
    if cleaned["coordinates"]:
        return cleaned["coordinates"], by.COORDINATES, None
    if hit := cleaned["search_hit"]:
        is_address = hit.kind == SearchEntry.Kind.ADDRESS
        return hit.position, by.ADDRESS if is_address else by.LIST, hit.extent_m
    if cleaned["listed_place"]:
        return cleaned["listed_place"], by.LIST, None
    return None, by.WORDS, None
