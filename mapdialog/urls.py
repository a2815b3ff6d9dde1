"""Which address leads where."""

from allauth.account.views import EmailVerificationSentView
from django.contrib import admin
from django.urls import include, path
from django.views.decorators.http import require_http_methods
from django.views.generic import RedirectView
from django.views.i18n import set_language

from mapdialog import api
from mapdialog.account import sessions
from mapdialog.web import health, metrics, well_known
from mapdialog.web.origin import form_for_everyone

handler403 = "mapdialog.web.failure.refused"
handler500 = "mapdialog.web.failure.failed"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("favicon.ico", well_known.favicon, name="favicon"),
    path("robots.txt", well_known.robots, name="robots"),
    path("metrics", metrics.metrics, name="metrics"),
    path("", include("mapdialog.citizen.urls")),
    path("", include("mapdialog.opendata.urls")),
    path(api.PREFIX, include((api.urlpatterns, "api"))),
    # one door to sign in, with its second factor and lock-out, for the administration too
    path("admin/login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    # editions' first address there; links to it are in people's bookmarks
    path("admin/layers/layerversion/", RedirectView.as_view(url="/admin/layers/edition/", query_string=True)),
    path(
        "admin/layers/layerversion/<path:rest>",
        RedirectView.as_view(url="/admin/layers/edition/%(rest)s", query_string=True),
    ),
    path("admin/", admin.site.urls),
    path("accounts/sessions/<int:session_id>/end/", sessions.EndSession.as_view(), name="end_session"),
    # allauth has a function here, of which nobody knows what it takes until it is called
    path(
        "accounts/confirm-email/", EmailVerificationSentView.as_view(), name="account_email_verification_sent"
    ),
    path("accounts/", include("allauth.urls")),
    path("planner/", include("mapdialog.planner.urls")),
    path(
        "i18n/setlang/",
        form_for_everyone(require_http_methods(["GET", "HEAD", "POST"])(set_language)),
        name="set_language",
    ),
]
