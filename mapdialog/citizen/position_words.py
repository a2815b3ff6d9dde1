"""What is said of a written position that cannot be taken as it stands; form and scripts say the same."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from mapdialog.citizen.written_position import Reason

REFUSED: dict[Reason, Any] = {
    "unreadable": _(
        "This could not be read as a position. Write it as in 59.0279, 9.7009 or 32V 540235 6543370, or paste"
        " a link from a map."
    ),
    "zone": _("These look like metres on a map. Write the zone before them, as in 32V 540235 6543370."),
    "system": _(
        "This coordinate system is not read here. Use latitude and longitude, or UTM with its zone, as in"
        " 32V 540235 6543370."
    ),
    "link": _("There is no position in this link. Open it, and copy the coordinates you see there instead."),
}
TURNED = _(
    "The two numbers stood the other way round, so we have turned them. Check that the place is right."
)
TURNED_SEND_AGAIN = _(
    "As written this lies outside the area we ask about. We have turned the two numbers round: look at them,"
    " and send once more if they are right."
)
