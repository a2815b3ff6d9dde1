"""The lists of codes and colours, as people call them."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_TITLES: dict[str, Promise] = {
    "no_reguleringsplan": _("Norwegian zoning plan"),
    "no_hensynssoner": _("Norwegian special consideration zones"),
    "no_kommuneplan": _("Norwegian municipal master plan (land-use part)"),
    "no_reg1985": _("Norwegian zoning plan, act of 1985"),
    "no_komm1985": _("Norwegian master plan, act of 1985"),
    "se_detaljplan": _("Swedish detailed plan"),
    "dk_anvendelse": _("Danish plan, general use"),
    "us_dc_landuse": _("Washington DC, land use"),
    "neutral": _("Calm colours, no list"),
}


def title(list_name: str) -> str:
    """The list's name in the reader's language; the name itself for one that has none."""
    return str(_TITLES.get(list_name, list_name))
