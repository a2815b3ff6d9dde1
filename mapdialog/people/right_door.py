"""Whom to turn to instead of a consultation: the municipality's fault service, and who comes at once."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_NUMBER = re.compile(r"\+?[0-9][0-9 ]{1,18}", re.ASCII)
_ADDRESS = re.compile(r"https://[^\s/@\"'<>\\]+\.[^\s@\"'<>\\]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?", re.ASCII)
_MOST_CHARACTERS = 500
# Number and whom it reaches, the first to be called where one does not know. In the other Nordic countries
# 112 reaches them all.
_EMERGENCY: dict[str, list[tuple[str, Promise | str]]] = {
    "NO": [("112", _("Police")), ("110", _("Fire")), ("113", _("Ambulance"))],
    "US": [("911", "")],
}


def emergency_numbers(country: str, *, own: str) -> list[tuple[str, Promise | str]]:
    """(number, whom it reaches), the one to call first; `own` is what the municipality wants shown first."""
    numbers = _EMERGENCY.get(country, [("112", "")])
    if not own:
        return numbers
    return [(own, dict(numbers).get(own, "")), *(line for line in numbers if line[0] != own)]


def is_address(text: Any) -> bool:
    """Whether it can be the address of a page: no script, nothing that is read on the way."""
    return (
        isinstance(text, str)
        and len(text) <= _MOST_CHARACTERS
        and text.isprintable()
        and _ADDRESS.fullmatch(text) is not None
    )


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def check_addresses(value: Any) -> None:
    """For the administration: {"nb": "https://…"}. Raises ValidationError."""
    is_right = isinstance(value, dict) and all(
        _LANGUAGE.fullmatch(tag) and is_address(address) for tag, address in value.items()
    )
    if not is_right:
        raise ValidationError(_('Write addresses by language, such as {"nb": "https://…"}.'))


def check_number(value: str) -> None:
    """For the administration. Raises ValidationError."""
    if not is_number(value):
        raise ValidationError(_("Write a telephone number: figures and spaces."))
