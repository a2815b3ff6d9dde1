"""The bench with a million pins: every path comes to its end, in the memory that was promised."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.bench.cases import CASES

ROOT = Path(__file__).resolve().parents[2]
_WITHIN_S = 3600
_PROMISED = re.compile(r"at most .*?(\d+) GB")


# Heavy: half an hour in all, 3 GB of memory, and the whole machine, or the figures say nothing.
@pytest.mark.heavy
@pytest.mark.parametrize("name", CASES)
def test_a_hot_path_comes_to_its_end_with_a_million_pins_in_the_memory_promised(
    name: str, tmp_path: Path
) -> None:
    figures = tmp_path / "figures.json"
    done = subprocess.run(
        [ROOT / "run", "bench", "--only", name, "--full", "--json", figures],
        env={**os.environ, "MAPDIALOG_ENV": "demo"},
        capture_output=True,
        text=True,
        timeout=_WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    print(done.stdout)  # for docs/performance.md: ./run test --heavy -s
    measured = json.loads(figures.read_text(encoding="utf-8"))
    assert [row["name"] for row in measured if not row["ours"] > 0] == []
    for row in measured:
        if promised := _PROMISED.search(row["target"]):
            assert row["peak_memory_mb"] < 1000 * int(promised[1]), row
