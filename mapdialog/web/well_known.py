"""What browsers and search engines ask every site for, unasked."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

_A_DAY = "public, max-age=86400"
# A receipt's address is the author's own; what is said is on the pages and in the API.
_ROBOTS = """User-agent: *
Disallow: /planner/
Disallow: /admin/
Disallow: /accounts/
Disallow: /tiles/
Disallow: /c/*/r/
"""


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon for documents that name none themselves: a 404 would be an error in the console."""
    return HttpResponseRedirect(static("img/icon.svg"), headers={"Cache-Control": _A_DAY})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_ROBOTS, content_type="text/plain; charset=utf-8", headers={"Cache-Control": _A_DAY})
