"""What no rows can be read from, said by name and with what to do instead.

The content says what a file is: an `.xls` may be an old workbook, a web page or plain text.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from django.utils import translation

from layers.readers import formats
from layers.readers.closed.encodings import encoding_of

# What to do instead, by what it is.
_TABLE = "Open it and save it as .xlsx or as CSV (UTF-8)."
_WORDS = "Put what it says into a table, one comment in each row, and save that as .xlsx or as CSV (UTF-8)."
_PACKED = "Unpack it: a single .xlsx, .ods, CSV (UTF-8) or GeoJSON file is read."
_LAYER = "Save the layer as GeoJSON there, or its table as .xlsx or CSV (UTF-8)."

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_DIRECTORY_BYTES = 4096
# By the name of a stream in its directory.
_OF_OLD_OFFICE = {
    "EncryptedPackage": ("a workbook or document with a password", "Save it without one. " + _TABLE),
    "Workbook": ("an old Excel workbook (.xls)", _TABLE),
    "Book": ("an old Excel workbook (.xls)", _TABLE),
    "WordDocument": ("an old Word document (.doc)", _WORDS),
    "PowerPoint Document": ("an old presentation (.ppt)", _WORDS),
    "__properties_version1.0": ("a mail of Outlook (.msg)", _WORDS),
}
# By a member's name in its zip.
_OF_ZIPS = (
    (re.compile(r"word/document\d*\.xml"), "a Word document (.docx)", _WORDS),
    (re.compile(r"ppt/presentation\.xml"), "a presentation (.pptx)", _WORDS),
    (re.compile(r"xl/workbook\.bin"), "a binary Excel workbook (.xlsb)", _TABLE),
    (re.compile(r"Index/.*\.iwa|index\.apxl", re.IGNORECASE), "a file of Numbers, Pages or Keynote", _TABLE),
    (re.compile(r"content\.xml"), "an OpenDocument text or presentation (.odt, .odp)", _WORDS),
    (re.compile(r".*\.(shp|gdbtable|gpkg|gml|kml)", re.IGNORECASE), "a zip with a map layer", _LAYER),
)
_SPREADSHEET_XML = "urn:schemas-microsoft-com:office:spreadsheet"
_FORMS = {"GeoPackage": "a GeoPackage or another SQLite database", "FlatGeobuf": "FlatGeobuf"}
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1d\x1f]")
_LOOKED_AT = 512


def refusal_of(path: Path) -> str:
    """Why no rows are in the file, in a sentence or two; "" for text, and for what it cannot be told of."""
    with path.open("rb") as file:
        start = file.read(formats.START_BYTES)
    with translation.override("en"):  # as all that an import says
        for look in (_zip, _old_office, _text_of_another_kind, _binary):
            name, advice = look(path, start)
            if name:
                return f"This is {name}, from which no comments can be read. {advice}"
    return ""


_Named = tuple[str, str]
_NOTHING: _Named = ("", "")


def _zip(path: Path, start: bytes) -> _Named:
    if formats.format_of(start) != "zip":
        return _NOTHING
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return "a damaged workbook or zip", "Save it again as .xlsx or as CSV (UTF-8)."
    for pattern, name, advice in _OF_ZIPS:
        if any(pattern.fullmatch(member) for member in members):
            return name, advice
    return "a zip", _PACKED


def _old_office(path: Path, start: bytes) -> _Named:
    """By the names in the directory, which the header says the sector of."""
    if not start.startswith(_OLD_OFFICE):
        return _NOTHING
    sector_bytes = 1 << min(int.from_bytes(start[30:32], "little"), 16)
    with path.open("rb") as file:
        file.seek((int.from_bytes(start[48:52], "little") + 1) * sector_bytes)
        directory = file.read(_DIRECTORY_BYTES)
    for stream, named in _OF_OLD_OFFICE.items():
        if f"{stream}\0".encode("utf-16-le") in directory:
            return named
    return "an old Office file (.xls, .doc)", _TABLE


def _text_of_another_kind(path: Path, start: bytes) -> _Named:
    text = formats.text_of(start).lstrip()
    if text.startswith("%PDF"):
        return "a PDF document", _WORDS
    if text.startswith("{\\rtf"):
        return "a text document (.rtf)", _WORDS
    if _SPREADSHEET_XML in text:
        return "an XML workbook of Excel 2003", _TABLE
    encoding = encoding_of(start)
    if encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32") and _is_printable(text):
        return f"text in {encoding.upper()}", "Save it as CSV in UTF-8 (“CSV UTF-8” in Excel), or as .xlsx."
    form = formats.format_of(start)
    if form in ("GML", "KML"):
        return form, _LAYER
    if text.startswith("<"):
        return formats.name_of(start) or "a document with tags (XML or HTML)", _TABLE
    return _NOTHING


def _is_printable(text: str) -> bool:
    beginning = text[:100]
    return bool(beginning) and all(sign.isprintable() or sign.isspace() for sign in beginning)


def _binary(path: Path, start: bytes) -> _Named:
    if not _CONTROLS.search(start[:_LOOKED_AT]):
        return _NOTHING
    if form := _FORMS.get(formats.format_of(start) or ""):
        return form, _LAYER
    if start[4:8] == b"ftyp" or start.startswith((b"ID3", b"OggS", b"fLaC")):
        return "a picture, film or sound", _WORDS
    if _is_dbase(start):
        return "a table of dBase (.dbf)", _TABLE
    if picture := formats.picture_of(start):
        return f"a picture ({picture})", _WORDS
    if packing := formats.packing_of(start):
        return f"packed as {packing}", _PACKED
    return formats.name_of(start) or "neither text nor a workbook", _TABLE


def _is_dbase(start: bytes) -> bool:
    """As its header has it: the version, and the day of the last change."""
    return start[:1] in (b"\x03", b"\x30", b"\x83", b"\x8b", b"\xf5") and (
        1 <= start[2] <= 12 and 1 <= start[3] <= 31
    )
