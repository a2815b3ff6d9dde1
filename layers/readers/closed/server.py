"""The fork server: Python and NumPy are imported once, and each file gets a process of its own.

`warm_server.py` starts it outside Django, with nothing of ours but one Unix socket. A message there hands
over two ends: of the conversation, which goes to a new process, and of its outcome, where the exit code is
written when that process has ended. An outcome that nobody waits for any more ends its process; a socket that
is closed, or silent for a while, ends the server, and with it every process. No file from outside is looked
at here, and GDAL is not loaded: what a file does to a process is gone with it.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
from collections.abc import Callable
from contextlib import suppress

import numpy  # noqa: F401 (here, so that no process has to)

from . import process

IDLE_SECONDS = 60
_CONVERSATION = 3


def main(
    control: int, *, idle_seconds: float = IDLE_SECONDS, talk: Callable[[socket.socket], None] = process.talk
) -> None:
    """Serve the Unix socket of that number until it is closed, or idle: each process answers by `talk`."""
    gc.freeze()  # or the first collection in each process would copy all that they share
    _Server(socket.socket(fileno=control), talk=talk).serve(idle_seconds=idle_seconds)


class _Server:
    def __init__(self, control: socket.socket, *, talk: Callable[[socket.socket], None]) -> None:
        self._control = control
        self._talk = talk
        self._outcomes: dict[int, int] = {}  # by process
        self._ended, ends = os.pipe()
        os.set_blocking(ends, False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(ends)
        self._poll = select.poll()
        self._poll.register(self._control, select.POLLIN)
        self._poll.register(self._ended, select.POLLIN)

    def serve(self, *, idle_seconds: float) -> None:
        """Until nobody is there to ask, or nobody has asked for so long."""
        while True:
            ready = self._poll.poll(None if self._outcomes else idle_seconds * 1000)
            if not ready or not self._answer({descriptor for descriptor, _event in ready}):
                return

    def _answer(self, ready: set[int]) -> bool:
        """The events of one moment. False when nobody is there to ask any more.

        In this order: what is gathered closes descriptors, and what begins is given their numbers anew.
        """
        for outcome in ready - {self._ended, self._control.fileno()}:
            self._kill(outcome=outcome)
        if self._ended in ready:
            os.read(self._ended, 512)
            self._gather()
        return self._control.fileno() not in ready or self._begin()

    def _begin(self) -> bool:
        """A process for the next conversation; False when there will be none."""
        message, descriptors, _flags, _address = socket.recv_fds(self._control, 1, 2)
        if not message:
            return False
        conversation, outcome = descriptors
        server = os.getpid()
        process_id = os.fork()
        if process_id == 0:
            self._be_process(conversation, server=server)
        os.close(conversation)
        self._outcomes[process_id] = outcome
        self._poll.register(outcome, 0)  # no event is asked for: a reader that is gone is reported anyway
        return True

    def _be_process(self, conversation: int, *, server: int) -> None:
        """In the new process: it has the conversation, and no other file of the server's."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(conversation, _CONVERSATION)
            os.closerange(_CONVERSATION + 1, os.sysconf("SC_OPEN_MAX"))
            process.die_with(server)
            self._talk(socket.socket(fileno=_CONVERSATION))
            code = 0
        finally:
            os._exit(code)

    def _kill(self, *, outcome: int) -> None:
        """Whoever wanted to know it has given up, or is gone."""
        self._forget(outcome)
        for process_id, waited_for in self._outcomes.items():
            if waited_for == outcome:
                os.kill(process_id, signal.SIGKILL)

    def _gather(self) -> None:
        """Reports the exit codes of processes that have ended: none stays behind as a zombie."""
        while self._outcomes:
            process_id, status = os.waitpid(-1, os.WNOHANG)
            if process_id == 0:
                return
            outcome = self._outcomes.pop(process_id)
            with suppress(BrokenPipeError):  # nobody waits any more
                os.write(outcome, b"%d" % os.waitstatus_to_exitcode(status))
            self._forget(outcome)
            os.close(outcome)

    def _forget(self, outcome: int) -> None:
        """Always before it is closed: its number is another's soon after."""
        with suppress(KeyError):  # killed before it was gathered
            self._poll.unregister(outcome)
