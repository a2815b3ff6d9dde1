"""Letters and old data from a CSV file: each row wholly or not at all, every refusal with line and reason."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, TextIO

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from layers.readers.closed.visible_text import visible_text
from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.contributions import bulk, columns, keys, screening
from mapdialog.contributions import rules as rule
from mapdialog.contributions.feature import Draft, FeatureError, parse
from mapdialog.contributions.kinds.catalog import detail_names, kind_called
from mapdialog.contributions.models import Contribution, Submission
from mapdialog.contributions.rulebooks import Rulebook
from mapdialog.dialogue.models import Consultation, DataVersion, Theme
from mapdialog.web import strict_json

BATCH = 5_000
_SENT = {column.sent_as: column.sql for column in columns.FROM_SENDER if column.sent_as}
_SENT_TEXTS = frozenset({"alternative", *(name for name, sql in _SENT.items() if sql == "text")})
_NUMBERS = frozenset(name for name, sql in _SENT.items() if sql == "float8")
_STEPS = frozenset({"feeling", "rating"})
_OF_FILES = frozenset(
    {
        "lon", "lat", "geometry", "theme", "kind", "source_id", "submission_id", "sender", "sender_role",
        "channel", "written_at", "received_at", "day_offset",
    }
)  # fmt: skip
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_NORDIC_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)", re.ASCII | re.DOTALL)
# “14.30” as clocks are written in the Nordic countries; ISO 8601 knows a fraction of an hour instead.
_NORDIC_CLOCK = re.compile(r"(\d{4}-\d\d-\d\d)[ T](?:kl\.? ?)?(\d{1,2})[.:](\d\d)(?:[.:](\d\d))?", re.ASCII)
_FRACTION = re.compile(r"\d{4}-\d\d-\d\d[ T]\d{1,2}[.,].*", re.ASCII | re.DOTALL)
_CHANNELS_ALSO = {"words": Submission.Channel.WEB}
_SOURCE_ID_MAX = 100
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ð": "d", "þ": "th"})


def _texts() -> frozenset[str]:
    return _SENT_TEXTS | set(detail_names()) - _STEPS


def targets() -> frozenset[str]:
    """What a column of a file may hold: what a sender says, what kinds ask for, what files tell besides."""
    return _texts() | _NUMBERS | _STEPS | _OF_FILES


class ImportFileError(Exception):
    """The file as a whole cannot be read. The message says what to do."""


class RowError(ValueError):
    """One row cannot be taken. The message says why."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """`columns` leads from target (`lon`) to the file's column name."""

    columns: Mapping[str, str]
    state: str = Contribution.State.PUBLISHED
    creates_themes: bool = False
    takes_undated: bool = False


@dataclass(kw_only=True)
class Report:
    """What became of the rows. `refused` are {"line", "source_id", "reason"}: physical lines of the file."""

    read: int = 0
    stored: bulk.Stored = field(default_factory=bulk.Stored)
    states: Counter[str] = field(default_factory=Counter)
    themes_made: list[str] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, *, line: int, source_id: str, reason: str) -> None:
        self.refused.append({"line": line, "source_id": source_id, "reason": reason})

    def as_json(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "loaded": self.stored.new,
            "already_there": self.stored.known,
            "refused": len(self.refused),
            "without_place": self.stored.without_place,
            "outside_every_area": self.stored.outside,
            "themes_made": self.themes_made,
            "refusals": sorted(self.refused, key=lambda refusal: refusal["line"]),
        }


def load(
    file: TextIO,
    *,
    rulebook: Rulebook,
    options: Options,
    at: dt.datetime,
    by: str,
    progress: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Loads a CSV file (`;`, `,` or tab; opened with newline="") into the consultation.

    Idempotent on `source_id`. Opening times do not apply; a spot outside every area is loaded without one.
    Rows count as published unless screening finds personal data, their kind is private or the options say
    pending. Raises ImportFileError.
    """
    report = Report()
    work = _Import(rulebook=rulebook, options=options, at=at, report=report)
    rows = work.rows(file)
    while batch := tuple(islice(rows, BATCH)):
        stored = bulk.store(batch, rulebook=work.rulebook)
        for row in stored.refused:
            reason = "The place is too far away from the municipality."
            report.refuse(line=row.line, source_id=row.source_id, reason=reason)
        report.stored += stored
        progress(report)
    with transaction.atomic():
        detail = {name: value for name, value in report.as_json().items() if name != "refusals"}
        consultation = Consultation.objects.get(pk=rulebook.id)
        record(Verb.CONTRIBUTIONS_IMPORTED, subject=consultation, by=by, at=at, detail=detail)
    return report


class _Import:
    """One run: the rules as they grow by new themes, and the source ids met so far."""

    def __init__(self, *, rulebook: Rulebook, options: Options, at: dt.datetime, report: Report) -> None:
        self.rulebook = rulebook
        self._options = options
        self._at = at
        self._report = report
        self._lines: dict[str, int] = {}
        self._themes = _theme_words(rulebook)

    def rows(self, file: TextIO) -> Iterator[bulk.Row]:
        """The rows that can be taken; the others go into the report."""
        reader = csv.reader(file, delimiter=_delimiter(file), strict=True)
        header = _header(reader, columns=self._options.columns)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._report.read += 1
                self._report.refuse(line=line, source_id="", reason=f"The row cannot be read: {error}.")
                continue
            if any(cell.strip() for cell in cells):
                self._report.read += 1
                yield from self._row(cells, header=header, line=line)

    def _row(self, cells: list[str], *, header: Mapping[str, int], line: int) -> Iterator[bulk.Row]:
        row: dict[str, str] = {}
        try:
            if len(cells) != header["*"]:
                raise RowError(f"The row has {len(cells)} columns, the header {header['*']}.")
            row = {target: cells[header[target]].strip() for target in self._options.columns}
            self._check_source_id(row["source_id"], line=line)
            yield self._read(row, line=line)
        except FeatureError as error:
            reason = f"{error.field.removeprefix('properties.')}: {error}"
            self._report.refuse(line=line, source_id=row["source_id"], reason=reason)
        except (RowError, strict_json.StrictJsonError) as error:
            self._report.refuse(line=line, source_id=row.get("source_id", ""), reason=str(error))

    def _check_source_id(self, source_id: str, *, line: int) -> None:
        if not source_id or len(source_id) > _SOURCE_ID_MAX or not source_id.isprintable():
            raise RowError("source_id: it is empty, longer than 100 characters or not printable.")
        first = self._lines.setdefault(source_id, line)
        if first != line:
            raise RowError(f"source_id: the same as in line {first}.")

    def _read(self, row: Mapping[str, str], *, line: int) -> bulk.Row:
        properties: dict[str, Any] = {name: row[name] for name in _texts() if row.get(name)}
        properties |= {name: _number(row[name], name) for name in _NUMBERS if row.get(name)}
        properties |= {name: _step(row[name]) for name in _STEPS if row.get(name)}
        properties |= {"kind": _kind(row.get("kind", "")), "theme": self._theme(row.get("theme", ""))}
        feature = {"type": "Feature", "geometry": _geometry(row), "properties": properties}
        draft = parse(feature, rulebook=self.rulebook, is_record=True)
        written_at, received_at = self._times(row)
        flags = screening.flags(draft.free_text())
        submission = row.get("submission_id", "")
        sender, role = _sender(row.get("sender", ""), role=row.get("sender_role", ""))
        return bulk.Row(
            source_id=row["source_id"],
            line=line,
            submission=submission,
            sender=sender,
            sender_role=role,
            channel=_channel(row.get("channel", "")),
            kind=draft.kind.name,
            **draft.values(),
            contributor_key=keys.contributor_key(
                submission and f"submission:{submission}", consultation_id=self.rulebook.id
            ),
            written_at=written_at,
            received_at=received_at,
            arrival=rule.recorded_arrival(self.rulebook, received_at=received_at),
            state=self._state(draft, flags=flags),
            flags=flags,
        )

    def _state(self, draft: Draft, *, flags: list[str]) -> str:
        if draft.is_private:
            return Contribution.State.PRIVATE
        return Contribution.State.PENDING if flags else self._options.state

    def _times(self, row: Mapping[str, str]) -> tuple[dt.datetime, dt.datetime]:
        """Written and received. Only written known: it was received then. What lies ahead is now."""
        received = self._moment(row.get("received_at", ""), "received_at")
        written = self._moment(row.get("written_at", ""), "written_at")
        if written is None and row.get("day_offset"):
            written = self.rulebook.opens_at + dt.timedelta(days=_number(row["day_offset"], "day_offset"))
        is_dated = {"written_at", "day_offset"} & self._options.columns.keys()
        if written is None and is_dated and not self._options.takes_undated:
            raise RowError("written_at: the time is missing.")
        received = min(received or written or self._at, self._at)
        return min(written or received, received), received

    def _moment(self, text: str, name: str) -> dt.datetime | None:
        if not text:
            return None
        try:
            moment = dt.datetime.fromisoformat(_as_iso(text))
            zoned = moment if moment.tzinfo else moment.replace(tzinfo=self.rulebook.time_zone)
            result = zoned.astimezone(dt.UTC)
        except (ValueError, OverflowError):
            raise RowError(f"{name}: {text[:40]!r} is not a time such as 2026-05-01 12:00.") from None
        if not 1990 <= result.year <= 2200:
            raise RowError(f"{name}: the year {result.year} cannot be.")
        return result

    def _theme(self, word: str) -> str:
        if not word:
            return ""
        key = self._themes.get(word.casefold()) or self._themes.get(_slug(word))
        if key is None and self._options.creates_themes:
            key = self._make_theme(word)
        if key is None:
            raise RowError(f"theme: {word[:80]!r} is not a theme here (--create-themes makes it one).")
        return key

    def _make_theme(self, word: str) -> str:
        key = _slug(word)[:60] or f"theme-{len(self._themes) + 1}"
        language = self.rulebook.languages[0] if self.rulebook.languages else "en"
        with transaction.atomic():
            last = Theme.objects.filter(consultation=self.rulebook.id).aggregate(last=Max("order"))["last"]
            theme = Theme.objects.create(
                consultation_id=self.rulebook.id,
                key=key,
                name={language: visible_text(word)[:200]},
                order=(last or 0) + 1,
            )
            DataVersion.bump(self.rulebook.id)
        self.rulebook = replace(self.rulebook, themes={**self.rulebook.themes, key: theme.pk})
        self._themes |= {word.casefold(): key, key: key}
        self._report.themes_made.append(key)
        return key


def _theme_words(rulebook: Rulebook) -> dict[str, str]:
    """From every word a file may use (key, name in any language) to the theme's key."""
    words = {key.casefold(): key for key in rulebook.themes}
    for key, names in rulebook.theme_words.items():
        for name in names:
            words.setdefault(name.casefold(), key)
            words.setdefault(_slug(name), key)
    return words


def _slug(word: str) -> str:
    """`Grønne lunger` → `gronne-lunger`: Django's slugify would drop the ø."""
    return slugify(word.casefold().translate(_LETTERS))


def _delimiter(file: TextIO) -> str:
    start = file.tell()
    first = file.readline()
    file.seek(start)
    return max(";,\t", key=first.count)


def _header(reader: Any, *, columns: Mapping[str, str]) -> dict[str, int]:
    """Target → position of its column, and `*` → how many columns there are."""
    try:
        names = [name.strip().removeprefix("\ufeff") for name in next(reader)]
    except (StopIteration, csv.Error):
        raise ImportFileError("The file is empty or its first line is no header.") from None
    missing = sorted(set(columns.values()) - set(names))
    if missing:
        raise ImportFileError(f"The file has no column {', '.join(missing)}. It has: {', '.join(names)}.")
    return {**{target: names.index(column) for target, column in columns.items()}, "*": len(names)}


def _geometry(row: Mapping[str, str]) -> Any:
    if row.get("geometry"):
        return strict_json.loads(row["geometry"].encode())
    lon, lat = row.get("lon", ""), row.get("lat", "")
    if not lon and not lat:
        return None
    if not lon or not lat:
        raise RowError(f"{'lat' if lon else 'lon'}: it is missing.")
    return {"type": "Point", "coordinates": [_number(lon, "lon"), _number(lat, "lat")]}


def _number(text: str, name: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise RowError(f"{name}: {text[:40]!r} is not a number.")
    return float(text.replace(",", "."))


def _step(text: str) -> int | str:
    return int(text) if _WHOLE.fullmatch(text) else text


def _kind(word: str) -> str:
    kind = kind_called(word or "pin")
    if kind is None:
        raise RowError(f"kind: {word[:40]!r} is not a kind of contribution.")
    return kind.name


def _sender(word: str, *, role: str) -> tuple[str, str]:
    """`youth_council` is a council whose role is that."""
    if not word or word in Submission.Sender.values:
        return word or Submission.Sender.RESIDENT, visible_text(role)[:80]
    base = word.rsplit("_", 1)[-1]
    if base not in Submission.Sender.values:
        raise RowError(f"sender: {word[:40]!r} is not a sort of sender.")
    return base, visible_text(role or word.replace("_", " "))[:80]


def _channel(word: str) -> str:
    if word and word not in Submission.Channel.values and word not in _CHANNELS_ALSO:
        raise RowError(f"channel: {word[:40]!r} is not a channel.")
    return _CHANNELS_ALSO.get(word, word) or Submission.Channel.IMPORT


def _as_iso(text: str) -> str:
    """A day and a clock as people write them, in ISO 8601. Raises ValueError for what may mean two things."""
    nordic = _NORDIC_DAY.fullmatch(text)
    if nordic:
        text = f"{nordic[3]}-{int(nordic[2]):02d}-{int(nordic[1]):02d}{nordic[4]}"
    clock = _NORDIC_CLOCK.fullmatch(text)
    if clock:
        return f"{clock[1]} {int(clock[2]):02d}:{clock[3]}:{clock[4] or '00'}"
    if _FRACTION.fullmatch(text):
        raise ValueError(text)
    return text.replace("/", "-")
