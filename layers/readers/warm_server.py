"""Our side of the fork server: started when a file is to be read, and gone when none has been for a while."""

from __future__ import annotations

import atexit
import errno
import logging
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

_log = logging.getLogger(__name__)
_DEAD_END = "http://127.0.0.1:9"
START: Final = (
    "import sys; sys.path.append(sys.argv[1]); from closed import server; server.main(int(sys.argv[2]))"
)
_END_SECONDS = 5
_NO_FENCE = (
    "The system does not let the processes that read files shut off their network (%s). One format and dead "
    "proxies remain. Allow user namespaces, or give the worker a network with nothing on it but the database."
)


def environment() -> dict[str, str]:
    """All that the server is started with: nothing of ours, no network, one thread.

    Each process adds which of GDAL's drivers it may not have.
    """
    return {
        "GDAL_HTTP_PROXY": _DEAD_END,
        "GDAL_HTTPS_PROXY": _DEAD_END,
        "http_proxy": _DEAD_END,
        "https_proxy": _DEAD_END,
        "GDAL_HTTP_MAX_RETRY": "0",
        "GDAL_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PROJ_NETWORK": "OFF",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "GML_SKIP_CORRUPTED_FEATURES": "YES",
        "GML_SKIP_RESOLVE_ELEMS": "ALL",
        "GML_DOWNLOAD_SCHEMA": "NO",
        "LIBKML_RESOLVE_STYLE": "NO",
        "LC_ALL": "C.UTF-8",
    }


class WarmServer:
    """Started when a process is first asked for, and again when it has died. Any thread may ask."""

    def __init__(self, *, start: str = START) -> None:
        self._start = start
        self._lock = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._has_warned = False
        os.register_at_fork(after_in_child=self._forget)

    def process(self) -> tuple[socket.socket, int]:
        """A new process: the conversation with it, and where its exit code will be read. Close both."""
        ours, theirs = socket.socketpair()
        outcome, ends = os.pipe()
        try:
            with self._lock:
                self._hand_over([theirs.fileno(), ends])
        except BaseException:
            ours.close()
            os.close(outcome)
            raise
        finally:
            theirs.close()
            os.close(ends)
        return ours, outcome

    def tell_network(self, refused: int) -> None:
        """What a process says of its network: 0, or the errno with which it was left open. Logged once."""
        if refused and not self._has_warned:
            self._has_warned = True
            _log.warning(_NO_FENCE, errno.errorcode.get(refused, refused))

    def close(self) -> None:
        """End the server and every process that it has."""
        with self._lock:
            self._close()

    def _hand_over(self, descriptors: list[int]) -> None:
        try:
            socket.send_fds(self._running(), [b"\0"], descriptors)
        except ConnectionError:  # it has died since
            self._close()
            socket.send_fds(self._running(), [b"\0"], descriptors)

    def _running(self) -> socket.socket:
        if self._server is not None and self._server.poll() is not None:
            self._close()
        if self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                self._server = subprocess.Popen(  # noqa: S603 (our own script, no shell)
                    [
                        sys.executable,
                        "-I",
                        "-c",
                        self._start,
                        str(Path(__file__).parent),
                        str(theirs.fileno()),
                    ],
                    env=environment(),
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                )
            # A child that has ended stays a zombie until it is waited for; the next file may be days off.
            threading.Thread(target=self._server.wait, name="warm-server", daemon=True).start()
        return self._control

    def _close(self) -> None:
        control, server = self._control, self._server
        self._control = self._server = None
        if control is not None:
            control.close()
        if server is not None:
            try:
                server.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()

    def _forget(self) -> None:
        """In a copy of ourselves the server is not ours: it must end with the one that started it."""
        self._lock = threading.Lock()
        if self._control is not None:
            self._control.close()
        if self._server is not None:
            self._server.returncode = 0  # or Python would say that a child is left behind
        self._control = self._server = None


SERVER: Final = WarmServer()
atexit.register(SERVER.close)
