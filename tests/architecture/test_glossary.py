"""One word for one thing: identifiers are held to `docs/glossary.md`.

A row of its table "Words that identifiers do not use" forbids a word as a whole identifier, or as a part of
one where it is written with stars (`*word*`). Migrations tell of the past and keep its words.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
HEADING = "## Words that identifiers do not use"
PYTHONS_HEADING = "## Words that Python does not use either"
SQLS_HEADING = "## Words that SQL does not use either"
# What a statement calls a table, a row or a column: `AS name`, and `name AS (…)` after WITH.
SQL_NAMES = re.compile(r"\bAS (?!MATERIALIZED\b)([a-z]\w*)|\b(\w+) AS (?:MATERIALIZED )?\(")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    text = GLOSSARY.read_text(encoding="utf-8").split(heading)[1].split("\n## ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def forbidden(heading: str = HEADING) -> dict[str, tuple[str, str]]:
    """Pattern → what to say instead, and where it may stand all the same (a glob of paths, or nothing)."""
    return {
        pattern: (say, where)
        for patterns, say, where in rows(heading)
        for pattern in re.findall(r"`([^`]+)`", patterns)
    }


def sources() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    return [Path(name) for name in listed if "/migrations/" not in name]


def identifiers(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Names that the code gives: to variables, arguments, functions, classes and attributes of its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno


def sql_names(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Names that statements in the code's texts give: ours have their keywords in capitals."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for match in SQL_NAMES.finditer(node.value):
                yield match[1] or match[2], node.lineno + node.value[: match.start()].count("\n")


def found_in(text: str, *, path: str) -> list[str]:
    tree = ast.parse(text)
    words = forbidden() | forbidden(PYTHONS_HEADING)
    faults = _faults(identifiers(tree), words=words, path=path)
    return faults + _faults(sql_names(tree), words=words | forbidden(SQLS_HEADING), path=path)


def _faults(names: Iterator[tuple[str, int]], *, words: dict[str, tuple[str, str]], path: str) -> list[str]:
    return [
        f"{path}:{line}: {name}; say {say}"
        for name, line in names
        for pattern, (say, where) in words.items()
        if fnmatchcase(name.strip("_").lower(), pattern.lower())
        and not any(fnmatchcase(path, glob) for glob in re.findall(r"`([^`]+)`", where))
    ]


NAMED_IN_SQL = "sql = f'WITH {0} AS MATERIALIZED (SELECT {{x}}) SELECT {0}.id FROM hits AS {0}'"


def test_the_table_forbids_something() -> None:
    assert len(forbidden()) > 20


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("held = 1", 1),
        ("def f(found): ...", 1),
        ("class LayerVersion: ...", 1),
        ("for one in (): ...", 1),
        ("class Said: ...", 1),
        ("self.told = 1", 1),
        ("def roll_back(): ...", 1),
        ("def read(*, rules): ...", 1),
        ("place = 1", 1),
        ("consultation = 1\nprint(held)", 0),
        (NAMED_IN_SQL.format("found"), 2),
        (NAMED_IN_SQL.format("version"), 2),
        (NAMED_IN_SQL.format("hit"), 0),
    ],
)
def test_a_forbidden_word_is_found(text: str, n: int) -> None:
    assert len(found_in(text, path="mapdialog/example.py")) == n


def test_identifiers_use_the_one_word() -> None:
    faults = [
        fault
        for path in sources()
        for fault in found_in((ROOT / path).read_text(encoding="utf-8"), path=str(path))
    ]
    assert faults == [], "\n".join(faults)


def test_no_working_code_stands_in_a_package_file() -> None:
    """What a folder does stands in a file with a name; an `__init__.py` says what the folder is."""
    working = [
        str(path)
        for path in sources()
        if path.name == "__init__.py"
        and any(
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body
        )
    ]
    assert working == []
