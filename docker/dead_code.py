"""Names and modules that nothing in the service uses, for ./run check: what only a test calls is dead too.

vulture reads Python only, so what templates name and what is named by a dotted text (middleware, loggers) is
added to what is used. What a framework calls by name stands in `[tool.dead_code]` of pyproject.toml, with its
reason; an exception that excuses nothing any more is reported as well.
"""

from __future__ import annotations

import ast
import keyword
import linecache
import re
import sys
import tomllib
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from vulture import Vulture
from vulture.core import Item

_SOURCES = ("mapdialog", "layers")
# Django reads every name of these.
_READ_BY_DJANGO = ("*/settings.py", "*/formats/*/formats.py", "*/urls.py")
# Modules that a framework looks for by their place.
_LOOKED_FOR = re.compile(
    r"/(migrations|commands|templatetags|formats)/|/(__init__|admin|apps|models|tasks)\.py$"
)
_SURE = 100
_IN_A_TEMPLATE = re.compile(r"\.([A-Za-z_]\w*)")
_DOTTED = re.compile(r"[a-z_]\w*(?:\.[A-Za-z_]\w*)+")


def main() -> int:
    with Path("pyproject.toml").open("rb") as file:
        exceptions = tomllib.load(file)["tool"]["dead_code"]
    unused = [item for item in _unused(exceptions["decorators"]) if not _is_declared(item)]
    names = exceptions["names"]
    dead = [item for item in unused if not any(fnmatchcase(item.name, name) for name in names)]
    needless = [name for name in names if not any(fnmatchcase(item.name, name) for item in unused)]
    lines = [
        f"{Path(item.filename).resolve().relative_to(Path.cwd())}:{item.first_lineno}: "
        f"nothing uses the {item.typ} {item.name}"
        for item in sorted(dead, key=lambda item: (str(item.filename), item.first_lineno))
    ]
    alone = _never_imported()
    lines += [f"{path}: nothing imports it" for path in alone if path not in exceptions["modules"]]
    needless += [path for path in exceptions["modules"] if path not in alone]
    lines += [f"pyproject.toml: the exception {name!r} excuses nothing" for name in needless]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if lines else 0


def _unused(decorators: list[str]) -> list[Item]:
    reader = Vulture(ignore_decorators=decorators)
    reader.scavenge(_SOURCES)
    reader.scan(_as_code(_named_in_templates()), filename="templates.py")
    reader.scan(_as_code(_named_by_text()), filename="texts.py")
    return [item for item in reader.get_unused_code() if "/migrations/" not in str(item.filename)]


def _named_in_templates() -> Iterable[str]:
    for path in Path("mapdialog/templates").rglob("*.html"):
        yield from _IN_A_TEMPLATE.findall(path.read_text(encoding="utf-8"))


def _named_by_text() -> Iterable[str]:
    return (text.rpartition(".")[2] for text in _dotted_texts())


def _dotted_texts() -> Iterable[str]:
    for _, node in _nodes():
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and _DOTTED.fullmatch(text):
            yield text


@cache
def _nodes() -> tuple[tuple[Path, ast.AST], ...]:
    paths = [path for folder in (*_SOURCES, "docker") for path in Path(folder).rglob("*.py")]
    return tuple(
        (path, node) for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )


def _never_imported() -> list[str]:
    imported = set(_dotted_texts())
    imported |= {text.rpartition(".")[0] for text in imported}
    for path, node in _nodes():
        if isinstance(node, ast.ImportFrom):
            folder = path.parts[: -node.level] if node.level else ()
            module = ".".join((*folder, node.module) if node.module else folder)
            imported |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
    paths = sorted(path for folder in _SOURCES for path in Path(folder).rglob("*.py"))
    return [
        str(path)
        for path in paths
        if ".".join(path.with_suffix("").parts) not in imported and not _LOOKED_FOR.search(f"/{path}")
    ]


def _as_code(names: Iterable[str]) -> str:
    return "\n".join(f"_.{name}" for name in sorted(set(names)) if not keyword.iskeyword(name))


def _is_declared(item: Any) -> bool:
    """What is written down to be read by name: fields of models, forms and dataclasses, choices, settings."""
    if any(fnmatchcase(str(item.filename), pattern) for pattern in _READ_BY_DJANGO):
        return item.typ == "variable"
    is_inside = linecache.getline(str(item.filename), item.first_lineno)[:1].isspace()
    return item.typ == "attribute" or (item.typ == "variable" and is_inside and item.confidence < _SURE)


if __name__ == "__main__":
    sys.exit(main())
