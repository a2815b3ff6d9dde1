"""`./run calibrate [--full] [--runs N] [--seed N] [--processes N] [--break-exposure] [--keep F] [--write]`"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from .kept import Kept, Task, UncommittedError, committed
from .outcome import Outcome, outcome_of
from .table import PLACEBOS, POWER, Row, failed, markdown, svg
from .towns import ATTENTION_M, written_around
from .trial import Cell

METHODS = Path(__file__).parents[2] / "docs" / "methods"
SIZES = (100, 384, 1000, 5572)
_RUNS_AT_ONCE = 25
_TOLD_EVERY = 50  # parts
_EVERYBODY_NEAR_HOME = "everybody four around home (σ 800 m)"
_NEAR_HOME = "heavy writers around home (σ 1 km)"
QUICK = (
    Cell("Washington", "population", "one pin each", 1000),
    Cell("Bamble", "population", "heavy writers anywhere", 384),
    Cell("Bamble", "built-up", "snapped, a tenth copied", 384),
    Cell("Washington", "population", _NEAR_HOME, 384, method="space-time", days="one sitting each"),
    Cell("Washington", "population", _NEAR_HOME, 1000, method="plan", against="all"),
)
# What does not hold, and is not claimed: shown, never judged.
BEYOND = (
    Cell("Bamble", "population", "heavy writers anywhere", 1000, anchored=False, widened=False),
    Cell("Bamble", "population", "exposure off by 50 %", 384, widened=False),
    Cell("Washington", "population", "exposure off by 20 %", 1000, widened=False),
    Cell("Washington", "population", "exposure off by 50 %", 1000, widened=False),
    Cell(
        "Washington",
        "population",
        _NEAR_HOME,
        384,
        anchored=False,
        method="space-time",
        days="one sitting each",
    ),
    # Of 1,000 pins no disc in Washington expects five; the most is 3.3.
    Cell("Washington", "population", "one pin each", 1000, planted=(5.0, 3.0)),
)
# People write around home; the exposure knows how far.
_FROM_HOME = (("floor area", 75.0), ("population", 800.0))
FROM_HOME = tuple(
    Cell(
        town,
        kind,
        f"one pin each, σ {away_m:g} m from home",
        1000,
        against=written_around(kind, attention_m=away_m),
    )
    for town in ("Washington", "Bamble")
    for kind, away_m in _FROM_HOME
)
# The exposure assumes that people write just where they live, or half or twice as far away: not claimed.
WRONG_ATTENTION = tuple(
    replace(cell, against=against)
    for cell in FROM_HOME
    for against in ("own", *(written_around(cell.kind, attention_m=m) for m in ATTENTION_M[cell.kind]))
    if against != cell.against
)
# The same null judges the other methods.
OTHER_METHODS = tuple(
    Cell("Washington", "population", habits, 1000, method=method)
    for method in ("grid map", "silence", "relative risk")
    for habits in ("one pin each", _EVERYBODY_NEAR_HOME, "snapped, a tenth copied", "exposure off by 50 %")
)
# Themes by person: whoever has four or twenty spots has them all of one theme.
THEMES = tuple(
    Cell(town, "population", habits, n, against="all", method="relative risk")
    for town, n in (("Washington", 1000), ("Bamble", 384))
    for habits in ("one pin each", "heavy writers anywhere", "everybody four places")
)
# These have nulls of their own: who wrote when, and about what, is dealt out; or people are moved.
WHEN = tuple(
    Cell("Washington", "population", habits, n, method="space-time", days=days)
    for habits, n, days in (
        ("one pin each", 1000, "one sitting each"),
        ("one pin each", 384, "half on one day"),
        (_NEAR_HOME, 384, "one sitting each"),
        (_NEAR_HOME, 384, "two sittings"),
        (_NEAR_HOME, 384, "heavy writers first"),
        ("everybody four around home (σ 1 km)", 384, "one sitting each"),
        ("everybody four around home (σ 1 km)", 384, "two sittings"),
    )
)
ABOUT = tuple(
    Cell("Washington", "population", habits, 1000, method="plan", against=against)
    for against in ("all", "own")
    for habits in (
        "one pin each", _NEAR_HOME, _EVERYBODY_NEAR_HOME, "snapped, a tenth copied", "exposure off by 50 %",
    )
)  # fmt: skip
_HABITS = (
    "one pin each", "heavy writers anywhere", "heavy writers at home", "snapped to 50 m", "a tenth copied",
    "snapped, a tenth copied", "everybody four places", _EVERYBODY_NEAR_HOME, "a fifth in couples",
    "households of three, 10 m apart", "exposure off by 20 %", "exposure off by 50 %",
)  # fmt: skip
_KINDS = (
    ("Washington", "population"), ("Stockholm", "population"), ("Bamble", "population"),
    ("Bamble", "built-up"), ("Bamble", "streets"),
)  # fmt: skip


def full() -> Iterator[Cell]:
    yield from (*FROM_HOME, *OTHER_METHODS, *THEMES, *WHEN, *ABOUT)
    yield Cell("Washington", "population", "one pin each", 2000, planted=(5.0, 5.0))
    for planted in (*POWER, *PLACEBOS):
        yield Cell("Washington", "population", "one pin each", 5572, planted=planted)
    for habits in ("one pin each", "snapped to 50 m"):
        yield Cell("Bamble", "exactly on streets", habits, 1000, against="streets")
    for n in SIZES:
        for town, kind in _KINDS:
            yield from (Cell(town, kind, habits, n) for habits in _HABITS)
        for habits in (
            "one pin each",
            "heavy writers at home",
            "snapped, a tenth copied",
            "exposure off by 50 %",
        ):
            yield Cell("Washington", "population", habits, n, against="all")


class NothingJudgedError(Exception):
    """What was asked for cannot be judged: the message says why."""


def counted(
    cells: list[tuple[Cell, bool]], *, runs: int, seed: int, processes: int, kept: Kept | None = None
) -> Iterator[Row]:
    """The rows of these cells, in their order. All cells have a few runs before any has more.

    `kept`: what was run before is taken from there, and what is run is put there at once.
    """
    parts = [range(first, min(first + _RUNS_AT_ONCE, runs)) for first in range(0, runs, _RUNS_AT_ONCE)]
    tasks = [(cell, part) for part in parts for cell, _judged in cells]
    outcomes = kept.of(tasks) if kept else {}
    left = [task for task in tasks if task not in outcomes]
    for number, (task, outcome) in enumerate(_run(left, seed=seed, processes=processes), start=1):
        outcomes[task] = outcome
        if kept:
            kept.keep(task, outcome)
        if number % _TOLD_EVERY == 0:
            print(f"{number} of {len(left)} parts", file=sys.stderr, flush=True)
    for cell, judged in cells:
        of_cell = [outcomes[cell, part] for part in parts]
        metres_off = tuple(metres for each in of_cell for metres in each.metres_off)
        row = Row(cell, runs, sum(each.alarms for each in of_cell), judged, metres_off)
        low, high = row.interval
        off = f"{row.median_m:.0f} m off, " if row.median_m is not None else ""
        line = f"{row.share:.3f} ({low:.3f}–{high:.3f}) {row.verdict:12} {off}{cell}"
        print(f"{line}  [{sum(each.seconds for each in of_cell):.0f} s]", flush=True)
        yield row


def _run(tasks: list[Task], *, seed: int, processes: int) -> Iterator[tuple[Task, Outcome]]:
    """As they are done, in whatever order."""
    outcome = partial(outcome_of, seed=seed)
    if processes == 1:
        yield from ((task, outcome(task)) for task in tasks)
        return
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawned) as pool:
        task_of = {pool.submit(outcome, task): task for task in tasks}
        for future in as_completed(task_of):
            yield task_of[future], future.result()


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run calibrate",
        description="Counts how often a hotspot is called where nothing is going on.",
        epilog="0: what is claimed holds. 1: it does not. 2: nothing was judged.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--full", action="store_true", help="every cell; 1,000 runs of each are hours")
    parser.add_argument("--runs", type=int, help="runs of each cell; without it 200, with --full 1,000")
    parser.add_argument("--seed", type=int, default=20261201, help="of the simulated consultations")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="processes at once")
    parser.add_argument(
        "--only",
        default="",
        help="cells described with this text, also those of which nothing is claimed",
    )
    parser.add_argument(
        "--break-exposure", action="store_true", help="compare with even land on purpose: it must fail"
    )
    parser.add_argument(
        "--write", action="store_true", help="write table and plot into docs/methods/calibration.md and .svg"
    )
    parser.add_argument(
        "--keep", type=Path, help="a file: what is run is kept there, and not run again by the same code"
    )
    return parser.parse_args(words)


def cells_of(options: argparse.Namespace) -> list[tuple[Cell, bool]]:
    if options.break_exposure:
        return [(Cell("Bamble", "population", "one pin each", 384, against="even"), True)]
    cells = [(cell, True) for cell in (full() if options.full else QUICK)]
    cells += [(cell, False) for cell in (*BEYOND, *WRONG_ATTENTION) if options.full or options.only]
    return [(cell, judged) for cell, judged in cells if options.only in str(cell)]


def main(words: list[str] | None = None) -> int:
    """0 where what is claimed holds, 1 where it does not, 2 where nothing was judged."""
    options = arguments(words)
    cells = cells_of(options)
    runs = options.runs or (1000 if options.full else 200)
    try:
        if not cells:
            raise NothingJudgedError(f"No cell's description holds “{options.only}”.")
        if options.write and (options.only or not options.full):
            raise NothingJudgedError("The page has every cell: --write goes with --full, and without --only.")
        code = committed() if options.keep or options.write else ""
    except (NothingJudgedError, UncommittedError) as error:
        print(error, file=sys.stderr)
        return 2
    kept = Kept(options.keep, code, options.seed) if options.keep else None
    rows = list(counted(cells, runs=runs, seed=options.seed, processes=options.processes, kept=kept))
    if options.write:
        write(rows, seed=options.seed)
    if not any(row.judged for row in rows):
        print("Nothing is claimed of these.", file=sys.stderr)
        return 2
    if failed(rows):
        print("The calibration does not hold.", file=sys.stderr)
        return 1
    print("What is claimed holds.")
    return 0


def write(rows: list[Row], *, seed: int) -> None:
    """The table between the marks of the page, and the plot beside it."""
    page = METHODS / "calibration.md"
    head, rest = page.read_text(encoding="utf-8").split("<!-- table -->\n")
    tail = rest.split("<!-- end of table -->\n")[1]
    commit = subprocess.run(
        ["git", "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True, check=True
    )
    line = f"Seed {seed}, commit {commit.stdout.strip()}, {datetime.now(UTC):%Y-%m-%d}.\n\n"
    text = f"{head}<!-- table -->\n{line}{markdown(rows)}<!-- end of table -->\n{tail}"
    page.write_text(text, encoding="utf-8")
    (METHODS / "calibration.svg").write_text(svg(rows), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
