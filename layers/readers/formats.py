"""What a file is, by its first bytes: a format that can be read, or what to export instead."""

from __future__ import annotations

import lzma
import re
import zlib
from collections.abc import Callable
from contextlib import suppress

from django.utils.translation import gettext as _

from layers.readers.closed.encodings import encoding_of
from layers.readers.source_rows import ReadError

START_BYTES = 4096
_ROOT = re.compile(r"<(?:[\w.-]{1,60}:)?([A-Za-z_][\w.-]{0,60})[\s/>]")
_SHAPEFILE = b"\x00\x00\x27\x0a"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_PICTURES = {
    b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"II*\x00": "GeoTIFF", b"MM\x00*": "GeoTIFF",
    b"II+\x00": "GeoTIFF", b"MM\x00+": "GeoTIFF", b"RIFF": "WebP", b"BM": "BMP",
}  # fmt: skip
_PACKED = {
    b"Rar!": "RAR", b"7z\xbc\xaf\x27\x1c": "7-Zip", b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz",
}  # fmt: skip
# An R data file is packed; what it says of itself is inside.
_R_DATA = (b"RDX2\n", b"RDX3\n", b"RDA2\n", b"RDA3\n", b"X\n\x00\x00\x00", b"A\n2\n", b"A\n3\n")
_UNPACKED_BYTES = 16
_COLUMNAR = {b"PAR1": "GeoParquet (.parquet)", b"ARROW1": "Arrow (.feather, .arrow)"}
# A statement, or a call, around an object; comments may stand before it.
_SCRIPT = re.compile(
    r"\A(?:\s|//[^\n]*\n|/\*.{0,2000}?\*/)*"
    r"(?:(?:export\s+)?(?:var|let|const)\s+[\w$]+\s*=|export\s+default\b|[\w$][\w$.]*(?:\[[^\]\n]{1,80}\])?\s*(?:=|\()\s*[\[{(])",
    re.ASCII | re.S,
)
_DXF = re.compile(r"(?:\s*999\r?\n.*\r?\n)*\s*0\s*\r?\nSECTION\s", re.ASCII)
_SOSI = re.compile(r"(?:\s*!.*\n)*\s*\.HODE\b", re.ASCII | re.I)
_MAP_INFO = re.compile(r"\s*(?:!table\s|version\s+\d{3,4}\s+charset\s)", re.ASCII | re.I)
SEQUENCE = "GeoJSON Text Sequence (.geojsonl)"
TOPOJSON = "TopoJSON"
ESRI_JSON = "Esri JSON"
# Where the first bytes show it; in another order of keys only the whole file does (`closed/geojson.py`).
_OTHER_JSON = {
    TOPOJSON: re.compile(r'\A\s*\{[^{\[]*"type"\s*:\s*"Topology"'),
    ESRI_JSON: re.compile(r'\A\s*\{[^\[]*"esriGeometry(?:Point|Multipoint|Polyline|Polygon|Envelope)"'),
    # As RFC 8142 has it; without its mark only the second line shows it (`refusals`).
    SEQUENCE: re.compile(r"\A\x1e"),
}


def format_of(start: bytes) -> str | None:
    """`GeoPackage`, `FlatGeobuf`, `zip`, `GeoJSON`, `GML` or `KML`; None for anything else."""
    if start.startswith(b"SQLite format 3\x00"):
        return "GeoPackage"
    if start.startswith(b"fgb\x03fgb"):
        return "FlatGeobuf"
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    text = text_of(start)
    if text.lstrip().startswith("{"):
        return None if _other_json(text) else "GeoJSON"
    root = _root(text.lstrip())
    if root == "kml":
        return "KML"
    return "GML" if root and "opengis.net/gml" in text else None


def text_of(start: bytes) -> str:
    """The first bytes as text, to look for words in: never fails."""
    text = start.decode(encoding_of(start) or "latin-1", "ignore")
    return text.removeprefix("\ufeff").removeprefix("ï»¿")


def refusal(start: bytes) -> ReadError:
    """The error for a file of no format that can be read: what it seems to be, and what to export instead."""
    text = text_of(start)
    if advice := _advice(start, text):
        return ReadError(advice)
    if name := packing_of(start):
        return ReadError(_("This is packed as %(name)s. Pack it as .zip instead.") % {"name": name})
    if name := picture_of(start):
        message = _("This is a picture (%(name)s) and holds no shapes. Export the layer as GeoPackage.")
        return ReadError(message % {"name": name})
    if start.startswith(_SHAPEFILE):
        return ReadError(
            _("This is one part of a Shapefile. Put .shp, .shx, .dbf, .prj and .cpg in one zip.")
        )
    if name := name_of(start):
        message = _(
            "This seems to be %(what)s, which cannot be read. "
            "Export the layer as GeoPackage, GeoJSON or a zipped Shapefile."
        )
        return ReadError(message % {"what": name})
    return ReadError(
        _(
            "This is none of the formats that can be read: GeoJSON, GeoPackage, FlatGeobuf, SOSI-GML, KML, "
            "or a zip with one of them, a Shapefile or a File Geodatabase."
        )
    )


def name_of(start: bytes) -> str:
    """What a file of no format that can be read seems to be: “a PDF document”; "" for what is not known."""
    text = text_of(start)
    return _columnar(start) or _drawing(start, text) or _other_json(text) or _other_format(start, text)


def packing_of(start: bytes) -> str:
    """What a file is packed as, other than as zip: "RAR"; "" for others."""
    return next((name for mark, name in _PACKED.items() if start.startswith(mark)), "")


def picture_of(start: bytes) -> str:
    """The format of a picture: "PNG"; "" for others."""
    return next((name for mark, name in _PICTURES.items() if start.startswith(mark)), "")


def _advice(start: bytes, text: str) -> str:
    """What to do with a file of a kind that has a way of its own out of it, "" for others."""
    if _SOSI.match(text):
        return _(
            "This is a SOSI file (.sos), which cannot be read. Export it as SOSI-GML 5.0 or as GeoPackage."
        )
    if _SCRIPT.match(text):
        return _(
            "This is JavaScript with GeoJSON in it. Keep what stands from the first { to the last }, "
            "and save it as .geojson."
        )
    if _is_r_data(start):
        return _(
            "This is an R data file (.rda, .rds). Save the layer as GeoPackage there, with sf::st_write."
        )
    return ""


def _is_r_data(start: bytes) -> bool:
    inside = start
    if start.startswith(b"\x1f\x8b"):
        inside = _unpacked(lambda: zlib.decompressobj(31).decompress(start, _UNPACKED_BYTES))
    elif start.startswith(b"\xfd7zXZ"):
        inside = _unpacked(lambda: lzma.LZMADecompressor().decompress(start, _UNPACKED_BYTES))
    return inside.startswith(_R_DATA)


def _unpacked(unpack: Callable[[], bytes]) -> bytes:
    with suppress(zlib.error, lzma.LZMAError):
        return unpack()
    return b""


def _columnar(start: bytes) -> str:
    return next((name for mark, name in _COLUMNAR.items() if start.startswith(mark)), "")


def _drawing(start: bytes, text: str) -> str:
    if re.match(rb"AC10\d\d|AC1\.\d", start):
        return _("an AutoCAD drawing (DWG)")
    if start.startswith(b"AutoCAD Binary DXF") or _DXF.match(text):
        return _("an AutoCAD drawing (DXF)")
    if start.startswith((b"\x08\x09\xfe", b"\x08\x05\x17")):
        return _("a MicroStation drawing (DGN)")
    return _("a PDF document") if start.startswith(b"%PDF") else ""


def _other_json(text: str) -> str:
    """The name of a JSON format with shapes that is not GeoJSON, "" for GeoJSON."""
    return next((name for name, mark in _OTHER_JSON.items() if mark.search(text)), "")


def _other_format(start: bytes, text: str) -> str:
    if _MAP_INFO.match(text):
        return _("a MapInfo file (TAB or MIF)")
    if start.startswith(_OLD_OFFICE):
        return _("an ArcMap document or layer file, or an old Office file")
    if start.startswith((b"\x00\x01\x00\x00Standard Jet DB", b"\x00\x01\x00\x00Standard ACE DB")):
        return _("an Access database or personal geodatabase")
    root = _root(text.lstrip())
    if root == "qgis":
        return _("a QGIS project, which only points to its data")
    if root == "gpx":
        return _("a GPX track")
    if root.lower() == "html" or text.lstrip()[:14].lower() == "<!doctype html":
        return _("a web page")
    return _("an XML document that is neither GML nor KML") if root else ""


def _root(text: str) -> str:
    """The name of an XML text's first element."""
    if not text.startswith("<"):
        return ""
    plain = re.sub(r"<!--.*?-->|<\?.*?\?>", "", text, flags=re.S)
    element = _ROOT.search(plain)
    return element.group(1) if element else ""
