"""What became of a file's rows: what was refused, held back or taken for granted is said, with its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation

from mapdialog.contributions import bulk, screening
from mapdialog.contributions.models import Contribution


@dataclass(kw_only=True)
class Report:
    """What became of the rows. `refused` and `held_back` say `line`, `source_id` and why, `notes` what was
    taken for granted; `line` is what the file is counted in. `file_notes` are about all of the file."""

    read: int = 0
    stored: bulk.Stored = field(default_factory=bulk.Stored)
    undated: int = 0
    themes_made: list[str] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    held_back: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    file_notes: list[str] = field(default_factory=list)

    def refuse(self, *, line: int, source_id: str, reason: str) -> None:
        self.refused.append({"line": line, "source_id": source_id, "reason": reason})

    def note(self, *, line: int, source_id: str, note: str) -> None:
        self.notes.append({"line": line, "source_id": source_id, "note": note})

    def note_file(self, note: str) -> None:
        """Once, however many rows it is true of."""
        if note not in self.file_notes:
            self.file_notes.append(note)

    def hold_back(self, row: bulk.Row) -> None:
        with translation.override("en"):  # as all of the report
            reasons = ", ".join(str(screening.WORDS.get(flag, flag)) for flag in row.flags)
        source_id = row.source_id or str(row.identifier)
        self.held_back.append({"line": row.line, "source_id": source_id, "reason": reasons})

    def add_stored(self, rows: Sequence[bulk.Row], *, refused: Sequence[bulk.Row]) -> None:
        """What is to be known of rows that were stored, less those that the database refused."""
        lost = {row.line for row in refused}
        for row in rows:
            if row.line in lost:
                continue
            self.undated += row.arrival == Contribution.Arrival.UNDATED
            if row.flags and row.state == Contribution.State.PENDING:
                self.hold_back(row)

    def as_json(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "loaded": self.stored.new,
            "already_there": self.stored.known,
            "refused": len(self.refused),
            "held_back": len(self.held_back),
            "without_place": self.stored.without_place,
            "outside_every_area": self.stored.outside,
            "undated": self.undated,
            "themes_made": self.themes_made,
            "refusals": sorted(self.refused, key=lambda refusal: refusal["line"]),
            "holds": self.held_back,
            "notes": self.notes,
            "file_notes": self.file_notes,
        }
