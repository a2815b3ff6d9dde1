"""The style of a land-use code: its official words and colours.

The colours cannot carry the meaning alone (in the Norwegian list 224 codes share 53 fills), so a style
always has a label, and a page shows code and label beside the colour.
"""

import csv
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

# A plan file mixes purposes and zones of concern in one layer; the second list is asked when the first
# does not know the code.
LISTS: Mapping[str, tuple[str, ...]] = {
    "no_reguleringsplan": ("no/reguleringsplan.csv", "no/hensynssoner.csv"),
    "no_hensynssoner": ("no/hensynssoner.csv",),
    "no_kommuneplan": ("no/kommuneplan.csv", "no/hensynssoner.csv"),
    "no_reg1985": ("no/reg1985.csv",),
    "no_komm1985": ("no/komm1985.csv",),
    "se_detaljplan": ("se/detaljplan.csv",),
    "dk_anvendelse": ("dk/anvendelse.csv",),
    "us_dc_landuse": ("us/dc_landuse.csv",),
    "neutral": (),
}

# Pale, told apart by lightness and hue, and each with a contrast of at least 7:1 to the dark text colour.
NEUTRAL_FILLS = (
    "#e8d9b5", "#bfe0d6", "#d6cdea", "#f3cdb6", "#c4dbf0", "#dfe6a9",
    "#f0c6d4", "#cfd8d2", "#b7d3a6", "#e5c79a", "#c9c4b8", "#a9d5dc",
)  # fmt: skip
NEUTRAL_STROKE = "#333333"
LANGUAGES = ("nb", "sv", "da", "en")
FILL_OPACITY = 0.55


class UnknownStyleListError(LookupError):
    """No such list; the message names those that exist."""

    def __init__(self, name: str) -> None:
        super().__init__(f"No style list is called {name!r}. Choose one of: {', '.join(LISTS)}.")


@dataclass(frozen=True, kw_only=True)
class Style:
    """How one land-use code is named and drawn.

    ``labels`` and ``group`` map a language code to words; a list has only the languages its source has.
    Colours are ``#rrggbb``; an empty ``fill`` means that what lies under shows (zones of concern).
    ``stripes`` are the colours of the diagonal stripes of a combined purpose, ``pattern`` is one of "",
    diagonal-45, diagonal-315, horizontal, vertical, cross, dots. Widths and dashes are in CSS pixels.
    """

    code: str
    labels: Mapping[str, str]
    group: Mapping[str, str] = field(default_factory=dict)
    fill: str = ""
    fill_future: str = ""
    fill_opacity: float = FILL_OPACITY
    stripes: tuple[str, ...] = ()
    stripes_future: tuple[str, ...] = ()
    pattern: str = ""
    pattern_colour: str = ""
    stroke: str = NEUTRAL_STROKE
    stroke_width: float = 1.0
    dash: tuple[int, ...] = ()
    known: bool = True

    def label(self, language: str) -> str:
        """The words in ``language``, or in the nearest language the list has."""
        for choice in (language, "nb", "sv", "da", "en"):
            if words := self.labels.get(choice):
                return words
        return self.code

    def as_future(self) -> "Style":
        """The same code as planned use (arealbruksstatus 2), where the list draws it differently."""
        return replace(self, fill=self.fill_future or self.fill, stripes=self.stripes_future or self.stripes)

    def as_json(self) -> dict[str, Any]:
        """What the browser needs to draw it; empty parts are left out to keep the page small."""
        drawn = {
            "code": self.code,
            "label": dict(self.labels),
            "fill": self.fill,
            "opacity": self.fill_opacity,
            "stripes": list(self.stripes),
            "pattern": self.pattern,
            "patternColour": self.pattern_colour,
            "stroke": self.stroke,
            "strokeWidth": self.stroke_width,
            "dash": list(self.dash),
        }
        return {key: value for key, value in drawn.items() if value not in ("", [])}


def list_names() -> tuple[str, ...]:
    """The names that `style_for` takes."""
    return tuple(LISTS)


def style_for(list_name: str, *, code: object, future: bool = False) -> Style:
    """The style of ``code`` in the list called ``list_name``.

    Codes may come as text, as integers or as whole floats (a table column with gaps). Several codes in
    one text ("CLD, RMOD") are striped in the colours of each. A code the list does not know gets a
    neutral colour of its own, with the code as its label and ``known`` False: a map is never refused
    because of one odd code. Raises UnknownStyleListError.
    """
    if list_name not in LISTS:
        raise UnknownStyleListError(list_name)
    style = _find(list_name, normal_code(code))
    return style.as_future() if future else style


def legend(list_name: str, *, codes: Iterable[object]) -> list[Style]:
    """One style per distinct code, in the order of the official list, unknown codes last."""
    wanted = {normal_code(code) for code in codes}
    order = {code: place for place, code in enumerate(_styles(list_name))}
    return [
        style_for(list_name, code=code)
        for code in sorted(wanted, key=lambda code: (order.get(code, len(order)), code))
    ]


def style_table(list_name: str, *, codes: Iterable[object]) -> dict[str, dict[str, Any]]:
    """Code -> drawing instructions, as JSON-ready dictionaries for the browser."""
    return {style.code: style.as_json() for style in legend(list_name, codes=codes)}


def normal_code(code: object) -> str:
    """A code as the lists write it: text, without the ".0" a number column with gaps leaves behind."""
    if code is None:
        return ""
    text = str(code).strip()
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text


@cache
def _styles(list_name: str) -> Mapping[str, Style]:
    if list_name not in LISTS:
        raise UnknownStyleListError(list_name)
    styles: dict[str, Style] = {}
    for file_name in LISTS[list_name]:
        with (FOLDER / file_name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                styles.setdefault(row["code"], _from_row(row))
    return styles


def _from_row(row: Mapping[str, str]) -> Style:
    return Style(
        code=row["code"],
        labels={language: row[f"label_{language}"] for language in LANGUAGES if row[f"label_{language}"]},
        group={
            language: row[f"group_{language}"] for language in ("nb", "sv", "en") if row[f"group_{language}"]
        },
        fill=row["fill"],
        fill_future=row["fill_future"],
        stripes=tuple(row["stripes"].split()),
        stripes_future=tuple(row["stripes_future"].split()),
        pattern=row["pattern"],
        pattern_colour=row["pattern_colour"],
        stroke=row["stroke"],
        dash=tuple(int(length) for length in row["dash"].split()),
    )


def _find(list_name: str, code: str) -> Style:
    styles = _styles(list_name)
    if code in styles:
        return styles[code]
    # The zone files hold the bare number (220); the plan map and the lists write H220.
    if list_name == "no_hensynssoner" and f"H{code}" in styles:
        return styles[f"H{code}"]
    parts = [part.strip() for part in code.split(",")]
    if len(parts) > 1 and all(part in styles for part in parts):
        return _combined(code, [styles[part] for part in parts])
    return _neutral(code)


def _combined(code: str, styles: list[Style]) -> Style:
    """A mixed use: stripes in the colours of its parts, words joined by a slash."""
    shared = [language for language in LANGUAGES if all(language in style.labels for style in styles)]
    return replace(
        styles[0],
        code=code,
        labels={language: " / ".join(style.labels[language] for style in styles) for language in shared},
        stripes=tuple(style.fill for style in styles),
    )


def _neutral(code: str) -> Style:
    """A colour that is the same for the same code on every map and in every process."""
    digest = hashlib.sha256(code.encode("utf-8", "surrogatepass")).digest()
    return Style(
        code=code,
        labels={},
        fill=NEUTRAL_FILLS[digest[0] % len(NEUTRAL_FILLS)],
        known=False,
    )
