"""Bodies compressed at level 1: over a megabyte a second level costs more time than the network saves."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

_GZIP = 16 + zlib.MAX_WBITS
_WORTH_IT = 1_000


def wanted_by(request: HttpRequest) -> bool:
    """Whether the client said that it takes gzip."""
    for part in request.headers.get("Accept-Encoding", "").split(","):
        coding, _, quality = part.strip().partition(";")
        if coding.strip().lower() == "gzip":
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def respond(request: HttpRequest, body: bytes, *, content_type: str, etag: str = "") -> HttpResponse:
    """The body as a response, compressed when the client takes it and it is worth it."""
    is_compressed = len(body) >= _WORTH_IT and wanted_by(request)
    if is_compressed:
        packer = zlib.compressobj(1, wbits=_GZIP)
        body = packer.compress(body) + packer.flush()
    response = HttpResponse(body, content_type=content_type)
    if is_compressed:
        response.headers["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    if etag:
        response.headers["ETag"] = etag
        # kept by everyone, but asked about every time: what is erased is gone at once
        response.headers["Cache-Control"] = "public, no-cache"
    return response


def stream(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks, compressed one by one. If they fail, no closing block is written: the reader notices."""
    packer = zlib.compressobj(1, wbits=_GZIP)
    for chunk in chunks:
        if packed := packer.compress(chunk):
            yield packed
    yield packer.flush()
