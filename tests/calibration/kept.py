"""Outcomes that are kept in a file, so that hours of runs can be stopped, and go on another day."""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from .outcome import Outcome
from .trial import Cell

Task = tuple[Cell, range]
_WHAT_DECIDES = ("mapdialog/analysis", "tests/calibration", "fixtures", "requirements.lock")


class UncommittedError(Exception):
    """The code that decides is not what a commit has: nobody could repeat it."""


def committed() -> str:
    """What the outcomes depend on, as the commit has it. Raises UncommittedError where files differ."""
    if _git("status", "--porcelain", "--", *_WHAT_DECIDES):
        raise UncommittedError(f"Commit what was changed in {', '.join(_WHAT_DECIDES)} first.")
    return " ".join(_git("rev-parse", f"HEAD:{path}")[:12] for path in _WHAT_DECIDES)


@dataclass(frozen=True)
class Kept:
    """The file has a line for each few runs of a cell: of which code and seed, and what came of it."""

    path: Path
    code: str
    seed: int

    def of(self, tasks: list[Task]) -> dict[Task, Outcome]:
        """Of these tasks, those that were run before with this code and seed."""
        if not self.path.exists():
            return {}
        lines = [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]
        keys = {self._key(task): task for task in tasks}
        mine = [line for line in lines if line["of"] in keys]
        return {
            keys[line["of"]]: Outcome(line["alarms"], tuple(line["metres_off"]), line["seconds"])
            for line in mine
        }

    def keep(self, task: Task, outcome: Outcome) -> None:
        """One line more, at once on the disk."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"of": self._key(task), **asdict(outcome)}, ensure_ascii=False) + "\n")

    def _key(self, task: Task) -> str:
        cell, runs = task
        return f"{self.code}, seed {self.seed}, runs {runs.start} to {runs.stop}: {cell}"


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], capture_output=True, text=True, check=True).stdout.strip()
