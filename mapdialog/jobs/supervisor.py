"""A worker process for each queue, started anew when it ends: `python -m mapdialog.jobs.supervisor`.

Processes and not threads: a file that needs all the memory takes down its own process only, and a long
calculation in Python does not hold up the others. No Django here: it weighs little and outlives them.
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import time
from types import FrameType

from mapdialog.jobs.queues import GRACE_S, Queue

_log = logging.getLogger("mapdialog.jobs.supervisor")

# A worker that ends at once is not started a thousand times a minute.
_BETWEEN_STARTS_S = 2.0
_LOOK_EVERY_S = 0.5
# The workers put their tasks back after GRACE_S; one that does not end even then is ended.
_PATIENCE_S = GRACE_S + 10


class Supervisor:
    """`workers` by queue. `watch` goes on until SIGTERM or SIGINT, then ends them all."""

    def __init__(self) -> None:
        self.workers: dict[Queue, subprocess.Popen[bytes]] = {}
        self.is_stopping = False

    def watch(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self.is_stopping:
            for queue in Queue:
                self.start_if_ended(queue)
            time.sleep(_LOOK_EVERY_S)
        self.end_all()

    def start_if_ended(self, queue: Queue) -> None:
        worker = self.workers.get(queue)
        if worker is not None:
            if worker.poll() is None:
                return
            _log.warning("The worker of %s ended (%s); starting it again.", queue.name, worker.returncode)
            time.sleep(_BETWEEN_STARTS_S)
        if not self.is_stopping:
            self.workers[queue] = subprocess.Popen(command(queue))  # noqa: S603 (our own program)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True

    def end_all(self) -> None:
        for worker in self.workers.values():
            worker.terminate()
        deadline = time.monotonic() + _PATIENCE_S
        for worker in self.workers.values():
            try:
                worker.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.kill()


def command(queue: Queue) -> list[str]:
    """How the worker of a queue is started: it ends with this process, even when this is killed."""
    return ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "manage.py", "work", queue.value]


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    Supervisor().watch()
