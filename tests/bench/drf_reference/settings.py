"""The barest Django that can run Django REST framework GIS: no sign-in, no rule, and one middleware."""

import os

from mapdialog import environment

SECRET_KEY = os.environ["MAPDIALOG_SECRET_KEY"]
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["django.contrib.gis", "rest_framework", "rest_framework_gis", "tests.bench.drf_reference"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]  # gives answers their Content-Length
ROOT_URLCONF = "tests.bench.drf_reference.urls"
DATABASES = {"default": environment.database("DATABASE_URL")}
DATABASES["default"]["ENGINE"] = "django.contrib.gis.db.backends.postgis"
# As ours: without a pool the reference would be five times slower, and the comparison worth nothing.
DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 10, "timeout": 10}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
}
