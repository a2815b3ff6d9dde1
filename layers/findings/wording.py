"""Findings in words, in the language of whoever reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy, ngettext_lazy
from django.utils.translation import gettext as _

from layers.figure import Figure
from layers.findings.finding import Finding, Item
from layers.styles.titles import title

_HEADINGS = {
    "skipped": gettext_lazy("Skipped"),
    "repaired": gettext_lazy("Repaired"),
    "axes_swapped": gettext_lazy("Order of the axes"),
    "other_crs": gettext_lazy("Coordinate system"),
    "other_tables": gettext_lazy("Other layers of the file"),
    "read_as": gettext_lazy("Recognised as"),
    "recognised": gettext_lazy("Recognised as"),
    "recognised_credit": gettext_lazy("Recognised as"),
    "may_be": gettext_lazy("Several data sets fit"),
    "codes_from": gettext_lazy("Codes"),
    "numbered": gettext_lazy("Codes"),
    "no_codes": gettext_lazy("Without codes"),
    "no_code": gettext_lazy("Without a code"),
    "unknown_code": gettext_lazy("Unknown codes"),
    "better_list": gettext_lazy("List of codes and colours"),
    "outside_country": gettext_lazy("Outside the country"),
    "outside_use": gettext_lazy("Coordinate system"),
    "far_from_home": gettext_lazy("Far away"),
    "far_from_municipality": gettext_lazy("Far away"),
    "beyond_home": gettext_lazy("Beyond the municipality"),
    "beyond_municipality": gettext_lazy("Beyond the municipality"),
    "little_of_home": gettext_lazy("Part of the municipality"),
    "little_of_municipality": gettext_lazy("Part of the municipality"),
    "too_wide": gettext_lazy("Across the date line"),
    "at_zero": gettext_lazy("At 0, 0"),
    "stray_vertex": gettext_lazy("A point far away"),
    "abroad": gettext_lazy("Outside the country"),
    "stray": gettext_lazy("Far from the rest"),
    "overlap": gettext_lazy("Overlaps"),
    "gap": gettext_lazy("Gaps"),
    "sliver_overlap": gettext_lazy("Narrow overlaps"),
    "sliver_gap": gettext_lazy("Narrow gaps"),
    "sliver_part": gettext_lazy("Slivers"),
    "not_measured": gettext_lazy("Overlaps and gaps"),
    "merged_code": gettext_lazy("Merged"),
    "same_shape": gettext_lazy("The same shape twice"),
    "tiny": gettext_lazy("Very small"),
    "huge": gettext_lazy("Very large"),
    "many_vertices": gettext_lazy("Very detailed"),
    "no_name": gettext_lazy("Without a name"),
    "no_names": gettext_lazy("Without names"),
    "damaged_letters": gettext_lazy("Letters seem to be damaged"),
    "unknown_level": gettext_lazy("Vertical level"),
    "unknown_status": gettext_lazy("Existing or future"),
    "no_floors": gettext_lazy("Floors not said"),
    "unknown_floors": gettext_lazy("Floors that cannot be right"),
    "no_homes": gettext_lazy("Not homes"),
    "maybe_homes": gettext_lazy("Perhaps homes"),
}

_SENTENCES = {
    "skipped": ngettext_lazy(
        "%(count)s feature was not loaded.", "%(count)s features were not loaded.", "count"
    ),
    "repaired": ngettext_lazy("%(count)s shape was repaired.", "%(count)s shapes were repaired.", "count"),
    "axes_swapped": gettext_lazy("x and y were swapped, as you asked."),
    "other_crs": gettext_lazy("The file says EPSG:%(said)d; it was read as EPSG:%(told)d, as you asked."),
    "other_tables": gettext_lazy("The file has layers that were not read: %(left)s. Read: %(taken)s."),
    "read_as": gettext_lazy("Several data sets have such columns; the values are those of “%(source)s”."),
    "recognised": gettext_lazy(
        "The file was recognised as the data set “%(titles)s” (%(source)s). Choose another if this is wrong."
    ),
    "recognised_credit": gettext_lazy(
        "The file was recognised as the data set “%(titles)s” (%(source)s), which brings the credit "
        "“%(credit)s” and the licence “%(licence)s”. Choose another if this is wrong."
    ),
    "may_be": gettext_lazy("The columns fit several data sets: %(sources)s. Choose one."),
    "codes_from": gettext_lazy("The codes are from the column “%(field)s”. Choose another if this is wrong."),
    "numbered": gettext_lazy("The file has no columns. The areas' codes are their numbers in the file."),
    "no_codes": gettext_lazy("No zone has a code. Choose the column that holds the codes."),
    "no_code": ngettext_lazy(
        "%(count)s zone has no code, so nobody sees what it is. The code may be in another column.",
        "%(count)s zones have no code, so nobody sees what they are. The codes may be in another column.",
        "count",
    ),
    "unknown_code": gettext_lazy(
        "%(count)s of %(total)s zones have codes that the list %(list)s does not know: %(codes)s."
    ),
    "better_list": gettext_lazy("The list %(list)s knows %(percent)s%% of the codes."),
    "outside_country": gettext_lazy(
        "The layer lies at longitude %(lon).2f, latitude %(lat).2f: outside the owner's country."
    ),
    "outside_use": gettext_lazy(
        "As EPSG:%(srid)d the layer lies at longitude %(lon).2f, latitude %(lat).2f, "
        "where nobody uses that system."
    ),
    "far_from_home": gettext_lazy("The layer lies %(km)s km from the owner's other layers."),
    "beyond_home": gettext_lazy("%(percent)s%% of the layer lies outside the owner's other boundaries."),
    "little_of_home": gettext_lazy("The layer covers %(percent)s%% of the owner's other boundaries."),
    "far_from_municipality": gettext_lazy("The layer lies %(km)s km from the municipality."),
    "beyond_municipality": gettext_lazy("%(percent)s%% of the layer lies outside the municipality."),
    "little_of_municipality": gettext_lazy("The layer covers %(percent)s%% of the municipality."),
    "too_wide": ngettext_lazy(
        "%(count)s feature reaches around the globe: cut it where it crosses 180°.",
        "%(count)s features reach around the globe: cut them where they cross 180°.",
        "count",
    ),
    "at_zero": ngettext_lazy(
        "%(count)s feature has points at 0, 0 of the coordinates, where nothing of the layer can be.",
        "%(count)s features have points at 0, 0 of the coordinates, where nothing of the layer can be.",
        "count",
    ),
    "stray_vertex": ngettext_lazy(
        "%(count)s feature has a point far from its other points.",
        "%(count)s features have points far from their other points.",
        "count",
    ),
    "abroad": ngettext_lazy(
        "%(count)s feature lies outside the owner's country, as a whole or in part.",
        "%(count)s features lie outside the owner's country, as a whole or in part.",
        "count",
    ),
    "stray": ngettext_lazy(
        "%(count)s feature lies, as a whole or in part, far from all the others.",
        "%(count)s features lie, as a whole or in part, far from all the others.",
        "count",
    ),
    "overlap": ngettext_lazy(
        "%(count)s pair of areas overlaps: %(area)s.", "%(count)s pairs of areas overlap: %(area)s.", "count"
    ),
    "gap": ngettext_lazy(
        "%(count)s gap between the areas: %(area)s.", "%(count)s gaps between the areas: %(area)s.", "count"
    ),
    "sliver_overlap": ngettext_lazy(
        "%(count)s overlap is narrower than %(limit)s m: %(area)s.",
        "%(count)s overlaps are narrower than %(limit)s m: %(area)s.",
        "count",
    ),
    "sliver_gap": ngettext_lazy(
        "%(count)s gap is narrower than %(limit)s m: %(area)s.",
        "%(count)s gaps are narrower than %(limit)s m: %(area)s.",
        "count",
    ),
    "sliver_part": ngettext_lazy(
        "%(count)s part of an area is a sliver narrower than %(limit)s m: %(area)s.",
        "%(count)s parts of areas are slivers narrower than %(limit)s m: %(area)s.",
        "count",
    ),
    "not_measured": gettext_lazy(
        "Overlaps and gaps were not measured: %(size)s points are too many (limit %(limit)s)."
    ),
    "merged_code": ngettext_lazy(
        "%(count)s area was made of several features with the same code.",
        "%(count)s areas were made of several features with the same code.",
        "count",
    ),
    "same_shape": ngettext_lazy(
        "%(count)s feature has the same shape as another.",
        "%(count)s features have the same shape as another.",
        "count",
    ),
    "tiny": ngettext_lazy(
        "%(count)s feature is smaller than %(limit)s m².",
        "%(count)s features are smaller than %(limit)s m².",
        "count",
    ),
    "huge": ngettext_lazy(
        "%(count)s feature is larger than all the others together: %(area)s.",
        "%(count)s features are larger than all the others together: %(area)s.",
        "count",
    ),
    "many_vertices": ngettext_lazy(
        "%(count)s shape has more than %(limit)s points: the map may be slow there.",
        "%(count)s shapes have more than %(limit)s points: the map may be slow there.",
        "count",
    ),
    "no_name": ngettext_lazy(
        "%(count)s area has no name: its code is shown instead.",
        "%(count)s areas have no name: their codes are shown instead.",
        "count",
    ),
    "no_names": gettext_lazy(
        "No feature has a name: their codes are shown instead. Choose the column that holds the names."
    ),
    "damaged_letters": ngettext_lazy(
        "The letters of %(count)s feature seem to be damaged. Export the layer again, as UTF-8.",
        "The letters of %(count)s features seem to be damaged. Export the layer again, as UTF-8.",
        "count",
    ),
    "unknown_level": ngettext_lazy(
        "%(count)s zone has a vertical level that is not 1 to 5 and counts as on the ground.",
        "%(count)s zones have vertical levels that are not 1 to 5 and count as on the ground.",
        "count",
    ),
    "unknown_status": ngettext_lazy(
        "%(count)s zone has a status that is neither existing (1) nor future (2).",
        "%(count)s zones have a status that is neither existing (1) nor future (2).",
        "count",
    ),
    "no_homes": ngettext_lazy(
        "%(count)s of %(total)s buildings is no home by its type: nobody is counted there.",
        "%(count)s of %(total)s buildings are no homes by their type: nobody is counted there.",
        "count",
    ),
    "maybe_homes": ngettext_lazy(
        "Of %(count)s of %(total)s buildings we do not know whether people live there: it counts as a home.",
        "Of %(count)s of %(total)s buildings we do not know whether people live there: they count as homes.",
        "count",
    ),
    "no_floors": ngettext_lazy(
        "The number of floors is not said for %(count)s of %(total)s buildings: it counts as one floor.",
        "The number of floors is not said for %(count)s of %(total)s buildings: each counts as one floor.",
        "count",
    ),
    "unknown_floors": ngettext_lazy(
        "The number of floors of %(count)s building cannot be right "
        "(it must be above 0 and at most %(limit)s): it counts as one floor.",
        "The number of floors of %(count)s buildings cannot be right "
        "(it must be above 0 and at most %(limit)s): each counts as one floor.",
        "count",
    ),
}

# As our reader, our repair and GEOS word them, without case and without what follows.
_REASONS = {
    "no geometry": gettext_lazy("no shape"),
    "empty geometry": gettext_lazy("an empty shape"),
    "the geometry cannot be read": gettext_lazy("the shape cannot be read"),
    "a coordinate is not a finite number": gettext_lazy("a coordinate is not a number"),
    "a coordinate is not a number": gettext_lazy("a coordinate is not a number"),
    "a coordinate is missing": gettext_lazy("a coordinate is missing"),
    "an arc has fewer than three points": gettext_lazy("an arc has fewer than three points"),
    "a ring runs the wrong way round": gettext_lazy("a ring runs the wrong way round"),
    "outside the map": gettext_lazy("outside the map (latitude beyond 85°, longitude beyond 180°)"),
    "edges too long": gettext_lazy("edges longer than any map"),
    "unclosed ring": gettext_lazy("a ring was not closed"),
    "self-intersection": gettext_lazy("the outline crosses itself"),
    "ring self-intersection": gettext_lazy("the outline touches or crosses itself"),
    "too few points in geometry component": gettext_lazy("a ring has too few points"),
    "hole lies outside shell": gettext_lazy("a hole lies outside the area"),
    "holes are nested": gettext_lazy("a hole lies in another hole"),
    "nested holes": gettext_lazy("a hole lies in another hole"),
    "nested shells": gettext_lazy("a part lies in another part"),
    "duplicate rings": gettext_lazy("the same ring twice"),
    "interior is disconnected": gettext_lazy("holes cut the area apart"),
    "ring is not closed": gettext_lazy("a ring was not closed"),
    "unknown code": gettext_lazy("unknown code"),
    "lines and points left out": gettext_lazy("lines or points beside the area were left out"),
}
_NOT_AN_AREA = re.compile(r"a (\w+) is not an area", re.IGNORECASE)
_NO_AREAS = {
    "point": gettext_lazy("a point is not an area"),
    "linestring": gettext_lazy("a line is not an area"),
}
_FLOORS = "floors: "
_FEATURES = re.compile(r"features? ([\d, ]+)")
_SOME_POINTS = re.compile(r"(\d+) of (\d+) points")
_WIDTH = re.compile(r"(\d+)° wide")
_NOT_PART = "not part of the layer: "
_NOTHING_LEFT = "nothing is left after repair: "


def heading(finding: Finding) -> str:
    """What the finding is called, in a few words."""
    return str(_HEADINGS.get(finding.kind, finding.kind))


def sentence(finding: Finding) -> str:
    """The finding as a sentence, with its numbers."""
    text = _SENTENCES.get(finding.kind)
    if text is None:
        return heading(finding)
    values = {name: _shown(name, value) for name, value in finding.values.items()}
    return str(text % {**values, "count": Figure(finding.count), "area": area(finding.m2 or 0)})


def reason(why: str) -> str:
    """Why a feature was repaired or skipped; the text itself where it is none that is known."""
    if why.startswith(_NOTHING_LEFT):
        inner = reason(why.removeprefix(_NOTHING_LEFT))
        return _("nothing is left after repair: %(reason)s") % {"reason": inner}
    if why.startswith(_NOT_PART):
        return _("not part of the layer: %(what)s") % {"what": why.removeprefix(_NOT_PART)}
    if why.startswith(_FLOORS):
        return _("the file says “%(text)s” floors") % {"text": why.removeprefix(_FLOORS)}
    if kind := _NOT_AN_AREA.fullmatch(why):
        return _no_area(kind.group(1))
    return _with_numbers(why)


def _no_area(kind: str) -> str:
    known = _NO_AREAS.get(kind.casefold().removeprefix("multi"))
    return str(known) if known else _("not an area, but a %(kind)s") % {"kind": kind}


def _with_numbers(why: str) -> str:
    if others := _FEATURES.fullmatch(why):
        return _("features %(numbers)s") % {"numbers": others.group(1)}
    if part := _SOME_POINTS.fullmatch(why):
        return _("%(n)s of %(all)s points") % {"n": part.group(1), "all": part.group(2)}
    if width := _WIDTH.fullmatch(why):
        return _("%(degrees)s° wide") % {"degrees": width.group(1)}
    known = _REASONS.get(why.partition("[")[0].partition("(")[0].strip().casefold())
    return why if known is None else str(known)


def line(item: Item) -> str:
    """Where it was found, for a list."""
    pair = " / ".join(code for code in (item.code, item.other) if code)
    number = "" if item.feature is None else _("feature %(number)d") % {"number": item.feature}
    size = "" if item.m2 is None else area(item.m2)
    position = "" if item.lon is None or item.lat is None else f"{item.lon:.5f}, {item.lat:.5f}"
    return ", ".join(part for part in (number, pair, reason(item.why), size, position) if part)


def area(m2: float) -> str:
    """An area as people say it: m², hectares, km²."""
    if m2 < 10_000:
        return f"{number_format(m2, decimal_pos=0 if m2 >= 10 else 2)} m²"
    if m2 < 10_000_000:
        return _("%(figure)s ha") % {"figure": number_format(m2 / 10_000, decimal_pos=1)}
    return f"{number_format(m2 / 1_000_000, decimal_pos=0 if m2 >= 100_000_000 else 1)} km²"


def _shown(name: str, value: Any) -> Any:
    """Counts and measures as the language writes them, lists of codes as people call them."""
    if name == "list":
        return title(value)
    if name == "titles":
        return _in_language(value)
    if name in ("total", "size", "km"):
        return Figure(value)
    if name not in ("percent", "limit") or not isinstance(value, float):
        return value
    return number_format(value, decimal_pos=0 if value.is_integer() else 1)


def _in_language(titles: Mapping[str, str]) -> str:
    """In the reader's language, else in the nearest there is: sources have Norwegian and English."""
    language = get_language() or "en"
    order = (language, "en") if language == "en" else (language, "nb", "sv", "da", "en")
    return next((titles[tag] for tag in order if tag in titles), "")
