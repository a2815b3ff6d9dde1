"""What others rely on: addresses, commands, settings, fields of the API and of files, tasks, tables.

`public_contract.txt` lists it, a line each. Whatever is renamed inside, these lines stay. A line more or less
fails until the list is renewed, on purpose and in the same change:

    WRITE_CONTRACT=1 ./run test tests/architecture/test_public_contract.py
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands, load_command_class
from procrastinate.contrib.django import app as tasks

from layers.findings import report
from layers.reference import catalog
from mapdialog import api
from tests.addresses import addresses

WRITTEN_DOWN = Path(__file__).with_name("public_contract.txt")
RENEW = "WRITE_CONTRACT=1 ./run test tests/architecture/test_public_contract.py"
ROOT = Path(settings.BASE_DIR)
OURS = ("layers", "mapdialog")


def of_addresses() -> Iterator[str]:
    for route in addresses():
        yield re.sub(r"<(\w+:)?\w+>|\(\?P<\w+>.*?\)", lambda match: f"<{match[1] or ''}>", route)


def of_commands() -> Iterator[str]:
    for name, package in get_commands().items():
        if not str(package).startswith(OURS):
            continue
        parser = load_command_class(package, name).create_parser("manage.py", name)
        common = load_command_class("django.core", "check").create_parser("manage.py", "check")
        known = set(common._option_string_actions) - {"--tag", "--deploy", "--fail-level", "--database"}
        for action in parser._actions:
            for spelling in action.option_strings or [action.metavar or action.dest.upper()]:
                if spelling not in known:
                    yield f"{name} {spelling}"


def of_run() -> Iterator[str]:
    listed = (ROOT / "run").read_text().split("<<'TEXT'")[1].split("\nTEXT")[0]
    yield from re.findall(r"^  (\w+)", listed, flags=re.MULTILINE)


def of_schema(name: str, schema: Any) -> Iterator[str]:
    """Every named field under a JSON schema, as a path of names."""
    if isinstance(schema, list):
        for part in schema:
            yield from of_schema(name, part)
    if not isinstance(schema, dict):
        return
    for field, below in schema.get("properties", {}).items():
        yield f"{name}.{field}"
        yield from of_schema(f"{name}.{field}", below)
    for word in ("items", "anyOf", "allOf", "oneOf"):
        yield from of_schema(name, schema.get(word, []))


def of_api() -> Iterator[str]:
    document = api.document()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}"
            for parameter in operation.get("parameters", ()):
                yield f"{method.upper()} {path} {parameter['in']} {parameter['name']}"
    for name, schema in document["components"]["schemas"].items():
        yield from (line.partition(".")[2] for line in of_schema(name, schema))  # names of schemas are ours


def of_settings() -> Iterator[str]:
    for file in (ROOT / "mapdialog" / "settings.py", *(ROOT / "mapdialog").glob("**/*.py")):
        yield from re.findall(r'environment\.\w+\(\s*"(\w+)"', file.read_text())


def of_files() -> Iterator[str]:
    yield from (f"findings.csv {column}" for column in report.CSV_HEADER)
    for source in catalog.sources():
        yield f"source {source.id}"
        yield from (f"role {role}" for role in source.fields)
    for page in ("consultation-file.md", "geojson.md"):
        table = (ROOT / "docs" / page).read_text()
        yield from (f"{page} {key}" for key in re.findall(r"^\| `([^`|]+)`", table, flags=re.MULTILINE))


def of_models() -> Iterator[str]:
    for model in apps.get_models():
        if model.__module__.startswith(OURS):
            yield f"{model._meta.db_table}"
            yield from (f"{model._meta.db_table}.{field.column}" for field in model._meta.local_fields)


def contract() -> str:
    parts: dict[str, Iterable[str]] = {
        "address": of_addresses(),
        "command": of_commands(),
        "./run": of_run(),
        "api": of_api(),
        "setting": of_settings(),
        "file": of_files(),
        "metric": re.findall(r"^\| `(\w+)", (ROOT / "docs" / "metrics.md").read_text(), flags=re.MULTILINE),
        "task": (name for name in tasks.tasks if not name.startswith(("builtin", "procrastinate"))),
        "column": of_models(),
    }
    return "".join(f"{part}: {line}\n" for part, lines in parts.items() for line in sorted(set(lines)))


def test_what_others_rely_on_is_as_it_was_written_down() -> None:
    now = contract()
    if os.environ.get("WRITE_CONTRACT"):
        WRITTEN_DOWN.write_text(now)
    before = WRITTEN_DOWN.read_text()
    changes = "\n".join(difflib.unified_diff(before.splitlines(), now.splitlines(), lineterm="", n=0))
    assert not changes, f"others rely on these; if it is meant, {RENEW}\n{changes}"


@pytest.mark.parametrize(
    "part", ["address", "command", "./run", "api", "setting", "file", "metric", "task", "column"]
)
def test_no_part_of_the_list_is_empty(part: str) -> None:
    lines = [line for line in WRITTEN_DOWN.read_text().splitlines() if line.startswith(f"{part}: ")]
    assert len(lines) > 5, part
