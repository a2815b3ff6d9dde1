"""The readable things in a file, each put into a private folder under a name of our own."""

from __future__ import annotations

import re
import shutil
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from layers.readers import formats, plain_xml, shapefile, zipped
from layers.readers.formats import START_BYTES
from layers.readers.kml_names import DifferentNames
from layers.readers.source_rows import ReadError

_SUFFIXES = {"GeoPackage": ".gpkg", "GML": ".gml", "KML": ".kml", "FlatGeobuf": ".fgb", "GeoJSON": ".json"}
_GDB_FILE = re.compile(r"a[0-9a-f]{8}\.[A-Za-z0-9_]{1,40}|gdb|timestamps", re.ASCII | re.I)
_GEOJSON_WORDS = re.compile(r'"(?:FeatureCollection|Feature|coordinates|features|geometry|geometries)"')
_OFFICE = ("xl/workbook.xml", "word/document.xml", "ppt/presentation.xml", "content.xml")
_KMZ_MAIN = PurePosixPath("doc.kml")

Members = dict[PurePosixPath, zipfile.ZipInfo]


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One readable thing, called after its file.

    `crs` is what a .prj says, `encodings` are those its text may be in where a file does not say for certain
    (`named_encoding` is what it says), `unknown_systems` names of coordinate systems that mean nothing to us,
    `repeated_names` columns that a feature has several times.
    """

    name: str
    format: str
    path: Path
    crs: str = ""
    named_encoding: str = ""
    encodings: tuple[str, ...] = ()
    unknown_systems: tuple[str, ...] = ()
    repeated_names: tuple[str, ...] = ()


def pieces_of(path: Path, *, folder: Path) -> list[Piece]:
    """The readable things in the file at `path`, at least one, in `folder`. Raises ReadError."""
    with path.open("rb") as file:
        start = file.read(START_BYTES)
    format_name = formats.format_of(start)
    if format_name is None:
        raise formats.refusal(start)
    name = unicodedata.normalize("NFC", path.stem)
    if format_name != "zip":
        return [_piece(path, name=name, format_name=format_name, folder=folder)]
    with zipped.opened(path) as archive:
        members = zipped.members(archive)
        pieces = [
            *_shapefiles(archive, members, folder=folder),
            *_databases(archive, members, folder=folder, fallback=name),
            *_documents(archive, members, folder=folder),
        ]
        if not pieces:
            raise _nothing_in(archive, members)
    return _with_short_names(pieces)


def _shapefiles(archive: zipfile.ZipFile, members: Members, *, folder: Path) -> Iterator[Piece]:
    for number, (stem, parts) in enumerate(shapefile.stems(members).items()):
        named = shapefile.named_encoding(archive, parts)
        yield Piece(
            name=str(stem),
            format="Shapefile",
            path=shapefile.unpack(archive, parts, folder=_new(folder, f"shapefile{number}")),
            crs=shapefile.system(archive, parts),
            named_encoding=named,
            encodings=shapefile.encodings(named),
        )


def _databases(archive: zipfile.ZipFile, members: Members, *, folder: Path, fallback: str) -> Iterator[Piece]:
    """The folders with a File Geodatabase; the zip itself may be one (`fallback` is then its name)."""
    folders = sorted({path.parent for path in members if path.suffix.lower() == ".gdbtable"})
    for number, database in enumerate(folders):
        unpacked = _new(folder, f"database{number}.gdb")
        for path, entry in members.items():
            if path.parent == database and _GDB_FILE.fullmatch(path.name):
                zipped.unpack(archive, entry, target=unpacked / path.name)
        name = str(database.with_suffix("")) if database.name else fallback
        yield Piece(name=name, format="FileGDB", path=unpacked)


def _documents(archive: zipfile.ZipFile, members: Members, *, folder: Path) -> Iterator[Piece]:
    """The members that are a readable file each. Of a KMZ only the one that Google Earth opens."""
    formats_by_path = {}
    for path in sorted(members):
        start = zipped.start_of(archive, members[path], size=START_BYTES)
        format_name = formats.format_of(start)
        if format_name in _SUFFIXES and (
            format_name != "GeoJSON" or _GEOJSON_WORDS.search(formats.text_of(start))
        ):
            formats_by_path[path] = format_name
    if _KMZ_MAIN in formats_by_path and set(formats_by_path.values()) == {"KML"}:
        formats_by_path = {_KMZ_MAIN: "KML"}
    for number, (path, format_name) in enumerate(formats_by_path.items()):
        unpacked = _new(folder, f"document{number}")
        zipped.unpack(archive, members[path], target=unpacked / "raw")
        yield _piece(
            unpacked / "raw", name=str(path.with_suffix("")), format_name=format_name, folder=unpacked
        )


def _piece(path: Path, *, name: str, format_name: str, folder: Path) -> Piece:
    """A file under a name of our own: what a path looks like decides much in GDAL."""
    target = folder / f"layer{_SUFFIXES[format_name]}"
    if format_name in ("GML", "KML"):
        names = DifferentNames()
        unknown = plain_xml.rewrite(path, target=target, change=names.change if format_name == "KML" else str)
        return Piece(
            name=name,
            format=format_name,
            path=target,
            unknown_systems=unknown,
            repeated_names=tuple(names.repeated),
        )
    shutil.copyfile(path, target)
    return Piece(name=name, format=format_name, path=target)


def _new(folder: Path, name: str) -> Path:
    unpacked = folder / name
    unpacked.mkdir()
    return unpacked


def _with_short_names(pieces: list[Piece]) -> list[Piece]:
    """Called by the last part of their path where that is enough to know them by."""
    short = [PurePosixPath(piece.name).name for piece in pieces]
    return [
        replace(piece, name=name) if name and short.count(name) == 1 else piece
        for piece, name in zip(pieces, short, strict=True)
    ]


def _nothing_in(archive: zipfile.ZipFile, members: Members) -> ReadError:
    if not members:
        return ReadError(_("The zip is empty."))
    names = {str(path) for path in members}
    if not names.isdisjoint(_OFFICE):
        return ReadError(_("This is a spreadsheet or a text document: it holds no shapes."))
    if any(path.suffix.lower() == ".qgs" for path in members):
        return ReadError(
            _("This is a QGIS project: it only points to its data. Save the layer as GeoPackage.")
        )
    largest = max(members.values(), key=lambda entry: entry.file_size)
    start = zipped.start_of(archive, largest, size=START_BYTES)
    if formats.format_of(start) == "zip":
        return ReadError(_("The zip holds another zip. Unpack it and pack the layer alone."))
    return formats.refusal(start)
