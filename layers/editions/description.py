"""What a layer is called, whom it credits and how it is drawn: people change it, the log keeps what was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.db import transaction
from django.utils.translation import gettext as _

from layers import styles
from layers.event import What, record
from layers.figure import Figure
from layers.models import Layer, LayerEvent

_LONGEST = {"credit": 200, "licence": 80}


class DescriptionError(ValueError):
    """The layer cannot be described so. The message says why; nothing was changed."""


@dataclass(frozen=True, kw_only=True)
class Description:
    """`titles` by language; `style` is a list of `layers.styles`, "" for none."""

    titles: Mapping[str, str]
    credit: str
    licence: str
    style: str

    @classmethod
    def of(cls, layer: Layer) -> Self:
        return cls(titles=dict(layer.titles), credit=layer.credit, licence=layer.licence, style=layer.style)

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "titles": dict(self.titles)}


@transaction.atomic
def change(layer: Layer, *, to: Description, at: dt.datetime, by: str) -> LayerEvent | None:
    """Describe the layer anew; None where it is described so already. Raises DescriptionError."""
    layer = Layer.objects.select_for_update().get(pk=layer.pk)
    _check(to)
    before = Description.of(layer)
    if before == to:
        return None
    for name, value in to.as_json().items():
        setattr(layer, name, value)
    layer.save(update_fields=["titles", "credit", "licence", "style"])
    detail = {"before": before.as_json(), "after": to.as_json()}
    return record(What.DESCRIBED, of=layer, at=at, by=by, detail=detail)


def undo(event: LayerEvent, *, at: dt.datetime, by: str) -> LayerEvent | None:
    """Describe the layer as before a change. Raises DescriptionError when it has been changed since."""
    if not is_undoable(event):
        raise DescriptionError(_("The layer's description has been changed since. Change it by hand."))
    return change(event.layer, to=Description(**event.detail["before"]), at=at, by=by)


def is_undoable(event: LayerEvent) -> bool:
    """Whether the layer is still described as this change left it."""
    layer = Layer.objects.get(pk=event.layer_id)
    after: dict[str, Any] = event.detail["after"]
    return Description.of(layer).as_json() == after


def _check(description: Description) -> None:
    if description.style and description.style not in styles.list_names():
        message = _("No list of codes and colours is called “%(style)s”. There are: %(lists)s.")
        names = ", ".join(styles.list_names())
        raise DescriptionError(message % {"style": description.style, "lists": names})
    texts = (*description.titles.values(), description.credit, description.licence)
    if any("\0" in text for text in texts):
        raise DescriptionError(_("The text holds a control character."))
    for name in _LONGEST:
        longest = _LONGEST[name]
        if len(getattr(description, name)) > longest:
            message = _("The text can have at most %(maximum)s characters; it has %(length)s.")
            length = Figure(len(getattr(description, name)))
            raise DescriptionError(message % {"maximum": Figure(longest), "length": length})
