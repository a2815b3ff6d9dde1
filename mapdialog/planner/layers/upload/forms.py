"""What people fill in about a file: what it is, how it is to be read, how it is to be saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from layers import styles
from layers.models import LAYER_NAME, Edition, Layer
from mapdialog.people.models import Municipality
from mapdialog.planner.layers.forms import TextsForm
from mapdialog.uploads.choices import EditionDescription, ReadChoices, choices_of
from mapdialog.uploads.models import Upload

_UNKNOWN = ("", "")


class SendForm(forms.Form):
    """A file, whose it is and what it is."""

    municipality = forms.ModelChoiceField(
        Municipality.objects.none(), error_messages={"required": _("Choose one.")}
    )
    kind = forms.ChoiceField(
        choices=Layer.Kind.choices,
        error_messages={
            "required": _("Say what the file is."),
            "invalid_choice": _("Say what the file is."),
        },
    )
    file = forms.FileField(allow_empty_file=True, error_messages={"required": _("Choose a file first.")})

    def __init__(
        self, *args: Any, municipalities: QuerySet[Municipality], layer: Layer | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.municipalities = municipalities if layer is None else municipalities.filter(code=layer.owner)
        field = self.fields["municipality"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = self.municipalities
        field.required = self.municipalities.count() > 1
        self.fields["kind"].required = layer is None

    def municipality_chosen(self) -> Municipality:
        """The only one, where there is one only."""
        chosen: Municipality | None = self.cleaned_data["municipality"]
        return chosen or self.municipalities.get()


def system_value(candidate: Mapping[str, Any]) -> str:
    """A likely coordinate system in the form: `25832`, or with x and y swapped `25832 swapped`."""
    return f"{candidate['srid']} swapped" if candidate["swap_axes"] else str(candidate["srid"])


class ReadForm(forms.Form):
    """How a file is to be read. Everything but the kind may be left to be found out."""

    kind = forms.ChoiceField(choices=Layer.Kind.choices)
    name = forms.RegexField(
        f"^{LAYER_NAME}$",
        required=False,
        error_messages={"invalid": _("The layer's name may hold only the letters a–z, digits, - and _.")},
    )
    tables = forms.MultipleChoiceField(required=False)
    system = forms.ChoiceField(required=False)
    other_srid = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)
    swap_axes = forms.BooleanField(required=False)
    merge_codes = forms.BooleanField(required=False)
    source = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, upload: Upload, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.upload = upload
        understood = upload.understood
        systems = [(str(srid), name) for srid, name in understood.get("systems", ())]
        candidates = [
            system_value(candidate) for candidate in understood.get("place", {}).get("candidates", ())
        ]
        self._offer("tables", [(table["name"], table["name"]) for table in understood.get("tables", ())])
        self._offer("system", [_UNKNOWN, *((value, value) for value in candidates)])
        ties = [tied["id"] for tied in understood.get("ties", ())]
        self._offer(
            "source",
            [
                _UNKNOWN,
                *((candidate, candidate) for candidate in (*ties, choices_of(upload).source) if candidate),
            ],
        )
        self._offer("other_srid", [_UNKNOWN, *systems])
        names = [field["name"] for field in understood.get("fields", ())]
        for role in understood.get("roles", ()):
            self.fields[f"role_{role}"] = forms.ChoiceField(
                choices=[_UNKNOWN, *((name, name) for name in names)], required=False
            )

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def choices(self, *, language: str) -> ReadChoices:
        """What was chosen; a role that reading had found by itself is not held to it."""
        cleaned = self.cleaned_data
        before, upload = choices_of(self.upload), self.upload
        kind = upload.layer.kind if upload.layer else cleaned["kind"]
        recognised = upload.understood.get("roles", {})
        roles = {
            role: name
            for role in recognised
            if (name := cleaned[f"role_{role}"]) and (name != recognised[role] or role in before.roles)
        }
        system, _space, swapped = cleaned["system"].partition(" ")
        return ReadChoices(
            kind=kind,
            name=cleaned["name"] or before.name,
            language=language,
            srid=cleaned["other_srid"] or (int(system) if system else None),
            tables=cleaned["tables"],
            roles=roles if kind == before.kind else {},
            source=cleaned["source"] if kind == before.kind else "",
            swap_axes=bool(swapped) or cleaned["swap_axes"],
            merge_codes=True if cleaned["merge_codes"] else None,
        )


class SaveForm(TextsForm):
    """How an edition is to stand."""

    style = forms.ChoiceField(required=False)
    credit = forms.CharField(max_length=200, required=False)
    licence = forms.CharField(max_length=80, required=False)
    valid_from = forms.DateField(
        required=False, error_messages={"invalid": _("Write the date as 2026-01-31.")}
    )
    published = forms.TypedChoiceField(
        choices=(("yes", ""), ("no", "")), coerce=lambda value: value == "yes", initial="yes"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        languages = [language for language, _name in settings.LANGUAGES]
        super().__init__(*args, languages=languages, texts={}, **kwargs)
        style = self.fields["style"]
        assert isinstance(style, forms.ChoiceField)
        style.choices = [_UNKNOWN, *((name, name) for name in styles.list_names())]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(field.name) for _language, field in self.text_fields()):
            self.add_error(None, _("Give the layer a title in at least one language."))
        return cleaned

    def description(self) -> EditionDescription:
        cleaned = self.cleaned_data
        return EditionDescription(
            titles=self.texts(),
            style=cleaned["style"],
            credit=cleaned["credit"],
            licence=cleaned["licence"],
            valid_from=cleaned["valid_from"],
            published=cleaned["published"],
        )


def first_error(form: forms.Form) -> str:
    """The first of the form's complaints, as words."""
    return str(next(iter(form.errors.values()))[0])


def first_description(draft: Edition, *, title: str, language: str, valid_from: str) -> Mapping[str, Any]:
    """What the form holds before anybody has written in it."""
    layer = draft.layer
    titles = layer.titles or {language: title}
    return {
        **{f"title_{tag}": text for tag, text in titles.items()},
        "style": layer.style,
        "credit": layer.credit,
        "licence": layer.licence,
        "valid_from": valid_from,
        "published": "yes",
    }
