"""Other servers' maps as the browser gets them: where their pictures are, and whom to credit.

`municipality` is its code. `officials` may see where drafts lie, and have every overlay to choose from;
others get those that are on from the start.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext

from mapdialog.dialogue.ground import ground
from mapdialog.dialogue.texts import translated
from mapdialog.map_services.choice import Mode
from mapdialog.map_services.service import MapService


def pictures(service: MapService, *, municipality: str, officials: bool) -> dict[str, Any] | None:
    """One map server's pictures for `addPictures` (static/js/README.md, overlay.js); None where all of them
    would be refused, as nothing says yet where the municipality is."""
    settings_of_map: dict[str, Any] = {
        "mode": settings.MAPS.mode,
        "url": _address(service),
        "credit": service.credit,
        "minZoom": service.min_zoom,
        "maxNativeZoom": service.max_zoom,
    }
    if settings.MAPS.mode is Mode.PROXY:
        box = ground(drafts=officials).degrees.get(municipality)
        if box is None:
            return None
        settings_of_map["bounds"] = box
    return settings_of_map


def overlays(*, municipality: str, officials: bool) -> list[dict[str, Any]]:
    """The overlays for `addOverlays`, in the operator's order."""
    shown = settings.MAPS.shown
    offered = [service for service in settings.MAPS.overlays if officials or service.name in shown]
    with_settings = [
        (service, pictures(service, municipality=municipality, officials=officials)) for service in offered
    ]
    return [{**_words(service), **shown_by} for service, shown_by in with_settings if shown_by is not None]


def _words(service: MapService) -> dict[str, Any]:
    title = translated(service.titles, get_language())
    return {
        "name": service.name,
        "title": title,
        "opacity": service.opacity,
        "shown": service.name in settings.MAPS.shown,
        "opacityLabel": gettext("Opacity of “%(title)s”") % {"title": title},
        "failed": gettext("“%(title)s” is not responding at the moment.") % {"title": title},
    }


def _address(service: MapService) -> str:
    if settings.MAPS.mode is Mode.PROXY:
        return f"/tiles/maps/{service.name}/{{z}}/{{x}}/{{y}}"
    return service.browser_template()
