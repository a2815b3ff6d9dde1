"""Names that scripts, templates and style sheets give, found by their tokens: no grammar is followed.

Seen are, in scripts, what const, let, var, function and class declare, parameters, what is taken apart, keys
of objects, members that are assigned and methods; in templates every variable, wherever it comes from; in
style sheets and templates classes and ids. Not seen are the second name after a comma (`let a, b`), names
within `${}`, and classes and ids in scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple


class Name(NamedTuple):
    text: str
    line: int


_TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*|/\*.*?\*/)
    |(?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`)
    |(?P<word>[#\w$]+)
    |(?P<sign>=>|={2,3}|!={1,2}|[<>]=|\.{3}|\?\.|\S)""",
    re.S | re.X,
)
_PATTERN = re.compile(
    r"/(?![/*])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n\[])+/[a-z]*"
)  # where no value stands before it
_DECLARING = {"const", "let", "var", "function", "class"}
_NO_FUNCTION = {"if", "for", "while", "switch", "return"}
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.S)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_VARIABLE = re.compile(r"(?<![\w.|-])[a-z_]\w*")
# `id_…` is a form field, named as what is sent.
_CLASSES_AND_IDS = re.compile(r'\b(?:class|(?<![-\w])id)="(?!id_)([^"]*)"')
_SELECTOR = re.compile(r"[.#](?!id_)([a-z][\w-]*)(?=[^;{}]*\{)")


def of_script(text: str) -> Iterator[Name]:
    tokens = list(_tokens(text))
    closing = _closing(tokens)
    for at, ((before, _), (word, line)) in enumerate(pairwise([Name("", 0), *tokens])):
        after = _text(tokens, at + 1)
        if before in _DECLARING and (word.isidentifier() or word in _PAIRS):
            yield from _bound(tokens[at : closing.get(at, at) + 1])
        elif word == "(" and before not in _NO_FUNCTION and _text(tokens, closing[at] + 1) in {"=>", "{"}:
            yield from (name for name in tokens[max(at - 1, 0) : at] if name.text.isidentifier())
            yield from _bound(tokens[at : closing[at] + 1])
        elif word.lstrip("#").isidentifier() and (
            after == "=>"
            or word.startswith("#")
            or (after == ":" and before in {"{", ","})
            or (after == "=" and before == ".")
        ):
            yield Name(word.lstrip("#"), line)


def of_template(text: str) -> Iterator[Name]:
    for tag in _TAG.finditer(text):
        line = text.count("\n", 0, tag.start()) + 1
        for match in _VARIABLE.finditer(_QUOTED.sub('""', tag[0])):
            yield Name(match[0], line)
    without_tags = _TAG.sub(lambda tag: " " + "\n" * tag[0].count("\n"), text)
    for names in _CLASSES_AND_IDS.finditer(without_tags):
        for name in names[1].split():
            yield from _parts(name, line=without_tags.count("\n", 0, names.start()) + 1)


def of_style_sheet(text: str) -> Iterator[Name]:
    for match in _SELECTOR.finditer(text):
        yield from _parts(match[1], line=text.count("\n", 0, match.start()) + 1)


def _parts(name: str, *, line: int) -> Iterator[Name]:
    return (Name(part, line) for part in re.split(r"[_-]+", name))


def _tokens(text: str) -> Iterator[Name]:
    at, line, before = 0, 1, ""
    while at < len(text):
        is_pattern = text[at] == "/" and not re.match(r"[\w$)\]']", before)
        match = (is_pattern and _PATTERN.match(text, at)) or _TOKEN.match(text, at)
        assert match is not None, text[at : at + 40]
        kind = match.lastgroup
        if kind != "blank":
            before = (
                match[0] if kind in {"word", "sign"} else "''"
            )  # what a text or a pattern says is no name
            yield Name(before, line)
        line += match[0].count("\n")
        at = match.end()


def _closing(tokens: list[Name]) -> dict[int, int]:
    """Where each bracket is closed."""
    closing, still_open = {}, []
    for at, (word, _) in enumerate(tokens):
        if word in _PAIRS:
            still_open.append(at)
        elif word in _PAIRS.values():
            closing[still_open.pop()] = at
    return closing


def _bound(tokens: list[Name]) -> Iterator[Name]:
    """Of a name, or a pattern in its brackets: what is bound, without keys and defaults."""
    if len(tokens) == 1:
        yield from tokens
    for before, name, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        is_bound = before.text in {"{", "[", "(", ",", "...", ":"} and after.text in {"}", "]", ")", ",", "="}
        if is_bound and name.text.isidentifier():
            yield name


def _text(tokens: list[Name], at: int) -> str:
    return tokens[at].text if at < len(tokens) else ""
