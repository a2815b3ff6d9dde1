"""The headers that an operation reads. A reading raises its own Problem where 400 is not the answer."""

from __future__ import annotations

from typing import TypeVar

from django.http import HttpRequest

from mapdialog.web.reading import Parameters, parameter_names, parameters_of


class Headers(Parameters):
    """Each field is an `Annotated[…, Reading]` with the header's name as its alias."""


AnyHeaders = TypeVar("AnyHeaders", bound=Headers)


def read(model: type[AnyHeaders], request: HttpRequest) -> AnyHeaders:
    """The headers as the model has them. One that is needed and missing is read as an empty text."""
    sent = request.headers
    texts = {
        name: sent.get(name, "")
        for name, is_needed in parameter_names(model).items()
        if is_needed or name in sent
    }
    return parameters_of(model, texts, kind="bad-header")
