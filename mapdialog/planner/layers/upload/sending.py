"""Where a file is handed in: the page, and the door."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from layers.models import Layer
from mapdialog.dialogue.texts import translated
from mapdialog.people.models import User
from mapdialog.planner.layers import access
from mapdialog.planner.layers.upload import words
from mapdialog.planner.layers.upload.access import uploads_of
from mapdialog.planner.layers.upload.forms import SendForm, first_error
from mapdialog.uploads import receive
from mapdialog.uploads.choices import ReadChoices, free_name
from mapdialog.uploads.file_name import shown_name
from mapdialog.uploads.models import Upload
from mapdialog.uploads.receive import NotReceivedError
from mapdialog.web import values
from mapdialog.web.problem import Problem

NOTHING_WRITTEN = QueryDict()


# The middleware looks for its token in the body, and so would read all of it before anybody asked how long it
# is; `_arrived` looks afterwards.
@csrf_exempt
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    """The page where a file is handed in, and where it arrives."""
    if not access.municipalities_of(request).exists():
        raise PermissionDenied(
            _("Map files are uploaded by those who work for a municipality here, and you have no such role.")
        )
    layer = _layer_asked_for(request)
    if request.method != "POST":
        return _page(request, layer=layer)
    try:
        receive.check_room(values.content_length(request))
    except NotReceivedError as error:
        return _refused(request, str(error), layer=layer, status=413)
    request.upload_handlers = [receive.StraightToDisk(request)]
    return _arrived(request, layer=layer)


@csrf_protect
def _arrived(request: HttpRequest, *, layer: Layer | None) -> HttpResponse:
    try:
        upload = _received(request, layer=layer)
    except NotReceivedError as error:
        return _refused(request, str(error), layer=layer, status=422, posted=request.POST)
    page = reverse("planner:upload", args=[upload.pk])
    if _wants_json(request):
        return JsonResponse({"location": page}, status=201, headers={"Location": page})
    return redirect(page)


def _received(request: HttpRequest, *, layer: Layer | None) -> Upload:
    municipalities = access.municipalities_of(request)
    form = SendForm(request.POST, request.FILES, municipalities=municipalities, layer=layer)
    if not form.is_valid():
        raise NotReceivedError(first_error(form))
    municipality, file = form.municipality_chosen(), form.cleaned_data["file"]
    name = layer.name if layer else free_name(shown_name(file.name or ""), municipality=municipality)
    choices = ReadChoices(
        kind=layer.kind if layer else form.cleaned_data["kind"], name=name, language=get_language() or ""
    )
    by = request.user
    assert isinstance(by, User)
    return receive.receive(
        file, municipality=municipality, layer=layer, choices=choices, by=by, at=timezone.now()
    )


def _layer_asked_for(request: HttpRequest) -> Layer | None:
    query = values.of_query(request)
    if not query.text("layer"):
        return None
    return access.layer_for(request, query.identifier("layer"))


def _refused(
    request: HttpRequest,
    message: str,
    *,
    layer: Layer | None,
    status: int,
    posted: QueryDict = NOTHING_WRITTEN,
) -> HttpResponse:
    if _wants_json(request):
        return Problem("not-received", status=status, detail=message, field="file").response()
    return _page(request, layer=layer, status=status, problem=message, posted=posted)


def _page(
    request: HttpRequest,
    *,
    layer: Layer | None,
    status: int = 200,
    problem: str = "",
    posted: QueryDict = NOTHING_WRITTEN,
) -> HttpResponse:
    language = get_language() or ""
    municipalities = list(access.municipalities_of(request))
    context = {
        "municipalities": municipalities,
        "layer": layer,
        "layer_title": (translated(layer.titles, language) or layer.name) if layer else "",
        "kinds": words.kinds(),
        "posted": posted,
        "problem": problem,
        "waiting": uploads_of(request).exclude(state__in=Upload.ENDED),
        "most": f"{receive.MOST_BYTES // 1024**2} MB",
        "settings": {
            "language": language,
            "most": receive.MOST_BYTES,
            "texts": words.sending_texts(),
        },
    }
    return render(request, "planner/layers/upload_send.html", context, status=status)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")
