"""GeoJSON that is at hand as text and not as a file: shapes that a file keeps among its fields."""

from __future__ import annotations

import tempfile
from pathlib import Path

from layers.readers import gdal
from layers.readers.pieces import Piece
from layers.readers.table import Table


def read(content: bytes) -> Table:
    """The rows of a GeoJSON text. Raises ReadError, naming the feature where there is one, and CrsError."""
    with tempfile.TemporaryDirectory(prefix="layer-") as folder:
        path = Path(folder) / "layer.json"
        path.write_bytes(content)
        return gdal.read(Piece(name="", format="GeoJSON", path=path), wanted=())
