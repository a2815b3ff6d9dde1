"""What happened to a contribution since somebody read it: for those who decided about what is no more."""

from __future__ import annotations

from django.utils import formats
from django.utils.translation import gettext as _

from layers.whole_number import whole_number
from mapdialog.audit.models import AuditEntry
from mapdialog.audit.verb import Verb
from mapdialog.contributions.models import Contribution
from mapdialog.people.models import Membership, User

# Each of them raises a contribution's version by one, and nothing else does.
_RAISING = (Verb.CONTRIBUTION_CHANGED, Verb.CONTRIBUTION_MODERATED, Verb.CONTRIBUTION_ERASED)
_STATES = dict(Contribution.State.choices)


def meanwhile(contribution: Contribution, *, version: int, reader: User) -> str:
    """A sentence for `reader`, who decided about `version`: what was done since, by whom and when.

    People are named by their role, never by name. Two queries, and one more for each person.
    """
    now = Contribution.objects.get(pk=contribution.pk)
    trail = AuditEntry.objects.filter(
        action__in=_RAISING, subject_type="contribution", subject_id=str(contribution.pk)
    )
    # by id: it follows the version also where two clocks do not
    entries = list(trail.order_by("-id")[: max(now.version - version, 0)])
    if now.state == Contribution.State.ERASED and not entries:
        return _("%(code)s has been deleted. There is nothing left to decide.") % {"code": now.code}
    events = "; ".join(_event(entry, of=contribution, reader=reader) for entry in reversed(entries)) or "–"
    return _(
        "%(code)s is not decided: it has changed since you read it. %(events)s. Read it again, then decide."
    ) % {"code": now.code, "events": events}


def _event(entry: AuditEntry, *, of: Contribution, reader: User) -> str:
    when = formats.date_format(entry.at.astimezone(of.consultation.municipality.zone), "DATETIME_FORMAT")
    return f"{when}, {_who(entry.by, of=of, reader=reader)}: {_what(entry)}"


def _what(entry: AuditEntry) -> str:
    if entry.action != Verb.CONTRIBUTION_MODERATED:
        return str(Verb(entry.action).label)
    before, after = (str(_STATES.get(entry.detail.get(key), "?")) for key in ("from", "to"))
    return _("from “%(before)s” to “%(after)s”") % {"before": before, "after": after}


def _who(by: str, *, of: Contribution, reader: User) -> str:
    if by == reader.audit_name:
        return _("you, in another window")
    if by == "resident":
        return _("its author")
    person = whole_number(by.removeprefix(User.AUDIT_PREFIX))
    if person is None:
        return _("the service")
    memberships = Membership.objects.filter(user=person, municipality=of.consultation.municipality_id)
    roles = ", ".join(sorted({str(membership.get_role_display()) for membership in memberships}))
    return _("another person (%(roles)s)") % {"roles": roles} if roles else _("another person")
