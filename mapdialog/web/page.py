"""What every page's template may use."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe

from mapdialog.web.static_files import import_map


def page(request: HttpRequest) -> dict[str, object]:
    """`import_map` by audience (JSON of our own file names, hence safe) and the languages to choose from."""
    return {
        "import_map": {
            "citizen": SimpleLazyObject(lambda: mark_safe(import_map("citizen"))),  # noqa: S308
            "planner": SimpleLazyObject(lambda: mark_safe(import_map("planner"))),  # noqa: S308
        },
        "interface_languages": settings.LANGUAGES,
        "path_with_query": request.get_full_path(),
        "has_mail": settings.HAS_MAIL,
    }
