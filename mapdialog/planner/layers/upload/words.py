"""The words of the upload pages: what a kind of layer is, what a field can be, what the worker is at."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from layers.models import Layer

KIND_LINES = {
    Layer.Kind.BOUNDARY: _("Areas that do not overlap: committees, districts, statistical units."),
    Layer.Kind.ZONING: _(
        "Zones with land-use purposes and special consideration zones, in official colours."
    ),
    Layer.Kind.PLACE: _("Place names, schools, stops, also with names in several languages."),
    Layer.Kind.ADDRESS: _("Points with an address."),
    Layer.Kind.STREET: _("Streets, roads and paths, as lines."),
    Layer.Kind.WATER: _("Sea, lakes and rivers. Needed for land area and density."),
    Layer.Kind.LIGHT: _("Lamps, as points."),
    Layer.Kind.BUILDING: _(
        "Buildings as areas, with their number of floors and what they are for, where that is known."
    ),
    Layer.Kind.BUILT_UP: _(
        "Towns and villages as areas. For estimating where people live where no buildings are loaded."
    ),
    Layer.Kind.POPULATION: _("Areas or squares with the number of people in them."),
    Layer.Kind.OTHER: _("Anything else that is to be drawn on the map."),
}
ROLES = {
    "code": _("Code"),
    "zone_code": _("Code of a special consideration zone"),
    "name": _("Name"),
    "field": _("Zone field in the plan"),
    "vertical_level": _("Vertical level"),
    "status": _("Existing or future"),
    "provision": _("Provision in plain language"),
    "legal_text": _("Provision as adopted"),
    "language": _("Language of the name"),
    "place": _("Place that several names belong to"),
    "type": _("Type"),
    "kind": _("Kind"),
    "class": _("Class"),
    "category": _("Category"),
    "medium": _("Bridge, tunnel or ground"),
    "floors": _("Number of floors"),
    "street": _("Street"),
    "number": pgettext_lazy("of a house", "Number"),
    "letter": _("Letter"),
}


def role(name: str) -> str:
    return str(ROLES.get(name, name))


def kinds() -> list[dict[str, Any]]:
    return [{"value": kind.value, "label": kind.label, "line": KIND_LINES[kind]} for kind in Layer.Kind]


def phase(name: str) -> str:
    """What the worker is doing, for people."""
    words = {
        "reading": gettext("Reading the file"),
        "checking": gettext("Checking and repairing shapes"),
        "writing": gettext("Writing the draft"),
        "comparing": gettext("Comparing with the edition in force"),
    }
    return words.get(name, gettext("Working"))


def what_changed(what: str) -> str:
    words = {
        "added": pgettext("an area or code in a comparison", "New"),
        "removed": pgettext("an area or code in a comparison", "Gone"),
        "changed": pgettext("an area or code in a comparison", "Changed"),
        "renamed": pgettext("an area or code in a comparison", "Renamed"),
    }
    return words[what]


def sending_texts() -> dict[str, str]:
    """Words for the script that sends the file."""
    return {
        "chosen": gettext("{name}, {size}"),
        "sending": gettext("Uploaded: {percent} %"),
        "sent": gettext("Uploaded. The server is saving the file."),
        "failed": gettext(
            "The file could not be uploaded: the connection broke. Try again; nothing was kept."
        ),
        "cancelled": gettext("The upload was cancelled. Nothing was kept."),
        "refused": gettext("The server refused the file. Load the page again and try again."),
        "tooLarge": gettext("The file is {size}; it can be at most {limit}. Split it."),
        "oneFile": gettext("Drop one file at a time. Several Shapefile parts go into one zip."),
        "noFile": gettext("Choose a file first."),
    }


def map_texts() -> dict[str, Any]:
    """Words for the maps beside those of the edition's map."""
    return {
        "selected": gettext("{what} is shown on the map."),
        "code": gettext("Code"),
        "field": gettext("Field"),
        "noName": gettext("(no name)"),
        "none": gettext("Nothing matches."),
        "failed": gettext("The list could not be fetched."),
        "retry": gettext("Try again"),
        "system": gettext("EPSG:{srid}, {name}"),
    }
