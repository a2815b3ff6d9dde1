"""A hotspot in words: people before comments, how many times as many, and the doubt beside it.

No probability is printed: those computed find something remarkable in most consultations where nothing
is (docs/hotspots.md). What claims nothing (`hotspots/claim.py`) says why.
"""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from layers.figure import Figure
from mapdialog.hotspots.claim import Claim, NoClaim
from mapdialog.hotspots.models import Hotspot


def people(spot: Hotspot) -> str:
    """'29 people, 41 comments'; who cannot be told apart is not counted as somebody."""
    comments = ngettext("%(n)s comment", "%(n)s comments", spot.n) % {"n": Figure(spot.n)}
    if spot.n_unknown == spot.n:
        return _("%(comments)s, number of people unknown") % {"comments": comments}
    known = ngettext("%(n)s person", "%(n)s people", spot.n_contributors) % {"n": Figure(spot.n_contributors)}
    if spot.n_unknown:
        return _("%(people)s and an unknown number of others, %(comments)s") % {
            "people": known,
            "comments": comments,
        }
    return _("%(people)s, %(comments)s") % {"people": known, "comments": comments}


def comparison(spot: Hotspot) -> list[str]:
    """Sentences: the ratio with its doubt, or why nothing is compared."""
    reason = Claim.of(spot).reason_for_none
    if reason is not None:
        return [_why_nothing_is_claimed(reason, spot=spot)]
    ratio = number_format(spot.statistics["ratio"], decimal_pos=1)
    return [
        _("%(ratio)s times as many as if spread evenly over the committee's land") % {"ratio": ratio},
        _(
            "This ranks places, it proves nothing: people do not live evenly over the land, and the place "
            "was found by looking for one."
        ),
    ]


def _why_nothing_is_claimed(reason: NoClaim, *, spot: Hotspot) -> str:
    match reason:
        case NoClaim.FEW_PEOPLE:
            return _("Fewer than five people: that their comments lie close together is all that is said.")
        case NoClaim.PEOPLE_NOT_KNOWN:
            return _(
                "How many people wrote is not known: "
                "that the comments lie close together is all that is said."
            )
        case NoClaim.ON_WATER:
            n = Figure(spot.statistics["on_water"])
            return _("%(n)s of them lie on water, where no comments are expected.") % {"n": n}
        case NoClaim.NOTHING_TO_COMPARE:
            return _("Outside every committee there is nothing to compare with.")
