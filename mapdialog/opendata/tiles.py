"""/tiles/layers/…: a layer's edition as vector tiles, with the colours and words of its codes."""

from __future__ import annotations

import json
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers import styles
from layers.models import Edition
from layers.questions import tiles
from layers.questions.made_tiles import MadeTiles
from layers.styles.catalog import FUTURE
from layers.styles.drawing import words
from mapdialog.people.models import Membership
from mapdialog.web import compression, query
from mapdialog.web.origin import open_to_other_sites
from mapdialog.web.problem import Problem
from mapdialog.web.query import Language, Query

MVT = "application/vnd.mapbox-vector-tile"
# An edition never changes; only whether it is published does, and that may take this long to be seen.
FRESH_S = 3600
_LARGEST_ID = 2**63 - 1  # the database refuses to compare an id with more
_MADE = MadeTiles(most_bytes=settings.TILE_MEMORY_MB * 1_000_000)


class _StyleQuery(Query):
    lang: Annotated[str | None, Language(or_empty=True)] = None


@open_to_other_sites
@require_safe
def layer_tile(request: HttpRequest, edition_id: int, z: int, x: int, y: int) -> HttpResponseBase:
    """One tile, 204 where the layer has nothing."""
    query.read(Query, request)
    if not tiles.exists(z=z, x=x, y=y):
        raise Problem("no-tile", status=404, detail=_("This map tile does not exist."))
    edition = _edition_for(request, edition_id)
    etag = _etag(edition)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        content = _MADE.get(
            (edition.pk, edition.imported_at, z, x, y), make=lambda: tiles.tile(edition, z=z, x=x, y=y)
        )
        response = (
            compression.respond(request, content, content_type=MVT) if content else HttpResponse(status=204)
        )
    return _with_cache_headers(response, edition, etag=etag)


@open_to_other_sites
@require_safe
def layer_style(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """The layer's title, credit and bounds of time, and how each code in it is drawn and called."""
    language = query.read(_StyleQuery, request).lang or get_language() or ""
    edition = _edition_for(request, edition_id)
    etag = _etag(edition, language[:8])
    response = get_conditional_response(request, etag=etag)
    if response is None:
        body = json.dumps(_style(edition_id, language=language), ensure_ascii=False).encode()
        response = compression.respond(request, body, content_type="application/json")
    return _with_cache_headers(response, edition, etag=etag)


def _edition_for(request: HttpRequest, edition_id: int) -> tiles.TiledEdition:
    """A published edition for everyone, any for officials of its owner. Raises Problem 404.

    Who is asking is not looked at for a published one: its answer is the same for all, and cached so.
    """
    edition = tiles.edition(edition_id) if edition_id <= _LARGEST_ID else None
    if edition is not None and (edition.published or _works_for(request, edition.owner)):
        return edition
    raise Problem("not-found", status=404, detail=_("This layer does not exist."))


def _works_for(request: HttpRequest, owner: str) -> bool:
    user = request.user
    if not user.is_authenticated:
        return False
    memberships = Membership.objects.of_officials().filter(user=user, municipality__code=owner)
    return user.is_superuser or memberships.exists()


def _etag(edition: tiles.TiledEdition, *also: str) -> str:
    parts = (edition.pk, int(edition.imported_at.timestamp()), int(edition.published), *also)
    return f'W/"{"-".join(str(part) for part in parts)}"'


def _with_cache_headers(
    response: HttpResponseBase, edition: tiles.TiledEdition, *, etag: str
) -> HttpResponseBase:
    response.headers["ETag"] = etag
    visibility = f"public, max-age={FRESH_S}" if edition.published else "private, no-store"
    response.headers["Cache-Control"] = visibility
    return response


def _style(edition_id: int, *, language: str) -> dict[str, Any]:
    edition = Edition.objects.select_related("layer").get(pk=edition_id)
    layer = edition.layer
    uses = set(edition.zones.order_by().values_list("code", "land_use_status").distinct())
    return {
        "layer": layer.name,
        "kind": layer.kind,
        "titles": layer.titles,
        "credit": layer.credit,
        "licence": layer.licence,
        "valid_from": edition.begins.isoformat() if edition.begins else None,
        "valid_to": edition.valid_to.isoformat() if edition.valid_to else None,
        "codes": {
            style.key: {**style.as_json(), "label": words(style, language=language)}
            for style in styles.legend(
                layer.style or "neutral",
                codes=[code for code, status in uses if status != FUTURE],
                future=[code for code, status in uses if status == FUTURE],
            )
        },
    }
