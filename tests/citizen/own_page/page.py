"""What a resident without JavaScript has sent, and the form of reading, changing and erasing it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.gis.geos import Point
from django.test import Client

from mapdialog.contributions import editing, keys, rulebooks
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.receipt import code_of
from mapdialog.dialogue.models import Consultation
from tests import factories

TOKEN = "0123456789abcdef" * 2


CODE = code_of(123_456)


POSITION = "59.025000, 9.705000"


def sent(to: Consultation, *, token: str = TOKEN, **typed: Any) -> Contribution:
    fields = {
        "text": "Her er det mørkt.\nHver kveld.",
        "theme": to.themes.get(key="lys"),
        "geom": Point(9.705, 59.025, srid=4326),
        "placed_by": "gps",
        "accuracy_m": 12,
        "code": CODE,
        "state": "published",
        **typed,
    }
    return factories.contribution(to=to, token_hash=keys.token_hash(token), **fields)


def post(client: Client, pin: Contribution, *, key: str = TOKEN, **typed: Any) -> Any:
    address = f"/c/{pin.consultation.slug}/r/{pin.code}"
    return client.post(address, {"key": key, **typed}, headers={"Accept-Language": "nb"})


def changed(**typed: Any) -> dict[str, Any]:
    """The form as it was shown, with some fields changed."""
    return {
        "act": "save",
        "version": "1",
        "theme": "lys",
        "text": "Her er det mørkt.\r\nHver kveld.",
        "coordinates": POSITION,
        "place_words": "",
        "listed_place": "",
        "age_band": "",
        **typed,
    }


def elsewhere(pin: Contribution, **properties: str) -> None:
    rulebook = rulebooks.read(pin.consultation.slug)
    change = {"properties": properties}
    now = dt.datetime.now(dt.UTC)
    editing.revise(
        pin, change, rulebook=rulebook, version=pin.version, address="192.0.2.7", device=None, at=now
    )
