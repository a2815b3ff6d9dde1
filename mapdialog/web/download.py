"""A file that is made while it is sent."""

from __future__ import annotations

from collections.abc import Iterator

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
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response.headers["Cache-Control"] = "no-store"
    # a buffering proxy would hold back the first byte until it has a page full
    response.headers["X-Accel-Buffering"] = "no"
    if is_compressed:
        response.headers["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
