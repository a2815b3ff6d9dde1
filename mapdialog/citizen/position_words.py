"""What is said of a written position that cannot be taken as it stands; form and scripts say the same."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from mapdialog.citizen.written_position import Reason

REFUSED: dict[Reason, Any] = {
    "unreadable": _(
        "We could not read this as a position. Write it like this: 59.0279, 9.7009 (latitude first) or 32V "
        "540235 6543370, or paste a link from a map."
    ),
    "zone": _("These look like metres on a map. Write the zone before them, as in 32V 540235 6543370."),
    "system": _(
        "This coordinate system is not read here. Use latitude and longitude, or UTM with its zone, as in"
        " 32V 540235 6543370."
    ),
    "link": _("There is no position in this link. Open it, and copy the coordinates you see there instead."),
}
TURNED = _("The two numbers were the other way round, so we have swapped them. Check that the spot is right.")
TURNED_SEND_AGAIN = _(
    "As written this is outside the area we ask about. We have swapped the two numbers: check them, and "
    "send again if they are right."
)
