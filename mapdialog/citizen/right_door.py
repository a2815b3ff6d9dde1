"""The right door: what is better said elsewhere, or should not stand in a text, said before it is sent.

The page's script looks while somebody writes, and sends nothing for it (`static/js/citizen/right_door.js`).
The form without scripts comes back once with the same words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.templatetags.static import static
from django.utils.translation import get_language, gettext, gettext_lazy

from mapdialog.contributions import screening
from mapdialog.contributions.screening import DANGER, FAULT, PERSONAL
from mapdialog.dialogue.texts import language_of, translated
from mapdialog.people.models import Municipality
from mapdialog.people.right_door import emergency_numbers

_NAMED = {
    "national-id": gettext_lazy("An identity number: {words}"),
    "phone": gettext_lazy("A telephone number: {words}"),
    "email": gettext_lazy("An e-mail address: {words}"),
    "name": gettext_lazy("A name: {words}"),
}


@dataclass(frozen=True, kw_only=True)
class EmergencyNumber:
    number: str
    whom: str

    @property
    def dialled(self) -> str:
        return self.number.replace(" ", "")


@dataclass(frozen=True, kw_only=True)
class Doors:
    """Where else to turn in a municipality, in the reader's language."""

    numbers: list[EmergencyNumber]
    fault_page: str
    fault_language: str
    fault_phone: str

    @classmethod
    def of(cls, municipality: Municipality) -> Doors:
        language = get_language()
        lines = emergency_numbers(municipality.country, own=municipality.emergency_number)
        return cls(
            numbers=[EmergencyNumber(number=number, whom=str(whom)) for number, whom in lines],
            fault_page=translated(municipality.fault_service, language),
            fault_language=language_of(municipality.fault_service, language),
            fault_phone=municipality.fault_phone,
        )

    @property
    def fault_dialled(self) -> str:
        return self.fault_phone.replace(" ", "")


@dataclass(frozen=True, kw_only=True)
class Notices:
    """What a text that was sent without scripts is pointed to; each sort once."""

    doors: Doors
    sorts: set[str] = field(default_factory=set)
    pointed: list[str] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, text: str, *, municipality: Municipality, pointed: str) -> Notices | None:
        """`pointed` are the sorts that have been pointed to before; None where there is nothing new."""
        finds = screening.finds(text, sorts=(*PERSONAL, FAULT, DANGER))
        sorts = {find.sort for find in finds}
        if sorts <= set(pointed.split()):
            return None
        return cls(
            doors=Doors.of(municipality),
            sorts=sorts,
            pointed=sorted(sorts),
            personal=[
                str(_NAMED[find.sort]).format(words=find.text) for find in finds if find.sort in PERSONAL
            ],
        )

    @property
    def is_danger(self) -> bool:
        return DANGER in self.sorts

    @property
    def is_fault(self) -> bool:
        return FAULT in self.sorts

    @property
    def texts(self) -> dict[str, Any]:
        return texts()


def texts() -> dict[str, Any]:
    return {
        "danger": gettext("Is somebody in danger now? Call at once. Nobody here reads this straight away."),
        "fault": gettext("This looks like a fault that should be mended. Report it here:"),
        "faultPage": gettext("The municipality's fault service"),
        "faultNowhere": gettext(
            "This looks like a fault that should be mended. Report it to the municipality: those who mend it "
            "do not read this."
        ),
        "stillComment": gettext("You may still send it as a comment."),
        "personal": gettext("Is this to stand in your comment?"),
        "waits": gettext(
            "If you send it as it is, the municipality reads it before anybody else can see it."
        ),
        "remove": gettext("Remove “{words}”"),
        "removed": gettext("Removed."),
        "undo": gettext("Undo"),
        "sendAnyway": gettext("Send all the same"),
        "sorts": {sort: str(words) for sort, words in _NAMED.items()},
    }


def as_json(municipality: Municipality) -> dict[str, Any]:
    """What the page's script needs, fetched when somebody begins to write."""
    doors = Doors.of(municipality)
    return {
        **screening.looked_for(),
        "texts": texts(),
        "styles": static("css/right_door.css"),
        "numbers": [{"number": line.number, "whom": line.whom} for line in doors.numbers],
        "fault": {"page": doors.fault_page, "language": doors.fault_language, "phone": doors.fault_phone},
    }
