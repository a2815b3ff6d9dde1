"""Provisions as a table: a file's rows matched with a plan's fields before anything is written, and back.

Columns: `field` (the plan's field name), `text` (the provision as decided), and one for each language of the
plain line, such as `plain_nb`. An empty cell leaves what is there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.utils.translation import gettext as _

from layers import csv_lines, damaged_letters
from layers.models import Edition
from layers.provisions.writing import ProvisionError
from layers.provisions.zone_fields import Provision, ZoneField, zone_fields_of
from layers.readers import figures
from layers.reference import languages

_ZONE_FIELD_HEADERS = ("field", "felt", "feltnavn", "feltbetegnelse", "fält", "område", "delområde")
_TEXT_HEADERS = (
    "text",
    "tekst",
    "legal_text",
    "bestemmelse",
    "bestemmelser",
    "bestämmelse",
    "bestemmelsestekst",
)
_PLAIN_HEADER = re.compile(r"(?:plain|provision|klarspråk|klarsprog|klartekst)[ _-]([a-z]{2,3})")


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What writing a table would do. `texts` is what to hand to `writing.write`.

    `unknown` are the table's fields that the plan has not, `twice` those on several rows with different texts
    (nothing is written while there are any), `silent` the plan's fields that lack a text and are not in the
    table, `same` how many already say this, `unread` columns of which nothing was understood, `passed_over`
    those that mean the same as another, which is used. `damaged` are fields whose letters seem to be damaged.
    `warnings` say what was guessed in reading the file, `around` are its lines above and below the table.
    """

    texts: dict[str, Provision] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    same: int = 0
    unread: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    around: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)


def proposal(path: Path, *, edition: Edition) -> Proposal:
    """Read a CSV, XLSX, ODS or JSON file and match it with the edition's fields. Nothing is written.

    Raises ReadError for what is no table, ProvisionError where it lacks a column of field names or of texts.
    """
    table = figures.read_table(path)
    meaning_of = {name: _meaning(name) for name in table.columns}
    columns = _used(meaning_of)
    meanings = list(columns.values())
    if "field" not in meanings:
        message = _("The table has no column of zone fields. Call it “field”. There are: %(names)s.")
        raise ProvisionError(message % {"names": ", ".join(table.columns[:20])})
    if not set(meanings) - {"field"}:
        message = _("The table has no column of texts. Call them “text”, “plain_nb” … There are: %(names)s.")
        raise ProvisionError(message % {"names": ", ".join(table.columns[:20])})
    texts, twice = _texts_by_name(table.rows, columns=columns)
    return replace(
        _matched(texts, fields=zone_fields_of(edition)),
        twice=twice,
        unread=[name for name, meaning in meaning_of.items() if not meaning],
        passed_over=[name for name, meaning in meaning_of.items() if meaning and name not in columns],
        damaged=[name for name, provision in texts.items() if _is_damaged(name, provision)],
        warnings=table.warnings,
        around=table.notes,
        languages=[meaning for meaning in meanings if meaning not in ("field", "text")],
    )


def rows(edition: Edition, *, languages: list[str]) -> Iterator[list[str]]:
    """The table of an edition's provisions, header first; every field has a row, with or without a text."""
    zone_fields = zone_fields_of(edition)
    written = {language for zone_field in zone_fields for language in zone_field.provision.plain}
    languages = [*languages, *sorted(written - set(languages))]
    yield ["field", "codes", "text", *(f"plain_{language}" for language in languages)]
    for zone_field in zone_fields:
        provision = zone_field.provision
        plain = (provision.plain.get(language, "") for language in languages)
        yield [zone_field.name, " ".join(zone_field.codes), provision.legal_text, *plain]


def _meaning(column: str) -> str:
    """`field`, `text`, a language, or "" for what is not understood."""
    name = _plain_name(column)
    if name in _ZONE_FIELD_HEADERS:
        return "field"
    if name in _TEXT_HEADERS:
        return "text"
    match = _PLAIN_HEADER.fullmatch(name)
    return languages.code_of(match[1]) if match else ""


def _used(meaning_of: Mapping[str, str]) -> dict[str, str]:
    """One column for each meaning: of several the one with the plainest name, else the first."""
    ranks = {name: rank for rank, name in enumerate((*_ZONE_FIELD_HEADERS, *_TEXT_HEADERS))}
    plainest = sorted(meaning_of, key=lambda column: ranks.get(_plain_name(column), 0))
    column_of: dict[str, str] = {}
    for column in plainest:
        column_of.setdefault(meaning_of[column], column)
    return {column: meaning for meaning, column in column_of.items() if meaning}


def _is_damaged(name: str, provision: Provision) -> bool:
    return any(map(damaged_letters.are_in, (name, provision.legal_text, *provision.plain.values())))


def _plain_name(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _texts_by_name(
    rows: list[dict[str, str]], *, columns: dict[str, str]
) -> tuple[dict[str, Provision], list[str]]:
    """The texts by field name as the table writes it, and the names that have several."""
    by_name: dict[str, Provision] = {}
    twice: list[str] = []
    for row in rows:
        cells = {
            columns[name]: csv_lines.as_written(cell)
            for name, cell in row.items()
            if name in columns and cell
        }
        name = cells.pop("field", "")
        provision = Provision(legal_text=cells.pop("text", ""), plain=cells)
        if not name or not provision:
            continue
        if by_name.setdefault(name, provision) != provision:
            twice.append(name)
    return by_name, sorted(set(twice))


def _matched(by_name: dict[str, Provision], *, fields: list[ZoneField]) -> Proposal:
    """By the exact name, else by the only field that is the same but for capitals and blanks."""
    exact = {zone_field.name: zone_field for zone_field in fields}
    alike: dict[str, list[ZoneField]] = {}
    for zone_field in fields:
        alike.setdefault(_plain_name(zone_field.name), []).append(zone_field)
    texts: dict[str, Provision] = {}
    unknown, same = [], 0
    for name, provision in by_name.items():
        candidates = [exact[name]] if name in exact else alike.get(_plain_name(name), [])
        if len(candidates) != 1:
            unknown.append(name)
            continue
        merged = _merged(candidates[0].provision, provision)
        if merged == candidates[0].provision and not candidates[0].differs:
            same += 1
        else:
            texts[candidates[0].name] = merged
    named = set(texts) | {name for name in by_name if name in exact}
    without_text = [zone_field.name for zone_field in fields if not zone_field.provision]
    silent = [name for name in without_text if name not in named]
    return Proposal(texts=texts, unknown=unknown, silent=silent, same=same)


def _merged(before: Provision, table: Provision) -> Provision:
    """An empty cell leaves what is there."""
    return Provision(legal_text=table.legal_text or before.legal_text, plain={**before.plain, **table.plain})
