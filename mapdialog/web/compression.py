"""Bodies compressed on the way out: small ones well, since every phone waits for them, large ones fast."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import wraps

import brotli
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

_GZIP = 16 + zlib.MAX_WBITS
_WORTH_IT = 400
# Up to here packing well costs a millisecond or two; for a megabyte it costs more than the network saves.
_SMALL = 64_000
_BROTLI_QUALITY = 5


def wanted_by(request: HttpRequest, coding: str = "gzip") -> bool:
    """Whether the client said that it takes the coding."""
    for part in request.headers.get("Accept-Encoding", "").split(","):
        name, _, quality = part.strip().partition(";")
        if name.strip().lower() == coding:
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def respond(request: HttpRequest, body: bytes, *, content_type: str, etag: str = "") -> HttpResponse:
    """Data as a response, compressed when the client takes it and it is worth it."""
    response = HttpResponse(body, content_type=content_type)
    _pack(request, response)
    if etag:
        response.headers["ETag"] = etag
        # kept by everyone, but asked about every time: what is erased is gone at once
        response.headers["Cache-Control"] = "public, no-cache"
    return response


def packed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view with its page compressed.

    The length of a packed page could betray a secret in it to someone who chooses what the page repeats:
    Django masks its CSRF token anew in every answer, and the edit token in the form is new in each.
    """

    @wraps(view)
    def compressed(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if not response.streaming and not response.has_header("Content-Encoding"):
            _pack(request, response)
        return response

    return compressed


def stream(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The chunks, compressed one by one. If they fail, no closing block is written: the reader notices."""
    packer = zlib.compressobj(1, wbits=_GZIP)
    for chunk in chunks:
        if packed_chunk := packer.compress(chunk):
            yield packed_chunk
    yield packer.flush()


def _pack(request: HttpRequest, response: HttpResponse) -> None:
    """Brotli for what is small, where it is taken; else gzip."""
    patch_vary_headers(response, ["Accept-Encoding"])
    body = response.content
    if len(body) < _WORTH_IT:
        return
    is_small = len(body) <= _SMALL
    if is_small and wanted_by(request, "br"):
        coding, body = "br", brotli.compress(body, quality=_BROTLI_QUALITY)
    elif wanted_by(request):
        packer = zlib.compressobj(6 if is_small else 1, wbits=_GZIP)
        coding, body = "gzip", packer.compress(body) + packer.flush()
    else:
        return
    response.content = body
    response.headers["Content-Encoding"] = coding
    if response.has_header("Content-Length"):
        response.headers["Content-Length"] = str(len(body))
