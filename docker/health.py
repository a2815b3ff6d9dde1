"""The image's health check: exit code 0 when the web server in this container answers /healthz."""

import os
import sys
import urllib.request

port = os.environ.get("MAPDIALOG_BIND", "127.0.0.1:8000").rpartition(":")[2]
# The service answers to its own names only.
host = os.environ.get("MAPDIALOG_ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".")
request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
with urllib.request.urlopen(request, timeout=4) as answer:  # noqa: S310 # the address is ours
    sys.exit(answer.status != 200)
