"""What the server hands the residents' scripts: addresses, the map's layers and the texts, as JSON."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext

from layers.models import SearchEntry
from mapdialog.citizen import position_words, status
from mapdialog.citizen.plan_map import PlanMap
from mapdialog.citizen.presentation import words
from mapdialog.citizen.published import nearby
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.map_layers import base_settings
from mapdialog.dialogue.map_pictures import overlays
from mapdialog.dialogue.models import Consultation

# About five metres a pixel at 59° N: closer than that a finger finds the right side of a street.
PLACING_ZOOM = 14
# A small plan comes whole in one or two tiles of zoom 13, drawn to 60 cm; a large one in finer pieces.
FEW_ZONES, FINEST_OF_FEW, FINEST = 300, 13, 15


def consultation_settings(consultation: Consultation, *, plan_map: PlanMap, is_open: bool) -> dict[str, Any]:
    """Settings of `/c/{slug}/`."""
    municipality = consultation.municipality.code
    laid_over = overlays(municipality=municipality, officials=False)
    return {
        **_common(consultation),
        "isOpen": is_open,
        "area": plan_map.area,
        "bounds": plan_map.bounds,
        "placingZoom": PLACING_ZOOM,
        "nearby": nearby(consultation, bounds=plan_map.bounds if is_open else None),
        "showsPoints": consultation.visibility == Consultation.Visibility.POINTS,
        "themes": {theme.key: str(words(theme.name)) for theme in consultation.themes.all()},
        "base": base_settings(plan_map.base, municipality=municipality, officials=False),
        **({"overlays": laid_over} if laid_over else {}),
        "plans": [
            {
                "key": plan.key,
                "name": str(plan.name),
                "edition": plan.edition,
                "url": f"/tiles/layers/{plan.edition}/{{z}}/{{x}}/{{y}}.mvt",
                "finest": FINEST_OF_FEW if plan.zone_count <= FEW_ZONES else FINEST,
                "style": plan.table,
                **({"levels": plan.levels, "level": plan.first_level} if plan.levels else {}),
            }
            for plan in plan_map.plans
        ],
        "lookUp": "/api/v1/layers/at",
        "texts": map_texts() | search_texts() | form_texts() | mine_texts(),
    }


def receipt_settings(consultation: Consultation) -> dict[str, Any]:
    """Settings of `/c/{slug}/r/{code}`."""
    return {**_common(consultation), "texts": mine_texts() | receipt_texts()}


def home_settings() -> dict[str, Any]:
    """Settings of `/`."""
    return {"language": get_language(), "texts": mine_texts()}


def _common(consultation: Consultation) -> dict[str, Any]:
    return {
        "slug": consultation.slug,
        "language": get_language(),
        "timeZone": consultation.municipality.time_zone,
        "sprite": static("img/icons.svg"),
        "contributions": f"/api/v1/consultations/{consultation.slug}/contributions",
        "page": reverse("citizen:consultation", args=[consultation.slug]),
    }


def map_texts() -> dict[str, str]:
    return _placing_texts() | _locating_texts()


def _placing_texts() -> dict[str, str]:
    """Words of the map, of placing a pin, and of reading those of others."""
    return {
        "map": gettext("Map. Move it with the arrow keys and zoom with plus and minus."),
        "zoomIn": gettext("Zoom in"),
        "zoomOut": gettext("Zoom out"),
        "close": gettext("Close"),
        "popup": gettext("A comment"),
        "putPin": gettext("Place the pin here"),
        "closer": gettext("Zoom in closer"),
        "choose": gettext("Tap the spot on the map"),
        "outsideButton": gettext("Move into the area"),
        "outside": gettext("This is outside the area we ask about."),
        "movedInside": gettext("The map has moved to the nearest spot inside the area."),
        "nothing": gettext("There is no plan and no neighbourhood committee here."),
        "noAnswer": gettext("We cannot look up this spot at the moment. You can still place the pin."),
        "committee": gettext("Neighbourhood committee: {name}"),
        "partMissing": gettext(
            "Something this page needs did not load. Your words are here in the plain form."
        ),
        "noNetwork": gettext("You are offline. Try again when you are back online."),
        "read": gettext("Read what others have said"),
        "write": gettext("Place a pin"),
        "reading": gettext("Tap a pin to read the comment. The same comments are in the list below the map."),
        "placing": gettext("Move the map, or tap the spot."),
    }


def _locating_texts() -> dict[str, str]:
    """Words of finding the reader's position."""
    return {
        "locating": gettext("Finding your position…"),
        "located": gettext("Your position, accurate to {distance}."),
        "rough": gettext(
            "You are somewhere in the circle, within {distance}. Move the map to be more exact."
        ),
        "tooRough": gettext(
            "The position is too uncertain (± {distance}). Move the map, or describe the spot in words."
        ),
        "roughly": gettext("The position is uncertain (± {distance})."),
        "denied": gettext(
            "Your browser does not share your position with this page. Allow it in the settings, or move "
            "the map."
        ),
        "unavailable": gettext("Your position could not be found. Move the map instead."),
        "timeout": gettext("Finding your position took too long. Try again outdoors, or move the map."),
        "unsupported": gettext("This browser cannot find your position. Move the map instead."),
    }


def search_texts() -> dict[str, Any]:
    return {
        "kinds": {kind.value: str(kind.label) for kind in SearchEntry.Kind},
        "matches": {
            "one": ngettext("{n} match", "{n} matches", 1),
            "other": ngettext("{n} match", "{n} matches", 2),
        },
        "noMatch": gettext("Nothing here is called that. Check the spelling, or move the map."),
        "shows": gettext("The map shows {name}."),
        "showsLarge": gettext(
            "The map shows {name}, which reaches {distance} from the crosshair. Move the map to be more"
            " exact."
        ),
    }


def form_texts() -> dict[str, Any]:
    return {
        "needSpot": gettext("Choose a spot first."),
        "needTheme": gettext("Choose what it is about."),
        "needText": gettext("Write what you want to say about the spot."),
        "needAnswer": gettext("Answer this question."),
        "badCoordinates": {reason: str(message) for reason, message in position_words.REFUSED.items()},
        "turned": str(position_words.TURNED),
        "coordinatesOutside": gettext(
            "These coordinates are outside the area we ask about. Choose a spot inside it."
        ),
        "inWords": gettext("Described in words: {words}"),
        "atPosition": gettext("Position {position}"),
        "sending": gettext("Sending…"),
        "notTaken": gettext("We could not receive your comment. Try again in a while."),
        "kept": gettext("It is kept on this device, and we will try again."),
        "thankYou": gettext("Thank you"),
        "keptInMemory": gettext("Not sent yet. Keep this page open until there is a connection."),
        "thanks": gettext("We have received what you sent."),
        "waiting": {
            "one": ngettext("{n} not sent yet", "{n} not sent yet", 1),
            "other": ngettext("{n} not sent yet", "{n} not sent yet", 2),
        },
        "correct": gettext("Correct it"),
        "discard": gettext("Delete it from this device"),
        "discardQuestion": gettext("Delete it? It has not been sent, and is then gone for good."),
        "keep": gettext("Keep it"),
        "noneHere": gettext("Nothing has been published in this part of the map."),
        "someShown": gettext("The map shows {shown} of {matched}. Zoom in to see more."),
        **length_texts(),
        "draft": gettext("What you had written is still here."),
        "withoutText": gettext("(no text)"),
        "undated": gettext("Date not known"),
    }


def mine_texts() -> dict[str, str]:
    return {
        "notFinished": gettext("Not finished:"),
        "goOn": gettext("Go on writing"),
        "open": gettext("Open it"),
        "receivedLate": gettext("What had waited here has been received. Your code is {code}."),
        "saved": gettext("Your change is saved."),
        "changeNotSent": gettext("Your change is not sent yet."),
        "changeRefused": gettext("Your change was not received: {reason}"),
        "changedMeanwhile": gettext("It was changed somewhere else in the meantime."),
        "eraseNotSent": gettext("It is not deleted yet."),
        "eraseRefused": gettext("It was not deleted: {reason}"),
        "notSentYet": gettext("Not sent yet"),
        "notReceived": gettext("Not received"),
        "refused": gettext("One of your comments could not be received: {reason}"),
        "whyNetwork": gettext("You are offline."),
        "whyElse": gettext("Something else responded: a sign-in page of the network?"),
        "whyBusy": gettext("The service is busy at the moment."),
        "copy": gettext("Copy your text"),
        "copied": gettext("Copied"),
        "sentOn": gettext("Received {date}."),
        "withCode": gettext("Code {code}: see, change or delete it"),
        "isErased": gettext("Deleted."),
    }


def length_texts() -> dict[str, str]:
    return {
        "nearLimit": gettext("{n} of {most} characters."),
        "tooLong": gettext("The text can have at most {most} characters; it has {n}."),
    }


def receipt_texts() -> dict[str, str]:
    return {
        **length_texts(),
        "loading": gettext("Fetching what you sent…"),
        "failed": gettext("We could not fetch it at the moment. Try again in a while."),
        "sending": gettext("Sending…"),
        "kept": gettext("It is kept on this device, and we will try again."),
        "keptInMemory": gettext("Not sent yet. Keep this page open until there is a connection."),
        "saysNow": gettext("It says now: {text}"),
        "drop": gettext("Discard your change"),
        "dropQuestion": gettext("Discard your change? What you sent before stays as it is."),
        "keepSent": gettext("Do not delete it"),
        "eraseQuestion": gettext(
            "Delete what you sent? The text, the spot and the answers are then gone for good."
        ),
        "eraseForGood": gettext("Delete it for good"),
        "keep": gettext("Keep it"),
        "erasedState": str(Contribution.State.ERASED.label),
        "erasedExplained": str(status.EXPLAINED[Contribution.State.ERASED]),
        "erased": gettext("It is deleted: the text, the spot and the answers are gone."),
    }
