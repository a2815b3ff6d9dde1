"""One word for one thing in scripts, templates and style sheets too, held to `docs/glossary.md`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

import pytest

from tests.architecture import page_names
from tests.architecture.page_names import Name
from tests.architecture.test_glossary import HEADING, ROOT, forbidden

READERS: dict[str, Callable[[str], Iterator[Name]]] = {
    ".js": page_names.of_script,
    ".mjs": page_names.of_script,
    ".html": page_names.of_template,
    ".css": page_names.of_style_sheet,
}
HEADINGS = (HEADING, "## Words that scripts and pages do not use either")
NOT_OURS = "static/vendor/"


def sources() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", *(f"*{suffix}" for suffix in READERS)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    return [name for name in listed if not name.startswith(NOT_OURS)]


def faults_in(text: str, *, path: str) -> list[str]:
    words = {pattern: entry for heading in HEADINGS for pattern, entry in forbidden(heading).items()}
    faults = []
    for name, line in READERS["." + path.rsplit(".", 1)[1]](text):
        for pattern, (say, where) in words.items():
            excused = any(fnmatchcase(path, glob) for glob in re.findall(r"`([^`]+)`", where))
            if fnmatchcase(_snake(name), pattern.lower()) and not excused:
                faults.append(f"{path}:{line}: {name}; say {say}")
    return faults


def _snake(name: str) -> str:
    """`layerVersion` as `layer_version`, which is how the glossary writes it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).strip("_").lower()


def test_there_are_scripts_templates_and_style_sheets_to_read() -> None:
    kinds = {path.rsplit(".", 1)[1] for path in sources()}
    assert kinds == {"js", "mjs", "html", "css"}
    assert len(sources()) > 150


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("const held = 1;", {"held"}),
        ("let {a, b: found = other, ...rest} = c;", {"a", "b", "found", "rest"}),
        ("for (const [, one] of told) {}", {"one"}),
        ("function given(seen, {odd = 1} = {}) {}", {"given", "seen", "odd"}),
        ("const f = one => one;", {"f", "one"}),
        ("call((one, [two]) => { other(); });", {"one", "two"}),
        ("class Said { #told = 1; found() { this.held = 1; } }", {"Said", "told", "found", "held"}),
        ("show({version: 1, 'said': 2, nested: {told}});", {"version", "nested"}),
        ("try {} catch (odd) {}", {"catch", "odd"}),
        ("if (found) { said(one); } // const told\n/* let seen */", set()),
        ("const a = 'const held', b2 = `let ${found}`, c = /[/'](one)/g;", {"a"}),
        ("const half = sum / 2; const other = sum / 3;", {"half", "other"}),
    ],
)  # fmt: skip
def test_names_that_a_script_declares_are_seen(text: str, names: set[str]) -> None:
    assert {name.text for name in page_names.of_script(text)} == names


@pytest.mark.parametrize(
    ("path", "text", "n"),
    [
        ("a.js", "const layerVersion = 1;", 1),
        ("a.js", "\nshow({place: 1});", 1),
        ("a.js", "show('place', response.version);", 0),
        ("a.html", "{% for one in rows %}{{ row.one }}{% endfor %}", 1),
        ("a.html", "{% with x=said %}{% endwith %}", 1),
        ("a.html", '{% include "citizen/said.html" with told=1 %}{{ x|default:odd }}', 2),
        ("a.html", '<p class="card said__text">{% translate "What was found" %}</p>', 1),
        ("a.html", '<p id="use-place" data-id="place"><input id="id_place">', 1),
        ("a.css", "#use-place { margin: 0 }", 1),
        ("a.css", ".said__item > p,\n.card { margin: .5rem }", 1),
    ],
)
def test_a_forbidden_word_is_found(path: str, text: str, n: int) -> None:
    assert len(faults_in(text, path=path)) == n


def test_scripts_and_pages_use_the_one_word() -> None:
    faults = [
        fault
        for path in sources()
        for fault in faults_in((ROOT / path).read_text(encoding="utf-8"), path=path)
    ]
    assert faults == [], "\n".join(faults)


def test_a_word_is_excused_only_where_it_stands() -> None:
    """A file that no longer has the word leaves the last column."""
    entries = forbidden(HEADINGS[1]).items()
    idle = []
    for where in {where for _pattern, (_say, where) in entries}:
        patterns = {pattern for pattern, (_say, other) in entries if other == where}
        for glob in re.findall(r"`([^`]+\.[a-z]+)`", where):
            paths = [path for path in sources() if fnmatchcase(path, glob)]
            names = {
                _snake(name.text)
                for path in paths
                for name in READERS["." + path.rsplit(".", 1)[1]]((ROOT / path).read_text(encoding="utf-8"))
            }
            idle += [] if names & patterns else [glob]
    assert idle == []
