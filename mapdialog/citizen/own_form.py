"""The form in which authors change what they have sent: filled with it, and saving only what they changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from mapdialog.citizen.form_parts import AskedQuestion, interface_words
from mapdialog.citizen.forms import ContributionForm, as_detail, response_name
from mapdialog.citizen.presentation import Words
from mapdialog.contributions.models import Contribution
from mapdialog.dialogue.models import Consultation

_TEXTS = ("theme", "text", "alternative", "age_band", "place_words")
_OBSERVED = ("code", "rating", "feeling", "light")
_HIGHEST_VERSION = 2**31 - 1


class OwnForm(ContributionForm):
    """A contribution that was received, as its author may change it.

    What the form has no field for (a line, a response to a question asked no longer) is not touched.
    """

    version = forms.IntegerField(min_value=1, max_value=_HIGHEST_VERSION)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        contribution: Contribution,
        consultation: Consultation,
        version: int | None = None,
    ) -> None:
        self.contribution = contribution
        posted = None if data is None else _with_line_feeds(data)
        if posted is not None and version is not None:
            posted["version"] = str(version)
        super().__init__(posted, consultation=consultation, kind=contribution.kind, token="")
        self.initial = {"version": contribution.version, **_stored(contribution, form=self)}
        for name in ("uuid", "token"):
            del self.fields[name]
        self._keep_what_is_not_asked()

    def _keep_what_is_not_asked(self) -> None:
        band = self.contribution.age_band
        if band and band not in self.bands:
            self.bands.append(band)
        if not self.alternative_choices:
            del self.fields["alternative"]
        # Observed on a scale, or only told in words: that is a text, and keeps its code.
        on_a_scale = {code.value for code in self.codes}
        if self.asks_what_was_observed and self.contribution.details.get("code") not in on_a_scale:
            for name in _OBSERVED:
                del self.fields[name]

    @property
    def is_changed(self) -> bool:
        return bool(set(self.changed_data) - {"version"})

    def change(self) -> dict[str, Any]:
        """What a valid form changes, as a JSON merge patch of the Feature."""
        cleaned, changed = self.cleaned_data, set(self.changed_data)
        properties: dict[str, Any] = {name: cleaned[name] or None for name in _TEXTS if name in changed}
        properties |= {name: as_detail(name, cleaned[name]) for name in self.detail_names if name in changed}
        names = {question.key: response_name(question) for question in self.questions_of_kind}
        responses = {key: cleaned[name] or None for key, name in names.items() if name in changed}
        if responses:
            properties["responses"] = responses
        if not changed & {"coordinates", "listed_place"}:
            return {"properties": properties}
        # coordinates that stood there already give way to a named place chosen from the list
        position = cleaned["coordinates"] or cleaned["listed_place"]
        if position:
            by = Contribution.PlacedBy
            properties["placed_by"] = str(by.COORDINATES if cleaned["coordinates"] else by.LIST)
        geometry = {"type": "Point", "coordinates": list(position)} if position else None
        return {"geometry": geometry, "properties": properties}

    def clean_coordinates(self) -> tuple[float, float] | None:
        return super().clean_coordinates() if "coordinates" in self.changed_data else None

    def _has_spot(self, cleaned: Mapping[str, Any]) -> bool:
        was_placed = self.contribution.placed_by != Contribution.PlacedBy.NONE
        keeps_geom = self.contribution.geom is not None and "coordinates" not in self.changed_data
        return not was_placed or keeps_geom or super()._has_spot(cleaned)

    def _says_something(self, cleaned: Mapping[str, Any]) -> bool:
        keeps_details = self.contribution.details.keys() - set(self.detail_names)
        return bool(keeps_details) or super()._says_something(cleaned)

    # What the template draws ------------------------------------------------------------------------

    @property
    def is_drawn(self) -> bool:
        """Whether the spot is a line or an area, which no field can show."""
        geom = self.contribution.geom
        return geom is not None and geom.geom_type != "Point"

    def lines(self) -> list[tuple[Words, list[Words]]]:
        """What was sent, to be read: (what it answers, the words), in the order of the form."""
        contribution = self.contribution
        own = Words(text=contribution.text, lang=contribution.language)
        spot = [Words(text=contribution.place_words, lang=contribution.language), *self._position()]
        tiles = [tile.name for tile in self.theme_tiles if tile.checked]
        questions = [*(self.scales if self.asks_what_was_observed else []), *self.own_fields, *self.questions]
        lines = [
            (interface_words(_("What is it about?")), tiles),
            (interface_words(_("The spot")), [words for words in spot if words]),
            *(
                [(interface_words(_("What you observed")), self._observed())]
                if self.asks_what_was_observed
                else []
            ),
            (interface_words(_("Your comment")), [own] if own else []),
            *((question.words, _responses(question)) for question in questions),
            (
                interface_words(_("Which alternative is it about?")),
                [choice.label for choice in self.alternative_choices if choice.checked],
            ),
            (interface_words(_("Your age")), [choice.label for choice in self.age_bands if choice.checked]),
        ]
        return [(label, texts) for label, texts in lines if texts]

    def _position(self) -> list[Words]:
        if self.is_drawn:
            return [interface_words(_("A line or an area on the map"))]
        position = self.initial["coordinates"]
        return [interface_words(position)] if position else []

    def _observed(self) -> list[Words]:
        choices = self.code_choices if self.asks_what_was_observed else []
        return [choice.label for choice in choices if choice.checked]


def _responses(question: AskedQuestion) -> list[Words]:
    chosen = [choice.label for choice in question.choices if choice.checked]
    return [
        *chosen,
        *([Words(text=question.value, lang="")] if question.value and not question.choices else []),
    ]


def _stored(contribution: Contribution, *, form: ContributionForm) -> dict[str, Any]:
    """What was sent, by the form's fields."""
    details = {name: contribution.details.get(name) for name in form.detail_names}
    return {
        "coordinates": _position_of(contribution),
        "place_words": contribution.place_words,
        "theme": contribution.theme.key if contribution.theme else "",
        "text": contribution.text,
        "alternative": contribution.alternative.key if contribution.alternative else "",
        "age_band": contribution.age_band,
        **{name: "" if detail is None else str(detail) for name, detail in details.items()},
        **{
            response_name(question): _as_typed(contribution.responses.get(question.key, ""))
            for question in form.questions_of_kind
        },
    }


def _as_typed(response: Any) -> str | list[str]:
    return [str(value) for value in response] if isinstance(response, list) else str(response)


def _position_of(contribution: Contribution) -> str:
    """`latitude, longitude` of a point, to ten centimetres; empty for anything else."""
    geom = contribution.geom
    if geom is None or geom.geom_type != "Point":
        return ""
    lon, lat = geom.coords
    return f"{lat:.6f}, {lon:.6f}"


def _with_line_feeds(data: QueryDict) -> QueryDict:
    """A form sends its line breaks as CR LF; stored are LF: what was not touched must not look changed."""
    plain = QueryDict(mutable=True)
    for name, texts in data.lists():
        plain.setlist(name, [str(text).replace("\r\n", "\n") for text in texts])
    return plain
