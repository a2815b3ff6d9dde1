"""What the page of one upload shows: what was understood, what was found, what would change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from layers import styles
from layers.findings import report, wording
from layers.findings.finding import Finding, Item
from layers.models import Edition, Layer
from layers.styles import titles as titles_of_lists
from mapdialog.dialogue.texts import translated
from mapdialog.planner.layers import layer_map
from mapdialog.planner.layers.upload import features, words
from mapdialog.planner.layers.upload.forms import first_description
from mapdialog.uploads.choices import choices_of
from mapdialog.uploads.file_name import title_of
from mapdialog.uploads.models import Upload

# Beyond these the page points to the report's file.
_SHOWN_ITEMS = 100
_SHOWN_DIFFERENCES = 100
# A worker takes a job up within a second; after so long it is probably not running.
_PATIENCE = dt.timedelta(seconds=10)


def progress(upload: Upload, *, at: dt.datetime) -> dict[str, Any]:
    """How far the work is, in words and percent; what the page asks for again and again."""
    job = upload.job
    if upload.state not in Upload.AT_WORK or job is None:
        return {"state": upload.state, "reading": upload.reading}
    is_late = job.started_at is None and at - job.created_at > _PATIENCE
    percent = 100 * job.done // job.total if job.total else None
    return {
        "state": upload.state,
        "reading": upload.reading,
        "percent": percent,
        "words": _words(upload, percent=percent),
        "late": _late(job.created_at, upload) if is_late else "",
    }


def _words(upload: Upload, *, percent: int | None) -> str:
    job = upload.job
    if job is None or job.started_at is None:
        return _("In the queue")
    if upload.state == Upload.State.SAVING:
        return _("Saving")
    phase = words.phase(job.message)
    return f"{phase}, {percent} %" if percent else phase


def _late(since: dt.datetime, upload: Upload) -> str:
    clock = since.astimezone(upload.municipality.zone).strftime("%H:%M:%S")
    message = _(
        "Waiting for the background worker since %(clock)s. If nothing happens, ask whoever runs the service "
        "whether it is running. You may close this page: nothing is lost."
    )
    return message % {"clock": clock}


def understood_rows(upload: Upload) -> list[tuple[str, str]]:
    """(what, how it was understood), as far as reading came."""
    understood, choices = upload.understood, choices_of(upload)
    rows = [(_("File"), f"{upload.file_name}, {size(upload.bytes)}")]
    if understood.get("format"):
        rows.append((_("Format"), understood["format"]))
    if len(understood.get("tables", ())) > 1 and understood.get("taken"):
        rows.append((_("Layers read"), ", ".join(understood["taken"])))
    if "place" in understood:
        rows.append((_("Coordinate system"), _system(upload)))
    if understood.get("source"):
        rows.append((_("Recognised as"), translated(understood["source"]["title"], choices.language)))
    for role, name in understood.get("roles", {}).items():
        if name:
            names = [name, *_instead(role, name, understood)]
            rows.append((words.role(role), ", ".join(_field(taken, understood) for taken in names)))
    return rows


def _system(upload: Upload) -> str:
    named = dict(upload.understood["systems"])
    chosen, declared = choices_of(upload).srid, upload.understood["place"]["declared"]
    srid = chosen or declared
    if srid is None:
        return _("not said in the file")
    text = f"EPSG:{srid}, {named.get(srid, '')}"
    if chosen and chosen != declared:
        return _("%(system)s, as you chose") % {"system": text}
    return _("%(system)s, as the file says") % {"system": text}


def _instead(role: str, name: str, understood: dict[str, Any]) -> list[str]:
    """The fields read where the first is empty, such as one for each kind of special consideration zone."""
    is_always_filled = any(field["name"] == name and field["share"] == 1 for field in understood["fields"])
    return [] if is_always_filled else list(understood.get("others", {}).get(role, ()))


def _field(name: str, understood: dict[str, Any]) -> str:
    samples: list[str] = next(
        (field["samples"] for field in understood["fields"] if field["name"] == name), []
    )
    return f"{name} ({', '.join(samples)}…)" if samples else name


def size(n_bytes: int) -> str:
    """`1,4 MB`, as the reader's language writes numbers."""
    if n_bytes < 1_000_000:
        return f"{number_format(max(1, round(n_bytes / 1000)))} kB"
    return f"{number_format(n_bytes / 1_000_000, decimal_pos=1)} MB"


def count_words(draft: Edition) -> list[str]:
    """The numbers of the report as sentences."""
    kept = draft.report
    n_read, n_loaded = kept["read"], kept["loaded"]
    return [
        ngettext("%(n)s feature was read.", "%(n)s features were read.", n_read)
        % {"n": number_format(n_read, force_grouping=True)},
        ngettext("%(n)s is in the draft.", "%(n)s are in the draft.", n_loaded)
        % {"n": number_format(n_loaded, force_grouping=True)},
    ]


def findings(draft: Edition) -> list[dict[str, Any]]:
    """What was found, errors and warnings first, with the places that can be shown on the map."""
    listed = report.gravest_first(report.findings(draft.report))
    groups = [_group(number, finding) for number, finding in enumerate(listed)]
    sentences = [
        {"heading": "", "sentence": text, "severity": "note", "items": []} for text in _warnings(draft)
    ]
    return [*groups, *sentences]


def _warnings(draft: Edition) -> list[str]:
    return [str(text) for text in draft.report.get("warnings", ())]


def _group(number: int, finding: Finding) -> dict[str, Any]:
    shown = [_item(f"{number}-{place}", item) for place, item in enumerate(finding.items[:_SHOWN_ITEMS])]
    return {
        "heading": wording.heading(finding),
        "sentence": wording.sentence(finding),
        "severity": finding.severity,
        "items": shown,
        "n_more": finding.count - len(shown),
    }


def _item(key: str, item: Item) -> dict[str, Any]:
    return {"key": key, "line": wording.line(item), "lon": item.lon, "lat": item.lat}


def marks(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The places among the findings, for the map."""
    return [
        {"id": item["key"], "lonLat": [item["lon"], item["lat"]], "severity": group["severity"]}
        for group in groups
        for item in group["items"]
        if item["lon"] is not None
    ]


def comparison(upload: Upload) -> dict[str, Any] | None:
    """The draft beside the edition in force, in words; None for a new layer."""
    compared = upload.understood.get("comparison")
    if compared is None:
        return None
    rows = [
        {
            **row,
            "words": words.what_changed(row["what"]),
            "hectares_before": _hectares(row["m2_before"]),
            "hectares_after": _hectares(row["m2_after"]),
            "difference": _difference(row),
        }
        for row in compared.get("rows", ())[:_SHOWN_DIFFERENCES]
    ]
    differing = compared.get("differing")
    return {
        **compared,
        "is_too_long": compared.get("is_too_long", False),
        "differing": differing,
        "rows": rows,
        "n_more": (differing or 0) - len(rows),
    }


def _hectares(m2: float | None) -> str:
    return "–" if m2 is None else number_format(m2 / 10_000, decimal_pos=1, force_grouping=True)


def _difference(row: dict[str, Any]) -> str:
    hectares = ((row["m2_after"] or 0) - (row["m2_before"] or 0)) / 10_000
    sign = "+" if hectares > 0 else "−" if hectares < 0 else "±"
    return f"{sign}{number_format(abs(hectares), decimal_pos=1, force_grouping=True)}"


def style_choices(draft: Edition) -> list[dict[str, Any]]:
    """The lists of codes and colours with how many of the draft's codes each knows, the best first."""
    if draft.layer.kind != Layer.Kind.ZONING:
        return []
    codes = {style.code for style, _n in layer_map.styles_of(draft)}
    named = [
        {
            "name": name,
            "title": titles_of_lists.title(name),
            "n_known": sum(styles.style_for(name, code=code).known for code in codes),
            "n_codes": len(codes),
        }
        for name in styles.list_names()
    ]
    return sorted(named, key=lambda choice: -int(str(choice["n_known"])))


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
        valid_from=today_in(upload).isoformat() if upload.layer else "",
    )
    return {**first, "style": _likely_style(draft)}


def _likely_style(draft: Edition) -> str:
    """The layer's own list; one that knows the codes where the own knows none of them."""
    choices = style_choices(draft)
    knows = {choice["name"]: choice["n_known"] for choice in choices}
    if choices and choices[0]["n_known"] and not knows.get(draft.layer.style):
        return str(choices[0]["name"])
    return draft.layer.style


def kind_words(upload: Upload) -> str:
    """What the file is, as people say it."""
    return str(Layer.Kind(upload.layer.kind if upload.layer else choices_of(upload).kind).label)


def ready(upload: Upload, draft: Edition, *, language: str, description: Mapping[str, Any]) -> dict[str, Any]:
    """What the page of a draft shows that is ready to be saved."""
    listed = findings(draft)
    return {
        "draft": draft,
        "counts": count_words(draft),
        "findings": listed,
        "comparison": comparison(upload),
        "description": description,
        "languages": languages(upload, description=description),
        "style_choices": style_choices(draft),
        "first_features": features.page_of(draft, after=0, query="", language=language),
        "settings": map_settings(upload, draft, language=language, marked=marks(listed)),
    }


def map_settings(
    upload: Upload, draft: Edition, *, language: str, marked: list[dict[str, Any]]
) -> dict[str, Any]:
    """Settings of the map with the draft (static/js/planner/layers/preview.js)."""
    on = today_in(upload)
    map_of_draft = layer_map.edition_map(draft, municipality=upload.municipality, language=language, on=on)
    map_of_draft["texts"] |= words.map_texts()
    return {
        **map_of_draft,
        "style": draft.layer.style,
        "marks": marked,
        "others": _others(upload, draft, on=on, language=language),
        "features": reverse("planner:upload_features", args=[upload.pk]),
        "colours": reverse("planner:upload_colours", args=[upload.pk]),
    }


def _others(upload: Upload, draft: Edition, *, on: dt.date, language: str) -> list[dict[str, Any]]:
    """The municipality's other boundaries and plans in force, to be laid over the draft."""
    editions = Edition.objects.in_force_on(on).select_related("layer").order_by("layer__kind", "layer__name")
    drawn = editions.filter(
        layer__owner=upload.municipality.code,
        layer__kind__in=[Layer.Kind.BOUNDARY, Layer.Kind.ZONING, Layer.Kind.WATER, Layer.Kind.STREET],
    )
    names = {True: _("%(name)s (the edition in force)"), False: "%(name)s"}
    return [
        {
            "id": edition.pk,
            "kind": edition.layer.kind,
            "url": layer_map.tiles_of(edition),
            "name": names[edition.layer_id == draft.layer_id] % {"name": _title(edition.layer, language)},
        }
        for edition in sorted(drawn, key=lambda edition: edition.layer_id != draft.layer_id)
    ]


def place_settings(upload: Upload, *, language: str) -> dict[str, Any]:
    """Settings of the map with the coordinate systems that the file may be in."""
    on = today_in(upload)
    return {
        "base": layer_map.ground_settings(upload.municipality, on=on),
        "texts": layer_map.texts() | words.map_texts(),
        "language": language,
        "candidates": upload.understood.get("place", {}).get("candidates", []),
        "others": [],
    }


def today_in(upload: Upload) -> dt.date:
    """The day it is in the municipality."""
    return upload.municipality.day(timezone.now())


def languages(upload: Upload, *, description: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The title's languages with what is written so far: the municipality's own first."""
    own = upload.municipality.languages
    named = [
        {"tag": tag, "name": name, "is_own": tag in own, "title": description.get(f"title_{tag}", "")}
        for tag, name in settings.LANGUAGES
    ]
    return sorted(
        named, key=lambda title: (not title["is_own"], own.index(title["tag"]) if title["is_own"] else 0)
    )


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
