"""Which area of an edition a code in somebody's table means."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from layers.models import CodeChange, Edition
from layers.reference import concordance

# A Norwegian statistical unit's code begins with its municipality's.
_MUNICIPALITY_FIGURES = 4
_UNIT_FIGURES = 8


@dataclass(frozen=True, kw_only=True)
class AreaCodes:
    """`areas` is code -> id. `renumbered` fills as codes of older municipalities are followed: old -> new."""

    areas: dict[str, int]
    by_number: dict[str, str]
    successors: dict[str, str]
    renumbered: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, edition: Edition, *, on: dt.date) -> AreaCodes:
        """The codes of an edition's areas. Old municipality codes are followed as they stood on a day."""
        areas = dict(edition.areas.values_list("code", "pk"))
        numbers: dict[str, list[str]] = {}
        for code in areas:
            if _is_number(code):
                numbers.setdefault(code.lstrip("0"), []).append(code)
        return cls(
            areas=areas,
            by_number={number: codes[0] for number, codes in numbers.items() if len(codes) == 1},
            successors=_sure_successors(on) if edition.layer.owner.startswith("NO-") else {},
        )

    def match(self, text: str) -> str | None:
        """The area's code that "40120101", "40120101 Herre", 3010101 for "03010101" or an old number means.

        None where there is no such area, or several could be meant.
        """
        words = text.split()
        for written in [text, *words[:1]]:
            if written in self.areas:
                return written
            if _is_number(written) and written.lstrip("0") in self.by_number:
                return self.by_number[written.lstrip("0")]
        return self._renumbered(words[0]) if words else None

    def _renumbered(self, written: str) -> str | None:
        if len(written) != _UNIT_FIGURES or not _is_number(written):
            return None
        new = self.successors.get(written[:_MUNICIPALITY_FIGURES], "")
        code = f"{new}{written[_MUNICIPALITY_FIGURES:]}"
        if not new or code not in self.areas:
            return None
        self.renumbered[written] = code
        return code


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _sure_successors(on: dt.date) -> dict[str, str]:
    """Old municipality -> new, where the old one became wholly the new, and nobody else did.

    Where several became one, their units' last figures may be the same.
    """
    scheme = concordance.NO_MUNICIPALITIES
    followed: dict[str, list[str]] = {}
    for old in CodeChange.objects.filter(scheme=scheme).values_list("old_code", flat=True).distinct():
        new = concordance.successor(old, scheme=scheme, on=on)
        for code in [new] if isinstance(new, str) else [code for code, _share in new.successors]:
            followed.setdefault(code, []).append(old if isinstance(new, str) else "")
    return {olds[0]: new for new, olds in followed.items() if len(olds) == 1 and olds[0]}
