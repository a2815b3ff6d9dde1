"""Which editions of layers belong on a consultation's map on a day: base map, boundaries, plans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import BooleanField, Count, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from layers.models import Edition, Layer, Zone
from layers.styles import drawing, levels
from layers.styles.catalog import FUTURE, Style, legend, style_for
from mapdialog.dialogue.map_pictures import pictures
from mapdialog.dialogue.models import Alternative, Consultation

# What covers goes beneath what is thin.
_DRAWN_FIRST = [
    Layer.Kind.WATER,
    Layer.Kind.BUILT_UP,
    Layer.Kind.OTHER,
    Layer.Kind.POPULATION,
    Layer.Kind.BUILDING,
    Layer.Kind.ZONING,
    Layer.Kind.BOUNDARY,
    Layer.Kind.STREET,
    Layer.Kind.LIGHT,
    Layer.Kind.ADDRESS,
    Layer.Kind.PLACE,
]


@dataclass(frozen=True, kw_only=True)
class Use:
    """A land use that a plan has on one vertical level; `n` is how many zones."""

    code: str
    is_future: bool
    level: int
    n: int


@dataclass(frozen=True, kw_only=True)
class DrawnPlan:
    """An edition of a plan with the land uses in it: what a map and its legend are made of."""

    edition: Edition
    style_list: str
    uses: list[Use]

    @property
    def levels(self) -> list[int]:
        """The vertical levels on which it has something, from below."""
        return sorted({use.level for use in self.uses})

    def styles(self) -> list[Style]:
        """One style for each use, in the order of the code list."""
        return legend(
            self.style_list,
            codes=[use.code for use in self.uses if not use.is_future],
            future=[use.code for use in self.uses if use.is_future],
        )

    def style_table(self, *, language: str) -> dict[str, dict[str, Any]]:
        """For the browser (static/js/README.md); `levels` where a use is not on the first level alone."""
        table = drawing.table(self.styles(), language=language)
        first = [levels.shown_first(self.levels)]
        for use in sorted(self.uses, key=lambda use: use.level):
            key = style_for(self.style_list, code=use.code, future=use.is_future).key
            table[key].setdefault("levels", []).append(use.level)
        for instructions in table.values():
            if instructions["levels"] == first:
                del instructions["levels"]
        return table

    def level_choices(self) -> list[tuple[int, str]]:
        """(level, words) from below, where there is something to choose."""
        return [(level, levels.words(level)) for level in self.levels] if len(self.levels) > 1 else []

    def counts(self) -> dict[str, int]:
        """Style key -> how many zones, on all levels together."""
        return _counted(self.uses, style_list=self.style_list)

    def counts_by_level(self) -> dict[int, dict[str, int]]:
        """Level -> style key -> how many zones, from below."""
        return {
            level: _counted((use for use in self.uses if use.level == level), style_list=self.style_list)
            for level in self.levels
        }


@dataclass(frozen=True, kw_only=True)
class PlanEdition(DrawnPlan):
    """An alternative with the edition of its plan that is in force, and the land uses in it."""

    alternative: Alternative


def drawn_plan(edition: Edition) -> DrawnPlan:
    """Any edition of a plan, also a draft. One query."""
    uses = _uses([edition]).get(edition.pk, [])
    return DrawnPlan(edition=edition, style_list=edition.layer.style or "neutral", uses=uses)


def _counted(uses: Iterable[Use], *, style_list: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for use in uses:
        key = style_for(style_list, code=use.code, future=use.is_future).key
        counts[key] = counts.get(key, 0) + use.n
    return counts


def base_editions(consultation: Consultation, *, on: dt.date) -> list[Edition]:
    """The published base map layers in force, in drawing order. One query."""
    editions = (
        Edition.objects.published()
        .in_force_on(on)
        .filter(layer__in=consultation.base_layers.all())
        .select_related("layer")
    )
    return sorted(editions, key=lambda edition: _DRAWN_FIRST.index(Layer.Kind(edition.layer.kind)))


def base_settings(editions: list[Edition], *, municipality: str, officials: bool) -> dict[str, Any]:
    """The base map for the browser (static/js/README.md, base.js): the municipality's own layers, or a map
    server's pictures, with the own layers for when that server does not answer; or nothing.

    `municipality` and `officials` as in `map_pictures`.
    """
    own = {
        "mode": "own" if editions else "none",
        "credit": "; ".join(_credits(editions)),
        "layers": [
            {"edition": edition.pk, "kind": edition.layer.kind, "name": edition.layer.name}
            for edition in editions
        ],
    }
    if settings.MAPS.is_blank:
        return {"mode": "none"}
    base = settings.MAPS.base
    chosen = pictures(base, municipality=municipality, officials=officials) if base else None
    if chosen is None:
        return own
    failed = (
        gettext("The background map is not responding. This is the municipality's own map.")
        if editions
        else gettext("The background map is not responding. Everything else works.")
    )
    return {**chosen, "failed": failed, "own": own}


def _credits(editions: list[Edition]) -> list[str]:
    """Each source once; a layer made of several names them with a semicolon between."""
    named = (part.strip() for edition in editions for part in edition.layer.credit.split(";"))
    return list(dict.fromkeys(filter(None, named)))


def boundary_edition(
    consultation: Consultation, *, on: dt.date, published_only: bool = False
) -> Edition | None:
    """The edition of the consultation's boundary set in force. One query."""
    if consultation.boundary_layer_id is None:
        return None
    editions = Edition.objects.in_force_on(on).filter(layer=consultation.boundary_layer_id)
    return (editions.published() if published_only else editions).first()


def plan_editions(
    consultation: Consultation, *, on: dt.date, published_only: bool = True
) -> list[PlanEdition]:
    """The plans on the table, in the order of the alternatives; those without an edition in force are left
    out. Three queries."""
    alternatives = list(consultation.alternatives.select_related("layer").order_by("order", "id"))
    editions = Edition.objects.in_force_on(on).filter(
        layer__in=[alternative.layer_id for alternative in alternatives]
    )
    by_layer = {
        edition.layer_id: edition for edition in (editions.published() if published_only else editions)
    }
    uses = _uses(list(by_layer.values()))
    return [
        PlanEdition(
            alternative=alternative,
            edition=by_layer[alternative.layer_id],
            style_list=alternative.layer.style or "neutral",
            uses=uses.get(by_layer[alternative.layer_id].pk, []),
        )
        for alternative in alternatives
        if alternative.layer_id in by_layer
    ]


def _uses(editions: list[Edition]) -> dict[int, list[Use]]:
    """By edition: code, planned or not, level, how many. One query."""
    by = ("edition_id", "code", "is_future", "vertical_level")
    zones = Zone.objects.filter(edition__in=editions).annotate(
        is_future=Coalesce(Q(land_use_status=FUTURE), False, output_field=BooleanField())
    )
    uses_by_edition: dict[int, list[Use]] = {}
    for edition_id, code, is_future, level, n in zones.values_list(*by).annotate(n=Count("id")).order_by(*by):
        use = Use(code=code, is_future=is_future, level=level, n=n)
        uses_by_edition.setdefault(edition_id, []).append(use)
    return uses_by_edition
