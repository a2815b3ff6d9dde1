"""Which codes of the lists are of land with homes on it: those whose official words say housing.

Alone, or beside something else (housing and shops).

Garages, holiday homes and countryside where a house may be allowed are not among them, nor are town centres
and mixed uses that do not say housing.
"""

from __future__ import annotations

from collections.abc import Mapping

from layers.styles.catalog import parts

_OF_2008 = frozenset({"1110", "1111", "1112", "1113", "1114", "1801", "1802", "1803", "1804"})
HOUSING: Mapping[str, frozenset[str]] = {
    "no_reguleringsplan": _OF_2008,
    "no_kommuneplan": _OF_2008,
    "no_reg1985": frozenset({"110", "111", "112", "113", "910", "911", "912", "913"}),
    "no_komm1985": frozenset({"110"}),
    "se_detaljplan": frozenset({"B"}),
    "dk_anvendelse": frozenset({"11", "21"}),
    "us_dc_landuse": frozenset({"RLD", "RMOD", "RMED", "RHD"}),
}


def is_housing(list_name: str, *, code: str) -> bool:
    """Do people live in a zone of that code? Of several codes in one, one is enough. Not known: False."""
    housing = HOUSING.get(list_name)
    return housing is not None and not housing.isdisjoint(parts(list_name, code=code))
