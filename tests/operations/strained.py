"""The service, and addresses that strain a web server: 30 MB, an answer that never comes, and a file."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable
from typing import Any
from wsgiref.util import FileWrapper

from mapdialog.wsgi import application as service

LARGE_BYTES = 30 * 1024**2
_PART = b"x" * 64 * 1024


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/large":
        start_response("200 OK", [("Content-Type", "application/octet-stream")])
        return (_PART for _ in range(LARGE_BYTES // len(_PART)))
    if environ["PATH_INFO"] == "/file":
        start_response("200 OK", [("Content-Type", "application/octet-stream"), ("Content-Length", "4")])
        wrapped: Iterable[bytes] = environ.get("wsgi.file_wrapper", FileWrapper)(io.BytesIO(b"file"))
        return wrapped
    if environ["PATH_INFO"] == "/never":
        threading.Event().wait()
    return service(environ, start_response)
