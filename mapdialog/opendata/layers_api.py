"""What lies at a spot: the committee, and the zone of each plan, with words for people."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import BaseModel, Field

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
from mapdialog.people.models import Municipality
from mapdialog.web.compression import respond
from mapdialog.web.operations import Content, Operations
from mapdialog.web.query import Day, Number, Query, Text

operations = Operations("layers", is_open_data=True)


class AreaAt(BaseModel):
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


class At(BaseModel):
    on: dt.date
    areas: list[AreaAt]
    zones: list[ZoneAt]


class Spot(Query):
    lon: Annotated[float, Number(-180, 180)] = Field(description="Longitude in degrees. Needed.")
    lat: Annotated[float, Number(-85, 85)] = Field(description="Latitude in degrees. Needed.")
    consultation: Annotated[str | None, Text()] = Field(
        None, description="Whose committees and plans; all published if left out."
    )
    on: Annotated[dt.date | None, Day(or_empty=True)] = Field(None, description="The day; today if left out.")


@operations.get(
    "layers/at",
    summary="Committees and plan zones at a spot, on a day",
    answers={200: Content("All that lies there.", At), 404: "There is no such consultation."},
)
def layers_at(request: HttpRequest, query: Spot) -> HttpResponse:
    point = (query.lon, query.lat)
    consultation = consultation_for(query.consultation) if query.consultation else None
    layers = _layer_ids(consultation) if consultation else areas.published_layers_near(point)
    on = query.on or _today(consultation, layers=layers)
    hits = areas.at(point, on=on, layers=layers)
    language = get_language() or ""
    answer = At(
        on=on,
        areas=[_area(hit, language) for hit in hits if hit.area_id is not None],
        zones=[_zone(hit, language) for hit in hits if hit.zone_id is not None],
    )
    return respond(request, answer.model_dump_json().encode(), content_type="application/json; charset=utf-8")


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


def _area(hit: Hit, language: str) -> AreaAt:
    return AreaAt(
        owner=hit.owner,
        layer=hit.layer,
        layer_title=translated(hit.titles, language) or hit.layer,
        version=hit.edition_id,
        code=hit.code,
        name=hit.name or hit.code,
    )


def _zone(hit: Hit, language: str) -> ZoneAt:
    assert hit.zone_id is not None
    is_future = hit.land_use_status == FUTURE
    style = styles.style_for(hit.style or "neutral", code=hit.code, future=is_future)
    level = GROUND if hit.vertical_level is None else hit.vertical_level
    provision = translated(hit.provision, language)
    return ZoneAt(
        **dict(_area(hit, language)),
        id=hit.zone_id,
        label=(not style.known and hit.name) or words(style, language=language),
        field=hit.field,
        vertical_level=level,
        level=levels.words(level),
        land_use_status=hit.land_use_status,
        provision=provision,
        provision_language=language_of(hit.provision, language),
        provision_note="" if provision else _("No text has been written for this zone yet."),
    )
