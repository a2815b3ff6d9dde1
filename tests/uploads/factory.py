"""Uploads for tests: a file of squares as a person would send it, already received but not yet read."""

from __future__ import annotations

import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from mapdialog.people.models import Municipality, User
from mapdialog.uploads import receive
from mapdialog.uploads.choices import ReadChoices
from mapdialog.uploads.models import Upload
from tests import factories
from tests.factories import NOON, SIDE, SOUTH, WEST


def squares(
    codes: str = "ABC",
    *,
    field: str = "code",
    shift: tuple[float, float] = (0, 0),
    crs: str | None = None,
    scale: int = 1,
) -> bytes:
    """A GeoJSON file with a square for each letter, from west to east."""
    features = [
        {
            "type": "Feature",
            "properties": {field: code, "name": f"Utvalg {code}"},
            "geometry": {"type": "Polygon", "coordinates": [_ring(i, shift, scale)]},
        }
        for i, code in enumerate(codes)
    ]
    named = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    return json.dumps({"type": "FeatureCollection", **named, "features": features}).encode()


def _ring(i: int, shift: tuple[float, float], scale: int) -> list[list[float]]:
    west, south = (WEST + i * SIDE) * scale + shift[0], SOUTH * scale + shift[1]
    side = SIDE * scale
    corners = ((0, 0), (side, 0), (side, side), (0, side), (0, 0))
    return [[west + x, south + y] for x, y in corners]


def choices(**options: Any) -> ReadChoices:
    return ReadChoices(**{"kind": "boundary", "name": "utvalg", "language": "en", **options})


def upload(
    content: bytes | None = None,
    *,
    municipality: Municipality | None = None,
    by: User | None = None,
    file_name: str = "Utvalg 2026.geojson",
    layer: Any = None,
    **options: Any,
) -> Upload:
    """Received and waiting for the worker."""
    stored = municipality or factories.municipality()
    return receive.receive(
        SimpleUploadedFile(file_name, squares() if content is None else content),
        municipality=stored,
        layer=layer,
        choices=choices(**options),
        by=by or factories.user(role="planner", of=stored),
        at=NOON,
    )
