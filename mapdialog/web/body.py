"""The body of a request to the API: one JSON object, read strictly."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext as _

from mapdialog.web import strict_json
from mapdialog.web.problem import Problem

_MEDIA_TYPES = {"", "application/json", "application/geo+json", "application/merge-patch+json"}
JsonObject = dict[str, Any]


def read(request: HttpRequest) -> JsonObject:
    """Raises Problem 400, 413 or 415."""
    if request.content_type not in _MEDIA_TYPES:
        raise Problem("media-type", status=415, detail=_("Send JSON (application/geo+json)."))
    try:
        value = strict_json.loads(request.body)
    except RequestDataTooBig:
        raise Problem("too-large", status=413, detail=_("What you send can be at most 256 kB.")) from None
    except UnreadablePostError:
        raise Problem("bad-json", status=400, detail=_("The request broke off.")) from None
    except strict_json.StrictJsonError as error:
        raise Problem("bad-json", status=400, detail=str(error)) from None
    if not isinstance(value, dict):
        raise Problem("bad-json", status=400, detail=_("A JSON object is expected."))
    return value
