"""A hotspot in words: people before comments, how many times as many, and the doubt beside it.

No probability is printed: those computed find something remarkable in most consultations where nothing
is (docs/hotspots.md). Few people, or hardly more than an even spread, are no claim: such places are drawn
quietly and stand at the end.
"""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapdialog.hotspots.models import Hotspot

FEWEST_PEOPLE = 5
LEAST_RATIO = 1.5


def people(spot: Hotspot) -> str:
    """'29 people, 41 comments'; who cannot be told apart is not counted as somebody."""
    comments = ngettext("%(n)d comment", "%(n)d comments", spot.n) % {"n": spot.n}
    if spot.n_unknown == spot.n:
        return _("%(comments)s, persons not known") % {"comments": comments}
    known = ngettext("%(n)d person", "%(n)d people", spot.n_contributors) % {"n": spot.n_contributors}
    if spot.n_unknown:
        return _("%(people)s and others not known, %(comments)s") % {"people": known, "comments": comments}
    return _("%(people)s, %(comments)s") % {"people": known, "comments": comments}


def is_quiet(spot: Hotspot) -> bool:
    """Whether it says no more than that comments lie close together."""
    return bool(_no_claim(spot)) or spot.statistics["ratio"] < LEAST_RATIO


def comparison(spot: Hotspot) -> list[str]:
    """Sentences: the ratio with its doubt, or why nothing is compared."""
    reason = _no_claim(spot)
    if reason:
        return [reason]
    ratio = number_format(spot.statistics["ratio"], decimal_pos=1)
    return [
        _("%(ratio)s times as many as if spread evenly over the committee's land") % {"ratio": ratio},
        _(
            "An order, not a proof: people do not live evenly over the land, "
            "and the place was found by looking."
        ),
    ]


def _no_claim(spot: Hotspot) -> str:
    statistics: dict[str, Any] = spot.statistics
    if spot.n_contributors + spot.n_unknown < FEWEST_PEOPLE:
        return _("Fewer than five people: that their comments lie close together is all that is said.")
    if 2 * statistics.get("on_water", 0) > spot.n:
        return _("%(n)d of them lie on water, where nothing can be expected.") % {"n": statistics["on_water"]}
    if statistics.get("ratio") is None:
        return _("Outside every committee there is nothing to compare with.")
    return ""
