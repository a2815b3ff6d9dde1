"""The service, and two addresses that strain a web server: an answer of 30 MB, and one that never comes."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from mapdialog.wsgi import application as service

LARGE_BYTES = 30 * 1024**2
_PART = b"x" * 64 * 1024


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/large":
        start_response("200 OK", [("Content-Type", "application/octet-stream")])
        return (_PART for _ in range(LARGE_BYTES // len(_PART)))
    if environ["PATH_INFO"] == "/never":
        threading.Event().wait()
    return service(environ, start_response)
