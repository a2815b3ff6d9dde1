"""How a file was understood: its format, system, data set, and what each column is."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mapdialog.dialogue.texts import translated
from mapdialog.planner.layers.upload import words
from mapdialog.uploads.choices import choices_of
from mapdialog.uploads.models import Upload


def understood_rows(upload: Upload) -> list[tuple[str, str]]:
    """(what, how it was understood), as far as reading came."""
    understood = upload.understood
    rows = [(_("File"), f"{upload.file_name}, {size(upload.bytes)}")]
    if understood.get("format"):
        rows.append((_("Format"), understood["format"]))
    if len(understood.get("tables", ())) > 1 and understood.get("taken"):
        rows.append((_("Layers read"), ", ".join(understood["taken"])))
    if "place" in understood:
        rows.append((_("Coordinate system"), _system(upload)))
    if understood.get("source"):
        rows.append((_("Recognised as"), translated(understood["source"]["title"], get_language() or "")))
    for role, name in understood.get("roles", {}).items():
        if name:
            names = [name, *_read_if_empty(role, name, understood)]
            rows.append((words.role(role), ", ".join(_with_samples(column, understood) for column in names)))
    return rows


def _system(upload: Upload) -> str:
    names = dict(upload.understood["systems"])
    chosen, declared = choices_of(upload).srid, upload.understood["place"]["declared"]
    srid = chosen or declared
    if srid is None:
        return _("not said in the file")
    text = f"EPSG:{srid}, {names.get(srid, '')}"
    if chosen and chosen != declared:
        return _("%(system)s, as you chose") % {"system": text}
    return _("%(system)s, as the file says") % {"system": text}


def _read_if_empty(role: str, name: str, understood: dict[str, Any]) -> list[str]:
    """The columns read where the first is empty, such as one for each kind of special consideration zone."""
    is_always_filled = any(column["name"] == name and column["share"] == 1 for column in understood["fields"])
    return [] if is_always_filled else list(understood.get("others", {}).get(role, ()))


def _with_samples(name: str, understood: dict[str, Any]) -> str:
    samples: list[str] = next(
        (column["samples"] for column in understood["fields"] if column["name"] == name), []
    )
    return f"{name} ({', '.join(samples)}…)" if samples else name


def size(n_bytes: int) -> str:
    """`1,4 MB`, as the reader's language writes numbers."""
    if n_bytes < 1_000_000:
        return f"{number_format(max(1, round(n_bytes / 1000)))} kB"
    return f"{number_format(n_bytes / 1_000_000, decimal_pos=1)} MB"
