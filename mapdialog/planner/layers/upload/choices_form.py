"""The form that says how to read a file again: each choice beside what the first reading understood."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from mapdialog.dialogue.texts import translated
from mapdialog.planner.layers.upload import words
from mapdialog.planner.layers.upload.forms import system_value
from mapdialog.uploads.choices import choices_of
from mapdialog.uploads.models import Upload


def choices_context(upload: Upload, *, language: str) -> dict[str, Any]:
    """What `upload_choices.html` shows."""
    understood, chosen = upload.understood, choices_of(upload)
    question = understood.get("ask", "") if upload.state == Upload.State.ASKING else ""
    chosen_system = f"{chosen.srid}{' swapped' * chosen.swap_axes}" if chosen.srid else ""
    candidates = [
        {**candidate, "value": system_value(candidate), "words": candidate_words(candidate), "number": number}
        for number, candidate in enumerate(understood.get("place", {}).get("candidates", ()), start=1)
    ]
    offered = {candidate["value"] for candidate in candidates}
    if question == "crs" and chosen_system not in offered and candidates:
        chosen_system = candidates[0]["value"]
    return {
        "question": question,
        "chosen": chosen,
        "kinds": words.kinds(),
        "tables": [
            {**table, "is_taken": table["name"] in (chosen.tables or understood.get("taken", ()))}
            for table in understood.get("tables", ())
        ],
        "candidates": candidates,
        "declared": understood.get("place", {}).get("declared"),
        "systems": understood.get("systems", ()),
        "chosen_system": chosen_system,
        "is_other_system": bool(chosen_system) and chosen_system not in offered,
        "roles": [_role(role, upload) for role in understood.get("roles", ())],
        "ties": [
            {"id": tied["id"], "title": translated(tied["title"], language)}
            for tied in understood.get("ties", ())
        ],
        "fields": understood.get("fields", ()),
    }


def _role(role: str, upload: Upload) -> dict[str, Any]:
    understood, chosen = upload.understood, choices_of(upload).roles.get(role, "")
    others = understood["others"].get(role, ())
    return {
        "role": role,
        "label": words.role(role),
        "taken": chosen or understood["roles"][role],
        "likely": [column for column in understood["fields"] if column["name"] in others],
        "rest": [column for column in understood["fields"] if column["name"] not in others],
    }


def candidate_words(candidate: dict[str, Any]) -> str:
    """Where the file would lie, for people who know their coordinates."""
    lat, lon = candidate["lat"], candidate["lon"]
    north = _("%(degrees)s° N") if lat >= 0 else _("%(degrees)s° S")
    east = _("%(degrees)s° E") if lon >= 0 else _("%(degrees)s° W")
    position = ", ".join(
        side % {"degrees": number_format(abs(value), decimal_pos=3)}
        for side, value in ((north, lat), (east, lon))
    )
    fits = {
        "home": _("where your other layers are"),
        "country": _("in the country"),
        "region": _("outside the country"),
    }
    fit = fits.get(candidate["fits"], _("where this system is not used"))
    swapped = _(" (with x and y swapped)") if candidate["swap_axes"] else ""
    return f"{position}, {fit}{swapped}"
