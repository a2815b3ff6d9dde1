"""An upload as the import takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from layers.importing.request import Delivery
from mapdialog.uploads.choices import Naming, choices_of
from mapdialog.uploads.models import Upload


def delivery_of(upload: Upload, *, naming: Naming | None = None) -> Delivery:
    """What `importing.stage` reads and, with `naming`, `importing.save` saves."""
    choices = choices_of(upload)
    named: dict[str, Any] = {}
    if naming is not None:
        named = {**vars(naming), "replace": upload.layer is not None}
    return Delivery(
        path=Path(upload.file.path),
        kind=choices.kind,
        name=upload.layer.name if upload.layer else choices.name,
        owner=upload.municipality.code,
        srid=choices.srid,
        swap_axes=choices.swap_axes,
        roles=choices.roles,
        source=choices.source or None,
        table=tuple(choices.tables) or None,
        merge_codes=choices.merge_codes,
        **named,
    )
