"""What the page of one upload shows: what it is called, and what of a draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layers.models import Edition, Layer
from mapdialog.dialogue.texts import translated
from mapdialog.planner.layers.upload import draft_map, draft_report, features, saving
from mapdialog.uploads.choices import choices_of
from mapdialog.uploads.models import Upload


def kind_words(upload: Upload) -> str:
    """What the file is, as people say it."""
    return str(Layer.Kind(upload.layer.kind if upload.layer else choices_of(upload).kind).label)


def titles(upload: Upload, *, language: str) -> dict[str, Any]:
    """What the layer is called that it goes into, and the edition that the same bytes are already, if any."""
    same = _same_file(upload) if upload.state not in Upload.ENDED else None
    layer = upload.layer or (upload.draft.layer if upload.draft else None)
    return {
        "layer_title": _title(layer, language) if layer else "",
        "same": same,
        "same_title": _title(same.layer, language) if same else "",
    }


def _title(layer: Layer, language: str) -> str:
    return translated(layer.titles, language) or layer.name


def _same_file(upload: Upload) -> Edition | None:
    editions = Edition.objects.saved().filter(sha256=upload.sha256, layer__owner=upload.municipality.code)
    return editions.select_related("layer").order_by("-imported_at").first()


def ready(upload: Upload, draft: Edition, *, language: str, description: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of a draft shows that is ready to be saved."""
    findings = draft_report.findings(draft)
    return {
        "draft": draft,
        "counts": draft_report.count_words(draft),
        "findings": findings,
        "comparison": draft_report.comparison(upload),
        "description": description,
        "languages": saving.languages(upload, description=description),
        "style_choices": saving.style_choices(draft),
        "first_features": features.page_of(draft, after=0, query="", language=language),
        "settings": draft_map.map_settings(
            upload, draft, language=language, marked=draft_report.marks(findings)
        ),
    }
