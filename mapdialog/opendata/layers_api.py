"""What lies at a spot: the committee, and the zone of each plan, with words for people."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.decorators import decorate_view

from layers import styles
from layers.days import day_in
from layers.models import Layer
from layers.questions import areas
from layers.questions.areas import Hit
from layers.styles import levels
from layers.styles.catalog import FUTURE
from layers.styles.drawing import words
from layers.styles.levels import GROUND
from mapdialog.dialogue.models import Consultation
from mapdialog.dialogue.texts import language_of, translated
from mapdialog.opendata.access import consultation_for
from mapdialog.opendata.consultations_api import query_parameter
from mapdialog.opendata.schemas import ProblemOut
from mapdialog.people.models import Municipality
from mapdialog.web import query
from mapdialog.web.compression import packed
from mapdialog.web.problem import Problem
from mapdialog.web.query import number, parameters

router = Router(tags=["layers"])


class AreaAt(Schema):
    owner: str
    layer: str
    layer_title: str
    version: int
    code: str
    name: str


class ZoneAt(AreaAt):
    id: int
    label: str
    field: str
    vertical_level: int
    level: str
    land_use_status: int | None
    provision: str
    provision_language: str
    provision_note: str


class At(Schema):
    on: dt.date
    areas: list[AreaAt]
    zones: list[ZoneAt]


_PARAMETERS = [
    query_parameter(
        "lon", {"type": "number", "minimum": -180, "maximum": 180}, "Longitude in degrees. Needed."
    ),
    query_parameter("lat", {"type": "number", "minimum": -85, "maximum": 85}, "Latitude in degrees. Needed."),
    query_parameter(
        "consultation", {"type": "string"}, "Whose committees and plans; all published if left out."
    ),
    query_parameter("on", {"type": "string", "format": "date"}, "The day; today if left out."),
]


@router.get(
    "/layers/at",
    response={200: At, 400: ProblemOut, 404: ProblemOut},
    summary="Committees and plan zones at a spot, on a day",
    openapi_extra={"parameters": _PARAMETERS},
)
@decorate_view(packed)
def layers_at(request: HttpRequest) -> dict[str, Any]:
    wanted = parameters(request, known={"lon", "lat", "on", "consultation"})
    for name in ("lon", "lat", "consultation"):
        if not wanted.get(name) and (name in wanted or name != "consultation"):
            message = _("The parameter “%(name)s” is missing.")
            raise Problem("bad-query", status=400, detail=message % {"name": name}, field=name)
    point = (
        number(wanted["lon"], name="lon", minimum=-180, maximum=180),
        number(wanted["lat"], name="lat", minimum=-85, maximum=85),
    )
    slug = wanted.get("consultation")
    consultation = consultation_for(slug) if slug else None
    layers = _layer_ids(consultation) if consultation else areas.published_layers_near(point)
    on = query.day(wanted["on"], name="on") if wanted.get("on") else _today(consultation, layers=layers)
    hits = areas.at(point, on=on, layers=layers)
    language = get_language() or ""
    return {
        "on": on,
        "areas": [_area(hit, language) for hit in hits if hit.area_id is not None],
        "zones": [_zone(hit, language) for hit in hits if hit.zone_id is not None],
    }


def _today(consultation: Consultation | None, *, layers: list[int]) -> dt.date:
    """The day it is in the consultation's municipality, else in that of the layers near the hit."""
    at = timezone.now()
    if consultation is not None:
        return consultation.municipality.day(at)
    owners = Layer.objects.filter(pk__in=layers).values("owner")
    municipality = Municipality.objects.filter(code__in=owners).order_by("code").first()
    return municipality.day(at) if municipality else day_in(settings.TIME_ZONE, at=at)


def _layer_ids(consultation: Consultation) -> list[int]:
    ids = list(consultation.alternatives.values_list("layer_id", flat=True))
    return ids if consultation.boundary_layer_id is None else [*ids, consultation.boundary_layer_id]


def _area(hit: Hit, language: str) -> dict[str, Any]:
    return {
        "owner": hit.owner,
        "layer": hit.layer,
        "layer_title": translated(hit.titles, language) or hit.layer,
        "version": hit.edition_id,
        "code": hit.code,
        "name": hit.name or hit.code,
    }


def _zone(hit: Hit, language: str) -> dict[str, Any]:
    is_future = hit.land_use_status == FUTURE
    style = styles.style_for(hit.style or "neutral", code=hit.code, future=is_future)
    level = GROUND if hit.vertical_level is None else hit.vertical_level
    provision = translated(hit.provision, language)
    return {
        **_area(hit, language),
        "id": hit.zone_id,
        "label": (not style.known and hit.name) or words(style, language=language),
        "field": hit.field,
        "vertical_level": level,
        "level": levels.words(level),
        "land_use_status": hit.land_use_status,
        "provision": provision,
        "provision_language": language_of(hit.provision, language),
        "provision_note": "" if provision else _("No text has been written for this zone yet."),
    }
