"""Provisions of a plan, per field name: the text as decided, and the line in plain language.

A field (`B1`) is what a plan's provisions are written for; all zones of an edition that have the name share
its texts. Nothing is ever guessed: a field without a text has none. Every change keeps what was in the log.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from layers.event import What, record
from layers.models import Edition, Layer, LayerEvent, Zone
from layers.natural_order import natural_sql

LONGEST = 50_000  # characters of one text
_LOOKED_AT = 500  # fields: a page that lists changes does not compare more of them
MOST_CHARACTERS = 10_000_000  # of one change: it is kept in the log, with what was before


class ProvisionError(ValueError):
    """The texts cannot be written as asked. The message says why; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Provision:
    """The text as decided, and the line in plain language by language; empty where there is none."""

    legal_text: str = ""
    plain: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.legal_text or self.plain)


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a plan. `differs`: its zones came with different texts, of which one is shown here."""

    name: str
    codes: tuple[str, ...]
    zones: int
    provision: Provision
    differs: bool


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many fields an edition has, how many of them lack a text, and how many zones have no field name."""

    fields: int
    without_plain: int
    without_legal: int
    zones_without_field: int


_FIELDS = f"""
SELECT field, array_agg(DISTINCT code ORDER BY code), count(*),
    (array_agg(legal_text ORDER BY legal_text = '', id))[1],
    (array_agg(provision ORDER BY provision = '{{}}', id))[1],
    count(DISTINCT (legal_text, provision)) > 1
FROM layers_zone
WHERE version_id = %(edition)s AND field <> ''
    AND (%(search)s = '' OR strpos(lower(field), %(search)s) > 0 OR strpos(lower(code), %(search)s) > 0)
GROUP BY field
HAVING NOT %(missing)s OR bool_and(provision = '{{}}' OR legal_text = '')
ORDER BY {natural_sql("field")}, field
"""  # noqa: S608 (our own text)


def fields_of(edition: Edition, *, search: str = "", missing: bool = False) -> list[Field]:
    """The fields of an edition, B2 before B10. `search`: part of a name or code; `missing`: a text is."""
    values: dict[str, int | str | bool] = {
        "edition": edition.pk,
        "search": search.strip().lower(),
        "missing": missing,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIELDS, values)
        return [
            Field(
                name=name,
                codes=tuple(codes),
                zones=zones,
                provision=Provision(legal_text=legal_text, plain=json.loads(plain)),
                differs=differs,
            )
            for name, codes, zones, legal_text, plain, differs in cursor.fetchall()
        ]


def field_of(edition: Edition, *, name: str) -> Field | None:
    """One field by its exact name."""
    return next((found for found in fields_of(edition, search=name) if found.name == name), None)


def hectares(edition: Edition, *, names: Iterable[str]) -> dict[str, float]:
    """The ground that each of these fields covers, on the ellipsoid. Zones over each other count each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT field, sum(ST_Area(geom::geography)) / 10000 FROM layers_zone"
            " WHERE version_id = %s AND field = ANY(%s) GROUP BY field",
            [edition.pk, list(names)],
        )
        return dict(cursor.fetchall())


def counts(edition: Edition) -> Counts:
    """How far the writing has come."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE no_plain), count(*) FILTER (WHERE no_legal) FROM ("
            " SELECT bool_and(provision = '{}') AS no_plain, bool_and(legal_text = '') AS no_legal"
            " FROM layers_zone WHERE version_id = %s AND field <> '' GROUP BY field) AS fields",
            [edition.pk],
        )
        fields, without_plain, without_legal = cursor.fetchone()
    return Counts(
        fields=fields,
        without_plain=without_plain,
        without_legal=without_legal,
        zones_without_field=Zone.objects.filter(edition=edition, field="").count(),
    )


def without_plain(editions: Iterable[int]) -> dict[int, int]:
    """Edition id → how many of its fields have no plain line; only editions that have such fields."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version_id, count(*) FROM ("
            " SELECT version_id FROM layers_zone WHERE version_id = ANY(%s) AND field <> ''"
            " GROUP BY version_id, field HAVING bool_and(provision = '{}')) AS fields GROUP BY version_id",
            [list(editions)],
        )
        return dict(cursor.fetchall())


def write(
    edition: Edition,
    *,
    texts: Mapping[str, Provision],
    at: dt.datetime,
    by: str,
    detail: Mapping[str, Any] | None = None,
) -> LayerEvent | None:
    """Write the texts of these fields, all or none; None where nothing would change.

    `detail` says where they come from (a file and its checksum, an edition) and goes into the log. Raises
    ProvisionError for a field that the edition has not, a text too long, an edition that is not saved.
    """
    _check_texts(texts)
    with transaction.atomic():
        _locked(edition)
        before = _states(edition, names=texts)
        if unknown := sorted(set(texts) - set(before)):
            message = _("The plan has no field called %(names)s.")
            raise ProvisionError(message % {"names": ", ".join(unknown[:20])})
        changes: dict[str, Any] = {
            name: {"before": before[name], "after": _as_json(texts[name])}
            for name in texts
            if _listed(_as_json(texts[name])) != before[name]
        }
        if not changes:
            return None
        _store(edition, {name: _listed(change["after"]) for name, change in changes.items()})
        detail = {**(detail or {}), "changes": changes}
        return record(What.PROVISIONS_WRITTEN, of=edition, at=at, by=by, detail=detail)


def undo(event: LayerEvent, *, at: dt.datetime, by: str) -> LayerEvent:
    """Put back what the fields said before. Raises ProvisionError when one was written anew since."""
    edition = Edition.objects.get(layer=event.layer_id, number=event.edition_number)
    changed = event.detail["changes"]
    with transaction.atomic():
        _locked(edition)
        now = _states(edition, names=changed)
        since = [name for name in changed if now.get(name) != _listed(changed[name]["after"])]
        if since:
            message = _("Written again since: %(names)s. Change them by hand.")
            raise ProvisionError(message % {"names": ", ".join(since[:20])})
        _store(edition, {name: _listed(changed[name]["before"]) for name in changed})
        back = {name: {"before": now[name], "after": changed[name]["before"]} for name in changed}
        detail = {"undone": event.pk, "changes": back}
        return record(What.PROVISIONS_WRITTEN, of=edition, at=at, by=by, detail=detail)


def is_undoable(event: LayerEvent) -> bool:
    """Whether every field still says what this change wrote; for a large one only `undo` finds out."""
    edition = Edition.objects.filter(layer=event.layer_id, number=event.edition_number).first()
    if edition is None or edition.state != Edition.State.SAVED:
        return False
    changed = event.detail["changes"]
    if len(changed) > _LOOKED_AT:
        return True
    now = _states(edition, names=changed)
    return all(now.get(name) == _listed(changed[name]["after"]) for name in changed)


def carried_over(edition: Edition, *, source: Edition) -> dict[str, Provision]:
    """Texts of the other edition for the fields of the same name that have none here."""
    theirs = {found.name: found.provision for found in fields_of(source) if found.provision}
    return {
        found.name: theirs[found.name]
        for found in fields_of(edition)
        if not found.provision and found.name in theirs
    }


def _check_texts(texts: Mapping[str, Provision]) -> None:
    total = 0
    for name, provision in texts.items():
        for text in (provision.legal_text, *provision.plain.values()):
            if len(text) > LONGEST:
                message = _("The text of %(name)s has %(length)d characters; %(maximum)d are taken.")
                raise ProvisionError(message % {"name": name, "length": len(text), "maximum": LONGEST})
            if "\0" in text:
                raise ProvisionError(_("The text holds a control character."))
            total += len(text)
    if total > MOST_CHARACTERS:
        raise ProvisionError(_("That is too much text for one change. Take the fields in several parts."))


def _locked(edition: Edition) -> None:
    """Two people take turns; and what is not in service is not written on."""
    Layer.objects.select_for_update().get(pk=edition.layer_id)
    edition.refresh_from_db(fields=["state"])
    if edition.state != Edition.State.SAVED:
        raise ProvisionError(_("Texts are written on saved editions only."))


# A state is one text that zones of a field have: `zones` are their ids, None for all of them.
State = dict[str, Any]


def _states(edition: Edition, *, names: Iterable[str]) -> dict[str, list[State]]:
    """What each of the fields says now: one state, or one for each of the different texts of its zones."""
    rows = Zone.objects.filter(edition=edition, field__in=list(names)).order_by("field", "id")
    found: dict[str, list[State]] = {}
    for pk, name, legal_text, plain in rows.values_list("id", "field", "legal_text", "provision"):
        states = found.setdefault(name, [])
        same = next((one for one in states if (one["legal_text"], one["plain"]) == (legal_text, plain)), None)
        if same is None:
            same = {"legal_text": legal_text, "plain": plain, "zones": []}
            states.append(same)
        same["zones"].append(pk)
    for states in found.values():
        if len(states) == 1:
            states[0]["zones"] = None
    return found


def _as_json(provision: Provision) -> State:
    plain = {language: text for language, text in provision.plain.items() if text}
    return {"legal_text": provision.legal_text, "plain": plain}


def _listed(state: State | list[State]) -> list[State]:
    """What a change left behind is one text, what it found may be several."""
    return state if isinstance(state, list) else [{**state, "zones": None}]


_STORE = """
UPDATE layers_zone AS zone SET legal_text = state.legal_text, provision = state.plain
FROM jsonb_to_recordset(%s::jsonb) AS state(field text, legal_text text, plain jsonb, zones bigint[])
WHERE zone.version_id = %s AND zone.field = state.field
    AND (state.zones IS NULL OR zone.id = ANY(state.zones))
"""


def _store(edition: Edition, states: Mapping[str, list[State]]) -> None:
    rows = [{"field": name, **state} for name, held in states.items() for state in held]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [json.dumps(rows), edition.pk])
