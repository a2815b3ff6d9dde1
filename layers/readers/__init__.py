"""Bytes to rows, one reader for each wire format; the content decides which one, not the name."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext as _

from layers.readers import geojson, geopackage, shapefile
from layers.readers.table import MAX_FIELDS, ReadError, Table

__all__ = ["ReadError", "Table", "read"]

MAX_FILE_BYTES = 512 * 1024 * 1024


def read(path: Path, *, layer: str | None = None) -> Table:
    """The rows of a GeoJSON file, a GeoPackage or a zipped Shapefile.

    `layer` chooses one of several tables in a GeoPackage, or of several Shapefiles in a zip. Raises
    ReadError when the file is none of these, is too large, or holds what no such file needs.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        message = _("The file is larger than %(limit)d MB. Split it.")
        raise ReadError(message % {"limit": MAX_FILE_BYTES // 1024**2})
    with path.open("rb") as file:
        start = file.read(64)
    table = _reader_of(start, path, layer)
    if len(table.field_names()) > MAX_FIELDS:
        raise ReadError(_("The file has more than %(limit)d different fields.") % {"limit": MAX_FIELDS})
    return table


def _reader_of(start: bytes, path: Path, layer: str | None) -> Table:
    if start.startswith(b"SQLite format 3\x00"):
        return geopackage.read(path, layer=layer)
    if start.startswith(b"PK"):
        return shapefile.read(path, layer=layer)
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return geojson.read(path.read_bytes())
    raise ReadError(_("This is neither GeoJSON, nor a GeoPackage, nor a zipped Shapefile."))
