"""What residents read about a kind: the interface's words for two, a kind's own for the others."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from mapdialog.citizen.presentation import Words, words
from mapdialog.contributions.kinds.catalog import Kind, kinds
from mapdialog.dialogue.models import Consultation

PLAIN = "pin"
_TITLES = {PLAIN: _("What do you want to say?"), "observation": _("What did you observe?")}
_INVITATIONS = {
    PLAIN: _("Write a comment instead"),
    "observation": _("On a safety walk? Note an observation instead"),
}


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """A link to the form of another kind."""

    kind: str
    words: Words


def title(kind: Kind) -> Words:
    """The heading above its form."""
    if kind.name in _TITLES:
        return Words(text=str(_TITLES[kind.name]), lang=get_language() or "")
    return words(kind.title)


def offered(consultation: Consultation) -> list[str]:
    """The names of the kinds that residents may send: comments, and those that a question is about and that
    have words to lead to them."""
    names = {name for question in consultation.questions.all() for name in question.applies_to}
    return [PLAIN, *(kind.name for kind in kinds().values() if kind.name in names and _leads_to(kind))]


def _leads_to(kind: Kind) -> bool:
    return kind.name != PLAIN and (kind.name in _INVITATIONS or bool(kind.invitation))


def invitations(consultation: Consultation, *, chosen: str) -> list[Invitation]:
    """The ways to the other kinds: from a comment to each, from any other back to a comment."""
    names = [name for name in offered(consultation) if name != PLAIN] if chosen == PLAIN else [PLAIN]
    return [Invitation(kind=name, words=_invitation(kinds()[name])) for name in names]


def _invitation(kind: Kind) -> Words:
    if kind.name in _INVITATIONS:
        return Words(text=str(_INVITATIONS[kind.name]), lang=get_language() or "")
    return words(kind.invitation)
