"""Files that no row names: written before a transaction that a kill took back, or left after one.

A file and its row cannot be written together. The file comes first and goes last, so that a row never names
one that is not there; what is left over is found here.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.apps import apps
from django.core.files.storage import FileSystemStorage
from django.db import models

# Longer than any import takes: its transaction names the file only when it is committed.
_LEFT_ALONE = dt.timedelta(days=1)


def unnamed_files(*, at: dt.datetime) -> int:
    """Delete what is older than a day, in the folder of a file field but in no row. Returns how many."""
    fields = [
        field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField)
    ]
    return sum(_swept(field, named=_named_in(fields, folder=_folder(field)), at=at) for field in fields)


def _folder(field: models.FileField) -> str:
    return str(field.upload_to)


def _named_in(fields: list[models.FileField], *, folder: str) -> set[str]:
    """What the rows of every field with this folder name."""
    return {
        name
        for field in fields
        if _folder(field) == folder
        for name in field.model._base_manager.exclude(**{field.name: ""}).values_list(field.name, flat=True)
    }


def _swept(field: models.FileField, *, named: set[str], at: dt.datetime) -> int:
    storage, folder = field.storage, _folder(field)
    if not isinstance(storage, FileSystemStorage) or not folder:
        return 0
    count = 0
    root = Path(storage.location)
    for path in (root / folder).rglob("*"):
        if not path.is_file() or str(path.relative_to(root)) in named:
            continue
        if path.stat().st_mtime < (at - _LEFT_ALONE).timestamp():
            path.unlink(missing_ok=True)
            count += 1
    return count
