"""A GeoPackage. SQLite looks at it first, read-only and in the closed process: see `gdal_process.py`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from layers.readers import gdal
from layers.readers.table import Table


def read(path: Path, *, layer: str | None = None) -> Table:
    """The rows of the GeoPackage's only feature table, or of the one called `layer`. Raises ReadError."""
    with tempfile.TemporaryDirectory(prefix="layer-") as folder:
        # A name of our own: what a path looks like decides much in GDAL.
        copy = Path(folder) / "layer.gpkg"
        shutil.copyfile(path, copy)
        return gdal.read(copy, driver="GPKG", table=layer, srid=None)
