"""Template filters that say of a session what its owner knows it by, and no more."""

from __future__ import annotations

import ipaddress

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# The first that occurs counts: each browser also names those it wants to be taken for.
_BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox",
    "FxiOS": "Firefox", "Chrome": "Chrome", "CriOS": "Chrome", "Safari": "Safari",
}  # fmt: skip
_SYSTEMS = {
    "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Windows": "Windows", "Mac OS": "macOS",
    "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip


@register.filter
def browser(agent: str) -> str:
    """“Firefox, Windows” for what a browser says of itself."""
    names = [
        next((name for sign, name in signs.items() if sign in agent), "") for signs in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in names if name) or _("Unknown browser")


@register.filter
def roughly(address: str) -> str:
    """The network an address is in: enough to tell home from office, too little for a map."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv4Address):
        return ".".join(str(parsed).split(".")[:2]) + ".x.x"
    return ":".join(parsed.exploded.split(":")[:2]) + ":…"
