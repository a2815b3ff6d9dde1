"""The WSGI entry point. WSGI and not ASGI: under ASGI GeoDjango leaks a GEOS handle a request."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mapdialog.settings")
# No request may hold a connection for long; imports and analyses, which may, do not come through here.
os.environ.setdefault("MAPDIALOG_STATEMENT_TIMEOUT_MS", "15000")
os.environ.setdefault("MAPDIALOG_LOCK_TIMEOUT_MS", "5000")
application = get_wsgi_application()
