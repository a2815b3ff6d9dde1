"""The WSGI entry point. WSGI and not ASGI: under ASGI GeoDjango leaks a GEOS handle a request."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mapdialog.settings")
application = get_wsgi_application()
