"""Consultations as JSON for machines: what each asks, about which plans, by which rules."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.contrib.auth.models import AnonymousUser

from layers.geometry import counter_clockwise
from layers.models import Edition, Layer
from mapdialog.contributions import public_view
from mapdialog.dialogue.demo_note import demo_note
from mapdialog.dialogue.models import Consultation, ConsultationQuerySet

_TEXTS = ("title", "summary", "purpose", "can_influence", "fixed", "decides", "reads", "privacy", "not_for")
_DECIMALS = 6


def public() -> ConsultationQuerySet:
    """The published consultations with what every answer needs."""
    visible = Consultation.objects.visible_to(AnonymousUser())
    return visible.select_related("municipality", "data_version", "boundary_layer")


def status_at(consultation: Consultation, *, at: dt.datetime) -> str:
    """upcoming, open or closed."""
    if at < consultation.opens_at:
        return "upcoming"
    return "open" if consultation.is_open(at=at) else "closed"


def summary(consultation: Consultation, *, at: dt.datetime) -> dict[str, Any]:
    """What a list shows of a consultation."""
    municipality = consultation.municipality
    return {
        "slug": consultation.slug,
        "municipality": {"code": municipality.code, "name": municipality.name},
        "title": consultation.title,
        "summary": consultation.summary,
        "languages": consultation.languages,
        "status": status_at(consultation, at=at),
        "opens_at": consultation.opens_at.isoformat(),
        "closes_at": consultation.closes_at.isoformat() if consultation.closes_at else None,
        "level": consultation.level,
        "stage": consultation.stage,
        "demo": bool(demo_note(consultation)),
        "url": f"/c/{consultation.slug}/",
        "api_url": f"/api/v1/consultations/{consultation.slug}",
    }


def whole(consultation: Consultation, *, at: dt.datetime) -> dict[str, Any]:
    """Everything public about one consultation; a fixed number of queries, whatever it holds."""
    alternatives = list(consultation.alternatives.select_related("layer"))
    base_layers = list(consultation.base_layers.all())
    boundary = consultation.boundary_layer
    layers = [*base_layers, *(plan.layer for plan in alternatives), *([boundary] if boundary else [])]
    editions = _editions(layers, on=consultation.municipality.day(at))
    return {
        **summary(consultation, at=at),
        **{name: getattr(consultation, name) for name in _TEXTS},
        "plan": {
            name: getattr(consultation, name)
            for name in ("plan_level", "plan_id", "case_number", "hearing_type")
        },
        "grace_hours": consultation.grace / dt.timedelta(hours=1),
        "rules": {
            "moderation": consultation.moderation,
            "visibility": consultation.visibility,
            "public_precision_m": consultation.public_precision_m,
        },
        "area": _area(consultation),
        "boundary_set": _layer(boundary, editions) if boundary else None,
        "base_layers": [_layer(layer, editions) for layer in base_layers],
        "alternatives": [
            {"key": plan.key, "name": plan.name, **_layer(plan.layer, editions)} for plan in alternatives
        ],
        **_parts(consultation),
        # how often something was sent or decided, where even counts are not for everyone
        "data_version": consultation.data_version.number if public_view.shows_points(consultation) else None,
        "contributions_url": f"/api/v1/consultations/{consultation.slug}/contributions",
        "export_url": f"/api/v1/consultations/{consultation.slug}/export.geojson",
    }


def _parts(consultation: Consultation) -> dict[str, Any]:
    themes = consultation.themes.values("key", "name", "icon", "shared_code")
    questions = consultation.questions.values("key", "kind", "text", "options", "required", "applies_to")
    documents = [
        {"type": document.type, "title": document.title, "url": document.get_absolute_url()}
        for document in consultation.documents.all()
    ]
    rounds = [
        {
            "number": phase.number,
            "name": phase.name,
            "opens_at": phase.opens_at.isoformat(),
            "closes_at": phase.closes_at.isoformat() if phase.closes_at else None,
        }
        for phase in consultation.rounds.all()
    ]
    holders = consultation.holders.values("municipality__code", "committee_code").order_by("id")
    return {
        "themes": list(themes),
        "questions": list(questions),
        "documents": documents,
        "rounds": rounds,
        "target_groups": list(
            consultation.target_groups.values("key", "name", "affected_much", "active_much")
        ),
        "indicators": list(consultation.indicators.values("key", "name", "target")),
        "holders": [
            {"municipality": phase["municipality__code"], "committee": phase["committee_code"]}
            for phase in holders
        ],
    }


def _area(consultation: Consultation) -> dict[str, Any] | None:
    """GeoJSON in EPSG:4326, to a tenth of a metre: more decimals weigh more than they say."""
    if consultation.area is None:
        return None
    shape = counter_clockwise(json.loads(consultation.area.json))
    return {"type": shape["type"], "coordinates": _rounded(shape["coordinates"])}


def _rounded(coordinates: Any) -> Any:
    if isinstance(coordinates, list):
        return [_rounded(part) for part in coordinates]
    return round(coordinates, _DECIMALS)


def _editions(layers: list[Layer], *, on: dt.date) -> dict[int, Edition]:
    """The published edition in force of each layer, by the layer's id."""
    editions = Edition.objects.published().in_force_on(on).filter(layer__in=layers)
    return {edition.layer_id: edition for edition in editions}


def _layer(layer: Layer, editions: dict[int, Edition]) -> dict[str, Any]:
    edition = editions.get(layer.pk)
    return {
        "layer": f"{layer.owner}/{layer.name}",
        "layer_kind": layer.kind,
        "layer_title": layer.titles,
        "credit": layer.credit,
        "licence": layer.licence,
        "style": layer.style,
        "version_id": edition.pk if edition else None,
        "version": edition.number if edition else None,
        "valid_from": edition.begins.isoformat() if edition and edition.begins else None,
        "tiles_url": f"/tiles/layers/{edition.pk}/{{z}}/{{x}}/{{y}}.mvt" if edition else None,
    }
