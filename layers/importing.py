"""A file into a layer: read, repair, report, and replace the edition before, all or nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from layers import columns, readers, shapes, styles, succession
from layers.columns import Columns, Row
from layers.crs import CrsError
from layers.geometry import WGS84
from layers.models import EVER_SINCE, Area, Feature, Layer, LayerEvent, LayerVersion, Zone
from layers.readers import Table
from layers.report import Remark, Report

_OWNER = re.compile(r"[A-Z]{2}-[A-Za-z0-9-]{1,17}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}", re.ASCII)
_AREAL = (Layer.Kind.BOUNDARY, Layer.Kind.ZONING)
_COPY_ROWS = 1_000
_JSONB_VERSION = b"\x01"  # PostgreSQL's binary form of jsonb: this, then the text

Progress = Callable[[int, int], None]


class ImportRefusedError(ValueError):
    """The import cannot be done as asked. The message says what to do; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A file, and what it is to become.

    `srid` overrides what the file says. `valid_from` is the first day the edition holds (default: ever
    since; for a replacement the day of the import). `table` chooses one of several layers in the file.
    """

    path: Path
    kind: str
    name: str
    owner: str
    srid: int | None = None
    valid_from: dt.date | None = None
    code_field: str | None = None
    name_field: str | None = None
    table: str | None = None
    replace: bool = False
    published: bool = True
    titles: Mapping[str, str] = field(default_factory=dict)
    style: str = ""
    credit: str = ""
    licence: str = ""

    def options(self) -> dict[str, Any]:
        """What, beside the bytes, decides what is loaded."""
        names = ("srid", "code_field", "name_field", "table", "published", "style")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The edition that now stands; `report` is None when it stood there already."""

    version: LayerVersion
    report: Report | None


@dataclass(frozen=True, kw_only=True)
class _Content:
    """A file read and made fit: what is left to do is to write it."""

    srid: int
    columns: Columns
    rows: dict[int, Row]
    geometries: Any
    report: Report


def load(delivery: Delivery, *, at: dt.datetime, by: str = "", progress: Progress | None = None) -> Outcome:
    """Import a file as a new edition of a layer; with `replace`, after closing the edition before.

    The same bytes with the same options again change nothing. `progress` is called with rows written and
    rows to write. Raises ReadError, CrsError, ColumnError or ImportRefusedError; then nothing was changed.
    """
    _check_names(delivery)
    digest = _sha256(delivery.path)
    same = _same_again(delivery, digest)
    if same is not None:
        return Outcome(version=same, report=None)
    _check_place(delivery, at=at)
    content = _content(delivery)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # A country's buildings take longer than any page may; only this transaction may.
            cursor.execute("SET LOCAL statement_timeout = 0")
        version = _new_version(delivery, content, digest=digest, at=at, by=by)
        _copy(version, content, progress=progress)
        before = version.layer.versions.filter(number=version.number - 1).first()
        if before is not None and delivery.kind == Layer.Kind.BOUNDARY:
            succession.link(version, before=before)
    return Outcome(version=version, report=content.report)


def _check_names(delivery: Delivery) -> None:
    if not _OWNER.fullmatch(delivery.owner):
        raise ImportRefusedError(_("The owner must be country and code, such as NO-4012."))
    if not _NAME.fullmatch(delivery.name):
        raise ImportRefusedError(_("The layer's name may hold letters a–z, figures, - and _ only."))
    if delivery.kind not in Layer.Kind.values:
        raise ImportRefusedError(
            _("The kind must be one of: %(kinds)s.") % {"kinds": ", ".join(Layer.Kind.values)}
        )
    if delivery.style and delivery.style not in styles.list_names():
        message = _("No style list is called “%(style)s”. There are: %(lists)s.")
        raise ImportRefusedError(message % {"style": delivery.style, "lists": ", ".join(styles.list_names())})


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _editions(delivery: Delivery) -> QuerySet[LayerVersion]:
    """The layer's editions, the newest first."""
    found = LayerVersion.objects.filter(layer__owner=delivery.owner, layer__name=delivery.name)
    return found.select_related("layer").order_by("-number")


def _newest(delivery: Delivery) -> LayerVersion | None:
    return _editions(delivery).first()


def _same_again(delivery: Delivery, digest: str) -> LayerVersion | None:
    """The edition that these bytes and options have made already: any of them, or with `replace` the newest.

    With `replace`, an older file may come back as a new edition.
    """
    found = _editions(delivery)
    for version in found[:1] if delivery.replace else found:
        is_same = (version.sha256, version.layer.kind) == (digest, delivery.kind)
        if is_same and version.report.get("options") == delivery.options():
            return version if delivery.valid_from in (None, version.valid_from) else None
    return None


def _check_place(delivery: Delivery, *, at: dt.datetime) -> None:
    """May this edition stand where it is to stand? Asked before reading, and again when writing."""
    newest = _newest(delivery)
    if newest is None:
        return
    if newest.layer.kind != delivery.kind:
        message = _("%(layer)s exists already, of the kind %(kind)s. Choose another --name.")
        raise ImportRefusedError(message % {"layer": newest.layer, "kind": newest.layer.kind})
    if not delivery.replace:
        message = _(
            "%(layer)s exists already. Add --replace to close its version %(number)d and load a new one."
        )
        raise ImportRefusedError(message % {"layer": newest.layer, "number": newest.number})
    if _valid_from(delivery, at, is_first=False) < newest.valid_from:
        message = _(
            "Version %(number)d holds from %(day)s: the new one cannot begin before. See --valid-from."
        )
        raise ImportRefusedError(message % {"number": newest.number, "day": newest.valid_from})


def _valid_from(delivery: Delivery, at: dt.datetime, *, is_first: bool) -> dt.date:
    """The first day: as told; today for a replacement; ever since for a layer's first edition.

    Old contributions are imported after the layer, and none of them would have a committee if the first
    edition held from today.
    """
    if delivery.valid_from is not None:
        return delivery.valid_from
    return EVER_SINCE if is_first else timezone.localtime(at).date()


def _content(delivery: Delivery) -> _Content:
    table = readers.read(delivery.path, layer=delivery.table)
    srid = delivery.srid if delivery.srid is not None else table.srid
    if srid is None:
        raise CrsError(
            _("The file does not say which coordinate system it is in. Name it: --crs EPSG:25832.")
        )
    found = columns.recognise(
        table,
        kind=delivery.kind,
        owner=delivery.owner,
        code_field=delivery.code_field,
        name_field=delivery.name_field,
    )
    sound = shapes.sound(
        table.geometries, srid=srid, owner=delivery.owner, polygons_only=delivery.kind in _AREAL
    )
    kept = [place for place, shape in enumerate(sound.geometries) if shape is not None]
    if not kept:
        raise ImportRefusedError(
            _("The file holds nothing that can be loaded: %(why)s.")
            % {"why": _why(sound.skipped | table.unreadable)}
        )
    rows = columns.rows(table, found, kept=kept, kind=delivery.kind)
    report = _report(delivery, table, found, sound)
    return _Content(srid=srid, columns=found, rows=rows, geometries=sound.geometries, report=report)


def _report(delivery: Delivery, table: Table, found: Columns, sound: shapes.Sound) -> Report:
    def remarks(reasons: Mapping[int, str]) -> list[Remark]:
        return [
            Remark(feature=place + 1, code=found.row(table.properties[place]).code, why=why)
            for place, why in sorted(reasons.items())
        ]

    skipped = sound.skipped | table.unreadable
    mended = {place: why for place, why in (table.notes | sound.repaired).items() if place not in skipped}
    warnings = [text for text in (found.note, sound.warning) if text]
    if delivery.srid is not None and table.srid not in (None, delivery.srid, WGS84):
        warnings.append(f"the file says EPSG:{table.srid}; read as EPSG:{delivery.srid}, as told")
    return Report(
        read=len(table.geometries),
        loaded=len(table.geometries) - len(skipped),
        repaired=remarks(mended),
        skipped=remarks(skipped),
        warnings=warnings,
        options=delivery.options(),
    )


def _why(skipped: Mapping[int, str]) -> str:
    return "; ".join(sorted(set(skipped.values()))[:5]) or "no features"


def _new_version(
    delivery: Delivery, content: _Content, *, digest: str, at: dt.datetime, by: str
) -> LayerVersion:
    """The layer, locked, its edition before closed, and the new edition without its features."""
    source = content.columns.source
    layer, created = Layer.objects.select_for_update().get_or_create(
        owner=delivery.owner, name=delivery.name, defaults={"kind": delivery.kind}
    )
    _check_place(delivery, at=at)
    layer.titles = dict(delivery.titles) or layer.titles or (dict(source.title) if source else {})
    layer.style = delivery.style or layer.style or (source.style if source else "")
    layer.credit = delivery.credit or layer.credit or _credit(source.credit if source else "")
    layer.licence = delivery.licence or layer.licence or (source.licence if source else "")
    layer.save()
    before = None if created else _newest(delivery)
    valid_from = _valid_from(delivery, at, is_first=before is None)
    if before is not None and (before.valid_to is None or before.valid_to > valid_from):
        before.valid_to = valid_from
        before.save(update_fields=["valid_to"])
        _log(before, what="closed", at=at, by=by, detail={"valid_to": valid_from.isoformat()})
    version = LayerVersion.objects.create(
        layer=layer,
        number=before.number + 1 if before else 1,
        valid_from=valid_from,
        published=delivery.published,
        source_srid=content.srid,
        file_name=delivery.path.name[-200:],
        sha256=digest,
        imported_at=at,
        imported_by=by,
        feature_count=content.report.loaded,
        report=content.report.as_json(),
    )
    _log(version, what="imported", at=at, by=by, detail={"file": version.file_name, "sha256": digest})
    return version


def _credit(text: str) -> str:
    """A credit that wants the municipality's name is left for a person to fill in."""
    return "" if "{" in text else text


def _log(version: LayerVersion, *, what: str, at: dt.datetime, by: str, detail: dict[str, Any]) -> None:
    LayerEvent.objects.create(
        layer=version.layer, version_number=version.number, at=at, by=by, what=what, detail=detail
    )


def _copy(version: LayerVersion, content: _Content, *, progress: Progress | None) -> None:
    """Every feature in one binary COPY: PostgreSQL's fastest way in, and none or all."""
    model, columns_of = _target(version.layer.kind)
    places = list(content.rows)
    kept = content.geometries[np.array(places)]
    wkb = shapely.to_wkb(shapely.set_srid(kept, WGS84), include_srid=True)
    names = ", ".join(columns_of)
    statement = f"COPY {model._meta.db_table} (version_id, geom, {names}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            # Geometry and jsonb go as the bytes they are on the wire.
            copy.set_types(["int8", "bytea", *("bytea" if t == "jsonb" else t for t in columns_of.values())])
            for number, (place, shape) in enumerate(zip(places, wkb, strict=True), start=1):
                copy.write_row((version.pk, shape, *_values(content.rows[place], columns_of)))
                if progress is not None and (number % _COPY_ROWS == 0 or number == len(places)):
                    progress(number, len(places))
        # Of the columns that plans hang on; sampling the shapes themselves takes longer than writing them.
        cursor.execute(f"ANALYZE {model._meta.db_table} (version_id, code)")


def _values(row: Row, columns_of: Mapping[str, str]) -> list[Any]:
    return [
        _JSONB_VERSION + getattr(row, name).encode() if kind == "jsonb" else getattr(row, name)
        for name, kind in columns_of.items()
    ]


def _target(kind: str) -> tuple[type[Area | Zone | Feature], dict[str, str]]:
    """The table of a kind, and its columns beside version and shape, with their types."""
    common = {"code": "text", "name": "text", "properties": "jsonb"}
    if kind == Layer.Kind.BOUNDARY:
        return Area, common
    if kind == Layer.Kind.ZONING:
        return Zone, {**common, "field": "text", "vertical_level": "int2", "provision": "jsonb"}
    return Feature, common
