"""The parts of a Shapefile in a zip, and what its .prj and .cpg say, which only we read."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from layers.readers import zipped
from layers.readers.source_rows import ReadError

NEEDED = (".shp", ".shx", ".dbf")
_MAX_PRJ_BYTES = 20_000
_MAX_CPG_BYTES = 100
_CODE_PAGE = re.compile(r"(?:cp|windows|ansi|oem|ibm)?[ _-]*(\d{3,4})", re.ASCII | re.I)
_ISO = re.compile(r"(?:iso[ _-]*)?8859[ _-]*(\d{1,2})", re.ASCII | re.I)
_UTF_8 = re.compile(r"utf[ _-]*8|65001", re.ASCII | re.I)
# The .dbf's own mark of its code page; others say "whatever Windows has here".
_LANGUAGE_DRIVERS = {0x01: "cp437", 0x02: "cp850", 0x08: "cp865", 0x64: "cp852", 0x66: "cp865"}
_LANGUAGE_DRIVER_AT = 29
_GUESSES = ("utf-8", "cp1252")

Parts = dict[str, zipfile.ZipInfo]


def stems(members: dict[PurePosixPath, zipfile.ZipInfo]) -> dict[PurePosixPath, Parts]:
    """Every Shapefile among the members, with its parts by suffix. Raises ReadError when one lacks a part."""
    parts: dict[str, Parts] = {}
    for path, entry in members.items():
        parts.setdefault(str(path.with_suffix("")).casefold(), {})[path.suffix.lower()] = entry
    shapefiles = {}
    for path in sorted(members):
        if path.suffix.lower() == ".shp":
            own = parts[str(path.with_suffix("")).casefold()]
            for suffix in NEEDED:
                if suffix not in own:
                    raise ReadError(_("The zip lacks the Shapefile's %(suffix)s file.") % {"suffix": suffix})
            shapefiles[path.with_suffix("")] = own
    return shapefiles


def unpack(archive: zipfile.ZipFile, parts: Parts, *, folder: Path) -> Path:
    """Lay the parts into `folder`; GDAL reads the text as Latin-1, so every byte comes through."""
    for suffix in NEEDED:
        zipped.unpack(archive, parts[suffix], target=folder / f"layer{suffix}")
    (folder / "layer.cpg").write_text("ISO-8859-1", encoding="ascii")
    return folder / "layer.shp"


def system(archive: zipfile.ZipFile, parts: Parts) -> str:
    """The coordinate system in the words of the .prj; "" without one."""
    entry = parts.get(".prj")
    if entry is None or entry.file_size > _MAX_PRJ_BYTES:
        return ""
    return zipped.start_of(archive, entry, size=_MAX_PRJ_BYTES).decode("utf-8", "replace").strip()


def encodings(named: str) -> tuple[str, ...]:
    """What the text may be in, the likeliest first: as the file says, UTF-8, Windows' Western European."""
    # What is said to be UTF-8 and is not, was written by Windows.
    return tuple(dict.fromkeys((named, *_GUESSES))) if named else _GUESSES


def named_encoding(archive: zipfile.ZipFile, parts: Parts) -> str:
    """The encoding that .cpg or .dbf name; "" where they name none, or one that is unknown."""
    named = ""
    if ".cpg" in parts:
        raw = zipped.start_of(archive, parts[".cpg"], size=_MAX_CPG_BYTES)
        named = _code_page(raw.decode("ascii", "replace").strip().strip("\x00"))
    if not named:
        start = zipped.start_of(archive, parts[".dbf"], size=_LANGUAGE_DRIVER_AT + 1)
        named = (
            _LANGUAGE_DRIVERS.get(start[_LANGUAGE_DRIVER_AT], "") if len(start) > _LANGUAGE_DRIVER_AT else ""
        )
    return named


def _code_page(text: str) -> str:
    if _UTF_8.fullmatch(text):
        return "utf-8"
    if match := _ISO.fullmatch(text):
        name = f"iso8859-{int(match.group(1))}"
    elif match := _CODE_PAGE.fullmatch(text):
        name = f"cp{match.group(1)}"
    else:
        return ""
    try:
        "".encode(name)
    except LookupError:
        return ""
    return name
