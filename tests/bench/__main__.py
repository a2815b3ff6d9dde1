"""python -m tests.bench [--only NAME] [--full] [--json FILE]: the hot paths beside their references."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import secrets
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import django

from tests.bench import machine, scratch
from tests.bench.cases import CASES, NEED_DATABASE
from tests.bench.contestant import ContestantFailed
from tests.bench.measurement import Measurement
from tests.bench.table import table


def main() -> int:
    options = _arguments()
    # ended from outside, it still drops its database and stops its servers
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    names = options.only or list(CASES)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mapdialog.settings")
    os.environ.setdefault("MAPDIALOG_ENV", "demo")
    os.environ.setdefault("MAPDIALOG_SECRET_KEY", secrets.token_urlsafe(48))
    # analyses and imports have no limit in the worker either; pages keep theirs, see webserver.py
    os.environ.setdefault("MAPDIALOG_STATEMENT_TIMEOUT_MS", "0")
    about = machine.describe()
    print(about, file=sys.stderr)
    started = time.monotonic()
    try:
        measured, failed, about_database = _measured(names, full=options.full)
    except scratch.NoDatabase as error:
        print(error, file=sys.stderr)
        return 2
    about += about_database
    print(about)
    print(table(measured))
    print(f"{time.monotonic() - started:.0f} s in all")
    if options.json:
        rows = [{**measurement.as_json(), "machine": about} for measurement in measured]
        options.json.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if failed else 0


def _measured(names: list[str], *, full: bool) -> tuple[list[Measurement], bool, str]:
    """The figures of all cases, whether one of them failed, and what is to be said of the database.

    Raises scratch.NoDatabase where a case needs one that cannot be made.
    """
    measured: list[Measurement] = []
    failed, about_database = False, ""
    with ExitStack() as stack:
        world: Any = None
        for name in names:
            print(f"== {name}", file=sys.stderr, flush=True)
            if name in NEED_DATABASE and world is None:
                address = stack.enter_context(scratch.database())
                django.setup()
                world = importlib.import_module("tests.bench.world").World(stack, address=address)
                about_database = "; " + machine.describe_database(address)
            case = importlib.import_module(f"tests.bench.cases.{CASES[name]}")
            try:
                about_world = {"world": world} if name in NEED_DATABASE else {}
                measured += list(case.measure(full=full, **about_world))
            except (ContestantFailed, RuntimeError, OSError) as error:
                failed = True
                print(f"{name} failed: {error}", file=sys.stderr)
    return measured, failed, about_database


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__.partition(": ")[2])
    choices = f"one of {', '.join(CASES)}; may be repeated"
    parser.add_argument("--only", action="append", choices=CASES, metavar="NAME", help=choices)
    parser.add_argument(
        "--full", action="store_true", help="a million pins where 100,000 are usual: half an hour"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
