"""A gunicorn of the bench's own, with the settings that production has (docker/gunicorn.conf.py)."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bench.contestant import forget_peak, peak_mb

ROOT = Path(__file__).resolve().parents[2]
_READY_WITHIN_S = 60


class WebServer:
    """Listens on a free port of loopback until the `with` block ends, which stops it by its process id."""

    def __init__(self, application: str, *, environment: Mapping[str, str]) -> None:
        self.port = _free_port()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the server)
        bind = {"MAPDIALOG_BIND": f"127.0.0.1:{self.port}"}
        command = [sys.executable, "-m", "gunicorn", "--config", "docker/gunicorn.conf.py", application]
        # Not even a bench that is killed leaves a server behind.
        with_parent = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []
        self._process = subprocess.Popen(
            [*with_parent, *command],
            cwd=ROOT,
            env={**os.environ, **environment, **bind},
            stdout=self._log,
            stderr=self._log,
        )

    def __enter__(self) -> Self:
        try:
            self._await()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def reload(self) -> None:
        """What `systemctl reload` does."""
        self._process.send_signal(signal.SIGHUP)

    def forget_peak(self) -> None:
        for pid in self.workers():
            forget_peak(pid)

    def peak_mb(self) -> float:
        """The peak memory of the largest worker since `forget_peak`."""
        return max(peak_mb(pid) for pid in self.workers())

    def workers(self) -> list[int]:
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]

    def _await(self) -> None:
        until = time.monotonic() + _READY_WITHIN_S
        while time.monotonic() < until and self._process.poll() is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            with closing(connection), suppress(OSError):
                connection.request("GET", "/healthz")
                connection.getresponse().read()
                return
            time.sleep(0.2)
        self._log.seek(0)
        log = self._log.read().decode(errors="replace")[-3000:]
        raise RuntimeError(f"The web server did not come up:\n{log}")

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
