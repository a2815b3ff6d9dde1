"""Documents of an edition, such as a plan's provisions as decided: PDFs, kept and handed out as they came.

Nothing in a PDF is ever run, shown inline or rewritten here: it is checked to be one, and served to be saved.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import IO

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from layers import checksum
from layers.event import What, record
from layers.models import Edition, Layer, LayerDocument
from layers.stored_once import store_once

MOST_BYTES = 30 * 1024**2  # a request may have 32 MB (docker/Caddyfile)
MOST_OF_AN_EDITION = 100
_TYPES = Path(__file__).with_name("document_types.csv")
_HEAD = re.compile(rb"%PDF-[12]\.\d")
_TAIL = re.compile(rb"startxref\s+\d+\s+%%EOF[\s\0]*\Z")
_TAIL_BYTES = 2048


class DocumentError(ValueError):
    """The document cannot be attached or changed. The message says why; nothing was changed."""


@cache
def types() -> Mapping[str, Mapping[str, str]]:
    """Code → word by language, as Norway's list of plan documents (plandokumenttype) has them."""
    with _TYPES.open(encoding="utf-8", newline="") as file:
        return {row.pop("code"): row for row in csv.DictReader(file)}


def in_force_on(day: dt.date) -> QuerySet[LayerDocument]:
    """What everyone may read: documents of published editions that are in force on the day."""
    editions = Edition.objects.published().in_force_on(day)
    return LayerDocument.objects.filter(removed_at__isnull=True, edition__in=editions)


@transaction.atomic
def attach(
    edition: Edition,
    *,
    file: IO[bytes],
    file_name: str,
    type: str,
    titles: Mapping[str, str],
    at: dt.datetime,
    by: str,
) -> LayerDocument:
    """Keep a PDF with an edition. Raises DocumentError for what is no PDF, too large, or there already."""
    _lock(edition)
    size, digest = _size_and_digest(file)
    if type not in types():
        message = _("The type must be one of: %(types)s.")
        raise DocumentError(message % {"types": ", ".join(types())})
    attached = edition.documents.filter(removed_at__isnull=True)
    if attached.filter(sha256=digest).exists():
        raise DocumentError(_("This document is attached already."))
    if attached.count() >= MOST_OF_AN_EDITION:
        raise DocumentError(
            _("An edition can have at most %(most)d documents.") % {"most": MOST_OF_AN_EDITION}
        )
    document = LayerDocument(
        edition=edition,
        type=type,
        titles={language: title.strip()[:200] for language, title in titles.items() if title.strip()},
        file_name=tidy_name(file_name),
        sha256=digest,
        bytes=size,
        added_at=at,
        added_by=by,
    )
    _keep(document, file)
    document.save()
    _record(What.DOCUMENT_ATTACHED, of=document, at=at, by=by)
    return document


@transaction.atomic
def remove(document: LayerDocument, *, at: dt.datetime, by: str) -> None:
    """Take a document out of view. The file stays, so that it can come back."""
    _lock(document.edition)
    document.refresh_from_db(fields=["removed_at"])
    if document.removed_at is not None:
        raise DocumentError(_("This document has been removed already."))
    document.removed_at = at
    document.save(update_fields=["removed_at"])
    _record(What.DOCUMENT_REMOVED, of=document, at=at, by=by)


@transaction.atomic
def restore(document: LayerDocument, *, at: dt.datetime, by: str) -> None:
    """Undo a removal."""
    _lock(document.edition)
    document.refresh_from_db(fields=["removed_at"])
    if document.removed_at is None:
        raise DocumentError(_("This document has not been removed."))
    same = document.edition.documents.filter(sha256=document.sha256, removed_at__isnull=True)
    if same.exists():
        raise DocumentError(_("This document is attached already."))
    document.removed_at = None
    document.save(update_fields=["removed_at"])
    _record(What.DOCUMENT_ATTACHED, of=document, at=at, by=by)


def tidy_name(name: str) -> str:
    """A file name that is safe in a header and on any disk: its last part, printable, at most 120 signs."""
    last = re.split(r"[/\\]", name)[-1]
    printable = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*;%')
    stem, _dot, suffix = printable.strip(" .").rpartition(".")
    short = f"{stem[:110]}.{suffix[:9]}" if stem else suffix[:110]
    return short.strip(" .") or "document.pdf"


def _size_and_digest(file: IO[bytes]) -> tuple[int, str]:
    """Size and SHA-256 of what begins and ends as a PDF does; DocumentError for all else."""
    file.seek(0, 2)
    size = file.tell()
    if size > MOST_BYTES:
        message = _("The file is larger than %(limit)d MB. Split it.")
        raise DocumentError(message % {"limit": MOST_BYTES // 1024**2})
    file.seek(0)
    head = file.read(16)
    file.seek(max(0, size - _TAIL_BYTES))
    if not _HEAD.match(head):
        raise DocumentError(_("This is not a PDF."))
    if not _TAIL.search(file.read()):
        raise DocumentError(_("The PDF is damaged, or not all of it has come."))
    return size, checksum.of_file(file)


def _keep(document: LayerDocument, file: IO[bytes]) -> None:
    """Under its checksum: the same file is kept once."""
    storage = document.file.storage
    name = f"layer_documents/{document.sha256}.pdf"
    store_once(file, name=name, storage=storage)
    document.file.name = name


def _lock(edition: Edition) -> None:
    Layer.objects.select_for_update().get(pk=edition.layer_id)
    edition.refresh_from_db(fields=["state"])
    if edition.state != Edition.State.SAVED:
        raise DocumentError(_("Documents belong to saved editions only."))


def _record(what: What, *, of: LayerDocument, at: dt.datetime, by: str) -> None:
    detail = {"document": of.pk, "file": of.file_name, "type": of.type, "sha256": of.sha256}
    record(what, of=of.edition, at=at, by=by, detail=detail)
