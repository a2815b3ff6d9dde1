"""An upload as the import takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from layers.editions.publishing import Consent
from layers.importing.request import ImportRequest
from mapdialog.uploads.choices import EditionDescription, choices_of
from mapdialog.uploads.models import Upload


def import_request_of(upload: Upload, *, description: EditionDescription | None = None) -> ImportRequest:
    """What `import_file.stage` reads and, with `description`, `import_file.save` saves."""
    choices = choices_of(upload)
    named: dict[str, Any] = {}
    if description is not None:
        named = {**vars(description), "replace": upload.layer is not None}
        named["consent"] = Consent(is_given=named["consent"], reason=named.pop("reason"))
    return ImportRequest(
        path=Path(upload.file.path),
        kind=choices.kind,
        name=upload.layer.name if upload.layer else choices.name,
        owner=upload.municipality.code,
        srid=choices.srid,
        swap_axes=choices.swap_axes,
        roles=choices.roles,
        source=choices.source or None,
        source_layers=tuple(choices.tables) or None,
        merge_codes=choices.merge_codes,
        **named,
    )
