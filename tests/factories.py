"""Small believable rows for tests. Every function takes keywords only and gives the saved object.

The little world lies in Bamble's grunnkrets-free corner: lon 9.70, lat 59.02; `square(i)` are neighbours
from west to east, each 0.01° wide, sharing a border.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
import uuid
from typing import Any

from django.contrib.gis.geos import GEOSGeometry, MultiPolygon, Polygon
from django.core.files.base import ContentFile
from django.db import connection

from layers.models import Area, Edition, Feature, Layer, LayerDocument, Zone
from mapdialog.contributions.models import Contribution, Submission
from mapdialog.contributions.receipt import code_of
from mapdialog.dialogue.models import Consultation, DataVersion, Theme
from mapdialog.people.models import Membership, Municipality, User

NOON = dt.datetime(2026, 5, 4, 12, 0, tzinfo=dt.UTC)
WEST, SOUTH, SIDE = 9.70, 59.02, 0.01
_numbers = itertools.count(1)


def square(i: int = 0, *, side: float = SIDE) -> MultiPolygon:
    """The i-th square from the west, EPSG:4326."""
    west = WEST + i * SIDE
    return MultiPolygon(Polygon.from_bbox((west, SOUTH, west + side, SOUTH + side)), srid=4326)


def middle(i: int = 0) -> tuple[float, float]:
    """lon, lat of the middle of the i-th square."""
    return WEST + (i + 0.5) * SIDE, SOUTH + SIDE / 2


def municipality(**values: Any) -> Municipality:
    number = next(_numbers)
    return Municipality.objects.create(
        **{
            "code": f"NO-{number:04d}",
            "name": f"Prøvekommune {number}",
            "country": "NO",
            "metric_srid": 25832,
            "languages": ["nb", "en"],
            **values,
        }
    )


def user(*, role: str | None = None, of: Municipality | None = None, **values: Any) -> User:
    """Somebody who can sign in with the password `password`; with a role if `role` and `of` are given."""
    password = values.pop("password", "password")
    person = User.objects.create_user(
        email=f"person{next(_numbers)}@example.org", password=password, **values
    )
    if role and of:
        Membership.objects.create(
            user=person, municipality=of, role=role, committee_code="A" if role == "committee" else ""
        )
    return person


def layer(**values: Any) -> Layer:
    number = next(_numbers)
    return Layer.objects.create(
        **{"owner": "NO-4012", "kind": "boundary", "name": f"layer-{number}", **values}
    )


def edition(*, of: Layer, **values: Any) -> Edition:
    number = of.editions.count() + 1
    values = {
        "layer": of,
        "number": number,
        "valid_from": dt.date(2020, 1, 1),
        "source_srid": 4326,
        "file_name": "test.geojson",
        "sha256": "0" * 64,
        "imported_at": NOON,
        "feature_count": 0,
        **values,
    }
    return Edition.objects.create(**values)


def areas(*, of: Edition, n: int = 2, **values: Any) -> list[Area]:
    """n neighbouring committees with codes A, B, C …"""
    codes = "ABCDEFGHIJ"[:n]
    return [
        Area.objects.create(edition=of, code=code, name=f"Utvalg {code}", geom=square(i), **values)
        for i, code in enumerate(codes)
    ]


def zone(*, of: Edition, i: int = 0, **values: Any) -> Zone:
    return Zone.objects.create(
        **{"edition": of, "code": "1110", "field": f"B{i + 1}", "geom": square(i), **values}
    )


def named_features(edition: Edition, *features: tuple[str, GEOSGeometry], **values: Any) -> None:
    """Features with names, which a search finds as after an import."""
    for name, geom in features:
        Feature.objects.create(edition=edition, name=name, geom=geom, **values)
    with connection.cursor() as cursor:
        cursor.execute("SELECT layers_fill_search(%s)", [edition.pk])


def document(*, of: Edition, content: bytes) -> LayerDocument:
    """A document of an edition, stored directly (not through its check)."""
    document = LayerDocument(
        edition=of,
        type="PLANBEST",
        file_name="plan.pdf",
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        added_at=NOON,
    )
    document.file.save(f"{document.sha256}.pdf", ContentFile(content))
    return document


def consultation(*, themes: tuple[str, ...] = ("lys",), **values: Any) -> Consultation:
    """A published, open consultation of points, read after publication, in two squares."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "municipality": values.pop("municipality", None) or municipality(),
        "slug": f"horing-{number}",
        "status": "published",
        "title": {"nb": f"Prøvehøring {number}", "en": f"Test hearing {number}"},
        "languages": ["nb", "en"],
        "opens_at": NOON - dt.timedelta(days=30),
        "closes_at": NOON + dt.timedelta(days=36500),
        "area": square(0) | square(1) if "area" not in values else values["area"],
        "moderation": "after",
        **values,
    }
    if values["area"] is not None and values["area"].geom_type == "Polygon":
        values["area"] = MultiPolygon(values["area"], srid=4326)
    consultation = Consultation.objects.create(**values)
    DataVersion.objects.create(consultation=consultation)
    for order, key in enumerate(themes):
        Theme.objects.create(
            consultation=consultation, key=key, name={"nb": key.title(), "en": key}, order=order
        )
    return consultation


def point(lon: float, lat: float) -> GEOSGeometry:
    return GEOSGeometry(json.dumps({"type": "Point", "coordinates": [lon, lat]}), srid=4326)


def contribution(*, to: Consultation, at: tuple[float, float] | None = None, **values: Any) -> Contribution:
    """A published pin in the middle of the first square, stored directly (not through intake).

    `geom_public`, which the database computes otherwise, may be given to tell the two places apart.
    """
    public = values.pop("geom_public", None)
    spot = point(*(at or middle()))
    submission = values.pop("submission", None) or Submission.objects.create(
        consultation=to, received_at=NOON
    )
    values = {
        "id": uuid.uuid4(),
        "consultation": to,
        "submission": submission,
        "code": code_of(next(_numbers)),
        "kind": "pin",
        "geom": spot,
        "placed_by": "map",
        "text": "Her er det mørkt.",
        "language": "nb",
        "theme": to.themes.first(),
        "written_at": NOON,
        "received_at": NOON,
        "state": "published",
        **values,
    }
    made = Contribution.objects.create(**values)
    if public is not None:
        _move_publicly(made, to=public)
    DataVersion.bump(to)
    return made


def _move_publicly(contribution: Contribution, *, to: GEOSGeometry) -> None:
    trigger = "TRIGGER contributions_place_publicly"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE contributions_contribution DISABLE {trigger}")
        Contribution.objects.filter(pk=contribution.pk).update(geom_public=to)
        cursor.execute(f"ALTER TABLE contributions_contribution ENABLE {trigger}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    contribution.geom_public = to
