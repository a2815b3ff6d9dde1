"""One contribution as a GeoJSON Feature, read strictly into a Draft that the database will take."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext as _

from layers import control_characters
from layers.figure import Figure
from layers.readers.closed.visible_text import visible_text
from mapdialog.contributions import columns, shape
from mapdialog.contributions.columns import EARLIER_NAMES, TEXT_MAX, Column, SenderFields
from mapdialog.contributions.kinds.catalog import DetailError, Kind, detail_names, kinds
from mapdialog.contributions.models import Contribution
from mapdialog.contributions.rulebooks import Rulebook, RulebookQuestion


def properties() -> frozenset[str]:
    """The properties that a feature may have: what the table takes, earlier names, what the kinds ask for."""
    return frozenset({*columns.SENT_AS, *EARLIER_NAMES.values(), *detail_names()})


_MEMBERS = frozenset({"type", "id", "geometry", "properties", "bbox"})
_CONTRIBUTOR = re.compile(r"[A-Za-z0-9_-]{8,128}", re.ASCII)
_NEEDS_GEOMETRY = {
    Contribution.PlacedBy.GPS,
    Contribution.PlacedBy.MAP,
    Contribution.PlacedBy.COORDINATES,
    Contribution.PlacedBy.DEFAULT,
}


class FeatureError(ValueError):
    """The feature cannot be taken. `field` leads to the failing member (`properties.text`)."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, kw_only=True)
class Draft(SenderFields):
    """A checked contribution that has not been received yet. `written_at` is what the sender's clock said."""

    kind: Kind
    theme: str
    alternative: str
    written_at: dt.datetime | None
    contributor: str

    @property
    def is_private(self) -> bool:
        return self.kind.is_private(self.details)

    def free_text(self) -> str:
        """All that the sender wrote in own words, for screening."""
        details = (self.details.get(name) for name in self.kind.in_own_words())
        texts = (self.text, self.place_words, *self.responses.values(), *details)
        return "\n".join(text for text in texts if isinstance(text, str))


def parse(
    feature: Mapping[str, Any], *, rulebook: Rulebook, identifier: UUID | None = None, is_record: bool = False
) -> Draft:
    """The Draft in a GeoJSON Feature (EPSG:4326, RFC 7946) as strict JSON gave it.

    `is_record` is for what the municipality registers from elsewhere: a spot alone is enough, and neither a
    theme nor responses are demanded. Raises FeatureError.
    """
    properties = _members(feature, identifier=identifier)
    read = _Reader(properties)
    kind = kinds().get(read.choice("kind", kinds(), default="pin")) or kinds()["pin"]
    geom = _geometry(feature)
    theme = read.choice("theme", rulebook.themes)
    alternative = read.choice("alternative", rulebook.alternatives)
    place_words = read.column(columns.SENT_AS["place_words"])
    draft = Draft(
        kind=kind,
        geom=geom,
        **{column.attribute: read.column(column) for column in columns.FROM_SENDER if column.limit},
        responses=_responses(read, rulebook=rulebook, kind=kind, is_record=is_record),
        details=_details(kind, properties),
        theme=theme,
        theme_id=rulebook.themes.get(theme),
        alternative=alternative,
        alternative_id=rulebook.alternatives.get(alternative),
        placed_by=_placed_by(read, geom=geom, place_words=place_words),
        written_at=read.moment("written_at"),
        contributor=read.match("contributor", _CONTRIBUTOR),
    )
    _check_content(draft, rulebook=rulebook, is_record=is_record)
    return draft


def _members(feature: Mapping[str, Any], *, identifier: UUID | None) -> Mapping[str, Any]:
    if feature.get("type") != "Feature":
        raise FeatureError("type", _("A GeoJSON Feature is expected."))
    for name in feature:
        if name not in _MEMBERS:
            raise FeatureError(name[:80], _("Unknown member. Coordinates must be in WGS 84."))
    if identifier is not None and feature.get("id") not in (None, str(identifier)):
        raise FeatureError("id", _("The id is not the one in the address."))
    return _properties(feature.get("properties"))


def _properties(value: Any) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise FeatureError("properties", _("An object is expected."))
    known = properties()
    for name in value:
        if name not in known:
            raise FeatureError(f"properties.{name[:80]}", _("Unknown member."))
    spelled_today(value)  # both spellings at once, and different
    return value


def spelled_today(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The properties under today's names: a phone may still hold what it wrote before one was renamed.

    Raises FeatureError where a property stands there under both names with different values.
    """
    today = dict(properties)
    for name, earlier in EARLIER_NAMES.items():
        if earlier not in today:
            continue
        value = today.pop(earlier)
        if today.setdefault(name, value) != value:
            message = _(
                "“%(earlier)s” is an earlier name of “%(name)s”. They differ here: send “%(name)s” only."
            )
            raise FeatureError(f"properties.{name}", message % {"earlier": earlier, "name": name})
    return today


def spelled_first(feature: Mapping[str, Any]) -> Mapping[str, Any]:
    """The feature under the names that its properties had first, for its hash.

    Hashes that are stored were made of those: what was sent before a property was renamed, and whose answer
    was lost, is known again, whichever name the phone sends now.
    """
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        return feature
    try:
        today = spelled_today(properties)
    except FeatureError:
        return feature  # refused, and stored under no hash
    return {**feature, "properties": {EARLIER_NAMES.get(name, name): value for name, value in today.items()}}


def _geometry(feature: Mapping[str, Any]) -> GEOSGeometry | None:
    try:
        return shape.parse(feature.get("geometry"))
    except shape.ShapeError as error:
        raise FeatureError("geometry" + (f".{error.path}" if error.path else ""), str(error)) from None


def _details(kind: Kind, properties: Mapping[str, Any]) -> dict[str, Any]:
    try:
        details = kind.details(properties)
    except DetailError as error:
        raise FeatureError(f"properties.{error.field}", str(error)) from None
    for name in kind.in_own_words() & details.keys():
        if isinstance(details[name], str):
            details[name] = clean(details[name], field=f"properties.{name}")
    return details


def _placed_by(read: _Reader, *, geom: GEOSGeometry | None, place_words: str) -> str:
    without = Contribution.PlacedBy.WORDS if place_words else Contribution.PlacedBy.NONE
    placed_by = read.choice("placed_by", Contribution.PlacedBy.values, default="") or (
        Contribution.PlacedBy.MAP if geom is not None else without
    )
    if geom is None and placed_by in _NEEDS_GEOMETRY:
        raise FeatureError("geometry", _("The spot is missing."))
    return str(placed_by)


def _responses(read: _Reader, *, rulebook: Rulebook, kind: Kind, is_record: bool) -> dict[str, Any]:
    name = read.sent_name("responses")
    by_key = read.value(name)
    if by_key is None:
        by_key = {}
    if not isinstance(by_key, dict):
        raise FeatureError(f"properties.{name}", _("An object is expected."))
    questions = {
        key: question for key, question in rulebook.questions.items() if question.applies_to(kind.name)
    }
    responses = {}
    for key, value in by_key.items():
        field = f"properties.{name}.{key[:80]}"
        if key not in questions:
            raise FeatureError(field, _("We do not ask about this here."))
        response = _response(questions[key], value, field=field)
        if response not in (None, "", []):
            responses[key] = response
    for key, question in questions.items():
        if question.required and key not in responses and not is_record:
            raise FeatureError(f"properties.{name}.{key}", _("This question must be answered."))
    return responses


def _response(question: RulebookQuestion, value: Any, *, field: str) -> Any:
    if value is None:
        return None
    if question.kind == "multiple":
        if not isinstance(value, list):
            raise FeatureError(field, _("A list of choices is expected."))
        return list(dict.fromkeys(_chosen(question, choice, field=field) for choice in value))
    if question.kind == "text":
        if not isinstance(value, str):
            raise FeatureError(field, _("A text is expected."))
        return clean(value, field=field)
    return _chosen(question, value, field=field)


def _chosen(question: RulebookQuestion, value: Any, *, field: str) -> str | int:
    is_plain = isinstance(value, str | int) and not isinstance(value, bool)
    if is_plain and str(value) in question.values:
        return question.values[str(value)]
    if value == "":
        return ""
    raise FeatureError(field, _("Choose one of the answers given."))


def _check_content(draft: Draft, *, rulebook: Rulebook, is_record: bool) -> None:
    says_something = draft.text or draft.responses or draft.details
    if is_record:
        if not (says_something or draft.geom or draft.place_words):
            raise FeatureError("properties.text", _("There is neither a text nor a spot."))
        return
    if rulebook.themes and not draft.theme:
        raise FeatureError("properties.theme", _("Choose a theme."))
    if not says_something:
        raise FeatureError("properties.text", _("Write something, or answer a question."))


def clean(text: str, *, field: str, maximum: int = TEXT_MAX, one_line: bool = False) -> str:
    """Text in NFC, stripped, with line feeds for line ends, without marks that turn the text around them.

    Raises FeatureError for control characters and excessive length.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = visible_text(text).strip()
    refused = control_characters.ANY if one_line else control_characters.ALL_BUT_TAB_AND_LINE_FEED
    if refused.search(text):
        raise FeatureError(field, _("The text holds a control character."))
    if len(text) > maximum:
        message = _("The text can have at most %(maximum)s characters; it has %(length)s.")
        raise FeatureError(field, message % {"maximum": Figure(maximum), "length": Figure(len(text))})
    return text


class _Reader:
    """Properties by name, each checked as it is read; absent and null are the same."""

    def __init__(self, properties: Mapping[str, Any]) -> None:
        self._properties = properties

    def sent_name(self, name: str) -> str:
        """What the sender calls the property, so that an error names what was sent."""
        earlier = EARLIER_NAMES[name]
        return earlier if earlier in self._properties and name not in self._properties else name

    def value(self, name: str) -> Any:
        return self._properties.get(name)

    def _string(self, name: str) -> str:
        value = self._properties.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise FeatureError(f"properties.{name}", _("A text is expected."))
        return value

    def column(self, column: Column) -> Any:
        """The value of a column whose pattern or limit is all there is to check."""
        name, limit = column.sent_as, column.limit or 0
        if column.sql == "float8":
            return self.number(name, maximum=limit)
        if column.pattern is not None:
            return self.match(name, column.pattern)
        return clean(
            self._string(name), field=f"properties.{name}", maximum=limit, one_line=column.is_one_line
        )

    def choice(self, name: str, choices: Mapping[str, Any] | list[str], *, default: str = "") -> str:
        value = self._string(name) or default
        if value and value not in choices:
            shown = ", ".join(sorted(choices)) or "–"
            raise FeatureError(f"properties.{name}", _("Choose one of: %(choices)s.") % {"choices": shown})
        return value

    def match(self, name: str, pattern: re.Pattern[str]) -> str:
        value = self._string(name)
        if value and not pattern.fullmatch(value):
            raise FeatureError(f"properties.{name}", _("This is in the wrong format."))
        return value

    def number(self, name: str, *, maximum: float) -> float | None:
        value = self._properties.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= maximum:
            message = _("A number from 0 to %(maximum)g is expected.")
            raise FeatureError(f"properties.{name}", message % {"maximum": maximum})
        return float(value)

    def moment(self, name: str) -> dt.datetime | None:
        value = self._string(name)
        if not value:
            return None
        try:
            moment = dt.datetime.fromisoformat(value)
            return _with_zone(moment).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            message = _("A time with its zone is expected, such as 2026-05-01T12:00:00+02:00.")
            raise FeatureError(f"properties.{name}", message) from None


def _with_zone(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is None:
        raise ValueError("no zone")
    return moment
