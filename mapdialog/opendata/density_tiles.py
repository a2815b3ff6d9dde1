"""/tiles/density/{slug}/{z}/{x}/{y}: heat as plain values; officials get theirs at the same address.

Where gatherings are not for everyone (`public_view`), everyone gets 204, as where nobody said anything.
"""

from __future__ import annotations

import gzip
import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mapdialog.dialogue.models import Consultation
from mapdialog.hotspots import density
from mapdialog.hotspots.density import Audience
from mapdialog.web import query
from mapdialog.web.origin import open_to_other_sites
from mapdialog.web.problem import Problem
from mapdialog.web.query import Query

MAX_ZOOM = 18
FRESH_S = 30


@open_to_other_sites
@require_safe
def density_tile(request: HttpRequest, slug: str, z: int, x: int, y: int) -> HttpResponseBase:
    """66 × 66 bytes (see `hotspots.density`), 204 where nobody said anything, 404 beyond the grid."""
    query.read(Query, request)
    if z > MAX_ZOOM or x >= 1 << z or y >= 1 << z:
        raise Problem("no-tile", status=404, detail=_("This map tile does not exist."))
    consultations = Consultation.objects.visible_to(request.user).select_related(
        "density_state", "data_version"
    )
    consultation = consultations.filter(slug=slug).first()
    if consultation is None:
        raise Problem("not-found", status=404, detail=_("There is nothing at this address."))
    works_here = Consultation.objects.worked_on_by(request.user).filter(pk=consultation.pk).exists()
    audience = Audience.OFFICIALS if works_here else Audience.EVERYONE
    etag = f'"{audience}-{_counted_version(consultation, zoom=z)}"'
    answer = get_conditional_response(request, etag=etag) or _tile(
        consultation, audience=audience, z=z, x=x, y=y
    )
    answer.headers["ETag"] = etag
    visibility = "private" if request.user.is_authenticated else "public"
    answer.headers["Cache-Control"] = f"{visibility}, max-age={FRESH_S}"
    return answer


def _counted_version(consultation: Consultation, *, zoom: int) -> str:
    """The data version the tile counts: close in it is today's, farther out that of the stored squares.

    Publication, visibility and precision are part of it: they change what everyone sees.
    """
    state = getattr(consultation, "density_state", None)
    stored = state.data_version if state else 0
    version = consultation.data_version.number if zoom >= density.LIVE_FROM_ZOOM else stored
    shown = (version, consultation.status, consultation.visibility, consultation.public_precision_m)
    # hashed: the number shows how much was sent, also where that is not for everyone
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:24]


def _tile(consultation: Consultation, *, audience: Audience, z: int, x: int, y: int) -> HttpResponse:
    tile = density.tile(consultation, audience=audience, zoom=z, x=x, y=y)
    if tile is None:
        return HttpResponse(status=204)
    # nearly all of a tile is zeros: packed always, as every browser unpacks
    packed = gzip.compress(tile.values, compresslevel=1, mtime=0)
    headers = {"Content-Encoding": "gzip", "X-Density-Max": str(tile.largest)}
    return HttpResponse(packed, content_type="application/octet-stream", headers=headers)
