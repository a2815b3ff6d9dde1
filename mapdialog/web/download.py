"""A file that is made while it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.cache import patch_vary_headers

from mapdialog.web import compression


def download(
    request: HttpRequest, chunks: Iterator[bytes], *, file_name: str, content_type: str
) -> StreamingHttpResponse:
    """The chunks as an attachment, compressed when the client takes it.

    If they fail half-way the server breaks the connection off, and the browser says so.
    """
    is_compressed = compression.wanted_by(request)
    body = compression.stream(chunks) if is_compressed else chunks
    response = StreamingHttpResponse(body, content_type=content_type)
    response.headers["Content-Disposition"] = _disposition(file_name)
    response.headers["Cache-Control"] = "no-store"
    # a buffering proxy would hold back the first byte until it has a page full
    response.headers["X-Accel-Buffering"] = "no"
    if is_compressed:
        response.headers["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _disposition(file_name: str) -> str:
    """RFC 6266: the name itself, and before it, for old clients, without what a header cannot hold."""
    plain = re.sub(r"[^A-Za-z0-9_.+-]", "-", file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
