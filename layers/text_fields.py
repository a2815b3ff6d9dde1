"""Columns for words that people write and others read: what turns the text around them is not stored.

Every way through the ORM passes here (administration, forms, commands, `update`, `bulk_create`); files pass
`visible_text` where they are read. A house test holds that the tables which officials fill use no others.
In the database they are Django's own columns, and so they are in migrations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from layers.readers.closed.visible_text import visible_text

if TYPE_CHECKING:  # generic in its type stubs only
    from django.db.models.expressions import Combinable

    _CharField = models.CharField[str | Combinable, str]
    _TextField = models.TextField[str | Combinable, str]
else:
    _CharField, _TextField = models.CharField, models.TextField


def visible(value: Any) -> Any:
    """Every text among the values of a JSON document, or a text itself, in NFC and without those marks."""
    match value:
        case str():
            return visible_text(value)
        case dict():
            return {key: visible(part) for key, part in value.items()}
        case list():
            return [visible(part) for part in value]
    return value


class VisibleCharField(_CharField):
    def get_prep_value(self, value: Any) -> Any:
        return visible(super().get_prep_value(value))

    def deconstruct(self) -> Any:
        name, _path, args, keywords = super().deconstruct()
        return name, "django.db.models.CharField", args, keywords


class VisibleTextField(_TextField):
    def get_prep_value(self, value: Any) -> Any:
        return visible(super().get_prep_value(value))

    def deconstruct(self) -> Any:
        name, _path, args, keywords = super().deconstruct()
        return name, "django.db.models.TextField", args, keywords


class VisibleJSONField(models.JSONField):
    def get_prep_value(self, value: Any) -> Any:
        return visible(super().get_prep_value(value))

    def deconstruct(self) -> Any:
        name, _path, args, keywords = super().deconstruct()
        return name, "django.db.models.JSONField", args, keywords
