"""A consultation's search: the names of its municipality's published layers, those in its area first."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.db import connection
from django.db.models import Q

from layers.models import Edition, Layer, SearchEntry
from layers.models.edition import EditionQuerySet
from layers.questions import search
from layers.questions.search import NameHit, Where
from mapdialog.dialogue.map_layers import boundary_edition
from mapdialog.dialogue.models import Consultation

SHORTEST, LONGEST = 2, 80
_KINDS = (Layer.Kind.ADDRESS, Layer.Kind.STREET, Layer.Kind.PLACE)
_AREAS = """
SELECT DISTINCT ON (spot.number) spot.number, area.name
FROM unnest(%(lons)s::float8[], %(lats)s::float8[]) WITH ORDINALITY AS spot(lon, lat, number)
JOIN layers_area AS area ON area.version_id = %(edition)s
    AND ST_Intersects(area.geom, ST_SetSRID(ST_MakePoint(spot.lon, spot.lat), 4326))
ORDER BY spot.number, area.code COLLATE "C"
"""


def names_like(
    text: str, *, of: Consultation, on: dt.date, near: tuple[float, float] | None = None
) -> list[NameHit]:
    """What is called like this, each with the post town and committee that it lies in. Six queries at most,
    ten where some are only spelled alike."""
    editions = list(_editions(of).in_force_on(on).order_by("pk").values_list("pk", flat=True))
    hits = search.search(text, where=Where(editions=editions, area=of.area, near=near))
    return with_committees(hits, of=of, on=on) if hits else []


def has_names(consultation: Consultation, *, on: dt.date) -> bool:
    """Whether there is anything to search. One query."""
    return _editions(consultation).in_force_on(on).exists()


def name_hit(identifier: int, *, of: Consultation, on: dt.date) -> NameHit | None:
    """What was chosen from the answers of a search, also where another edition has followed since.

    None for what no search of this consultation answers.
    """
    editions = _editions(of).saved().filter(valid_from__lte=on)
    entry = SearchEntry.objects.filter(pk=identifier, edition__in=editions).first()
    return search.entry_hit(entry) if entry else None


def _editions(consultation: Consultation) -> EditionQuerySet:
    is_theirs = Q(layer__owner=consultation.municipality.code) | Q(
        layer__in=consultation.base_layers.values("pk")
    )
    return Edition.objects.published().filter(is_theirs, layer__kind__in=_KINDS)


def with_committees(hits: list[NameHit], *, of: Consultation, on: dt.date) -> list[NameHit]:
    """The same, told apart by the committee they lie in too; by the municipality where nothing else does. Two
    queries at most."""
    boundary = boundary_edition(of, on=on, published_only=True)
    committees: dict[int, str] = {}
    if boundary:
        sides = {"lons": [hit.lon for hit in hits], "lats": [hit.lat for hit in hits]}
        with connection.cursor() as cursor:
            cursor.execute(_AREAS, {**sides, "edition": boundary.pk})
            committees = dict(cursor.fetchall())
    named = ((hit, committees.get(number, "")) for number, hit in enumerate(hits, start=1))
    return [
        replace(hit, within=", ".join(filter(None, (hit.within, committee))) or of.municipality.name)
        for hit, committee in named
    ]
