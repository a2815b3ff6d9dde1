"""What is done to consultations; each with its audit row and, last, the data version."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import MultiPolygon
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import models, transaction

from layers.days import is_plausible
from layers.models import Edition, Layer
from layers.stored_once import store_once
from mapdialog.audit.models import record
from mapdialog.audit.verb import Verb
from mapdialog.dialogue import area
from mapdialog.dialogue.consultation_file import AreaOfFile, ColumnsOfFile, ConsultationFile
from mapdialog.dialogue.dates import DateError, When
from mapdialog.dialogue.models import Consultation, DataVersion
from mapdialog.people.actions import save_municipality
from mapdialog.people.models import Municipality

# The lists of a file that are rows of their own, and those of them whose order counts.
_RELATIONS = {
    "alternatives", "themes", "questions", "target_groups", "indicators", "documents", "rounds",
}  # fmt: skip
_ORDERED = ("alternatives", "themes", "questions", "documents")
# What tells two rows of a relation apart, apart from `key`.
_IDENTITY = {"rounds": ("number",), "documents": ("order",), "holders": ("municipality", "committee_code")}


class ConsultationError(ValueError):
    """The file cannot be carried out; the message names the key and what to do."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"“{key}” {message}")
        self.key = key


@dataclass(kw_only=True)
class Saved:
    """What a load did. `in_use` are rows the file no longer has, but which something refers to."""

    consultation: Consultation
    is_new: bool
    changed: list[str] = field(default_factory=list)
    in_use: list[str] = field(default_factory=list)


@transaction.atomic
def save_consultation(file: ConsultationFile, *, at: dt.datetime, by: str) -> Saved:
    """Make the consultation that the file describes, or bring the one with its slug up to date.

    All or nothing. Relative dates are resolved at the first load and kept. Raises ConsultationError.
    """
    municipality = _municipality(file, at=at, by=by)
    known = Consultation.objects.select_for_update(of=("self",)).filter(slug=file.slug).first()
    if known and known.municipality_id != municipality.pk:
        raise ConsultationError("slug", f"is {file.slug!r}, which is another municipality's consultation.")
    consultation = known or Consultation(slug=file.slug, municipality=municipality)
    saved = Saved(consultation=consultation, is_new=known is None)
    # A stored moment is what people were told: a file that counts days from today does not move it.
    zone = municipality.zone
    columns = {
        **file.model_dump(include=set(ColumnsOfFile.model_fields)),
        "grace": dt.timedelta(hours=file.grace_hours),
        "opens_at": _moment("opens", file.opens, before=known.opens_at if known else None, at=at, zone=zone),
        "closes_at": _moment(
            "closes", file.closes, before=known.closes_at if known else None, at=at, zone=zone
        ),
        "boundary_layer": _layer("boundary_set", file.boundary_set, owner=municipality, at=at),
        "area": _area(file.area, owner=municipality, at=at),
    }
    if columns["closes_at"] and columns["closes_at"] <= columns["opens_at"]:
        raise ConsultationError("closes", "is not after “opens”.")
    _save_row(consultation, columns, what="consultation", saved=saved)
    _save_base_layers(file, saved=saved, owner=municipality, at=at)
    for relation, rows in _parts(file, owner=municipality, at=at, zone=zone, known=known).items():
        _save_rows(relation, rows, saved=saved, has_opened=consultation.opens_at <= at)
    if saved.changed:
        verb = Verb.CONSULTATION_MADE if saved.is_new else Verb.CONSULTATION_CHANGED
        detail = {"changed": saved.changed, "kept": saved.in_use}
        record(verb, subject=consultation, by=by, at=at, detail=detail)
    DataVersion.objects.get_or_create(consultation=consultation)
    if saved.changed:
        DataVersion.bump(consultation)
    return saved


def _municipality(file: ConsultationFile, *, at: dt.datetime, by: str) -> Municipality:
    if not isinstance(file.municipality, str):
        return save_municipality(file.municipality, at=at, by=by)
    return _municipality_with("municipality", file.municipality)


def _municipality_with(key: str, code: str) -> Municipality:
    try:
        return Municipality.objects.get(code=code)
    except Municipality.DoesNotExist:
        hint = "Make it first with create_municipality, or write a table [municipality]."
        raise ConsultationError(key, f"is {code!r}, which is not known. {hint}") from None


def _moment(
    key: str, written: str | dt.date | None, *, before: dt.datetime | None, at: dt.datetime, zone: ZoneInfo
) -> dt.datetime | None:
    if written is None:
        return None
    when = When(written)
    if before is not None and when.is_relative:
        return before
    try:
        moment = when.resolve(at=at, zone=zone)
    except (DateError, OverflowError) as error:
        raise ConsultationError(key, str(error)) from None
    if not is_plausible(moment):
        raise ConsultationError(key, f"is in the year {moment.year}.")
    return moment


def _layer(key: str, name: str, *, owner: Municipality, at: dt.datetime) -> Layer | None:
    """A layer of the municipality by its name, or of another owner as `OWNER/name`."""
    if not name:
        return None
    code, _, short = name.rpartition("/")
    code = code or owner.code
    layer = Layer.objects.filter(owner=code, name=short).first()
    if layer is None:
        hint = f"Import it first: import_layer FILE --name {short} --owner {code}."
        raise ConsultationError(key, f"names the layer {name!r}, which {code} has not got. {hint}")
    return layer


def _area(of_file: AreaOfFile | None, *, owner: Municipality, at: dt.datetime) -> MultiPolygon | None:
    if of_file is None:
        return None
    try:
        if of_file.geojson:
            return area.of_geojson(of_file.geojson)
        if of_file.bbox:
            return area.of_box(tuple(of_file.bbox))
        layer = _layer("area.layer", of_file.layer, owner=owner, at=at)
        edition = (
            Edition.objects.filter(layer=layer).in_force_on(owner.day(at)).select_related("layer").first()
        )
        if edition is None:
            raise ConsultationError(
                "area.layer", f"names {of_file.layer!r}, of which no edition is in force today."
            )
        return area.of_edition(edition)
    except area.AreaError as error:
        raise ConsultationError("area", str(error)) from None


def _parts(
    file: ConsultationFile,
    *,
    owner: Municipality,
    at: dt.datetime,
    zone: ZoneInfo,
    known: Consultation | None,
) -> dict[str, list[dict[str, Any]]]:
    """The rows of every relation with layers, dates, files and municipalities looked up."""
    parts: dict[str, list[dict[str, Any]]] = file.model_dump(include=_RELATIONS)
    for relation in _ORDERED:
        parts[relation] = [{**row, "order": order} for order, row in enumerate(parts[relation])]
    parts["holders"] = [
        {"municipality": _municipality_with("holders", code), "committee_code": ""} for code in file.holders
    ]
    if file.committee:
        parts["holders"].append({"municipality": owner, "committee_code": file.committee})
    for row in parts["alternatives"]:
        row["layer"] = _layer(f"alternatives.{row['key']}.layer", row["layer"], owner=owner, at=at)
    for row in parts["documents"]:
        row["file"] = _stored(row["file"]) if row["file"] else ""
    for row in parts["rounds"]:
        saved_round = known.rounds.filter(number=row["number"]).first() if known else None
        opens, closes = row.pop("opens"), row.pop("closes")
        row["opens_at"] = _moment(
            "rounds.opens", opens, before=saved_round.opens_at if saved_round else None, at=at, zone=zone
        )
        row["closes_at"] = _moment(
            "rounds.closes", closes, before=saved_round.closes_at if saved_round else None, at=at, zone=zone
        )
        if row["closes_at"] and row["closes_at"] <= row["opens_at"]:
            raise ConsultationError("rounds.closes", "is not after “opens”.")
    return parts


def _stored(path: Path) -> str:
    """The document's name in the store; named by its content, so that loading again adds no copy."""
    with path.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
        name = f"documents/{digest[:12]}-{path.name}"
        store_once(opened, name=name, storage=default_storage)
    return name


def _save_base_layers(file: ConsultationFile, *, saved: Saved, owner: Municipality, at: dt.datetime) -> None:
    layers = [_layer("base_layers", name, owner=owner, at=at) for name in file.base_layers]
    base_layers = [layer for layer in layers if layer is not None]
    if set(saved.consultation.base_layers.all()) != set(base_layers):
        saved.consultation.base_layers.set(base_layers)
        saved.changed.append("base_layers")


def _save_rows(relation: str, rows: list[dict[str, Any]], *, saved: Saved, has_opened: bool) -> None:
    """Bring one relation up to date by identity; what the file no longer has goes, unless it is in use."""
    manager = getattr(saved.consultation, relation)
    identity = _IDENTITY.get(relation, ("key",))
    existing = {tuple(getattr(row, name) for name in identity): row for row in manager.all()}
    for values in rows:
        mark = tuple(values[name] for name in identity)
        row = existing.pop(mark, None) or manager.model(consultation=saved.consultation)
        _save_row(row, values, what=f"{relation}.{mark[-1]}", saved=saved)
    for mark, row in existing.items():
        what = f"{relation}.{mark[-1]}"
        # Answers name their question by its key: once people may have answered, its words must stay.
        if (relation == "questions" and has_opened) or not _deleted(row):
            saved.in_use.append(what)
        else:
            saved.changed.append(f"{what} (removed)")


def _deleted(row: models.Model) -> bool:
    """Delete the row unless something else refers to it."""
    try:
        with transaction.atomic():
            row.delete()
    except models.ProtectedError:
        return False
    return True


def _save_row(row: models.Model, values: Mapping[str, Any], *, what: str, saved: Saved) -> None:
    """Save only when a value differs, so that loading the same file again writes nothing."""
    is_new = row.pk is None
    changed = sorted(name for name, value in values.items() if is_new or getattr(row, name) != value)
    for name in changed:
        setattr(row, name, values[name])
    if not changed:
        return
    try:
        row.clean_fields()
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise ConsultationError(f"{what}.{name}", f"is not right: {messages[0]}") from None
    row.save()
    if is_new and not isinstance(row, Consultation):
        saved.changed.append(f"{what} (added)")
    else:
        saved.changed += [name if isinstance(row, Consultation) else f"{what}.{name}" for name in changed]
