"""The style of a land-use code: its official words and colours.

The colours cannot carry the meaning alone (in the Norwegian list 224 codes share 53 fills), so a style
always has a label, and a page shows code and label beside the colour.
"""

import csv
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

# A plan file mixes purposes and special consideration zones in one layer; the second list is asked when the
# first does not know the code.
LISTS: Mapping[str, tuple[str, ...]] = {
    "no_reguleringsplan": ("no/reguleringsplan.csv", "no/hensynssoner.csv"),
    "no_hensynssoner": ("no/hensynssoner.csv",),
    "no_kommuneplan": ("no/kommuneplan.csv", "no/hensynssoner_kommuneplan.csv"),
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
_SWEDISH_COMBINED = re.compile(r"(?:[A-Z]\d{0,2}){2,6}")
LANGUAGES = ("nb", "nn", "sv", "da", "en")
FILL_OPACITY = 0.55
PATTERN_WIDTH, PATTERN_STEP = 1.0, 16
# By the angle of their lines, anticlockwise from the east; house, cabin and works are small pictures.
PATTERNS = (
    "diagonal-45", "diagonal-300", "diagonal-315", "diagonal-330", "horizontal", "vertical", "cross", "grid",
    "dots", "house", "cabin", "works",
)  # fmt: skip
# arealbruksstatus of a master plan: 1 existing, 2 future
FUTURE = 2


class UnknownStyleListError(LookupError):
    """No such list; the message names those that exist."""

    def __init__(self, name: str) -> None:
        super().__init__(f"No style list is called {name!r}. Choose one of: {', '.join(LISTS)}.")


@dataclass(frozen=True, kw_only=True)
class Style:
    """How one land-use code is named and drawn.

    ``labels`` and ``group`` map a language code to words; a list has only the languages its source has.
    Colours are ``#rrggbb``; an empty ``fill`` means that what lies under shows (special consideration zones).
    ``stripes`` are the colours of the diagonal stripes of a combined purpose, ``pattern`` is "" or one of
    PATTERNS. Widths, steps (from one line of a pattern to the next) and dashes are in CSS pixels.

    ``future`` says that it is the style of a planned use. ``known`` is False for a code that no list has;
    ``unlisted`` is True when there was a list to have it.
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
    pattern_colour_future: str = ""
    pattern_width: float = PATTERN_WIDTH
    pattern_step: int = PATTERN_STEP
    stroke: str = NEUTRAL_STROKE
    stroke_width: float = 1.0
    dash: tuple[int, ...] = ()
    future: bool = False
    known: bool = True
    unlisted: bool = False

    @property
    def key(self) -> str:
        """What a style table calls it: the code, for a planned use with the status (1110:2)."""
        return f"{self.code}:{FUTURE}" if self.future else self.code

    def label(self, language: str) -> str:
        """The words in ``language``, or in the nearest language the list has."""
        return _in_language(self.labels, language) or self.code

    def group_label(self, language: str) -> str:
        """The heading it stands under in its list, "" where the list has none."""
        return _in_language(self.group, language)

    def as_future(self) -> "Style":
        """The same code as planned use (arealbruksstatus 2), where the list draws it differently."""
        return replace(
            self,
            future=True,
            fill=self.fill_future or self.fill,
            stripes=self.stripes_future or self.stripes,
            pattern_colour=self.pattern_colour_future or self.pattern_colour,
        )

    def as_json(self) -> dict[str, Any]:
        """What the browser needs to draw it; empty parts are left out to keep the page small."""
        drawing = {
            "code": self.code,
            "label": dict(self.labels),
            "fill": self.fill,
            "opacity": self.fill_opacity,
            "stripes": list(self.stripes),
            "pattern": self.pattern,
            "patternColour": self.pattern_colour,
            "patternWidth": self.pattern_width if self.pattern_width != PATTERN_WIDTH else "",
            "patternStep": self.pattern_step if self.pattern_step != PATTERN_STEP else "",
            "stroke": self.stroke,
            "strokeWidth": self.stroke_width,
            "dash": list(self.dash),
        }
        return {key: value for key, value in drawing.items() if value not in ("", [])}


def list_names() -> tuple[str, ...]:
    """The names that `style_for` takes."""
    return tuple(LISTS)


def codes(list_name: str) -> tuple[str, ...]:
    """The codes of a list in its order. Raises UnknownStyleListError."""
    return tuple(_styles(list_name))


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


def knows(list_name: str, *, code: object) -> bool:
    """Whether the list has the code, or all of several codes. Raises UnknownStyleListError."""
    return bool(_listed(list_name, normal_code(code)))


def parts(list_name: str, *, code: object) -> list[str]:
    """The listed codes that a code is made of; [] where they are not known. Raises UnknownStyleListError."""
    return [style.code for style in _listed(list_name, normal_code(code))]


def legend(list_name: str, *, codes: Iterable[object], future: Iterable[object] = ()) -> list[Style]:
    """One style per distinct code, in the order of the official list, unknown codes last.

    ``future`` are the codes that occur as planned use: they have a style of their own, after the other.
    """
    uses = {(normal_code(code), False) for code in codes} | {(normal_code(code), True) for code in future}
    order = {code: rank for rank, code in enumerate(_styles(list_name))}
    return [
        style_for(list_name, code=code, future=planned)
        for code, planned in sorted(uses, key=lambda use: (order.get(use[0], len(order)), *use))
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
        group={language: row[f"group_{language}"] for language in LANGUAGES if row[f"group_{language}"]},
        fill=row["fill"],
        fill_future=row["fill_future"],
        # What has no colour of its own, only a hatch over others, must not be made paler still.
        fill_opacity=FILL_OPACITY if row["fill"] or row["fill_future"] else 1.0,
        stripes=tuple(row["stripes"].split()),
        stripes_future=tuple(row["stripes_future"].split()),
        pattern=row["pattern"],
        pattern_colour=row["pattern_colour"],
        pattern_colour_future=row["pattern_colour_future"],
        pattern_width=float(row["pattern_width"] or PATTERN_WIDTH),
        pattern_step=int(row["pattern_step"] or PATTERN_STEP),
        stroke=row["stroke"],
        stroke_width=float(row["stroke_width"] or 1),
        dash=tuple(int(length) for length in row["dash"].split()),
    )


def _find(list_name: str, code: str) -> Style:
    listed = _listed(list_name, code)
    if not listed:
        return _neutral(code, unlisted=list_name != "neutral")
    if len(listed) > 1:
        return _combined(code, listed)
    return replace(listed[0], code=code) if list_name == "se_detaljplan" else listed[0]


def _listed(list_name: str, code: str) -> list[Style]:
    """The list's style of the code, or those of its parts; none where the list does not know it."""
    styles = _styles(list_name)
    if code in styles:
        return [styles[code]]
    # The zone files hold the bare number (220); the plan map and the lists write H220.
    if list_name == "no_hensynssoner" and f"H{code}" in styles:
        return [styles[f"H{code}"]]
    parts = [part.strip() for part in code.split(",")]
    if list_name == "se_detaljplan" and len(parts) == 1:
        parts = _swedish_uses(code, listed=styles)
    return [styles[part] for part in parts] if all(part in styles for part in parts) else []


def _swedish_uses(code: str, *, listed: Mapping[str, Style]) -> list[str]:
    """What a Swedish designation is made of: a use and its number in the plan (B1), or several uses (BC1)."""
    bare = code.rstrip("0123456789")
    is_combined = bare not in listed and _SWEDISH_COMBINED.fullmatch(code)
    return re.findall("[A-Z]", code) if is_combined else [bare]


def _in_language(words: Mapping[str, str], language: str) -> str:
    return next((words[choice] for choice in (language, *LANGUAGES) if words.get(choice)), "")


def _combined(code: str, styles: list[Style]) -> Style:
    """A mixed use: stripes in the colours of its parts, words joined by a slash."""
    shared = [language for language in LANGUAGES if all(language in style.labels for style in styles)]
    return replace(
        styles[0],
        code=code,
        labels={language: " / ".join(style.labels[language] for style in styles) for language in shared},
        stripes=tuple(style.fill for style in styles),
    )


def _neutral(code: str, *, unlisted: bool = False) -> Style:
    """A colour that is the same for the same code on every map and in every process."""
    digest = hashlib.sha256(code.encode("utf-8", "surrogatepass")).digest()
    return Style(
        code=code,
        labels={},
        fill=NEUTRAL_FILLS[digest[0] % len(NEUTRAL_FILLS)],
        known=False,
        unlisted=unlisted,
    )
