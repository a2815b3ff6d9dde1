"""Public codes that became others: municipalities that merged, split or were given a new number.

An old unit is followed to a new one only where that is certain. Borders digitised anew leave crumbs of an
unchanged municipality in its neighbours, so a share of `SURE` and more is the whole; anything less, or a
second successor of `CRUMB` and more, is for a person to decide.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from layers.models import CodeChange

SHIPPED = Path(__file__).parents[1] / "sources" / "no" / "kommune_2020_2024.csv"
NO_MUNICIPALITIES = "NO-kommune"
SHIPPED_DAY = dt.date(2024, 1, 1)
SURE = 0.9
CRUMB = 0.05
_COLUMNS = ("k2020", "navn", "k2024", "kommunenavn", "share_of_2020")


class ConcordanceError(ValueError):
    """The table of codes cannot be loaded. The message says why; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Ambiguous:
    """An old code with several possible successors, each with its share of the old unit, largest first."""

    code: str
    changed_on: dt.date
    successors: tuple[tuple[str, float], ...]


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """Rows `added`, `changed` and `unchanged`; the `same` codes are those that never changed."""

    added: int
    changed: int
    unchanged: int
    same: int
    ambiguous: list[str]


def load(path: Path, *, scheme: str, changed_on: dt.date) -> Loaded:
    """Read a table of old and new codes into CodeChange. Loading it again changes nothing.

    Columns: k2020, navn, k2024, kommunenavn, share_of_2020. Rows whose code did not change are counted only.
    Raises ConcordanceError.
    """
    rows = list(_rows(path, scheme=scheme, changed_on=changed_on))
    changes = [row for row in rows if row.old_code != row.new_code]
    stored = {
        (row.old_code, row.new_code): row
        for row in CodeChange.objects.filter(scheme=scheme, changed_on=changed_on)
    }
    added, changed = [], []
    for row in changes:
        before = stored.get((row.old_code, row.new_code))
        if before is None:
            added.append(row)
        elif (before.share, before.old_name, before.new_name) != (row.share, row.old_name, row.new_name):
            row.pk = before.pk
            changed.append(row)
    with transaction.atomic():
        CodeChange.objects.bulk_create(added)
        CodeChange.objects.bulk_update(changed, ["share", "old_name", "new_name"])
    return Loaded(
        added=len(added),
        changed=len(changed),
        unchanged=len(changes) - len(added) - len(changed),
        same=len(rows) - len(changes),
        ambiguous=sorted(
            code for code in {row.old_code for row in changes} if isinstance(_next(code, changes), Ambiguous)
        ),
    )


def successor(code: str, *, scheme: str, on: dt.date) -> str | Ambiguous:
    """The code that `code` has become by a day; itself where it has not changed.

    Follows one change after the other. Stops at the first that has no certain answer.
    """
    rows = list(CodeChange.objects.filter(scheme=scheme, changed_on__lte=on).order_by("changed_on"))
    for day in sorted({row.changed_on for row in rows}):
        followed = _next(code, [row for row in rows if row.changed_on == day])
        if isinstance(followed, Ambiguous):
            return followed
        code = followed
    return code


def owner_note(owner: str, *, on: dt.date) -> str:
    """What to say to somebody who names an owner whose code has changed by a day; "" when it has not."""
    country, _dash, code = owner.partition("-")
    if country != "NO":
        return ""
    new_code = successor(code, scheme=NO_MUNICIPALITIES, on=on)
    if new_code == code:
        return ""
    if isinstance(new_code, Ambiguous):
        message = _("%(old)s was divided on %(day)s, among %(new)s. Choose one of them.")
        names = ", ".join(f"{country}-{new}" for new, _share in new_code.successors)
        values = {"old": owner, "day": date_format(new_code.changed_on), "new": names}
        return message % values
    change = CodeChange.objects.filter(scheme=NO_MUNICIPALITIES, changed_on__lte=on, old_code=code)
    day = change.order_by("-share").values_list("changed_on", flat=True)[0]
    message = _("%(old)s has been %(new)s since %(day)s.")
    return message % {"old": owner, "new": f"{country}-{new_code}", "day": date_format(day)}


def _next(code: str, rows: Iterable[CodeChange]) -> str | Ambiguous:
    own = sorted((row for row in rows if row.old_code == code), key=lambda row: -row.share)
    real = [row for row in own if row.share >= CRUMB]
    if not own:
        return code
    if len(real) == 1 and real[0].share >= SURE:
        return real[0].new_code
    return Ambiguous(
        code=code,
        changed_on=own[0].changed_on,
        successors=tuple((row.new_code, row.share) for row in own),
    )


def _rows(path: Path, *, scheme: str, changed_on: dt.date) -> Iterable[CodeChange]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ConcordanceError(_("The file is not UTF-8 text.")) from None
    reader = csv.DictReader(text.splitlines())
    if not set(_COLUMNS) <= set(reader.fieldnames or []):
        raise ConcordanceError(_("The table needs the columns %s.") % ", ".join(_COLUMNS))
    pairs: set[tuple[str, str]] = set()
    for row in reader:
        old, old_name, new, new_name, share = (str(row[name] or "").strip() for name in _COLUMNS)
        if not (old and new and len(old) <= 20 and len(new) <= 20) or (old, new) in pairs:
            message = _("Line %(line)d: an old and a new code are needed, each pair once.")
            raise ConcordanceError(message % {"line": reader.line_num})
        pairs.add((old, new))
        yield CodeChange(
            scheme=scheme,
            old_code=old,
            old_name=old_name[:100],
            new_code=new,
            new_name=new_name[:100],
            changed_on=changed_on,
            share=_share(share, line=reader.line_num),
        )


def _share(text: str, *, line: int) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        message = _("Line %(line)d: the share must be a number from 0 to 1, not “%(text)s”.")
        raise ConcordanceError(message % {"line": line, "text": text[:40]})
    return share
