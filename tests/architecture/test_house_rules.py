"""House rules that a machine can hold."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for folder in ("mapdialog", "layers") for path in (ROOT / folder).rglob("*.py"))
NO_NOUN = {"utils", "helpers", "services", "managers", "signals", "mixins"}


def test_every_module_is_a_noun_of_the_field() -> None:
    assert [path for path in SOURCES if path.stem in NO_NOUN] == []


@pytest.mark.parametrize("app", ["citizen", "planner", "opendata", "web", "demo"])
def test_a_folder_of_pages_owns_no_tables(app: str) -> None:
    assert not (ROOT / "mapdialog" / app / "models.py").exists()
    assert not (ROOT / "mapdialog" / app / "migrations").exists()


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (*SOURCES, *(ROOT / "tests").rglob("*.py"))
        if "migrations" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_no_function_is_longer_than_forty_lines() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.name}": lines
        for path in SOURCES
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > 40
    }
    assert long == {}


def test_our_functions_take_one_positional_argument() -> None:
    """Keyword-only after the first: where an order must be remembered, one day it is not."""
    wrong = []
    for path in SOURCES:
        if path.stem not in {"actions", "intake", "moderation", "erasure", "importing", "run"}:
            continue
        functions = [
            node
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        ]
        wrong += [f"{path.relative_to(ROOT)}: {node.name}" for node in functions if len(node.args.args) > 1]
    assert wrong == []


def test_each_dependency_says_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    without = [name for name in wanted if not any(name in line and "#" in line for line in text.splitlines())]
    assert without == []


def test_the_lock_files_name_no_host() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert text.count("--hash=sha256:") > 30


_ITS_OWN_DAY = {
    "a moment's own day": re.compile(r"\.date\(\)"),
    "the machine's day": re.compile(r"\bdate\.today\b|\.localdate\b|\bdatetime\.today\b|\butcnow\b"),
    "the database session's day": re.compile(
        r"::date\b|\bcurrent_date\b|__date\b|\bTruncDate\b|\bTruncDay\b", re.I
    ),
    "the service's zone": re.compile(r"\blocaltime\b"),
}
# A parameter that is a day already.
_DAYS_ALREADY = {"layers/questions/areas.py": "({on})::date"}


def test_a_moment_becomes_a_day_in_one_place_only() -> None:
    """By UTC it is yesterday until two at night in Norway: a resident at 00:30 saw yesterday's plan."""
    wrong = []
    for path in SOURCES:
        name = str(path.relative_to(ROOT))
        if name == "layers/days.py" or "migrations" in path.parts:
            continue
        text = path.read_text(encoding="utf-8").replace(_DAYS_ALREADY.get(name, "\0"), "")
        wrong += [f"{name}: {what}" for what, pattern in _ITS_OWN_DAY.items() if pattern.search(text)]
    assert wrong == []


def test_a_query_or_a_form_is_read_in_one_place() -> None:
    """What comes from outside is checked where it is read: `web/query.py` (API) and `web/values.py` (pages).

    A whole form may go to a Django form, which checks it too.
    """
    looks_inside = re.compile(r"\.GET\b|\.POST(\[|\.)|\bin request\.POST\b|\.COOKIES\b|\.META\[")
    readers = {"query.py", "values.py"}
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCES
        if not (path.parent.name == "web" and path.name in readers)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if looks_inside.search(line)
    ]
    assert wrong == []


def test_no_file_is_linked_to_by_its_place_in_the_store() -> None:
    """Such a link leads nowhere, or past the question who may see it: `get_absolute_url` names the door."""
    linked = re.compile(r"\b(file|original|result_file)\.url\b")
    pages = (ROOT / "mapdialog" / "templates").rglob("*.html")
    texts = {path: path.read_text(encoding="utf-8") for path in (*SOURCES, *pages)}
    assert [path for path, text in texts.items() if linked.search(text)] == []
