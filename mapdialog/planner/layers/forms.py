"""What people fill in about a layer: its description, a document of it, the texts of a zone field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from layers import styles
from layers.editions import documents
from layers.editions.description import Description
from layers.provisions.writing import LONGEST
from layers.provisions.zone_fields import Provision
from layers.styles.titles import title
from mapdialog.planner.layers.frame import language_name
from mapdialog.web import values


class PlainField(forms.CharField):
    """Words as people write them: a control character that came along is no mistake of theirs."""

    def to_python(self, value: Any) -> str:
        return values.plain(super().to_python(value) or "")


class TextsForm(forms.Form):
    """A form with a text in several languages, a field each: `title_nb`."""

    prefix_of_texts = "title"
    longest_text = 200

    def __init__(self, *args: Any, languages: Iterable[str], texts: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._names = {language: f"{self.prefix_of_texts}_{language}" for language in languages}
        self._before = texts
        for language, name in self._names.items():
            self.fields[name] = PlainField(
                label=language_name(language),
                max_length=self.longest_text,
                required=False,
                initial=texts.get(language, ""),
            )

    def text_fields(self) -> list[tuple[str, forms.BoundField]]:
        return [(language, self[name]) for language, name in self._names.items()]

    def texts(self) -> dict[str, str]:
        """By language, without empty ones; a language that was not sent stays as it is."""
        sent = {
            language: self.cleaned_data[name] for language, name in self._names.items() if name in self.data
        }
        return {language: text for language, text in {**self._before, **sent}.items() if text}


class DescribeForm(TextsForm):
    credit = PlainField(max_length=200, required=False)
    licence = PlainField(max_length=80, required=False)
    style = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        style = self.fields["style"]
        assert isinstance(style, forms.ChoiceField)
        self.style_lists = [(name, title(name)) for name in styles.list_names()]
        style.choices = [("", ""), *self.style_lists]

    def description(self) -> Description:
        cleaned = self.cleaned_data
        return Description(
            titles=self.texts(), credit=cleaned["credit"], licence=cleaned["licence"], style=cleaned["style"]
        )


class DocumentForm(TextsForm):
    file = forms.FileField(allow_empty_file=True, error_messages={"required": _("Choose a file.")})
    type = forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        type_field = self.fields["type"]
        assert isinstance(type_field, forms.ChoiceField)
        type_field.choices = [(code, code) for code in documents.types()]


class ProvisionForm(TextsForm):
    prefix_of_texts = "plain"
    longest_text = LONGEST
    legal_text = PlainField(max_length=LONGEST, required=False)

    def provision(self) -> Provision:
        return Provision(legal_text=self.cleaned_data["legal_text"], plain=self.texts())
