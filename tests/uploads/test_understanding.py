"""What is said of a file before anybody has chosen."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from layers.importing.recognition.proposal import propose
from layers.readers.read_file import SourceRows
from mapdialog.uploads import understanding


def table(properties: list[dict[str, object]], *shapes: object) -> SourceRows:
    geometries = np.array(shapes or [shapely.Point(9.7, 59)] * len(properties), dtype=object)
    return SourceRows(geometries=geometries, properties=properties, srid=None)


def test_samples_are_the_first_different_values_and_the_share_is_of_all_rows() -> None:
    rows = [{"a": 1}, {"a": 1}, {"a": None}, {"a": "x\n\u202ey"}, {"a": ""}, {"b": 1}, {"a": 3}, {"a": 4}]
    proposal = propose(table(rows), kind="other", owner="NO-4012")
    first, second = understanding.of_proposal(proposal)["fields"]
    assert first == {"name": "a", "samples": ["1", "x y", "3"], "share": 0.625}
    assert second == {"name": "b", "samples": ["1"], "share": 0.125}


@pytest.mark.django_db
def test_places_are_looked_for_among_what_has_coordinates() -> None:
    rows = [{}, {}, {}]
    system = understanding.of_coordinates(
        table(rows, None, shapely.Point(), shapely.Point(540_000, 6_542_000)), owner="NO-4012"
    )
    assert system["declared"] is None
    assert system["candidates"][0]["fits"] == "country"
    assert {"srid", "name", "lon", "lat", "box", "swap_axes"} <= set(system["candidates"][0])


@pytest.mark.django_db
def test_without_any_coordinates_no_place_is_guessed() -> None:
    assert understanding.of_coordinates(table([{}], None), owner="NO-4012")["candidates"] == []
