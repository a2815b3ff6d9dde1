"""A zipped Shapefile. Its .prj is read by us: only a number from the list of known systems goes on."""

from __future__ import annotations

import re
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from layers import crs
from layers.readers import gdal, zipped
from layers.readers.table import ReadError, Table

_PARTS = (".shp", ".shx", ".dbf", ".cpg")
_MAX_PRJ_BYTES = 20_000
_QUOTED = re.compile(r'"([^"]{1,120})"')
_AUTHORITY = re.compile(r'AUTHORITY\["EPSG",\s*"?(\d{4,5})"?\]\s*\]\s*$', re.ASCII)


def read(path: Path, *, layer: str | None = None) -> Table:
    """The rows of the Shapefile in a zip. Raises ReadError."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise ReadError(_("The file is not a whole zip archive.")) from error
    with archive, tempfile.TemporaryDirectory(prefix="layer-") as folder:
        members = {
            path: entry for path, entry in zipped.members(archive).items() if "__MACOSX" not in path.parts
        }
        stem = _stem(members, layer)
        parts = {
            path.suffix.lower(): entry for path, entry in members.items() if path.with_suffix("") == stem
        }
        for suffix in (suffix for suffix in _PARTS if suffix in parts):
            zipped.unpack(archive, parts[suffix], target=Path(folder) / f"layer{suffix}")
        for suffix in (".shx", ".dbf"):
            if suffix not in parts:
                raise ReadError(_("The zip lacks the Shapefile's %(suffix)s file.") % {"suffix": suffix})
        srid = _srid_in(archive, parts.get(".prj"))
        return gdal.read(Path(folder) / "layer.shp", driver="ESRI Shapefile", table="layer", srid=srid)


def _stem(members: dict[PurePosixPath, zipfile.ZipInfo], layer: str | None) -> PurePosixPath:
    stems = sorted(path.with_suffix("") for path in members if path.suffix.lower() == ".shp")
    chosen = [stem for stem in stems if layer in (None, stem.name)]
    if len(chosen) == 1:
        return chosen[0]
    if not stems:
        raise ReadError(_("The zip holds no Shapefile (.shp)."))
    names = ", ".join(stem.name[:60] for stem in stems)
    raise ReadError(_("Choose one of the layers in the file with --layer: %(names)s.") % {"names": names})


def _srid_in(archive: zipfile.ZipFile, entry: zipfile.ZipInfo | None) -> int | None:
    if entry is None or entry.file_size > _MAX_PRJ_BYTES:
        return None
    try:
        text = archive.read(entry).decode("utf-8", "replace").strip()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ReadError(_("The zip is damaged, or packed in a way that cannot be read.")) from error
    if match := _AUTHORITY.search(text):
        return crs.known(int(match.group(1)))
    first = _QUOTED.search(text)
    return crs.srid_of_esri_name(first.group(1)) if first else None
