"""A file into a layer: read, repair, report, and replace the edition before, all or nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from layers import checksum, styles
from layers.days import owners_day
from layers.editions import life, succession
from layers.findings.report import Report
from layers.importing import content, writing
from layers.importing.content import Content
from layers.importing.request import ImportRefusedError, ImportRequest, Progress, silent
from layers.models import EVER_SINCE, LAYER_NAME, OWNER, Edition, Layer
from layers.reference import catalog
from layers.reference.catalog import Source
from layers.stored_once import store_once

__all__ = ["ImportRefusedError", "ImportRequest", "Outcome", "Progress", "load", "rehearse", "save", "stage"]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The edition that is saved now; `report` is None when it was already."""

    edition: Edition
    report: Report | None


def load(request: ImportRequest, *, at: dt.datetime, by: str = "", progress: Progress = silent) -> Outcome:
    """Import a file as a new edition of a layer; with `replace`, after closing the edition before.

    The same bytes with the same options again change nothing. `progress` is told the phase ("reading",
    "checking", "writing"), how many rows are done and how many there are; what it raises ends the import.
    Raises ReadError, CrsError, ColumnError or ImportRefusedError. After any error nothing was changed.
    """
    _check_names(request)
    digest = checksum.of_path(request.path)
    edition = _edition_of_same_file(request, digest)
    if edition is not None:
        return Outcome(edition=edition, report=None)
    _check_succession(request, at=at)
    read = content.read(request, progress=progress)
    with transaction.atomic(), _stored_original(request.path, digest) as original:
        edition = _draft(request, read, original=original, digest=digest, at=at, by=by)
        report = _write(edition, read, progress=progress)
        save(edition, request=request, at=at, by=by)
    return Outcome(edition=edition, report=report)


def rehearse(request: ImportRequest, *, at: dt.datetime, progress: Progress = silent) -> Report:
    """What `load` would report, without writing anything. Raises as `load`."""
    _check_names(request)
    _check_succession(request, at=at)
    return content.read(request, progress=progress).judge().report


def _left_to_itself(draft: Edition) -> None:
    """For a draft that nobody refers to."""


def stage(
    request: ImportRequest,
    *,
    at: dt.datetime,
    by: str = "",
    progress: Progress = silent,
    look: content.Look = content.no_look,
    keep: Callable[[Edition], None] = _left_to_itself,
) -> Outcome:
    """Read a file into a draft: to be looked at on the map, then saved or discarded (`life.discard`).

    A layer that is not there yet is made, and has no edition until the draft is saved. `look` is called with
    the file's rows before anything is refused, `keep` with the whole draft, before it is committed: whoever
    asked for it can name it in the same transaction. What it raises ends the import. Raises as `load`.
    """
    _check_names(request)
    digest = checksum.of_path(request.path)
    read = content.read(request, progress=progress, look=look)
    with transaction.atomic(), _stored_original(request.path, digest) as original:
        edition = _draft(request, read, original=original, digest=digest, at=at, by=by)
        report = _write(edition, read, progress=progress)
        keep(edition)
    return Outcome(edition=edition, report=report)


@transaction.atomic
def save(draft: Edition, *, request: ImportRequest, at: dt.datetime, by: str = "") -> None:
    """Save a draft as described: in force from `valid_from`, with the layer's titles, style and credit.

    Areas are linked to those of the edition before. Raises ImportRefusedError, and life.EditionError.
    """
    _check_succession(request, at=at)
    layer = draft.layer
    before = life.newest(layer)
    if layer.kind != request.kind:
        raise ImportRefusedError(_("The layer has changed its kind in the meantime. Read the file again."))
    _describe(layer, request, source=catalog.source(draft.report.get("source", "")))
    valid_from = _valid_from(request, at, is_first=before is None)
    life.save(
        draft,
        valid_from=valid_from,
        published=request.published,
        at=at,
        by=by,
        consent=request.consent,
    )
    if before is not None and layer.kind == Layer.Kind.BOUNDARY:
        succession.link(draft, before=before)


def _check_names(request: ImportRequest) -> None:
    if not re.fullmatch(OWNER, request.owner):
        raise ImportRefusedError(_("The owner must be country and code, such as NO-4012."))
    if not re.fullmatch(LAYER_NAME, request.name):
        raise ImportRefusedError(_("The layer's name may hold only the letters a–z, digits, - and _."))
    if request.kind not in Layer.Kind.values:
        raise ImportRefusedError(
            _("The kind must be one of: %(kinds)s.") % {"kinds": ", ".join(Layer.Kind.values)}
        )
    if request.style and request.style not in styles.list_names():
        message = _("No list of codes and colours is called “%(style)s”. There are: %(lists)s.")
        raise ImportRefusedError(message % {"style": request.style, "lists": ", ".join(styles.list_names())})


def _editions(request: ImportRequest) -> QuerySet[Edition]:
    """The layer's editions, the newest first."""
    saved = Edition.objects.saved().filter(layer__owner=request.owner, layer__name=request.name)
    return saved.select_related("layer").order_by("-number")


def _newest(request: ImportRequest) -> Edition | None:
    return _editions(request).first()


def _edition_of_same_file(request: ImportRequest, digest: str) -> Edition | None:
    """The edition that these bytes and options have made already: any of them, or with `replace` the newest.

    With `replace`, an older file may come back as a new edition.
    """
    editions = _editions(request)
    for edition in editions[:1] if request.replace else editions:
        is_same = (edition.sha256, edition.layer.kind) == (digest, request.kind)
        if is_same and edition.report.get("options") == request.options():
            return edition if request.valid_from in (None, edition.valid_from) else None
    return None


def _check_succession(request: ImportRequest, *, at: dt.datetime) -> None:
    """May this edition follow those that are saved? Asked before reading, and again when writing."""
    newest = _newest(request)
    if newest is None:
        return
    if newest.layer.kind != request.kind:
        _refuse_kind(newest.layer)
    if not request.replace:
        message = _("%(layer)s exists already.") % {"layer": newest.layer}
        raise ImportRefusedError(message, option="--replace")
    if _valid_from(request, at, is_first=False) < newest.valid_from:
        message = _("Edition %(number)d is in force from %(day)s: the new one cannot begin earlier.")
        values = {"number": newest.number, "day": newest.valid_from}
        raise ImportRefusedError(message % values, option="--valid-from")


def _refuse_kind(layer: Layer) -> NoReturn:
    message = _("%(layer)s exists already, of the kind %(kind)s.")
    raise ImportRefusedError(message % {"layer": layer, "kind": layer.kind}, option="--name")


def _valid_from(request: ImportRequest, at: dt.datetime, *, is_first: bool) -> dt.date:
    """The first day: as the request says; today for a replacement; ever since for a layer's first edition.

    Old contributions are imported after the layer, and none of them would have a committee if the first
    edition was in force from today.
    """
    if request.valid_from is not None:
        return request.valid_from
    return EVER_SINCE if is_first else owners_day(request.owner, at=at)


def _draft(
    request: ImportRequest, read: Content, *, original: str, digest: str, at: dt.datetime, by: str
) -> Edition:
    """The layer, locked, and a draft without its features and its report: `_write` adds both."""
    layer, created = Layer.objects.select_for_update().get_or_create(
        owner=request.owner, name=request.name, defaults={"kind": request.kind}
    )
    if created or not layer.editions.ever_saved().exists():
        layer.kind = request.kind
        _describe(layer, request, source=read.columns.source)
    elif layer.kind != request.kind:
        _refuse_kind(layer)
    return Edition.objects.create(
        layer=layer,
        state=Edition.State.DRAFT,
        valid_from=request.valid_from or EVER_SINCE,
        published=False,
        source_srid=read.srid,
        file_name=request.path.name[-200:],
        sha256=digest,
        imported_at=at,
        imported_by=by,
        feature_count=len(read.rows),
        original=original,
    )


def _write(edition: Edition, read: Content, *, progress: Progress) -> Report:
    judgement = writing.write(
        edition, rows=read.rows, geometries=read.geometries, progress=progress, meanwhile=read.judge
    )
    edition.report, edition.bounds = judgement.report.as_json(), list(judgement.bounds)
    edition.save(update_fields=["report", "bounds"])
    return judgement.report


def _describe(layer: Layer, request: ImportRequest, *, source: Source | None) -> None:
    """What the layer is called and drawn like: by the request, else as before, else by its data set."""
    layer.titles = dict(request.titles) or layer.titles or (dict(source.title) if source else {})
    layer.style = request.style or layer.style or (source.style if source else "")
    layer.credit = request.credit or layer.credit or _certain(source.credit if source else "")
    layer.licence = request.licence or layer.licence or _certain(source.licence if source else "")
    layer.save()


def _certain(text: str) -> str:
    """A credit or licence that only the municipality knows is left for a person to fill in."""
    return "" if "{" in text else text


@contextmanager
def _stored_original(path: Path, digest: str) -> Iterator[str]:
    """The file as it came, stored under its checksum, once; gone again when the import fails.

    To be called in a transaction: of two imports of the same file one waits for the other, so that the one
    that fails does not take the file from the one that does not.
    """
    with connection.cursor() as cursor:
        # A country's buildings take longer than any page may; only this transaction may.
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [digest])
    storage = Edition._meta.get_field("original").storage
    name = f"layers/{digest}{path.suffix.lower()[:10]}"
    with path.open("rb") as file:
        is_new = store_once(file, name=name, storage=storage)
    try:
        yield name
    except BaseException:
        if is_new:
            storage.delete(name)
        raise
