"""Which areas an edition's areas came from: what a merged committee was before."""

from __future__ import annotations

import re
from typing import Any

from layers.models import Area, LayerVersion

FIELD = "predecessors"
_SEPARATOR = re.compile(r"[,;\s]+")


def link(version: LayerVersion, *, before: LayerVersion) -> int:
    """Link areas to those of the edition before that their field `predecessors` names by code.

    The field is a list, or one text with commas. Codes that the edition before has not are passed over.
    Returns the number of links.
    """
    older = dict(before.areas.values_list("code", "pk"))
    links = [
        Area.predecessors.through(from_area_id=area.pk, to_area_id=older[code])
        for area in version.areas.filter(properties__has_key=FIELD)
        for code in _codes(area.properties[FIELD])
        if code in older
    ]
    Area.predecessors.through.objects.bulk_create(links, ignore_conflicts=True)
    return len(links)


def _codes(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(code) for code in value]
    return [code for code in _SEPARATOR.split(str(value or "")) if code]
