"""Addresses, streets and named places by what somebody types, for a consultation's map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel, Field

from layers.models import SearchEntry
from mapdialog.dialogue import name_search
from mapdialog.opendata.access import consultation_for
from mapdialog.web.compression import respond
from mapdialog.web.operations import Content, Operations
from mapdialog.web.problem import Problem
from mapdialog.web.query import Number, Query
from mapdialog.web.reading import MissingError, Reading, UnreadableError

operations = Operations("search", is_open_data=True)


@dataclass(frozen=True)
class _Words(Reading):
    """What is typed into a search field."""

    def read(self, text: str) -> str:
        words = text.strip()
        if not words:
            raise MissingError
        if not name_search.SHORTEST <= len(words) <= name_search.LONGEST:
            raise UnreadableError(
                _("“%(name)s” must have from %(shortest)d to %(longest)d characters."),
                shortest=name_search.SHORTEST,
                longest=name_search.LONGEST,
            )
        return words

    def schema(self) -> dict[str, object]:
        return {"type": "string", "minLength": name_search.SHORTEST, "maxLength": name_search.LONGEST}


class NameAnswer(BaseModel):
    id: int
    kind: SearchEntry.Kind
    name: str
    within: str = Field(description="What tells two of one name apart: post town, committee or municipality.")
    lon: float
    lat: float
    extent_m: float | None = Field(
        description="From this point to the farthest part; null where only a point is known."
    )
    is_inside: bool = Field(description="Whether the point lies in the area that is asked about.")


class NamesAnswer(BaseModel):
    hits: list[NameAnswer]


class Typed(Query):
    q: Annotated[str, _Words()] = Field(
        description="The beginnings of words, in any order; misspelled ones are understood. Needed."
    )
    lon: Annotated[float | None, Number(-180, 180)] = Field(
        None, description="With `lat`: of what is equally like, the nearest comes first."
    )
    lat: Annotated[float | None, Number(-85, 85)] = Field(None, description="See `lon`.")


@operations.get(
    "consultations/<slug:slug>/names",
    summary="Addresses, streets and named places by what somebody types",
    answers={
        200: Content("Eight at most, the likeliest first.", NamesAnswer),
        404: "There is no such consultation.",
    },
)
def search_names(request: HttpRequest, slug: str, query: Typed) -> HttpResponse:
    consultation = consultation_for(slug)
    day = consultation.municipality.day(timezone.now())
    hits = name_search.names_like(query.q, of=consultation, on=day, near=_near(query))
    answer = NamesAnswer(
        hits=[
            NameAnswer(
                id=hit.id,
                kind=SearchEntry.Kind(hit.kind),
                name=hit.name,
                within=hit.within,
                lon=round(hit.lon, 6),
                lat=round(hit.lat, 6),
                extent_m=hit.extent_m,
                is_inside=hit.is_inside,
            )
            for hit in hits
        ]
    )
    return respond(request, answer.model_dump_json().encode(), content_type="application/json; charset=utf-8")


def _near(query: Typed) -> tuple[float, float] | None:
    """Raises Problem 400 for half a point."""
    if query.lon is None and query.lat is None:
        return None
    if query.lon is None or query.lat is None:
        name = "lon" if query.lon is None else "lat"
        detail = _("The parameter “%(name)s” is missing.") % {"name": name}
        raise Problem("bad-query", status=400, detail=detail, field=name)
    return query.lon, query.lat
