"""The pages of `docs/methods`: their examples run as they stand there."""

import re
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[2] / "docs" / "methods").glob("*.md"))
EXAMPLE = re.compile(r"^```python\n(.*?)^```", re.M | re.S)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_example_of_a_page_runs(page):
    examples = EXAMPLE.findall(page.read_text(encoding="utf-8"))
    assert examples or page.stem == "calibration"
    for example in examples:
        assert "assert " in example
        exec(compile(example, str(page), "exec"), {})
