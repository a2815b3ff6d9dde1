"""A contestant in a process of its own, so that its peak memory is its own too."""

from __future__ import annotations

import importlib
import multiprocessing
import resource
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import django

from tests.bench.measurement import Measurement, Repeat, Target, against, by_turns

_SPAWN = multiprocessing.get_context("spawn")
_ANSWER_WITHIN_S = 600


class ContestantFailed(Exception):
    """The contestant's process failed; the message is its traceback."""


class Contestant:
    """`once()` is one repeat, in the other process; the time it takes to ask for it is not in the figure.

    `prepare` is "module:function", which gets the arguments, makes the input and gives what is repeated: a
    name, so that Django, for those who need it, is ready before the module is imported.
    """

    def __init__(self, prepare: str, *, with_django: bool = False, **arguments: Any) -> None:
        self._pipe, theirs = _SPAWN.Pipe()
        # not a daemon: an import has children of its own
        self._process = _SPAWN.Process(target=_serve, args=(theirs, prepare, with_django, arguments))
        self.peak_mb = 0.0
        self._process.start()
        theirs.close()
        self._receive()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipe.close()
        self._process.join(10)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(10)

    def once(self) -> float:
        self._pipe.send("once")
        figure, peak_mb = self._receive()
        self.peak_mb = max(self.peak_mb, peak_mb)
        return float(figure)

    def _receive(self) -> Any:
        if not self._pipe.poll(_ANSWER_WITHIN_S):
            raise ContestantFailed(f"no answer within {_ANSWER_WITHIN_S} s")
        try:
            failed, answer = self._pipe.recv()
        except EOFError:
            raise ContestantFailed("the process ended (out of memory?)") from None
        if failed:
            raise ContestantFailed(answer)
        return answer


def alone(contestant: Contestant, *, name: str, repeats: int, target: Target, note: str) -> Measurement:
    """The seconds of one that has nobody to be compared with, and its memory."""
    figures = by_turns({"ours": contestant.once}, repeats=repeats)
    return against(
        figures,
        name=name,
        unit="s",
        reference=None,
        target=target,
        peak_memory_mb=contestant.peak_mb,
        note=note,
    )


def _serve(pipe: Connection, prepare: str, with_django: bool, arguments: dict[str, Any]) -> None:
    try:
        if with_django:
            django.setup()
        module, _, function = prepare.partition(":")
        make: Callable[..., Repeat] = getattr(importlib.import_module(module), function)
        repeat = make(**arguments)
        pipe.send((False, None))
        while pipe.recv() == "once":
            forget_peak()
            figure = repeat()
            pipe.send((False, (figure, max(peak_mb(), _children_mb()))))
    except EOFError:
        return
    except BaseException:
        pipe.send((True, traceback.format_exc()))


def forget_peak(pid: int | str = "self") -> None:
    """Lets the kernel count a process's peak memory anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def peak_mb(pid: int | str = "self") -> float:
    """The most memory a process has held at once, in MB (10⁶ bytes)."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def _children_mb() -> float:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6
