"""A map server of somebody else, on loopback, that answers as a test tells it to."""

from __future__ import annotations

import base64
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mapdialog.map_services.choice import MapChoice, Mode
from mapdialog.map_services.service import Key, MapService, Role

HOST = "127.0.0.1"
# One blue pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPj/HwADBwIAMCbHYQAAAABJRU5ErkJggg=="
)
IMAGE = {"Content-Type": "image/png"}


@dataclass
class Reply:
    """What is sent back. `length` is what is told of the body, None the truth; `stall`: then nothing more."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: dict(IMAGE))
    body: bytes = PNG
    length: int | None = None
    stall: bool = False


class Upstream:
    """`asked` are the requests so far: (path, headers with names in small letters)."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.reply: Callable[[str], Reply] = lambda _path: Reply()
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._server.server_address[1]}"

    def serve_tls(self, context: ssl.SSLContext) -> None:
        """From now on, over TLS."""
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )

    def says(self, **reply: Any) -> None:
        self.reply = lambda _path: Reply(**reply)

    def service(self, **options: Any) -> MapService:
        """A map service that lives here."""
        values: dict[str, Any] = {
            "name": "prove",
            "titles": {"nb": "Prøvekart", "en": "Test map"},
            "roles": frozenset(Role),
            "template": f"{self.url}/{{z}}/{{x}}/{{y}}.png",
            "credit": "© Prøvekart",
            "licence": "CC0",
            "max_zoom": 18,
            **options,
        }
        return MapService(**values)

    def secretly(self, **options: Any) -> MapService:
        return replace(self.service(**options), key_use=Key.SECRET, key="hemmelig-nokkel")

    def choice(self, service: MapService | None = None, **options: Any) -> MapChoice:
        """The service as the base map, in proxy mode."""
        values = {
            "base": service or self.service(),
            "mode": Mode.PROXY,
            "private_hosts": frozenset({HOST}),
            **options,
        }
        return MapChoice(**values)


@contextmanager
def running() -> Iterator[Upstream]:
    server = ThreadingHTTPServer((HOST, 0), _Handler)
    server.daemon_threads = True
    upstream = server.upstream = Upstream(server)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield upstream
    finally:
        upstream.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        upstream: Upstream = self.server.upstream  # type: ignore[attr-defined]
        upstream.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        reply = upstream.reply(self.path)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if "Transfer-Encoding" not in reply.headers:
            length = len(reply.body) if reply.length is None else reply.length
            self.send_header("Content-Length", str(length))
        self.end_headers()
        try:
            self.wfile.write(reply.body)
            self.wfile.flush()
        except OSError:
            return
        if reply.stall:
            upstream.over.wait()

    def log_message(self, *_arguments: object) -> None:
        pass
