"""How the text of a parameter becomes a value, and what the API's document says of it: declared once.

class Listing(Query):
    limit: Annotated[int, Whole(1, 200)] = Field(50, description="How many.")
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from functools import cache
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from mapdialog.web.problem import Problem


class UnreadableError(ValueError):
    """A text that cannot be meant. `sentence` says so in the reader's language, with `%(name)s` in it."""

    def __init__(self, sentence: str, **words: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.words = words


class MissingError(UnreadableError):
    def __init__(self) -> None:
        super().__init__(_("The parameter “%(name)s” is missing."))


@dataclass(frozen=True)
class Reading(ABC):
    """How one parameter is read, in its field's `Annotated`. With `or_empty` an empty text is None."""

    _: KW_ONLY
    or_empty: bool = False

    @abstractmethod
    def read(self, text: str) -> Any:
        """The value. Raises UnreadableError, or a Problem of its own."""

    def schema(self) -> dict[str, Any]:
        """The JSON schema of what is taken."""
        return {"type": "string"}

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._value)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return self.schema()

    def _value(self, text: str) -> Any:
        return None if self.or_empty and not text else self.read(text)


class Parameters(BaseModel):
    """What an operation reads by name, from its query or headers."""

    model_config = ConfigDict(frozen=True, extra="forbid")


AnyParameters = TypeVar("AnyParameters", bound=Parameters)


@cache
def parameter_names(model: type[Parameters]) -> Mapping[str, bool]:
    """The names as they are sent, which is not always as the code calls them, and whether each is needed."""
    return {field.alias or name: field.is_required() for name, field in model.model_fields.items()}


def parameters_of(model: type[AnyParameters], texts: Mapping[str, str], *, kind: str) -> AnyParameters:
    """The texts as the model reads them. Raises Problem 400 of this kind for the first unreadable."""
    try:
        return model.model_validate(texts)
    except ValidationError as errors:
        error = errors.errors(include_url=False)[0]
        name = str(error["loc"][0])
        reason = error.get("ctx", {}).get("error")
        if not isinstance(reason, UnreadableError):
            reason = MissingError()
        detail = reason.sentence % {"name": name, **reason.words}
        raise Problem(kind, status=400, detail=detail, field=name) from None
