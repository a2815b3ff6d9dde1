"""Committees composed of whole statistical units: drawn up, looked at as a draft, saved as an edition.

An area's shape is the union of its units' shapes, so it follows their borders exactly. Which units it is made
of stays with it (`properties.units`), and the edition knows theirs (`composed_of`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from layers.editions import life, publishing, succession
from layers.editions.publishing import NO_CONSENT, Consent
from layers.event import What, record
from layers.models import LAYER_NAME, Edition, Layer, LayerEvent, Population
from layers.population import sums
from layers.population.attaching import PopulationError

MOST_COMMITTEES = 200
CODE_MAX = 20
NAME_MAX = 100
# A hole of less mean width (twice its area by its outline) is where units' borders, each drawn for itself, do
# not quite meet, and is closed. In Oslo's such holes are up to 8 m wide.
SLIVER_M = 10.0


class CompositionError(ValueError):
    """The committees cannot be composed like this. The message says what to change; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Committee:
    """One area to be: its code, its name, and its units' codes."""

    code: str
    name: str
    units: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Composition:
    """Committees of an edition's units, and the boundary layer they are to become an edition of."""

    units: Edition
    name: str
    committees: tuple[Committee, ...]
    titles: Mapping[str, str] = field(default_factory=dict)


# The union of each committee's units, its inner rings kept where they are holes and not slivers.
_COMPOSE = """
WITH committee AS (
    SELECT * FROM jsonb_to_recordset(%(committees)s::jsonb) AS listed(code text, name text, units jsonb)
), part AS (
    SELECT committee.code, (ST_Dump(ST_Union(unit.geom))).geom
    FROM committee JOIN layers_area AS unit
        ON unit.version_id = %(units)s AND unit.code IN (SELECT jsonb_array_elements_text(committee.units))
    GROUP BY committee.code
), numbered AS (
    SELECT row_number() OVER () AS number, code, geom FROM part
), hole AS (
    SELECT number, array_agg(ST_ExteriorRing((ring).geom)) AS rings
    FROM (SELECT number, ST_DumpRings(geom) AS ring FROM numbered) AS dumped
    WHERE (ring).path[1] > 0
        AND 2 * ST_Area((ring).geom::geography) >= %(sliver)s * ST_Perimeter((ring).geom::geography)
    GROUP BY number
), closed AS (
    SELECT code, ST_Multi(ST_Collect(
        ST_MakePolygon(ST_ExteriorRing(geom), coalesce(rings, '{}')) ORDER BY number)) AS geom
    FROM numbered LEFT JOIN hole USING (number) GROUP BY code
)
INSERT INTO layers_area (version_id, code, name, names, properties, geom)
SELECT %(draft)s, committee.code, committee.name, '{}',
    jsonb_build_object('units', committee.units), closed.geom
FROM committee JOIN closed USING (code)
"""

# About half a metre: borders that were drawn twice do not quite meet. A shared corner is no shared border.
_REACH_DEGREES = 5e-6
_SHORTEST_DEGREES = 2e-5
_ADJACENT = """
WITH bordered AS MATERIALIZED (
    SELECT id, code, geom, ST_Buffer(ST_Boundary(geom), %(reach)s, 1) AS seam, ST_Boundary(geom) AS border
    FROM layers_area WHERE version_id = %(units)s
)
SELECT unit.code, neighbour.code
FROM bordered AS unit
JOIN bordered AS neighbour ON unit.id < neighbour.id AND unit.geom && ST_Expand(neighbour.geom, %(reach)s)
WHERE ST_Length(ST_Intersection(
    ST_ClipByBox2D(neighbour.border, ST_Expand(unit.geom, %(reach)s)), unit.seam)) > %(shortest)s
ORDER BY 1, 2
"""


@transaction.atomic
def stage(composition: Composition, *, at: dt.datetime, by: str = "") -> Edition:
    """Draw the committees up as a draft: to be looked at, then saved or discarded (`life.discard`).

    Committees without units are left out; units without a committee may be. A layer that is not there yet is
    made. Raises CompositionError.
    """
    committees = _checked(composition)
    layer = _layer(composition)
    content = [
        {"code": committee.code, "name": committee.name, "units": sorted(committee.units)}
        for committee in committees
    ]
    text = json.dumps(content, ensure_ascii=False)
    draft = Edition.objects.create(
        layer=layer,
        state=Edition.State.DRAFT,
        valid_from=composition.units.valid_from,
        published=False,
        source_srid=composition.units.source_srid,
        file_name="",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        imported_at=at,
        imported_by=by,
        feature_count=len(committees),
        composed_of=composition.units,
        report={"read": len(committees), "loaded": len(committees), "repaired": 0, "skipped": 0}
        | {"findings": [finding.as_json() for finding in publishing.passed_on(composition.units.report)]},
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _COMPOSE,
            {"committees": text, "draft": draft.pk, "units": composition.units.pk, "sliver": SLIVER_M},
        )
    return draft


@transaction.atomic
def save(
    draft: Edition,
    *,
    valid_from: dt.date,
    published: bool,
    at: dt.datetime,
    by: str = "",
    consent: Consent = NO_CONSENT,
) -> list[Population]:
    """Save a composed draft, in force from a day, and attach the units' people to it, added up.

    Areas are linked to those of the edition before. Returns the sums, the newest year first. Raises
    life.EditionError, also where the units' own findings must be answered for before everyone sees their
    shapes, and CompositionError for what was not composed.
    """
    units = draft.composed_of
    if units is None:
        raise CompositionError(_("This edition was not composed of statistical units."))
    before = life.newest(draft.layer)
    life.save(draft, valid_from=valid_from, published=published, at=at, by=by, consent=consent)
    detail = {"units": str(units), "committees": draft.feature_count}
    record(What.COMPOSED, of=draft, at=at, by=by, detail=detail)
    if before is not None:
        succession.link(draft, before=before)
    current = Population.objects.filter(edition=units, replaced_at__isnull=True).order_by("-year")
    added_up = []
    for population in current:
        try:
            added_up.append(sums.sum_up(population, into=draft, at=at, by=by))
        except PopulationError:
            continue  # figures of that year are of other units only
    return added_up


def committees_of(edition: Edition, *, units: Edition) -> list[Committee]:
    """An edition's areas as committees of these units. Raises sums.NotNestedError."""
    area_of = sums.members(units, into=edition)
    units_of: dict[str, list[str]] = {}
    for unit, area in area_of.items():
        units_of.setdefault(area, []).append(unit)
    return [
        Committee(code=area.code, name=area.name, units=tuple(sorted(units_of.get(area.code, ()))))
        for area in edition.areas.order_by("code")
    ]


def starts(units: Edition) -> QuerySet[Edition]:
    """The editions, drafts included, of the same owner's other boundaries: the newest first."""
    boundaries = Edition.objects.filter(layer__owner=units.layer.owner, layer__kind=Layer.Kind.BOUNDARY)
    of_others = boundaries.exclude(layer=units.layer).exclude(state=Edition.State.WITHDRAWN)
    return of_others.select_related("layer").order_by("layer__name", "-valid_from", "-pk")


def adjacent(units: Edition) -> list[tuple[str, str]]:
    """Pairs of units, by code, that share a piece of border."""
    with connection.cursor() as cursor:
        values = {"units": units.pk, "reach": _REACH_DEGREES, "shortest": _SHORTEST_DEGREES}
        cursor.execute(_ADJACENT, values)
        return list(cursor.fetchall())


def groups(units: Iterable[str], *, pairs: Iterable[tuple[str, str]]) -> int:
    """Of how many separate groups the units are, 1 when they hang together and 0 when there is none."""
    left = set(units)
    beside: dict[str, set[str]] = {}
    for unit, neighbour in pairs:
        if unit in left and neighbour in left:
            beside.setdefault(unit, set()).add(neighbour)
            beside.setdefault(neighbour, set()).add(unit)
    number = 0
    while left:
        number += 1
        waiting = [left.pop()]
        while waiting:
            reached = beside.get(waiting.pop(), set()) & left
            left -= reached
            waiting.extend(reached)
    return number


def _checked(composition: Composition) -> list[Committee]:
    """The committees that have units, by code. Raises CompositionError for anything that is not right."""
    known = set(composition.units.areas.values_list("code", flat=True))
    committee_of: dict[str, str] = {}
    committees = [committee for committee in composition.committees if committee.units]
    if not committees:
        raise CompositionError(_("No unit is in a committee yet."))
    if len(committees) > MOST_COMMITTEES:
        raise CompositionError(_("There can be at most %(n)s committees.") % {"n": MOST_COMMITTEES})
    for committee in committees:
        _check_words(committee, others=[other for other in committees if other is not committee])
        for unit in committee.units:
            if unit not in known:
                message = _("There is no unit %(unit)s in %(layer)s.")
                raise CompositionError(message % {"unit": unit[:80], "layer": composition.units.layer.name})
            if unit in committee_of:
                message = _("The unit %(unit)s is in two committees: %(one)s and %(other)s.")
                values = {"unit": unit, "one": committee_of[unit], "other": committee.code}
                raise CompositionError(message % values)
            committee_of[unit] = committee.code
    return sorted(committees, key=lambda committee: committee.code)


def _check_words(committee: Committee, *, others: list[Committee]) -> None:
    code = committee.code
    if not code.strip() or len(code) > CODE_MAX or not code.isprintable():
        message = _("Every committee needs a code of at most %(n)s characters.")
        raise CompositionError(message % {"n": CODE_MAX})
    if len(committee.name) > NAME_MAX or not committee.name.isprintable():
        message = _("The name of %(code)s is longer than %(n)s characters, or holds a control character.")
        raise CompositionError(message % {"code": code, "n": NAME_MAX})
    if any(other.code == code for other in others):
        raise CompositionError(_("Two committees have the code %(code)s.") % {"code": code})


def _layer(composition: Composition) -> Layer:
    """The boundary layer, locked; made where it is not there. Raises CompositionError."""
    if not re.fullmatch(LAYER_NAME, composition.name):
        raise CompositionError(_("The layer's name may hold only the letters a–z, digits, - and _."))
    if composition.name == composition.units.layer.name:
        raise CompositionError(_("The committees need a layer of their own, not that of the units."))
    source, titles = composition.units.layer, dict(composition.titles)
    layer, created = Layer.objects.select_for_update().get_or_create(
        owner=source.owner,
        name=composition.name,
        defaults={
            "kind": Layer.Kind.BOUNDARY,
            "titles": titles,
            "credit": source.credit,
            "licence": source.licence,
        },
    )
    if layer.kind != Layer.Kind.BOUNDARY:
        message = _("%(layer)s exists already, of the kind %(kind)s. Choose another name.")
        raise CompositionError(message % {"layer": layer, "kind": layer.get_kind_display()})
    if titles and not created and titles != layer.titles and not _has_been_saved(layer):
        layer.titles = titles
        layer.save(update_fields=["titles"])
    return layer


def _has_been_saved(layer: Layer) -> bool:
    return LayerEvent.objects.filter(layer=layer).exists()
