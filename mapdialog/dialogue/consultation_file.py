"""A consultation as a TOML file: the keys, read strictly. docs/consultation-file.md explains each."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mapdialog import toml_file
from mapdialog.dialogue import scale
from mapdialog.dialogue.dates import When
from mapdialog.dialogue.models import Consultation, Question
from mapdialog.people import municipality_file
from mapdialog.people.municipality_file import MunicipalityFile
from mapdialog.toml_file import LANGUAGE_TAG, Table

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
KEY = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_TEXTS = ("summary", "purpose", "can_influence", "fixed", "decides", "reads", "privacy", "not_for")
_PLAIN = ("plan_level", "plan_id", "case_number")


@dataclass(frozen=True, kw_only=True)
class AreaOfFile:
    """Where the consultation holds: the whole of a layer, a box (w, s, e, n), or a GeoJSON file."""

    layer: str = ""
    bbox: tuple[float, ...] = ()
    geojson: Path | None = None


@dataclass(frozen=True, kw_only=True)
class ConsultationFile:
    """`columns` are the table's own columns by name; `parts` the rows that belong to it, by relation."""

    file: Path
    slug: str
    municipality: str | MunicipalityFile
    columns: Mapping[str, Any]
    opens: When
    closes: When | None
    area: AreaOfFile | None
    boundary_set: str
    base_layers: list[str]
    holders: list[tuple[str, str]] = field(default_factory=list)
    parts: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)


def read(file: Path) -> ConsultationFile:
    """Raises TomlFileError, naming file and key."""
    table = toml_file.read(file)
    municipality = _municipality(table)
    columns = _columns(table)
    slug = table.text("slug")
    if not SLUG.fullmatch(slug) or len(slug) > 80:
        raise table.error(
            "slug", f"is {slug!r}; use small letters a–z, figures and single hyphens, 80 at most."
        )
    result = ConsultationFile(
        file=file,
        slug=slug,
        municipality=municipality,
        columns=columns,
        opens=_when(table, "opens", required=True) or When(""),
        closes=_when(table, "closes"),
        area=_area(table),
        boundary_set=table.text("boundary_set", default=""),
        base_layers=table.strings("base_layers"),
        holders=_holders(table),
        parts={
            "alternatives": _parts(table, "alternatives", _alternative),
            "themes": _parts(table, "themes", _theme),
            "questions": _questions(table),
            "target_groups": _parts(table, "target_groups", _target_group),
            "indicators": _parts(table, "indicators", _indicator),
            "documents": _parts(table, "documents", _document),
            "rounds": _parts(table, "rounds", _round),
        },
    )
    table.refuse_unknown()
    return result


def _municipality(table: Table) -> str | MunicipalityFile:
    if not isinstance(table.value("municipality"), dict):
        return table.text("municipality")
    inner = table.table("municipality")
    assert inner is not None
    return municipality_file.parse(inner)


def _columns(table: Table) -> dict[str, Any]:
    languages = table.strings("languages") or ["nb", "en"]
    for tag in languages:
        if not LANGUAGE_TAG.fullmatch(tag):
            raise table.error("languages", f"holds {tag!r}; use tags such as nb, nn, sv, da or en.")
    table.languages = languages
    return {
        "languages": languages,
        "title": table.texts("title", required=True),
        **{name: table.texts(name) for name in _TEXTS},
        **{name: _short(table, name, longest=60) for name in _PLAIN},
        "is_demo": table.flag("demo"),
        "status": table.text("status", default="draft", choices=Consultation.Status.values),
        "level": table.text("level", default="consult", choices=Consultation.Level.values),
        "stage": table.text("stage", default="needs", choices=Consultation.Stage.values),
        "hearing_type": table.text(
            "hearing_type", default="", choices=["", *Consultation.HearingType.values]
        ),
        "moderation": table.text("moderation", default="before", choices=Consultation.Moderation.values),
        "visibility": table.text("visibility", default="points", choices=Consultation.Visibility.values),
        "public_precision_m": table.whole("public_precision_m", default=0, maximum=100_000),
        "address_limit": table.whole("address_limit", default=600, minimum=1, maximum=1_000_000),
        "grace": dt.timedelta(hours=table.whole("grace_hours", default=24, maximum=24 * 60)),
    }


def _short(table: Table, key: str, *, longest: int) -> str:
    text = table.text(key, default="").strip()
    if len(text) > longest:
        raise table.error(key, f"is longer than {longest} characters.")
    return text


def _when(table: Table, key: str, *, required: bool = False) -> When | None:
    value = table.value(key)
    if value is None and not required:
        return None
    if not isinstance(value, str | dt.date):
        raise table.error(key, "must be a date with a time, such as 2026-03-01T12:00:00+01:00 or “-38d”.")
    return When(value)


def _area(table: Table) -> AreaOfFile | None:
    area = table.table("area")
    if area is None:
        return None
    ways = [key for key in ("layer", "bbox", "geojson") if key in area]
    if len(ways) != 1:
        raise table.error("area", "must say one of layer, bbox = [west, south, east, north] or geojson.")
    result = AreaOfFile(
        layer=area.text("layer", default=""),
        bbox=area.numbers("bbox", length=4) if "bbox" in area else (),
        geojson=area.beside("geojson"),
    )
    area.refuse_unknown()
    return result


def _holders(table: Table) -> list[tuple[str, str]]:
    """(municipality's code, committee's code or ''), from `holders` and `committee`."""
    holders = [(code, "") for code in table.strings("holders")]
    if committee := table.text("committee", default=""):
        municipality = table.value("municipality")
        code = municipality.get("code", "") if isinstance(municipality, dict) else municipality
        holders.append((str(code), committee))
    return holders


def _parts(table: Table, key: str, read_one: Any) -> list[dict[str, Any]]:
    """The rows of one [[list]]; no two with the same key."""
    rows: list[dict[str, Any]] = []
    for order, part in enumerate(table.tables(key)):
        row = read_one(part, order)
        part.refuse_unknown()
        same = "key" if "key" in row else "number" if "number" in row else None
        if same and any(row[same] == earlier[same] for earlier in rows):
            raise part.error(same, f"is {row[same]!r} for the second time.")
        rows.append(row)
    return rows


def _key(part: Table) -> str:
    key = part.text("key")
    if not KEY.fullmatch(key) or len(key) > 40:
        raise part.error("key", f"is {key!r}; use letters a–z, figures, hyphen and underscore, 40 at most.")
    return key


def _alternative(part: Table, order: int) -> dict[str, Any]:
    return {
        "key": _key(part),
        "layer": part.text("layer"),
        "name": part.texts("name", required=True),
        "order": order,
    }


def _theme(part: Table, order: int) -> dict[str, Any]:
    return {
        "key": _key(part),
        "name": part.texts("name", required=True),
        "icon": part.text("icon", default="dots"),
        "shared_code": part.text("shared_code", default=""),
        "order": order,
    }


def _questions(table: Table) -> list[dict[str, Any]]:
    questions = _parts(table, "questions", _question)
    scales = [question["options"] for question in questions if question["kind"] == Question.Kind.SCALE]
    if fault := scale.fault_between(scales):
        raise table.error("questions", fault)
    return questions


def _question(part: Table, order: int) -> dict[str, Any]:
    kind = part.text("kind", choices=Question.Kind.values)
    options = [_option(option) for option in part.tables("options")]
    if kind != Question.Kind.TEXT and not options:
        raise part.error("options", "is missing: a question of this kind needs its answers.")
    values = [option["value"] for option in options]
    if len(set(values)) != len(values):
        raise part.error("options", "holds the same value twice.")
    if kind == Question.Kind.SCALE and (fault := scale.fault(options)):
        raise part.error("options", fault)
    return {
        "key": _key(part),
        "kind": kind,
        "text": part.texts("text" if "text" in part else "name", required=True),
        "options": options,
        "required": part.flag("required"),
        "asks_alternative": part.flag("asks_alternative"),
        "applies_to": part.strings("applies_to"),
        "order": order,
    }


def _option(option: Table) -> dict[str, Any]:
    value = option.value("value")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise option.error("value", "must be a text or a whole number.")
    result = {"value": str(value), "label": option.texts("label", required=True)}
    option.refuse_unknown()
    return result


def _target_group(part: Table, order: int) -> dict[str, Any]:
    return {
        "key": _key(part),
        "name": part.texts("name", required=True),
        "affected_much": part.text("affected", choices=("high", "low")) == "high",
        "active_much": part.text("active", choices=("high", "low")) == "high",
    }


def _indicator(part: Table, order: int) -> dict[str, Any]:
    return {
        "key": _key(part),
        "name": part.texts("name", required=True),
        "target": _short(part, "target", longest=80),
    }


def _document(part: Table, order: int) -> dict[str, Any]:
    url, path = part.text("url", default=""), part.beside("file")
    if bool(url) == bool(path):
        raise part.error("url", "or “file”: give one of them.")
    if url and not re.fullmatch(r"https?://[^\s]+", url):
        raise part.error("url", f"is {url!r}; write an address that starts with https://.")
    title = part.texts("title", required=True)
    return {"type": part.text("type"), "title": title, "url": url, "file": path, "order": order}


def _round(part: Table, order: int) -> dict[str, Any]:
    return {
        "number": part.whole("number", minimum=1, maximum=100),
        "name": part.texts("name"),
        "opens": _when(part, "opens", required=True),
        "closes": _when(part, "closes"),
    }
