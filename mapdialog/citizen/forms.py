"""The contribution form, as it works without JavaScript. The scripts send the same fields through the API."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from layers.geometry import WGS84
from layers.questions.search import NameHit
from mapdialog.citizen import kind_words, position_words, written_position
from mapdialog.citizen.form_parts import (
    SCALES,
    AskedQuestion,
    Choice,
    FieldProblem,
    Tile,
    interface_words,
)
from mapdialog.citizen.presentation import Words, words
from mapdialog.citizen.right_door import Notices
from mapdialog.citizen.ways import WAYS, spot_of
from mapdialog.contributions import columns
from mapdialog.contributions.columns import TEXT_MAX
from mapdialog.contributions.kinds.catalog import Code, Kind, OwnField, detail_names, kinds
from mapdialog.dialogue import name_search
from mapdialog.dialogue.models import Consultation, Question
from mapdialog.dialogue.texts import translated

_NUMBERS = ("rating", "feeling")
_HEX_32 = r"^[0-9a-f]{32}$"
AGE_BANDS = ("0-12", "13-17", "18-24", "25-34", "35-49", "50-64", "65+")


class ContributionForm(forms.Form):
    """One contribution. `feature()` gives what the intake takes, the same GeoJSON that a browser sends.

    Unbound, it carries a fresh UUID and edit token, so that a form sent twice is received once.
    """

    uuid = forms.UUIDField()
    token = forms.RegexField(regex=_HEX_32)
    search_hit = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    listed_place = forms.CharField(required=False, max_length=60)
    coordinates = forms.CharField(required=False, max_length=written_position.MAX_LENGTH)
    place_words = forms.CharField(required=False, max_length=columns.limit("place_words"))
    theme = forms.CharField(required=False, max_length=60)
    # How long it may be is the intake's to say: a form sends each line break as two characters.
    text = forms.CharField(required=False)
    text_max = TEXT_MAX
    alternative = forms.CharField(required=False, max_length=40)
    age_band = forms.CharField(required=False)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, consultation: Consultation, kind: str, token: str
    ) -> None:
        super().__init__(data, initial={"uuid": uuid.uuid4(), "token": token})
        self.consultation = consultation
        self.kind_name = kind
        self._turned = ""
        self.notices: Notices | None = None
        self.bands = list(AGE_BANDS)
        self.themes = list(consultation.themes.all())
        self.questions_of_kind = [
            question
            for question in consultation.questions.all()
            if not question.applies_to or kind in question.applies_to
        ]
        for question in self.questions_of_kind:
            self.fields[response_name(question)] = _response_field(question)
        if self.kind.codes:
            self._ask_observation()
        for own in self.kind.own.values():
            self.fields[own.name] = _own_field(own)

    def renewed(self, *, token: str) -> ContributionForm:
        """The same words in a form of its own, with a fresh UUID."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["uuid"], data["token"] = str(uuid.uuid4()), token
        return ContributionForm(data, consultation=self.consultation, kind=self.kind_name, token=token)

    def _ask_observation(self) -> None:
        self.fields["code"] = forms.ChoiceField(choices=[(code.value, code.value) for code in self.codes])
        self.fields["rating"] = forms.ChoiceField(choices=[(str(step), str(step)) for step in range(4)])
        self.fields["light"] = forms.ChoiceField(
            required=False, choices=[("", ""), ("day", ""), ("dark", "")]
        )
        self.fields["feeling"] = forms.ChoiceField(
            required=False, choices=[("", ""), *((str(step), str(step)) for step in range(4))]
        )

    @property
    def kind(self) -> Kind:
        return kinds()[self.kind_name]

    @property
    def asks_what_was_observed(self) -> bool:
        return "code" in self.fields

    @property
    def codes(self) -> list[Code]:
        """What can be observed on a scale from 0 to 3; what is only told in words is a comment."""
        return [code for code in self.kind.codes.values() if code.ratings == (0, 1, 2, 3)]

    def clean_coordinates(self) -> tuple[float, float] | None:
        """(lon, lat) of a position as people write it. One whose numbers stand the other way round is not
        taken for granted: it comes back turned, to be looked at and sent once more."""
        text = self.cleaned_data["coordinates"]
        if not text:
            return None
        position = _position(text, is_here=self._asks_at)
        if position.is_turned:
            lon, lat = position.lon_lat
            self._turned = f"{lat:.6f}, {lon:.6f}"
            raise forms.ValidationError(position_words.TURNED_SEND_AGAIN)
        return position.lon_lat

    def _asks_at(self, lon_lat: tuple[float, float]) -> bool:
        area = self.consultation.area
        return area is None or bool(area.intersects(Point(*lon_lat, srid=WGS84)))

    def clean_listed_place(self) -> tuple[float, float] | None:
        text = self.cleaned_data["listed_place"]
        try:
            return written_position.read(text).lon_lat if text else None
        except written_position.UnreadableError:
            raise forms.ValidationError(_("Choose a named place from the list.")) from None

    def clean_search_hit(self) -> NameHit | None:
        identifier = self.cleaned_data["search_hit"]
        day = self.consultation.municipality.day(timezone.now())
        hit = name_search.name_hit(identifier, of=self.consultation, on=day) if identifier else None
        if identifier and hit is None:
            raise forms.ValidationError(_("Choose a named place from the list."))
        return hit

    def clean_age_band(self) -> str:
        band = str(self.cleaned_data["age_band"])
        if band and band not in self.bands:
            raise forms.ValidationError(_("Choose one of the answers given."))
        return band

    def clean_text(self) -> str:
        # A form sends its line breaks as CR LF, the scripts as LF: one and the same text.
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if not self._has_spot(cleaned) and not self.errors:
            self.add_error("place_words", _("Choose a spot, or describe it in words."))
        if self.themes and not cleaned.get("theme") and "theme" not in self.errors:
            self.add_error("theme", _("Choose what it is about."))
        if (
            not self._says_something(cleaned) and "text" not in self.errors
        ):  # a text that is too long is not missing
            self.add_error("text", _("Write what you want to say about the spot."))
        return cleaned

    def _has_spot(self, cleaned: Mapping[str, Any]) -> bool:
        return any(cleaned.get(name) for name in WAYS)

    def _says_something(self, cleaned: Mapping[str, Any]) -> bool:
        return bool(
            cleaned.get("text") or self._responses() or any(cleaned.get(name) for name in self.detail_names)
        )

    def _responses(self) -> dict[str, Any]:
        responses = {
            question.key: self.cleaned_data.get(response_name(question))
            for question in self.questions_of_kind
        }
        return {key: response for key, response in responses.items() if response}

    def feature(self) -> dict[str, Any]:
        """The GeoJSON Feature of a valid form. It carries no time: a form posted twice is one."""
        cleaned = self.cleaned_data
        position, placed_by, accuracy_m = spot_of(cleaned)
        properties = {
            "kind": self.kind_name,
            "theme": cleaned["theme"],
            "text": cleaned["text"],
            "language": get_language(),
            "responses": self._responses(),
            "alternative": cleaned["alternative"],
            "age_band": cleaned["age_band"],
            "placed_by": str(placed_by),
            "accuracy_m": accuracy_m,
            "place_words": cleaned["place_words"],
            **self._details(),
        }
        return {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": list(position)} if position else None,
            "properties": {name: value for name, value in properties.items() if value not in ("", None, {})},
        }

    def own_words(self) -> str:
        """All that was written freely in a valid form, to look for what should be pointed to."""
        cleaned = self.cleaned_data
        written = (
            cleaned["text"],
            cleaned["place_words"],
            *self._responses().values(),
            *self._details().values(),
        )
        return "\n".join(words for words in written if isinstance(words, str))

    @property
    def detail_names(self) -> list[str]:
        """What the kind asks for, as far as the form has fields for it."""
        return [name for name in detail_names() if name in self.fields]

    def _details(self) -> dict[str, Any]:
        return {name: as_detail(name, self.cleaned_data[name]) for name in self.detail_names}

    # What the template draws ------------------------------------------------------------------------

    @property
    def chosen_name(self) -> NameHit | None:
        """What a search had answered and somebody chose, in a form that came back."""
        hit: NameHit | None = self.cleaned_data.get("search_hit") if self.is_bound else None
        return hit

    @property
    def coordinates_shown(self) -> str:
        """What was written, or the same turned round, to be looked at."""
        return self._turned or self["coordinates"].value() or ""

    @property
    def theme_tiles(self) -> list[Tile]:
        chosen = self["theme"].value()
        return [
            Tile(key=theme.key, name=words(theme.name), icon=theme.icon, checked=theme.key == chosen)
            for theme in self.themes
        ]

    @property
    def questions(self) -> list[AskedQuestion]:
        return [self._asked_question(question) for question in self.questions_of_kind]

    def _asked_question(self, question: Question) -> AskedQuestion:
        bound = self[response_name(question)]
        value = bound.value() or ""
        chosen = value if isinstance(value, list) else [value]
        return AskedQuestion(
            name=bound.name,
            kind=question.kind,
            words=words(question.text),
            required=question.required,
            choices=[
                Choice(
                    value=str(option["value"]),
                    label=words(option["label"]),
                    checked=str(option["value"]) in chosen,
                )
                for option in question.options
            ],
            value=value if isinstance(value, str) else "",
            errors=[str(error) for error in bound.errors],
        )

    @property
    def alternative_choices(self) -> list[Choice]:
        """The proposals to choose between, unless one of the questions asks for that already."""
        alternatives = list(self.consultation.alternatives.all())
        if len(alternatives) < 2 or any(question.asks_alternative for question in self.questions_of_kind):
            return []
        chosen = self["alternative"].value()
        return [
            Choice(value=alternative.key, label=words(alternative.name), checked=alternative.key == chosen)
            for alternative in alternatives
        ]

    @property
    def age_bands(self) -> list[Choice]:
        chosen = self["age_band"].value()
        return [
            Choice(value=band, label=Words(text=band, lang=""), checked=band == chosen) for band in self.bands
        ]

    @property
    def code_choices(self) -> list[Choice]:
        chosen = self["code"].value()
        language = get_language()
        return [
            Choice(value=code.value, label=words(code.names), checked=code.value == chosen)
            for code in sorted(self.codes, key=lambda code: translated(code.names, language))
        ]

    @property
    def scales(self) -> list[AskedQuestion]:
        """A safety walk's questions beside what was observed: how good, how it feels, in what light."""
        return [
            AskedQuestion(
                name=name,
                kind="scale",
                words=interface_words(label),
                required=name == "rating",
                choices=[
                    Choice(value=value, label=interface_words(text), checked=value == self[name].value())
                    for value, text in steps
                ],
                value="",
                errors=[str(error) for error in self[name].errors],
            )
            for name, label, steps in SCALES
        ]

    @property
    def own_fields(self) -> list[AskedQuestion]:
        """What the kind alone asks for."""
        return [
            AskedQuestion(
                name=own.name,
                kind="single" if own.choices else "text",
                words=words(own.label),
                required=own.required,
                choices=[
                    Choice(value=value, label=words(label), checked=value == self[own.name].value())
                    for value, label in own.choices.items()
                ],
                value="" if own.choices else self[own.name].value() or "",
                errors=[str(error) for error in self[own.name].errors],
            )
            for own in self.kind.own.values()
            if own.name in self.fields
        ]

    @property
    def title(self) -> Words:
        return kind_words.title(self.kind)

    @property
    def problems(self) -> list[FieldProblem]:
        """Lines for the error summary, in the order of the page."""
        return [
            FieldProblem(anchor=_ANCHORS.get(name, f"field-{name}"), message=str(message))
            for name, messages in self.errors.items()
            for message in messages
        ]


_ANCHORS = {
    "search_hit": "id_q",
    "listed_place": "id_listed_place",
    "coordinates": "id_coordinates",
    "place_words": "id_place_words",
    "text": "id_text",
    "__all__": "what-title",
}


def response_name(question: Question) -> str:
    """The form's field for a question of the planner's, as open pages and drafts on phones know it."""
    return f"answer-{question.key}"


def as_detail(name: str, typed: str) -> str | int | None:
    """What was typed or chosen as a detail is stored: steps of a scale as numbers, None for nothing."""
    if not typed:
        return None
    return int(typed) if name in _NUMBERS else typed


def _own_field(own: OwnField) -> forms.Field:
    if not own.choices:
        return forms.CharField(required=own.required)
    return forms.ChoiceField(
        required=own.required, choices=[("", ""), *((value, value) for value in own.choices)]
    )


def _response_field(question: Question) -> forms.Field:
    options = [(str(option["value"]), str(option["value"])) for option in question.options]
    required = question.required
    if question.kind == Question.Kind.TEXT:
        return forms.CharField(required=required)
    if question.kind == Question.Kind.MULTIPLE:
        return forms.MultipleChoiceField(required=required, choices=options)
    return forms.ChoiceField(required=required, choices=[("", ""), *options])


def _position(
    text: str, *, is_here: Callable[[tuple[float, float]], bool]
) -> written_position.WrittenPosition:
    try:
        return written_position.read(text, is_here=is_here)
    except written_position.UnreadableError as error:
        raise forms.ValidationError(position_words.REFUSED[error.reason]) from None
