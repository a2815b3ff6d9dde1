"""Letters and old data from a file: each row wholly or not at all, every refusal with line and reason.

What looks wrong (`doubts`) or holds personal data is stored and waits: nothing doubtful is published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from layers.days import day_in, is_plausible
from layers.readers.closed.visible_text import visible_text
from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.contributions import (
    bulk,
    cells,
    columns,
    doubts,
    keys,
    known_rows,
    own_rows,
    screening,
    written_times,
)
from mapdialog.contributions import rules as rule
from mapdialog.contributions.cells import RowError
from mapdialog.contributions.doubts import Ground
from mapdialog.contributions.feature import Draft, FeatureError, parse
from mapdialog.contributions.import_files import FileRow, ImportFileError
from mapdialog.contributions.import_report import Report
from mapdialog.contributions.kinds.catalog import detail_names
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.own_marks import Marks
from mapdialog.contributions.rulebooks import Rulebook
from mapdialog.contributions.written_times import WrittenTimeError
from mapdialog.dialogue.models import Consultation, DataVersion, Theme
from mapdialog.web import strict_json

__all__ = ["ImportFileError", "Options", "Report", "RowError", "load", "targets"]
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
_SOURCE_ID_MAX = 100
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ð": "d", "þ": "th"})


def _texts() -> frozenset[str]:
    return _SENT_TEXTS | set(detail_names()) - _STEPS


def targets() -> frozenset[str]:
    """What a column of a file may hold: what a sender says, what kinds ask for, and what only files have."""
    return _texts() | _NUMBERS | _STEPS | _OF_FILES


@dataclass(frozen=True, kw_only=True)
class Options:
    state: str = Contribution.State.PUBLISHED
    creates_themes: bool = False


def load(
    file_rows: Iterable[FileRow],
    *,
    rulebook: Rulebook,
    options: Options,
    at: dt.datetime,
    by: str,
    progress: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Loads the rows of a file into the consultation.

    Idempotent on `source_id`, or the id of our own files. Opening times do not apply. Rows count as published
    unless something looks wrong, screening finds personal data, their kind is private or the options say
    pending; those of our own files keep the state they had. Raises ImportFileError.
    """
    report = Report()
    consultation = Consultation.objects.select_related("municipality").get(pk=rulebook.id)
    work = _Import(rulebook=rulebook, consultation=consultation, options=options, at=at, report=report)
    rows = work.rows(file_rows)
    while batch := tuple(islice(rows, BATCH)):
        new = known_rows.without_known(batch, rulebook=work.rulebook, report=report)
        stored = bulk.store(new, rulebook=work.rulebook)
        for row in stored.refused:
            reason = "The place is too far away from the municipality."
            report.refuse(line=row.line, source_id=row.source_id or str(row.identifier), reason=reason)
        report.add_stored(new, refused=stored.refused)
        report.stored += stored + bulk.Stored(known=len(batch) - len(new))
        progress(report)
    with transaction.atomic():
        lists = ("refusals", "holds", "notes", "file_notes")
        detail = {name: value for name, value in report.as_json().items() if name not in lists}
        record(Verb.CONTRIBUTIONS_IMPORTED, subject=consultation, by=by, at=at, detail=detail)
    return report


class _Import:
    """One run: the rulebook as it grows by new themes, and the source ids met so far."""

    def __init__(
        self,
        *,
        rulebook: Rulebook,
        consultation: Consultation,
        options: Options,
        at: dt.datetime,
        report: Report,
    ) -> None:
        self.rulebook = rulebook
        self._consultation = consultation
        self._country = consultation.municipality.country
        self._ground = Ground.of(consultation)
        self._options = options
        self._at = at
        self._report = report
        self._lines: dict[str, int] = {}
        self._themes = _theme_words(rulebook)

    def rows(self, file_rows: Iterable[FileRow]) -> Iterator[bulk.Row]:
        """The rows that can be taken; the others go into the report."""
        for row in file_rows:
            self._report.read += 1
            source_id = str((row.properties or {}).get("id", "")) or row.values.get("source_id", "")
            try:
                if row.fault:
                    raise RowError(row.fault)
                cells.check(row.values)
                self._check_source_id(source_id, line=row.line)
                yield self._read_own(row) if row.properties is not None else self._read(row)
            except FeatureError as error:
                reason = f"{error.field.removeprefix('properties.')}: {error}"
                self._report.refuse(line=row.line, source_id=source_id, reason=reason)
            except (RowError, strict_json.StrictJsonError) as error:
                self._report.refuse(line=row.line, source_id=source_id, reason=str(error))
            if row.note:
                self._report.note(line=row.line, source_id=source_id, note=row.note)

    def _check_source_id(self, source_id: str, *, line: int) -> None:
        if not source_id or len(source_id) > _SOURCE_ID_MAX or not source_id.isprintable():
            raise RowError("source_id: it is empty, longer than 100 characters or not printable.")
        first = self._lines.setdefault(source_id, line)
        if first != line:
            raise RowError(f"source_id: the same as in line {first}.")

    def _read(self, file_row: FileRow) -> bulk.Row:
        row = file_row.values
        properties: dict[str, Any] = {name: row[name] for name in _texts() if row.get(name)}
        properties |= {name: cells.number(row[name], name) for name in _NUMBERS if row.get(name)}
        properties |= {name: cells.step(row[name]) for name in _STEPS if row.get(name)}
        properties |= {
            "kind": cells.kind_name(row.get("kind", "")),
            "theme": self._theme(row.get("theme", "")),
        }
        geometry = self._geometry(file_row)
        feature = {"type": "Feature", "geometry": geometry, "properties": properties}
        draft = self._marked(parse(feature, rulebook=self.rulebook, is_record=True), file_row.marks)
        written_at, received_at = self._times(row, line=file_row.line)
        flags = [*screening.flags(draft.free_text()), *self._doubts(draft, file_row.marks)]
        submission = row.get("submission_id", "")
        sender, role = cells.sender(row.get("sender", ""), role=row.get("sender_role", ""))
        return bulk.Row(
            source_id=row["source_id"],
            line=file_row.line,
            submission=submission,
            sender=sender,
            sender_role=role,
            channel=cells.channel(row.get("channel", "")),
            kind=draft.kind.name,
            **draft.values(),
            contributor_key=keys.contributor_key(
                submission and f"submission:{submission}", consultation_id=self.rulebook.id
            ),
            written_at=written_at or self._at,
            received_at=received_at or self._at,
            arrival=rule.recorded_arrival(self.rulebook, received_at=received_at),
            state=self._state(draft, flags=flags),
            flags=flags,
        )

    def _read_own(self, file_row: FileRow) -> bulk.Row:
        properties = file_row.properties or {}
        source_id = str(own_rows.identifier_of(properties))
        theme = self._theme(str(properties.get("theme") or ""))
        sent = own_rows.draft_of(properties, geometry=file_row.geometry, rulebook=self.rulebook, theme=theme)
        draft = self._marked(sent, file_row.marks)
        arrival = own_rows.arrival_of(properties, rulebook=self.rulebook)
        if arrival.note:
            self._report.note(line=file_row.line, source_id=source_id, note=arrival.note)
        known_flags = own_rows.flags_of(properties)
        flags = [*screening.flags(draft.free_text()), *self._doubts(draft, file_row.marks)]
        flags += [screening.ARRIVAL] if arrival.is_doubtful else []
        row = own_rows.row_of(
            properties,
            draft=draft,
            line=file_row.line,
            rulebook=self.rulebook,
            at=self._at,
            arrival=arrival.counts_as,
            state=self._options.state,
            doubts=[flag for flag in flags if flag not in known_flags],
        )
        written_at, received_at = self._in_order(
            row.written_at, row.received_at, line=row.line, source_id=source_id
        )
        if note := own_rows.note_of_change(row, at=self._at):
            self._report.note(line=row.line, source_id=source_id, note=note)
        changed_at = row.changed_at and min(row.changed_at, self._at)
        return replace(row, written_at=written_at, received_at=received_at, changed_at=changed_at)

    def _marked(self, draft: Draft, marks: Marks) -> Draft:
        """The draft no more exact than its file says that it is."""
        if marks.is_demo:
            self._report.note_file("This file is of a demo.")
        if not marks.precision_m or draft.geom is None:
            return draft
        self._report.note_file(
            f"Points lie in the middle of squares with sides of {marks.precision_m:g} m in this file: "
            f"accuracy_m is {marks.accuracy_m:g} at least, and a day counts as its first moment."
        )
        return replace(draft, accuracy_m=max(marks.accuracy_m, draft.accuracy_m or 0))

    def _doubts(self, draft: Draft, marks: Marks) -> list[str]:
        return [
            *self._ground.doubts(draft.geom),
            *doubts.of_marks(marks, has_spot=draft.geom is not None, consultation=self._consultation),
            *doubts.of_letters(draft.free_text()),
        ]

    def _state(self, draft: Draft, *, flags: list[str]) -> str:
        if draft.is_private:
            return Contribution.State.PRIVATE
        return Contribution.State.PENDING if flags else self._options.state

    def _geometry(self, file_row: FileRow) -> Any:
        row = file_row.values
        if file_row.geometry is not None:
            return self._in_degrees(file_row.geometry)
        if row.get("geometry"):
            return self._in_degrees(strict_json.loads(row["geometry"].encode()))
        lon, lat = row.get("lon", ""), row.get("lat", "")
        if not lon and not lat:
            return None
        if not lon or not lat:
            raise RowError(f"{'lat' if lon else 'lon'}: it is missing.")
        coordinates = [cells.number(lon, "lon"), cells.number(lat, "lat")]
        return self._in_degrees({"type": "Point", "coordinates": coordinates})

    def _in_degrees(self, geometry: Any) -> Any:
        """The geometry itself. Of a point in metres it is said which system that may be."""
        coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
        match coordinates:
            case [int() | float() as x, int() | float() as y, *_rest]:
                if reading := self._ground.reading_of(x, y):
                    raise RowError(f"lon, lat: {reading}")
        return geometry

    def _times(self, row: Mapping[str, str], *, line: int) -> tuple[dt.datetime | None, dt.datetime | None]:
        """Written and received, None where no date is known. Only one known: it was the other then, too."""
        received = self._moment(row, "received_at", line=line)
        written = self._moment(row, "written_at", line=line)
        if written is None and row.get("day_offset"):
            written = self._days_after_opening(row["day_offset"])
        received = received or written
        if received is None:
            return None, None
        return self._in_order(written or received, received, line=line, source_id=row["source_id"])

    def _days_after_opening(self, text: str) -> dt.datetime:
        days = cells.number(text, "day_offset")
        try:
            written = self.rulebook.opens_at + dt.timedelta(days=days)
        except OverflowError:
            written = None
        if written is None or not is_plausible(written):
            raise RowError(f"day_offset: {text[:40]!r} days from the opening cannot be.")
        return written

    def _in_order(
        self, written: dt.datetime, received: dt.datetime, *, line: int, source_id: str
    ) -> tuple[dt.datetime, dt.datetime]:
        """Received not after now, written not after received; what had to be changed is said."""
        if written > received:
            note = "written_at: it is later than received_at, and taken as the same."
            self._report.note(line=line, source_id=source_id, note=note)
        if received > self._at:
            day = day_in(self.rulebook.time_zone, at=received)
            note = f"{day} lies ahead: taken as received now."
            self._report.note(line=line, source_id=source_id, note=note)
        received = min(received, self._at)
        return min(written, received), received

    def _moment(self, row: Mapping[str, str], name: str, *, line: int) -> dt.datetime | None:
        text = row.get(name, "")
        if not text:
            return None
        try:
            written = written_times.read(text, zone=self.rulebook.time_zone, country=self._country)
        except WrittenTimeError:
            raise RowError(f"{name}: {text[:40]!r} is not a time such as 2026-05-01 12:00.") from None
        if not is_plausible(written.at):
            raise RowError(f"{name}: the year {written.at.year} cannot be.")
        if written.assumed:
            note = f"{name}: {text[:40]!r} {written.assumed}."
            self._report.note(line=line, source_id=row["source_id"], note=note)
        return written.at

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
        if doubts.of_letters(word):
            raise RowError(f"theme: {word[:80]!r} seems to hold damaged letters.")
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
