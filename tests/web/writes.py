"""What is sent to the addresses that take something, and by whom."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests import factories as make
from tests.contributions.rulebooks import feature
from tests.web.small_world import TOKEN, SmallWorld


@dataclass(frozen=True, kw_only=True)
class Write:
    method: str = "POST"
    reader: str = "planner"
    body: str = ""
    content_type: str = "application/x-www-form-urlencoded"
    headers: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, list[Any]] = field(default_factory=dict)

    def arguments(self) -> dict[str, Any]:
        """For `client.generic`."""
        return {"data": self.body, "content_type": self.content_type, "headers": dict(self.headers)}


def form(**fields: Any) -> Write:
    return Write(body=urlencode(fields))


def _newest_event(world: SmallWorld, *, plan: bool = True) -> int:
    edition = world.plan if plan else world.boundary
    return edition.layer.events.latest("pk").pk


def _send(world: SmallWorld) -> list[Write]:
    lon, lat = make.middle()
    coordinates = f"{lat:.5f}, {lon:.5f}"
    words = {"kind": "pin", "theme": "t0", "text": "Her er det mørkt."}
    fields = {"uuid": uuid.uuid4(), "token": TOKEN, "coordinates": coordinates, **words}
    return [Write(reader="anonymous", body=urlencode(fields))]


def _change_plainly(world: SmallWorld) -> list[Write]:
    fields = {"key": TOKEN, "act": "save", "version": 1, "theme": "t0", "place_words": "Bak hallen"}
    return [Write(reader="anonymous", body=urlencode({**fields, "text": "Rettet"}))]


def _of_the_author(method: str, body: object, **values: Any) -> Write:
    return Write(
        method=method,
        reader="anonymous",
        body=json.dumps(body),
        content_type="application/geo+json",
        headers={"X-Edit-Token": TOKEN, "X-Device-Key": "fedcba9876543210" * 2, "If-Match": '"1"'},
        values={name: [value] for name, value in values.items()},
    )


def _own_contribution(world: SmallWorld) -> list[Write]:
    return [
        _of_the_author("GET", None),
        _of_the_author("PUT", feature(theme="t0"), identifier=uuid.uuid4()),
        _of_the_author("PATCH", {"properties": {"text": "Rettet"}}),
        _of_the_author("DELETE", None),
    ]


_L = "planner/layers/"
WRITES: dict[str, Callable[[SmallWorld], list[Write]]] = {
    "c/<slug:slug>/send": _send,
    "c/<slug:slug>/r/<str:code>": _change_plainly,
    "api/v1/consultations/<slug:slug>/contributions/<identifier>": _own_contribution,
    "admin/logout/": lambda world: [Write(reader="superuser")],
    "i18n/setlang/": lambda world: [form(language="nn", next="/")],
    "planner/c/<slug:slug>/run": lambda world: [form()],
    _L + "<int:pk>/undo/<int:event>/": lambda world: [form(seen=_newest_event(world))],
    _L + "<int:pk>/describe/": lambda world: [form(seen=_newest_event(world, plan=False), title_nb="Nytt")],
    _L + "<int:pk>/provisions/write/": lambda world: [form(seen=_newest_event(world), plain_nb="Nytt")],
    _L + "<int:pk>/provisions/carry-over/": lambda world: [form(seen=_newest_event(world))],
    _L + "documents/<int:document>/remove/": lambda world: [form(seen=_newest_event(world))],
    _L + "editions/<int:edition_id>/publish/": lambda world: [
        form(seen=_newest_event(world, plan=False), published="0")
    ],
    _L + "editions/<int:edition_id>/withdraw/": lambda world: [form(seen=_newest_event(world, plan=False))],
    _L + "editions/<int:edition_id>/put-back/": lambda world: [form(seen=_newest_event(world, plan=False))],
    **{
        f"{_L}uploads/<uuid:upload>/{step}/": lambda world: [
            form(reading=1, title_nb="Plan", published="yes")
        ]
        for step in ("read", "cancel", "save", "discard", "roll-back")
    },
}
