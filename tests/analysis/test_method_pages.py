"""The pages of `docs/methods`: their examples run as they stand there."""

import re
from pathlib import Path

import pytest

METHODS = Path(__file__).parents[2] / "docs" / "methods"
WITHOUT_EXAMPLE = ("README", "calibration")
PAGES = sorted(page for page in METHODS.glob("*.md") if page.stem not in WITHOUT_EXAMPLE)
EXAMPLE = re.compile(r"^```python\n(.*?)^```", re.M | re.S)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_example_of_a_page_runs(page):
    examples = EXAMPLE.findall(page.read_text(encoding="utf-8"))
    assert examples
    for example in examples:
        assert "assert " in example
        exec(compile(example, str(page), "exec"), {})


def test_the_list_of_methods_names_every_page():
    listed = re.findall(r"\]\((\w+)\.md\)", (METHODS / "README.md").read_text(encoding="utf-8"))
    assert {page.stem for page in METHODS.glob("*.md")} <= {"README", *listed}
