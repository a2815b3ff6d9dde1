"""What a person has said about a file: kept as JSON with the upload, so that reading can be repeated."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import Any

from layers.models import Layer
from mapdialog.people.models import Municipality
from mapdialog.uploads.file_name import layer_name
from mapdialog.uploads.models import Upload


@dataclass(frozen=True, kw_only=True)
class ReadChoices:
    """How to read the file. Empty and None mean: find out.

    `tables` are those of the file's tables that are wanted, `roles` maps what a field is (`code`, `name`) to
    its name in the file, `source` is the id of a data set in layers/sources/. `language` is that of whoever
    chose: messages of the worker are written in it.
    """

    kind: str
    name: str
    language: str
    srid: int | None = None
    tables: list[str] = field(default_factory=list)
    roles: dict[str, str] = field(default_factory=dict)
    source: str = ""
    swap_axes: bool = False
    merge_codes: bool | None = None


@dataclass(frozen=True, kw_only=True)
class EditionDescription:
    """How the edition is to stand: from when, for whom, under which names and credit.

    `consent` and `reason` are the answer to what is asked before everyone sees it.
    """

    titles: dict[str, str]
    style: str
    credit: str
    licence: str
    valid_from: dt.date | None
    published: bool
    consent: bool = False
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        day = self.valid_from.isoformat() if self.valid_from else None
        return {**asdict(self), "valid_from": day}


def choices_of(upload: Upload) -> ReadChoices:
    """What has been chosen for an upload so far."""
    return ReadChoices(**upload.choices["reading"])


def description_of(upload: Upload) -> EditionDescription:
    """How an upload that is being saved is to be named."""
    description = dict(upload.choices["naming"])
    day = description.pop("valid_from")
    return EditionDescription(**description, valid_from=dt.date.fromisoformat(day) if day else None)


def free_name(file_name: str, *, municipality: Municipality) -> str:
    """A short name that no layer of the municipality has yet, made of the file's name."""
    name = layer_name(file_name)
    used = set(Layer.objects.filter(owner=municipality.code).values_list("name", flat=True))
    waiting = Upload.objects.unfinished().filter(municipality=municipality, layer=None)
    used |= set(waiting.values_list("choices__reading__name", flat=True))
    numbered = (f"{name}-{number}" for number in range(2, len(used) + 3))
    return name if name not in used else next(free for free in numbered if free not in used)
