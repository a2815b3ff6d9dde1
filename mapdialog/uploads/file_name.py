"""A file's name as it may be stored and shown: what a stranger's computer called it is a stranger's text."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

MOST_CHARACTERS = 150
# Control, format (right-to-left marks), surrogate and private characters, line and paragraph breaks.
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SUFFIX = re.compile(r"\.[a-z0-9]{1,9}", re.ASCII)
_NO_SLUG = re.compile(r"[^a-z0-9]+", re.ASCII)
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ß": "ss", "ð": "d", "þ": "th", "đ": "d", "ŋ": "ng"})
_NAME_MAX = 60


def shown_name(file_name: str) -> str:
    """Without folders and without characters that cannot be seen; `file` when nothing is left."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", file_name))[-1]
    visible = "".join(character for character in last if unicodedata.category(character) not in _UNSHOWN)
    name = " ".join(visible.split()).lstrip(".")
    suffix = suffix_of(name)
    return (name[: MOST_CHARACTERS - len(suffix)] + suffix if len(name) > MOST_CHARACTERS else name) or "file"


def suffix_of(name: str) -> str:
    """The ending (`.gpkg`) where it is a plain one, else "". What a file holds is decided by its content."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""


def layer_name(file_name: str) -> str:
    """A layer's short name made of a file's: `Nærmiljøutvalg 2026.gpkg` becomes `naermiljoutvalg-2026`."""
    stem = PurePosixPath(file_name).stem.casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    return _NO_SLUG.sub("-", plain).strip("-")[:_NAME_MAX].strip("-") or "layer"


def title_of(file_name: str) -> str:
    """Words for people made of a file's name, until somebody writes better ones."""
    words = re.sub(r"[_\s-]+", " ", PurePosixPath(file_name).stem).strip()
    return words[:1].upper() + words[1:]


def plain_text(text: str, *, most: int) -> str:
    """On one line, without characters that cannot be seen, and not longer than `most`."""
    visible = "".join(
        " " if character.isspace() else character
        for character in text[: most * 4]
        if character.isspace() or unicodedata.category(character) not in _UNSHOWN
    )
    text = " ".join(visible.split())
    return f"{text[: most - 1]}…" if len(text) > most else text
