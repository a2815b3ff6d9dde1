"""Writing a plan's provisions: texts of its fields, all or none. Every change keeps in the log what was."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from layers.event import What, record
from layers.figure import Figure
from layers.models import Edition, Layer, LayerEvent, Zone
from layers.provisions.zone_fields import Provision, zone_fields_of

LONGEST = 50_000  # characters of one text
_MOST_COMPARED = 500  # fields: a page that lists changes does not compare more of them
MOST_CHARACTERS = 10_000_000  # of one change: it is kept in the log, with what was before


class ProvisionError(ValueError):
    """The texts cannot be written as asked. The message says why; nothing was changed."""


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
        _lock(edition)
        before = _states(edition, names=texts)
        if unknown := sorted(set(texts) - set(before)):
            message = _("The plan has no field called %(names)s.")
            raise ProvisionError(message % {"names": ", ".join(unknown[:20])})
        changes: dict[str, Any] = {
            name: {"before": before[name], "after": _as_json(texts[name])}
            for name in texts
            if _as_list(_as_json(texts[name])) != before[name]
        }
        if not changes:
            return None
        _store(edition, {name: _as_list(change["after"]) for name, change in changes.items()})
        detail = {**(detail or {}), "changes": changes}
        return record(What.PROVISIONS_WRITTEN, of=edition, at=at, by=by, detail=detail)


def undo(event: LayerEvent, *, at: dt.datetime, by: str) -> LayerEvent:
    """Write again what the fields said before. Raises ProvisionError when one was written anew since."""
    edition = Edition.objects.get(layer=event.layer_id, number=event.edition_number)
    changed = event.detail["changes"]
    with transaction.atomic():
        _lock(edition)
        now = _states(edition, names=changed)
        since = [name for name in changed if now.get(name) != _as_list(changed[name]["after"])]
        if since:
            message = _("Written again since: %(names)s. Change them by hand.")
            raise ProvisionError(message % {"names": ", ".join(since[:20])})
        _store(edition, {name: _as_list(changed[name]["before"]) for name in changed})
        undone = {name: {"before": now[name], "after": changed[name]["before"]} for name in changed}
        detail = {"undone": event.pk, "changes": undone}
        return record(What.PROVISIONS_WRITTEN, of=edition, at=at, by=by, detail=detail)


def is_undoable(event: LayerEvent) -> bool:
    """Whether every field still says what this change wrote; for a large one only `undo` finds out."""
    edition = Edition.objects.filter(layer=event.layer_id, number=event.edition_number).first()
    if edition is None or edition.state != Edition.State.SAVED:
        return False
    changed = event.detail["changes"]
    if len(changed) > _MOST_COMPARED:
        return True
    now = _states(edition, names=changed)
    return all(now.get(name) == _as_list(changed[name]["after"]) for name in changed)


def carried_over(edition: Edition, *, source: Edition) -> dict[str, Provision]:
    """Texts of the other edition for the fields of the same name that have none here."""
    theirs = {
        zone_field.name: zone_field.provision for zone_field in zone_fields_of(source) if zone_field.provision
    }
    return {
        zone_field.name: theirs[zone_field.name]
        for zone_field in zone_fields_of(edition)
        if not zone_field.provision and zone_field.name in theirs
    }


def _check_texts(texts: Mapping[str, Provision]) -> None:
    total = 0
    for name, provision in texts.items():
        for text in (provision.legal_text, *provision.plain.values()):
            if len(text) > LONGEST:
                message = _(
                    "The text of %(name)s can have at most %(maximum)s characters; it has %(length)s."
                )
                length, maximum = Figure(len(text)), Figure(LONGEST)
                raise ProvisionError(message % {"name": name, "length": length, "maximum": maximum})
            if "\0" in text:
                raise ProvisionError(_("The text holds a control character."))
            total += len(text)
    if total > MOST_CHARACTERS:
        raise ProvisionError(_("That is too much text for one change. Save the fields in several steps."))


def _lock(edition: Edition) -> None:
    """Two people take turns; and what is not saved is not written on."""
    Layer.objects.select_for_update().get(pk=edition.layer_id)
    edition.refresh_from_db(fields=["state"])
    if edition.state != Edition.State.SAVED:
        raise ProvisionError(_("Texts are written on saved editions only."))


# A state is one text that zones of a field have: `zones` are their ids, None for all of them.
State = dict[str, Any]


def _states(edition: Edition, *, names: Iterable[str]) -> dict[str, list[State]]:
    """What each of the fields says now: one state, or one for each of the different texts of its zones."""
    rows = Zone.objects.filter(edition=edition, field__in=list(names)).order_by("field", "id")
    states_of: dict[str, list[State]] = {}
    for pk, name, legal_text, plain in rows.values_list("id", "field", "legal_text", "provision"):
        states = states_of.setdefault(name, [])
        texts = (legal_text, plain)
        state = next((state for state in states if (state["legal_text"], state["plain"]) == texts), None)
        if state is None:
            state = {"legal_text": legal_text, "plain": plain, "zones": []}
            states.append(state)
        state["zones"].append(pk)
    for states in states_of.values():
        if len(states) == 1:
            states[0]["zones"] = None
    return states_of


def _as_json(provision: Provision) -> State:
    plain = {language: text for language, text in provision.plain.items() if text}
    return {"legal_text": provision.legal_text, "plain": plain}


def _as_list(state: State | list[State]) -> list[State]:
    """What a change left behind is one text, what it found may be several."""
    return state if isinstance(state, list) else [{**state, "zones": None}]


_STORE = """
UPDATE layers_zone AS zone SET legal_text = state.legal_text, provision = state.plain
FROM jsonb_to_recordset(%s::jsonb) AS state(field text, legal_text text, plain jsonb, zones bigint[])
WHERE zone.version_id = %s AND zone.field = state.field
    AND (state.zones IS NULL OR zone.id = ANY(state.zones))
"""


def _store(edition: Edition, states: Mapping[str, list[State]]) -> None:
    rows = [{"field": name, **state} for name, of_field in states.items() for state in of_field]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [json.dumps(rows), edition.pk])
