"""TOML files that people write by hand, read by a schema of typed fields.

A misspelt key that is silently ignored costs its author an afternoon. What pydantic finds wrong is said here,
for every schema: the file, the key, and what to write instead.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from layers.readers.closed.visible_text import visible_text

_Schema = TypeVar("_Schema")
# What a validator gets: its `context` has the `file` that is read, and what `read` was called with besides.
FileInfo = ValidationInfo[dict[str, Any]]
# The one character that the database does not take, as TOML lets it be written.
_NUL = re.compile(r"\\(?:x00|u0000|U0{8})")
# Of a key as it is told to people, what its table's header in the file has not.
_POSITION = re.compile(r"\[\d+\]")
# What pydantic finds wrong, in words; an error's own figures stand in for the braces.
_SENTENCES = {
    "missing": "is missing.",
    "string_type": "must be a text in quotes.",
    "bool_type": "must be true or false.",
    "int_type": "must be a whole number without quotes.",
    "float_type": "must be a number without quotes.",
    "greater_than_equal": "must be {ge} or more.",
    "less_than_equal": "must be {le} or less.",
    "string_too_long": "is longer than {max_length} characters.",
    "dict_type": "must be a table, [{header}].",
    "model_type": "must be a table, [{header}].",
    "tuple_type": "must be a list of texts in quotes.",
    "list_type": "must be tables, each starting with [[{header}]].",
    "value_error": "{error}",
}
_UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")


class TomlFileError(ValueError):
    """The file cannot be used. The message names the file, the key, and what to write instead."""


class Table(BaseModel):
    """A schema of one table of a TOML file: no key that it does not have, no value of another type."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def one_of(choices: Collection[str]) -> AfterValidator:
    """The text is one of these."""

    def check(text: str) -> str:
        if text not in choices:
            raise ValueError(f"is {text!r}; use one of {', '.join(filter(None, choices))}.")
        return text

    return AfterValidator(check)


def otherwise(sentence: str) -> WrapValidator:
    """Whatever is wrong with the value, this sentence says what to write; {value} stands for what was."""

    def check(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except ValidationError as error:
            if any(mistake["type"] == "string_type" and not mistake["loc"] for mistake in error.errors()):
                raise  # what it must look like as a text says nothing of a number or a date
            raise ValueError(sentence.format(value=repr(value))) from None

    return WrapValidator(check)


def _as_list(value: Any) -> Any:
    if not isinstance(value, list):
        raise ValueError("must be a list of texts in quotes.")
    return value


def _in_languages(value: Any, info: FileInfo) -> Any:
    languages = info.context.get("languages")
    if isinstance(value, str) and languages:
        return {languages[0]: value}
    if not isinstance(value, dict):
        raise ValueError('must be a table of languages, such as nb = "…" and en = "…".')
    return value


def _filled(texts: dict[str, str]) -> dict[str, str]:
    visible = {tag: visible_text(text).strip() for tag, text in texts.items()}
    return {tag: text for tag, text in visible.items() if text}


def _in_one_language(texts: dict[str, str]) -> dict[str, str]:
    if not texts:
        raise ValueError("is missing: write it in at least one language.")
    return texts


def _beside(name: Any, info: FileInfo) -> Path:
    """What lies elsewhere is not this file's to name: a document that it names is published."""
    if not isinstance(name, str):
        raise ValueError("must be a text in quotes.")
    folder = Path(info.context["file"]).parent.resolve()
    path = (folder / name).resolve()
    try:
        is_beside = path.is_relative_to(folder) and path.is_file()
    except OSError:  # a name that is too long for any file
        is_beside = False
    if not is_beside:
        raise ValueError(f"is {name!r}, which is not beside {info.context['file'].name}.")
    return path


Strings = Annotated[list[str], otherwise("must be a list of texts in quotes.")]
# Beside a list of texts of which each says itself what is wrong with it.
TEXT_LIST = BeforeValidator(_as_list)
LanguageTag = Annotated[
    str,
    Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$"),
    otherwise("is not a language tag, such as nb, nn, sv, da or en."),
]
# By language; a plain string is a text in the first of the file's, the `languages` given to `read`.
Texts = Annotated[dict[LanguageTag, str], BeforeValidator(_in_languages), AfterValidator(_filled)]
RequiredTexts = Annotated[Texts, AfterValidator(_in_one_language)]
SLUG = "^[a-z0-9]+(-[a-z0-9]+)*$"
# A file in the TOML file's folder or below it.
Beside = Annotated[Path, BeforeValidator(_beside)]


def read(file: Path, schema: type[_Schema], **context: Any) -> _Schema:
    """The file as its schema has it; `context` is for the schema's own validators. Raises TomlFileError."""
    return checked(content(file), schema, file=file, **context)


def content(file: Path) -> dict[str, Any]:
    """The file's top table as it is. Raises TomlFileError when it cannot be opened or is not TOML."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise TomlFileError(f"{file}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise TomlFileError(f"{file.name}: is not UTF-8 text.") from None
    if nul := _NUL.search(text):
        raise TomlFileError(f"{file.name}: holds {nul[0]}, a character that no text has.")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TomlFileError(f"{file.name}: is not TOML: {error}.") from None
    except (ValueError, RecursionError):
        raise TomlFileError(
            f"{file.name}: holds a number of thousands of digits, or lists within hundreds of others."
        ) from None


def checked(values: Mapping[str, Any], schema: type[_Schema], *, file: Path, **context: Any) -> _Schema:
    """What `content` read, as the schema has it. Raises TomlFileError, with a line for each mistake."""
    try:
        return TypeAdapter(schema).validate_python(values, context={"file": file, **context})
    except ValidationError as error:
        lines = [_line(mistake, schema=schema) for mistake in error.errors()]
        raise TomlFileError("\n".join(f"{file.name}: {line}" for line in lines)) from None


def _line(mistake: Mapping[str, Any], *, schema: type) -> str:
    kind, steps = mistake["type"], mistake["loc"]
    if kind in _UNKNOWN:
        return f"“{_dotted(steps[:-1], last=steps[-1])}” {_unknown(steps, schema=schema)}"
    if kind == "model_type" and isinstance(steps[-1], int):  # one of several tables, which is none
        kind, steps = "list_type", steps[:-1]
    key = _dotted(steps)
    sentence = _SENTENCES.get(kind, "is not right: {msg}.")
    header = _POSITION.sub("", key)
    sentence = sentence.format(header=header, msg=mistake["msg"], **mistake.get("ctx", {}))
    return f"“{key}” {sentence}" if key else sentence


def _dotted(steps: Sequence[int | str], *, last: str | None = None) -> str:
    """`themes[2].name`; steps in brackets are no keys of the file, but pydantic's words for what it tried.

    `last` is a key of the file whatever it looks like.
    """
    key = ""
    for step in steps:
        if isinstance(step, int):
            key += f"[{step + 1}]"
        elif not step.startswith("["):
            key += f".{step}"
    return (key if last is None else f"{key}.{last}").removeprefix(".")


def _unknown(steps: Sequence[int | str], *, schema: type) -> str:
    """That the last step is no key of the table that the others lead to, and which is the nearest."""
    tables: list[type] = [schema]
    for step in steps[:-1]:
        fitting = [table for table in tables if step == f"[{table.__name__}]"]
        tables = fitting or [inner for table in tables for inner in _at(step, table=table)] or tables
    known = sorted({key for table in tables for key in keys(table)})
    near = difflib.get_close_matches(str(steps[-1]), known, n=1, cutoff=0.5)
    hint = f"Did you mean “{near[0]}”?" if near else f"Known keys: {', '.join(known)}."
    return f"is not a known key. {hint}"


def _at(step: int | str, *, table: type) -> Iterator[type]:
    """The schemas of what may stand there; the members of a list and of a dictionary are no steps down."""
    for key, kind in keys(table).items():
        if key in (step, "root"):
            yield from tables_in(kind)


def keys(table: Any) -> dict[str, Any]:
    """The type of each key of a schema, by the key as files have it."""
    if not issubclass(table, BaseModel):
        return {field.name: field.type for field in dataclasses.fields(table)}
    return {
        _key(name, field.validation_alias): field.annotation for name, field in table.model_fields.items()
    }


def _key(name: str, alias: object) -> str:
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else str(alias or name)


def tables_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The schemas within a type, such as a list of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from tables_in(inner)
