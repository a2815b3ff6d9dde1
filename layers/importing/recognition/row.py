"""One feature's values as our tables hold them, and the cleaning of what files hold."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from layers.control_characters import storable
from layers.models import Area, Zone
from layers.reference.codes import cleaned

GROUND_LEVEL = 2
CODE_MAX = Area._meta.get_field("code").max_length or 0
NAME_MAX = Area._meta.get_field("name").max_length or 0
FIELD_MAX = Zone._meta.get_field("field").max_length or 0
_LEVELS = range(1, 6)
# The national plan services have a feature type for each level: rparealformalomrade_vn2.
_LEVEL_IN_TYPE = re.compile(r"(?:^|[_\W])vn([1-5])(?:$|[_\W])")
# Most texts: words with one blank between, and no number that might be written as 1110.0.
_PLAIN_LINE = re.compile(r"(?!\d+[.,]0)[A-Za-z0-9ÆØÅÄÖæøåäö_.()/-]+(?: [A-Za-z0-9ÆØÅÄÖæøåäö_.()/-]+)*")
_PROVISION_IN = re.compile(r"provision_?([a-z]{2,3}(?:-[a-z0-9]{2,8})?)", re.ASCII | re.IGNORECASE)
# The tallest building of the Nordic countries has 74; what says more means something else, such as metres.
MOST_FLOORS = 200
_FLOORS = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,3})?")
_STATUS_WORDS = {"nåværende": 1, "eksisterende": 1, "framtidig": 2, "fremtidig": 2}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One feature's values, ready for the table. `names`, `properties` and `provision` are JSON texts."""

    code: str
    name: str
    names: str
    properties: str
    field: str
    vertical_level: int
    land_use_status: int | None
    provision: str
    legal_text: str


def as_json(value: Any) -> str:
    """JSON that PostgreSQL can store: no NaN, no NUL, no half characters."""
    if value == {}:
        return "{}"
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except ValueError:
        return json.dumps(_storable_json(value), ensure_ascii=False)
    return json.dumps(_storable_json(value), ensure_ascii=False) if "\\u0000" in text else text


def level(value: Any, *, feature_type: str = "") -> int:
    """1 under ground, 2 on it, 3 to 5 above (Norway's vertikalnivå); what says nothing is on the ground."""
    figure = cleaned(value)[:1]
    in_type = _LEVEL_IN_TYPE.search(feature_type)
    if figure not in "12345" or not figure:
        figure = in_type.group(1) if in_type else ""
    return int(figure) if figure and int(figure) in _LEVELS else GROUND_LEVEL


def status(value: Any) -> int | None:
    """1 existing, 2 future (Norway's arealbruksstatus); None for anything else."""
    word = cleaned(value).casefold()
    number = {"1": 1, "2": 2}.get(word.split(" ")[0].rstrip(":-–—")) if word else None
    return number or _STATUS_WORDS.get(word)


def floors(value: Any) -> float | None:
    """How many floors a building has, halves too; None for anything that is no such number, 0 among them."""
    text = cleaned(value)
    number = float(text.replace(",", ".")) if _FLOORS.fullmatch(text) else 0.0
    return number if 0 < number <= MOST_FLOORS else None


def provision(properties: Mapping[str, Any], name: str | None) -> dict[str, str]:
    """Language -> text, from an object (`provision`), its JSON text, or a column each (`provision_nb`)."""
    value = properties.get(name) if name else None
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    texts = dict(value) if isinstance(value, dict) else {}
    for field, text in properties.items():
        if language := language_of_provision(field):
            texts.setdefault(language, text)
    return {str(language): text for language, text in texts.items() if isinstance(text, str) and text}


@lru_cache(maxsize=2_000)
def language_of_provision(column: str) -> str:
    """`nb` of `provision_nb` and PROVISIONNB, "" for every other column."""
    match = _PROVISION_IN.fullmatch(column)
    return match.group(1).lower() if match else ""


def line(value: Any) -> str:
    """One line of text, of a list its first: no control characters, no half characters."""
    if isinstance(value, str) and _PLAIN_LINE.fullmatch(value):
        return value
    while isinstance(value, list | tuple):
        value = next((item for item in value if item not in (None, "")), None)
    return " ".join(storable(cleaned(value)).split())


def _storable_json(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if isinstance(value, dict):
        return {storable(str(key)): _storable_json(member) for key, member in value.items()}
    return [_storable_json(member) for member in value] if isinstance(value, list) else value
