"""Every address of the service: for whom it is, whether it can be read, and its paths in a given world.

The one list. A new address fails `tests/security/test_visibility.py` until it is in `AUDIENCE`, and
`tests/web/test_number_of_queries.py` until its number of queries is written down.
"""

import re

from django.urls import get_resolver
from django.urls.resolvers import URLResolver

ALL, SIGNED_IN, OFFICIALS = "everyone", "whoever signs in", "officials of that municipality"
TOKEN, STAFF, OTHERS = "the author's token", "staff", "tested beside it"
AUDIENCE = {
    "healthz": ALL,
    "readyz": ALL,
    "metrics": OTHERS,
    "favicon.ico": ALL,
    "robots.txt": ALL,
    "": ALL,
    "c/<slug:slug>/": ALL,
    "c/<slug:slug>/send": ALL,
    "c/<slug:slug>/right-door": ALL,
    "c/<slug:slug>/r/<str:code>": ALL,
    "c/<slug:slug>/plan": ALL,
    "c/<slug:slug>/documents/<int:document>/<str:name>": ALL,
    "r": ALL,
    # other spellings of these, which lead to the one address: tests/citizen/test_status.py and test_pages.py
    "c/<slug:slug>": ALL,
    "c/<slug:slug>/r/<str:code>/": ALL,
    "c/<slug:slug>/plan/": ALL,
    "r/": ALL,
    "r/<str:code>": ALL,
    "r/<str:code>/": ALL,
    "privacy": ALL,
    "accessibility": ALL,
    "tiles/layers/<int:edition_id>/<int:z>/<int:x>/<int:y>.mvt": ALL,
    "tiles/layers/<int:edition_id>/style.json": ALL,
    # who gets what of it is tested with a map server beside it, in tests/opendata/map_proxy/
    "tiles/maps/<slug:service>/<int:z>/<int:x>/<int:y>": OTHERS,
    "tiles/density/<slug:slug>/<int:z>/<int:x>/<int:y>": ALL,
    "api/v1/openapi.json": ALL,
    "api/v1/docs": ALL,
    "api/v1/": ALL,
    "api/v1/consultations": ALL,
    "api/v1/consultations/<slug:slug>": ALL,
    "api/v1/consultations/<slug:slug>/contributions": ALL,
    "api/v1/consultations/<slug:slug>/export.geojson": ALL,
    "api/v1/consultations/<slug:slug>/contributions/<identifier>": TOKEN,
    "api/v1/layers/at": ALL,
    "api/v1/consultations/<slug:slug>/names": ALL,
    "planner/": SIGNED_IN,
    "planner/c/<slug:slug>/": OFFICIALS,
    "planner/c/<slug:slug>/pins.pack": OFFICIALS,
    "planner/c/<slug:slug>/hotspots.geojson": OFFICIALS,
    "planner/c/<slug:slug>/contributions.json": OFFICIALS,
    "planner/c/<slug:slug>/export.geojson": OFFICIALS,
    "planner/c/<slug:slug>/plans.json": OFFICIALS,
    "planner/c/<slug:slug>/run": OFFICIALS,
    "planner/layers/<int:pk>/population/": OFFICIALS,
    "planner/layers/<int:pk>/compose/": OFFICIALS,
    "planner/layers/<int:pk>/compose/units.json": OFFICIALS,
    "planner/layers/<int:pk>/compose/<int:edition_id>/": OFFICIALS,
    "planner/layers/<int:pk>/compose/<int:edition_id>/table.csv": OFFICIALS,
    "planner/layers/": SIGNED_IN,
    "planner/layers/<int:pk>/": OFFICIALS,
    "planner/layers/<int:pk>/describe/": OFFICIALS,
    "planner/layers/<int:pk>/log/": OFFICIALS,
    "planner/layers/<int:pk>/undo/<int:event>/": OFFICIALS,
    "planner/layers/<int:pk>/successions/": OFFICIALS,
    "planner/layers/<int:pk>/provisions/": OFFICIALS,
    "planner/layers/<int:pk>/provisions/write/": OFFICIALS,
    "planner/layers/<int:pk>/provisions/import/": OFFICIALS,
    "planner/layers/<int:pk>/provisions/carry-over/": OFFICIALS,
    "planner/layers/<int:pk>/provisions/table.csv": OFFICIALS,
    "planner/layers/<int:pk>/documents/": OFFICIALS,
    "planner/layers/documents/<int:document>/file/": OFFICIALS,
    "planner/layers/documents/<int:document>/remove/": OFFICIALS,
    "planner/layers/editions/<int:edition_id>/publish/": OFFICIALS,
    "planner/layers/editions/<int:edition_id>/withdraw/": OFFICIALS,
    "planner/layers/editions/<int:edition_id>/put-back/": OFFICIALS,
    "planner/layers/editions/<int:edition_id>/original/": OFFICIALS,
    "planner/layers/editions/<int:edition_id>/report/": OFFICIALS,
    "planner/layers/editions/<int:edition_id>/report.csv": OFFICIALS,
    "planner/layers/editions/<int:edition_id>/report.json": OFFICIALS,
    "planner/layers/editions/<int:edition_id>/labels.json": OFFICIALS,
    # for officials of whatever municipality: tests/planner/layers/test_uploads.py
    "planner/layers/upload/": OTHERS,
    "planner/layers/uploads/<uuid:upload>/": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/state.json": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/features.json": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/colours.json": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/report.csv": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/report.json": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/read/": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/cancel/": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/save/": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/discard/": OFFICIALS,
    "planner/layers/uploads/<uuid:upload>/roll-back/": OFFICIALS,
    "layers/documents/<int:document>/<str:name>": ALL,
    "i18n/setlang/": ALL,
}
# Who may sign in, and who may administer what, is tested beside those pages; here only that nothing leaks.
PREFIXES = {"admin/": STAFF, "accounts/": OTHERS}
NOT_READ = {
    "favicon.ico",
    "c/<slug:slug>/send",
    "c/<slug:slug>",
    "c/<slug:slug>/r/<str:code>/",
    "c/<slug:slug>/plan/",
    "r/<str:code>",
    "r/<str:code>/",
    "planner/c/<slug:slug>/run",
    "planner/layers/<int:pk>/undo/<int:event>/",
    "planner/layers/<int:pk>/provisions/carry-over/",
    "planner/layers/documents/<int:document>/remove/",
    "planner/layers/editions/<int:edition_id>/publish/",
    "planner/layers/editions/<int:edition_id>/put-back/",
    "planner/layers/uploads/<uuid:upload>/read/",
    "planner/layers/uploads/<uuid:upload>/cancel/",
    "planner/layers/uploads/<uuid:upload>/save/",
    "planner/layers/uploads/<uuid:upload>/discard/",
    "planner/layers/uploads/<uuid:upload>/roll-back/",
    "i18n/setlang/",
    "api/v1/",
}
NEEDS_A_QUERY = {
    "api/v1/consultations/<slug:slug>/names": "?q=stor",
    "api/v1/layers/at": "?lon=9.705&lat=59.025&consultation=apen&on=2026-05-04",
    "planner/c/<slug:slug>/plans.json": "?a=a&b=a",
    "planner/layers/<int:pk>/provisions/write/": "?field=B1",
    "planner/layers/editions/<int:edition_id>/labels.json": "?box=9.6,59.0,9.8,59.1",
}


def addresses(resolver=None, prefix=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        else:
            yield route


def audience_of(route):
    known = [who for prefix, who in PREFIXES.items() if route.startswith(prefix)]
    return AUDIENCE.get(route) or (known[0] if known else None)


def paths_of(route, values):
    """The paths of a route, from the slash on, with every combination of `values` (name → what it may be)."""
    paths = [re.sub(r"\(\?P<\w+>.*\)|[\^$]", "x", route)]
    for name, choices in values.items():
        pattern = rf"<(?:\w+:)?{name}>"
        if re.search(pattern, route):
            paths = [re.sub(pattern, str(choice), path) for path in paths for choice in choices]
    return ["/" + path + NEEDS_A_QUERY.get(route, "") for path in paths]
