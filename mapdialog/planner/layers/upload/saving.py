"""What the form of saving a draft holds at first, and what it offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone

from layers import styles
from layers.models import Edition, Layer
from layers.styles import titles as titles_of_lists
from mapdialog.planner.layers import layer_map
from mapdialog.planner.layers.upload.forms import first_description
from mapdialog.uploads.choices import choices_of
from mapdialog.uploads.file_name import title_of
from mapdialog.uploads.models import Upload


def initial_description(upload: Upload) -> dict[str, Any]:
    """What the form of saving holds at first: today for a new edition, ever since for a new layer."""
    draft = upload.draft
    if draft is None:
        return {}
    language = choices_of(upload).language
    first = first_description(
        draft,
        title=title_of(upload.file_name),
        language=language,
        valid_from=upload.municipality.day(timezone.now()).isoformat() if upload.layer else "",
    )
    return {**first, "style": _likely_style(draft)}


def style_choices(draft: Edition) -> list[dict[str, Any]]:
    """The lists of codes and colours with how many of the draft's codes each knows, the best first."""
    if draft.layer.kind != Layer.Kind.ZONING:
        return []
    codes = {style.code for style, _n in layer_map.styles_of(draft)}
    choices = [
        {
            "name": name,
            "title": titles_of_lists.title(name),
            "n_known": sum(styles.style_for(name, code=code).known for code in codes),
            "n_codes": len(codes),
        }
        for name in styles.list_names()
    ]
    return sorted(choices, key=lambda choice: -int(str(choice["n_known"])))


def _likely_style(draft: Edition) -> str:
    """The layer's own list; one that knows the codes where the own knows none of them."""
    choices = style_choices(draft)
    n_known = {choice["name"]: choice["n_known"] for choice in choices}
    if choices and choices[0]["n_known"] and not n_known.get(draft.layer.style):
        return str(choices[0]["name"])
    return draft.layer.style


def languages(upload: Upload, *, description: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The title's languages with what is written so far: the municipality's own first."""
    own = upload.municipality.languages
    titles = [
        {"tag": tag, "name": name, "is_own": tag in own, "title": description.get(f"title_{tag}", "")}
        for tag, name in settings.LANGUAGES
    ]
    return sorted(
        titles, key=lambda title: (not title["is_own"], own.index(title["tag"]) if title["is_own"] else 0)
    )
