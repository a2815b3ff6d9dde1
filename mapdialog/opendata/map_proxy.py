"""/tiles/maps/{service}/{z}/{x}/{y}: pictures of other map servers, fetched for the reader.

The map server learns neither who reads nor from where. Only services that this installation has chosen, only
its own ground, only whole numbers: nothing in the address can lead anywhere else.
"""

from __future__ import annotations

import time
from functools import cache
from typing import NoReturn

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mapdialog.dialogue.ground import ground
from mapdialog.map_services.outgoing import Failure, OutgoingError
from mapdialog.map_services.server import BusyError, MapServer, NoPictureError, Picture, Pictures, Turns
from mapdialog.map_services.service import MapService
from mapdialog.people.models import Membership
from mapdialog.web import query
from mapdialog.web.problem import Problem
from mapdialog.web.query import Query

_STATUS = {Failure.TOO_SLOW: 504}
_PICTURES = Pictures(most_bytes=settings.MAP_MEMORY_MB * 1_000_000)
_TURNS = Turns(most=settings.MAP_CONNECTIONS)


@require_safe
def map_tile(request: HttpRequest, service: str, z: int, x: int, y: int) -> HttpResponseBase:
    """One tile. 404 outside the ground and the service's zooms, 502 to 504 with its server's failure."""
    query.read(Query, request)
    map_service = settings.MAPS.proxied(service)
    if map_service is None or not map_service.min_zoom <= z <= map_service.max_zoom or max(x, y) >= 1 << z:
        raise Problem("no-tile", status=404, detail=_("This map tile does not exist."))
    if not ground(drafts=False).holds(z=z, x=x, y=y) and not _is_draft_of(request, z=z, x=x, y=y):
        raise Problem("no-tile", status=404, detail=_("This map shows the municipality only."))
    at = time.monotonic()
    picture = _picture(map_service, z=z, x=x, y=y, at=at)
    response = get_conditional_response(request, etag=picture.etag)
    if response is None:
        response = HttpResponse(picture.content, content_type=picture.media_type)
    response.headers["ETag"] = picture.etag
    response.headers["Cache-Control"] = _cache_control(picture, at=at)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"  # not a map server for other sites
    return response


def _is_draft_of(request: HttpRequest, *, z: int, x: int, y: int) -> bool:
    """Whether it is ground of a draft, and an official asks. For others the database is not asked."""
    if not request.user.is_authenticated or not ground(drafts=True).holds(z=z, x=x, y=y):
        return False
    return request.user.is_superuser or Membership.objects.of_officials().filter(user=request.user).exists()


def _picture(service: MapService, *, z: int, x: int, y: int, at: float) -> Picture:
    try:
        return _server(service).picture(z=z, x=x, y=y, at=at)
    except NoPictureError:
        raise Problem("no-tile", status=404, detail=_("This map tile does not exist.")) from None
    except BusyError as busy:
        _fail(503, retry_s=busy.retry_s)
    except OutgoingError as error:
        _fail(_STATUS.get(error.failure, 502))


def _fail(status: int, *, retry_s: int | None = None) -> NoReturn:
    headers = {"Retry-After": str(retry_s)} if retry_s else {}
    detail = _("The map server is not responding at the moment.")
    raise Problem("map-server", status=status, detail=detail, headers=headers) from None


def _cache_control(picture: Picture, *, at: float) -> str:
    if picture.fresh_until is None:
        return "no-store"
    left = picture.age_left_s(at=at)
    return f"public, max-age={left}" if left else "public, no-cache"


@cache
def _server(service: MapService) -> MapServer:
    return MapServer(
        service,
        agent=f"mapdialog (+{settings.SITE_URL})",
        turns=_TURNS,
        pictures=_PICTURES,
        private_hosts=settings.MAPS.private_hosts,
    )
