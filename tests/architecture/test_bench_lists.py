"""The bench measures what was promised, and the guide tells of everything it measures."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.cases import CASES
from tests.bench.measurement import Target, against, by_turns

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")


def test_the_promised_paths_are_measured() -> None:
    assert {"submit", "viewport", "tile", "assignment", "hotspot-run", "export"} <= set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_each_case_is_a_module_and_in_the_guide(name: str) -> None:
    assert importlib.util.find_spec(f"tests.bench.cases.{CASES[name]}")
    assert re.search(rf"^\| {name} \|", GUIDE, re.MULTILINE), f"docs/performance.md does not tell of {name}"


def test_an_unknown_name_says_what_there_is() -> None:
    command = [sys.executable, "-m", "tests.bench", "--only", "nothing"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "viewport" in answer.stderr


def test_a_ratio_is_the_median_of_the_repeats_own_ratios() -> None:
    figures = {"ours": [1.0, 4.0, 9.0], "theirs": [1.0, 2.0, 3.0]}
    target = Target("at most one and a half", 1.5)
    measurement = against(figures, name="x", unit="s", reference="theirs", target=target)
    assert (
        measurement.ours,
        measurement.reference_value,
        measurement.ratio,
        measurement.ratio_min,
        measurement.ratio_max,
    ) == (4, 2, 2, 1, 3)
    assert measurement.met is False


def test_contestants_take_turns_at_going_first() -> None:
    order: list[str] = []

    def runner(name: str) -> float:
        order.append(name)
        return 1.0

    by_turns({"a": lambda: runner("a"), "b": lambda: runner("b")}, repeats=2, warm_up=0)
    assert order == ["a", "b", "b", "a"]
