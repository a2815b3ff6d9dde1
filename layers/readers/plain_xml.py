"""A GML or KML file written anew as UTF-8, its coordinate systems as numbers, with no schema to look up."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from layers.readers import systems
from layers.readers.closed.encodings import encoding_of
from layers.readers.closed.limits import MAX_TEXT_BETWEEN_TAGS
from layers.readers.formats import START_BYTES
from layers.readers.source_rows import ReadError

_CHUNK_CHARACTERS = 4 * 1024**2
_DECLARATION = re.compile(r"\s*<\?xml\s[^>]{0,300}\?>")
_DECLARED = re.compile(rb"<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{2,40})[\"']")
_ENCODINGS = re.compile(r"utf-8|ascii|iso8859-\d{1,2}|cp125\d|cp437|cp850|cp86[0-9]|mac-roman", re.ASCII)
_SYSTEM = re.compile(r"srsName(\s*=\s*)(\"[^\"<]*\"|'[^'<]*')")
_SCHEMA = re.compile(r"[sS]chemaLocation\s*=\s*(?:\"[^\"<]*\"|'[^'<]*')")
_MAX_UNKNOWN = 5


def rewrite(source: Path, *, target: Path, change: Callable[[str], str] = str) -> tuple[str, ...]:
    """Write `source` to `target`; what comes back are the names of coordinate systems that are not known.

    `change` is given the text in pieces, in their order, none of which ends within a tag.

    Raises ReadError for text that is not in the encoding it is said to be in. Whether it is XML at all, and
    one that may be read, is found out in the closed process.
    """
    unknown: dict[str, None] = {}

    def known(match: re.Match[str]) -> str:
        name = match.group(2)[1:-1]
        plain = systems.gml_name(name)
        if plain is None and len(unknown) < _MAX_UNKNOWN:
            unknown[name[:80]] = None
        return f'srsName="{plain}"' if plain else 'unknownSystem=""'

    with source.open("rb") as file, target.open("w", encoding="utf-8", newline="") as written:
        encoding = _encoding(file.read(START_BYTES))
        file.seek(0)
        text = io.TextIOWrapper(file, encoding=encoding, newline="")
        try:
            written.write('<?xml version="1.0" encoding="UTF-8"?>')
            for piece in _whole_tags(text):
                written.write(change(_SCHEMA.sub('schema=""', _SYSTEM.sub(known, piece))))
        except UnicodeError as error:
            message = _("The text of the file is not %(encoding)s, as it says. Save it again as UTF-8.")
            raise ReadError(message % {"encoding": encoding.upper()}) from error
    return tuple(unknown)


def _whole_tags(text: io.TextIOWrapper) -> Iterator[str]:
    """The text in pieces that end after a >, without its XML declaration."""
    rest = _DECLARATION.sub("", text.read(_CHUNK_CHARACTERS).removeprefix("\ufeff"), count=1)
    while chunk := text.read(_CHUNK_CHARACTERS):
        cut = rest.rfind(">") + 1
        if cut:
            yield rest[:cut]
        rest = rest[cut:] + chunk
        if len(rest) > MAX_TEXT_BETWEEN_TAGS:
            raise ReadError(_("The file holds a text that is too long."))
    yield rest


def _encoding(start: bytes) -> str:
    marked = encoding_of(start)
    if marked:
        return marked
    declared = _DECLARED.search(start)
    if declared is None:
        return "utf-8"
    name = declared.group(1).decode("ascii")
    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        encoding = ""
    if encoding.startswith("utf-16"):  # said by writers that then write UTF-8
        return "utf-8"
    if not _ENCODINGS.fullmatch(encoding):
        message = _("The encoding of the text, %(encoding)s, is unknown. Save it again as UTF-8.")
        raise ReadError(message % {"encoding": name})
    return encoding
