"""The queues of long work. Each has a worker process of its own: nothing short waits behind something long.

The supervisor reads this without Django's settings: keep it light.
"""

from __future__ import annotations

from enum import StrEnum

from mapdialog import environment


class Queue(StrEnum):
    # "default" as procrastinate has it: what an earlier version enqueued is found there.
    SHORT = "default"
    IMPORTS = "imports"
    HOTSPOTS = "hotspots"


# So long a worker goes on with the task at hand when it is told to stop; then it puts the task back.
GRACE_S = environment.number("MAPDIALOG_WORKER_GRACE_S", default=20, minimum=0)
