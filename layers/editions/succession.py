"""Which areas an edition's areas came from: what a merged committee was before, what became of a split one.

Shares are computed when an edition is saved. Where an old area lies in one new area only, that is its
successor; where it lies in several, a person decides, and nothing is followed until then.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from layers.editions.life import EditionError
from layers.editions.overlap import Overlap, overlaps
from layers.event import What, record
from layers.models import Area, Edition, Succession

FIELD = "predecessors"
# Less of the old area than this, and no more than half of the new one, is a border drawn anew.
SLIVER_SHARE = 0.005
_MOST = 0.5
# An old area of which this much lies in one new area, and none in another, went there.
WHOLE_SHARE = 0.95
_SEPARATOR = re.compile(r"[,;\s]+")


@dataclass(frozen=True, kw_only=True)
class Linked:
    """How many links there are between two editions, and how many overlaps were too small for one."""

    confirmed: int
    proposed: int
    slivers: int


@transaction.atomic
def link(edition: Edition, *, before: Edition) -> Linked:
    """Link an edition's areas to those of the edition before, with shares.

    Confirmed are those that the file names (the column `predecessors`: a list of codes, or one text with
    commas; codes that the edition before has not are passed over), and an old area's only successor that
    has at least WHOLE_SHARE of it. The others are proposed. Links that are there already stay as they are.
    """
    overlap_of = {(overlap.older, overlap.newer): overlap for overlap in overlaps(before, edition)}
    large = {pair for pair, overlap in overlap_of.items() if _is_large(overlap)}
    named = _named(edition, before)
    successors = Counter(older for older, _newer in named | large)
    links = []
    for older, newer in sorted(named | large):
        overlap = overlap_of.get((older, newer), Overlap(older=older, newer=newer))
        is_named = (older, newer) in named
        is_only = successors[older] == 1 and overlap.share_of_older >= WHOLE_SHARE
        links.append(
            Succession(
                predecessor_id=older,
                successor_id=newer,
                share_of_predecessor=overlap.share_of_older,
                share_of_successor=overlap.share_of_newer,
                origin=Succession.Origin.FILE if is_named else Succession.Origin.OVERLAP,
                state=Succession.State.CONFIRMED if is_named or is_only else Succession.State.PROPOSED,
            )
        )
    Succession.objects.bulk_create(links, ignore_conflicts=True)
    confirmed = sum(link.state == Succession.State.CONFIRMED for link in links)
    return Linked(confirmed=confirmed, proposed=len(links) - confirmed, slivers=len(set(overlap_of) - large))


def successor_of(area: Area) -> Area | None:
    """The one area of a later edition that this one became; None where there is none, or more than one.

    Links to editions that were withdrawn do not count.
    """
    links = area.went_to.confirmed().filter(successor__edition__state=Edition.State.SAVED)
    first_two = list(links.select_related("successor")[:2])
    return first_two[0].successor if len(first_two) == 1 else None


@transaction.atomic
def decide(succession: Succession, *, confirmed: bool, at: dt.datetime, by: str) -> None:
    """Confirm a proposed link, or reject it. Raises EditionError for one that is decided already."""
    link = _locked(succession)
    if link.state != Succession.State.PROPOSED:
        raise EditionError(_("This has been decided already. Press “Decide again” first."))
    link.state = Succession.State.CONFIRMED if confirmed else Succession.State.REJECTED
    _keep(link, what=What.SUCCESSION_CONFIRMED if confirmed else What.SUCCESSION_REJECTED, at=at, by=by)


@transaction.atomic
def reopen(succession: Succession, *, at: dt.datetime, by: str) -> None:
    """Undo a decision, a computed one too: the link is proposed again. Raises EditionError where it is."""
    link = _locked(succession)
    if link.state == Succession.State.PROPOSED:
        raise EditionError(_("This has not been decided yet."))
    link.state = Succession.State.PROPOSED
    _keep(link, what=What.SUCCESSION_REOPENED, at=at, by=by)


@transaction.atomic
def add_by_hand(*, predecessor: Area, successor: Area, at: dt.datetime, by: str) -> Succession:
    """Say that one area came from another, and confirm it; a link that is there is confirmed.

    Raises EditionError for areas of two layers, or where the successor's edition is not the later one.
    """
    older, newer = predecessor.edition, successor.edition
    if older.layer_id != newer.layer_id or (older.number or 0) >= (newer.number or 0):
        raise EditionError(_("Choose an area of an edition and one of a later edition of the same layer."))
    link, is_new = Succession.objects.get_or_create(
        predecessor=predecessor,
        successor=successor,
        defaults={"origin": Succession.Origin.PERSON, "state": Succession.State.PROPOSED},
    )
    link = _locked(link)
    if link.state == Succession.State.CONFIRMED:
        raise EditionError(_("This is confirmed already."))
    link.state = Succession.State.CONFIRMED
    _keep(link, what=What.SUCCESSION_ADDED if is_new else What.SUCCESSION_CONFIRMED, at=at, by=by)
    return link


def _named(edition: Edition, before: Edition) -> set[tuple[int, int]]:
    """Pairs (predecessor, successor) that the file names."""
    older = dict(before.areas.values_list("code", "pk"))
    named = edition.areas.filter(properties__has_key=FIELD).values_list("pk", f"properties__{FIELD}")
    return {(older[code], pk) for pk, value in named for code in _codes(value) if code in older}


def _is_large(overlap: Overlap) -> bool:
    return overlap.share_of_older >= SLIVER_SHARE or overlap.share_of_newer >= _MOST


def _locked(succession: Succession) -> Succession:
    """The link as it is now, locked: two people take turns."""
    links = Succession.objects.select_for_update(of=("self",))
    return links.select_related("predecessor", "successor__edition__layer").get(pk=succession.pk)


def _keep(link: Succession, *, what: What, at: dt.datetime, by: str) -> None:
    is_decided = link.state != Succession.State.PROPOSED
    link.decided_at = at if is_decided else None
    link.decided_by = by if is_decided else ""
    link.save(update_fields=["state", "decided_at", "decided_by"])
    detail = {"succession": link.pk, "from": link.predecessor.code, "to": link.successor.code}
    record(what, of=link.successor.edition, at=at, by=by, detail=detail)


def _codes(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(code) for code in value]
    return [code for code in _SEPARATOR.split(str(value or "")) if code]
