"""What the server hands the planner's scripts as JSON: addresses, the map's layers, and the texts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.gis.db.models import Extent
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext

from layers.models import Area, Edition
from layers.styles import levels
from layers.styles.catalog import FUTURE, style_for
from mapdialog.contributions import screening
from mapdialog.contributions.models import Contribution, Hit
from mapdialog.dialogue.map_layers import (
    PlanEdition,
    base_editions,
    base_settings,
    boundary_edition,
    plan_editions,
)
from mapdialog.dialogue.map_pictures import overlays
from mapdialog.dialogue.models import Consultation
from mapdialog.dialogue.texts import translated
from mapdialog.planner.selection import STATES
from mapdialog.planner.summary import theme_names

# Up to this many pins travel to the browser, where every filter then answers at once.
MOST_PINS = 250_000

Bounds = tuple[float, float, float, float]


def consultation_settings(consultation: Consultation, *, on: dt.date, language: str) -> dict[str, Any]:
    """Settings of `/planner/c/{slug}/`. `on` decides which editions of layers are shown."""
    boundary = boundary_edition(consultation, on=on)
    plans = plan_editions(consultation, on=on, published_only=False)
    counts_by_plan = _counts_by_use(plans, consultation=consultation)
    slug, municipality = consultation.slug, consultation.municipality.code
    return {
        "slug": slug,
        "language": language,
        "timeZone": consultation.municipality.time_zone,
        "sprite": static("img/icons.svg"),
        "pins": reverse("planner:pins", args=[slug]),
        "hotspots": reverse("planner:hotspots", args=[slug]),
        "contributions": reverse("planner:contributions", args=[slug]),
        "differences": reverse("planner:plan-differences", args=[slug]),
        "export": reverse("planner:export", args=[slug]),
        "heat": f"/tiles/density/{slug}/{{z}}/{{x}}/{{y}}",
        "nPins": Contribution.objects.officials().filter(consultation=consultation).count(),
        "mostPins": MOST_PINS,
        "bounds": _bounds(consultation, boundary=boundary),
        "base": base_settings(base_editions(consultation, on=on), municipality=municipality, officials=True),
        "overlays": overlays(municipality=municipality, officials=True),
        "committees": boundary
        and {"url": _tiles(boundary), "name": translated(boundary.layer.titles, language)},
        "plans": [_plan(plan, counts=counts_by_plan[plan.edition.pk], language=language) for plan in plans],
        "areas": _areas(boundary),
        "themes": theme_names(consultation, language=language),
        "states": {str(value): str(label) for value, label in Contribution.State.choices if value in STATES},
        "texts": map_texts() | plan_texts() | hotspot_texts() | list_texts() | address_texts(),
    }


def _plan(plan: PlanEdition, *, counts: dict[str, int], language: str) -> dict[str, Any]:
    return {
        "key": plan.alternative.key,
        "name": translated(plan.alternative.name, language),
        "url": _tiles(plan.edition),
        "style": plan.style_table(language=language),
        "levels": plan.level_choices(),
        "level": levels.shown_first(plan.levels),
        "counts": counts,
    }


def _counts_by_use(plans: list[PlanEdition], *, consultation: Consultation) -> dict[int, dict[str, int]]:
    """Edition → use → how many contributions lie in such zones; one in two zones of a use counts once."""
    style_lists = {plan.edition.pk: plan.style_list for plan in plans}
    hits = (
        Hit.objects.filter(
            edition__in=style_lists, zone__isnull=False, contribution__consultation=consultation
        )
        .exclude(contribution__state__in=[Contribution.State.ERASED, Contribution.State.REJECTED])
        .values_list("edition", "zone__code", "zone__land_use_status", "contribution_id")
        .distinct()
    )
    contributions_by_edition: dict[int, dict[str, set[Any]]] = {edition: {} for edition in style_lists}
    for edition, code, status, contribution in hits:
        key = style_for(style_lists[edition], code=code, future=status == FUTURE).key
        contributions_by_edition[edition].setdefault(key, set()).add(contribution)
    return {
        edition: {key: len(contributions) for key, contributions in uses.items()}
        for edition, uses in contributions_by_edition.items()
    }


def _tiles(edition: Edition) -> str:
    return f"/tiles/layers/{edition.pk}/{{z}}/{{x}}/{{y}}.mvt"


def _areas(boundary: Edition | None) -> list[dict[str, str]]:
    """The committees of now; those of earlier editions come with the contributions that lie there."""
    areas = Area.objects.filter(edition=boundary) if boundary else Area.objects.none()
    rows = areas.order_by("code").values_list("code", "name")
    return [{"code": code, "name": name} for code, name in rows]


def _bounds(consultation: Consultation, *, boundary: Edition | None) -> Bounds | None:
    """Where the map starts: the plans' ground is the reader's business, the area or boundaries ours."""
    if consultation.area is not None:
        west, south, east, north = consultation.area.extent
        return west, south, east, north
    bounds: Bounds | None = (
        Area.objects.filter(edition=boundary).aggregate(box=Extent("geom"))["box"] if boundary else None
    )
    return bounds


def map_texts() -> dict[str, Any]:
    """The words of the map."""
    return {
        "map": gettext("Map. Move it with the arrow keys and zoom with plus and minus."),
        "zoomIn": gettext("Zoom in"),
        "zoomOut": gettext("Zoom out"),
        "close": gettext("Close"),
        "popup": gettext("What is here"),
        "backToList": gettext("Back to the list"),
        "tooMany": gettext("The heat map shows all comments: there are too many to filter on the map."),
        "pinsShown": gettext("Each comment is shown."),
        "heatShown": gettext("You see the heat map. Zoom in to see each comment."),
        "fewest": gettext("few"),
        "most": gettext("{n} close together"),
        "onlyHere": gettext("Only this committee"),
        "here": _counted(
            singular=gettext("{n} selected comment here."), other=gettext("{n} selected comments here.")
        ),
        "newest": gettext("The newest {n} are shown. Zoom in to see the others."),
        "gone": gettext("This comment is no longer here. Load the page again."),
    }


def plan_texts() -> dict[str, str]:
    """The words of plans side by side."""
    return {
        "level": gettext("Level of the plan"),
        "beside": gettext("Compare with"),
        "besideNone": gettext("None"),
        "swipe": gettext("On top of each other, with a line you can move"),
        "swipeLine": gettext("Where the one plan ends and the other begins"),
        "otherMap": gettext("Map of the other plan. It shows the same ground as the first."),
        "comparing": gettext("Comparing the plans…"),
        "compareHow": gettext("Choose a plan to compare with to see what differs."),
        "compareFailed": gettext("The plans could not be compared at the moment."),
        "compareTitle": gettext("Hectares of land in each use, in both plans"),
        "use": gettext("Land use"),
        "difference": gettext("Difference"),
        "zones": gettext("n = {n}"),
        "compareNote": gettext(
            "Hectares of land, on the level shown; n is the number of zones. Sea and lakes are not "
            "counted: {a} and {b} hectares. Special consideration zones lie on top of other uses, so the "
            "hectares do not add up to the plan's area."
        ),
    }


def hotspot_texts() -> dict[str, str]:
    """The pop-up's own words; what a hotspot says comes with it."""
    return {
        "hotspot": gettext("Hotspot {rank}"),
        "unfiltered": gettext("It does not follow the filter."),
    }


def list_texts() -> dict[str, Any]:
    """The words of the filter, the list and the table."""
    return {
        "failed": gettext("The comments could not be fetched. Load the page again."),
        "listFailed": gettext("The list could not be fetched."),
        "retry": gettext("Try again"),
        "selected": _counted(
            singular=gettext(
                "{n} of {all} comments is selected: {placed} on the map, {unplaced} without a spot."
            ),
            other=gettext(
                "{n} of {all} comments are selected: {placed} on the map, {unplaced} without a spot."
            ),
        ),
        "asOf": gettext("The comments as they were on {when}."),
        "noPins": gettext("Nothing has been sent yet."),
        "noMatch": gettext("Nothing matches. Remove a filter."),
        "matched": _counted(singular=gettext("{n} comment"), other=gettext("{n} comments")),
        "withoutText": gettext("(no text)"),
        "flags": {flag: str(words) for flag, words in screening.WORDS.items()},
        "withoutPlace": gettext("not placed on the map"),
        "withoutTheme": gettext("Without a theme"),
        "outside": gettext("In no committee, or without a spot"),
        "tableFiltered": gettext(
            "The number follows the filter: it is counted from the selected comments, by the committee "
            "recorded when they came in. The themes and the other columns do not follow it: they are of the "
            "{n} comments of the last calculation, which leaves out those whose state is “Not published”, "
            "and those whose spot is not known well enough."
        ),
        "accuracy": gettext("position accurate to {metres} m"),
        "histogram": gettext("Comments over time, {from} to {to}. At most {most} in one bar."),
        "undated": gettext("Without a known date, and not among these: {n}"),
    }


def address_texts() -> dict[str, Any]:
    """The words for a link that asks for what is not there."""
    return {
        "unknown": gettext("The link asks for what is not here: {values}. The page is shown without it."),
        "unknownValue": gettext("{name} “{value}”"),
        "addressNames": {
            "theme": gettext("Theme"),
            "area": gettext("Committee"),
            "state": gettext("State"),
            "from": gettext("From"),
            "to": gettext("To and including"),
            "tab": gettext("Tab"),
            "plan": gettext("Land-use plan"),
            "level": gettext("Level of the plan"),
            "beside": gettext("Compare with"),
            "over": gettext("Maps of others"),
            "view": gettext("Part of the map"),
        },
    }


def _counted(*, singular: str, other: str) -> dict[str, str]:
    return {"one": singular, "other": other}
