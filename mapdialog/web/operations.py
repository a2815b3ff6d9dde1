"""The operations of the API, each declared once beside its view: what a view reads, the document says.

    @operations.get("layers/at", summary="What lies at a spot", answers={200: Content("All.", At)})
    def layers_at(request: HttpRequest, query: Spot) -> HttpResponse: ...

A view's parameters say what it is handed: `query`, a `Query`; `headers`, `Headers`; `body`, the object sent;
others are captured in the address. A view without a `query` refuses every parameter.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from pydantic import BaseModel

from mapdialog.web import body, headers, query
from mapdialog.web.headers import Headers
from mapdialog.web.origin import open_to_other_sites, refuse_other_sites
from mapdialog.web.problem import Problem
from mapdialog.web.query import Query

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
Schema = type[BaseModel] | Mapping[str, Any]
# What the tables refuse, and how it is answered.
Problems = Mapping[type[Exception], Callable[[Any], Problem]]


@dataclass(frozen=True)
class Content:
    """What is sent or answered: what is to be known of it, and its shape."""

    description: str
    schema: Schema | None = None
    media_type: str = "application/json"


@dataclass(frozen=True, kw_only=True)
class Operation:
    method: str
    route: str  # below the API's own address, as Django writes it
    view: Callable[..., HttpResponseBase]
    tag: str
    summary: str
    answers: Mapping[int, Content | str]  # of a problem only its words: all have one shape
    query: type[Query]
    headers: type[Headers] | None
    body: Content | None
    problems: Problems
    is_open_data: bool

    @property
    def name(self) -> str:
        return self.view.__name__

    def __call__(self, request: HttpRequest, captured: dict[str, Any]) -> HttpResponseBase:
        """Raises Problem for whatever is not taken."""
        refuse_other_sites(request)
        try:
            return self.view(request, **captured, **self._read(request))
        except tuple(self.problems) as error:
            raise self.problems[type(error)](error) from None

    def _read(self, request: HttpRequest) -> dict[str, Any]:
        values: dict[str, Any] = {}
        parameters = query.read(self.query, request)
        if self.query is not Query:
            values["query"] = parameters
        if self.headers:
            values["headers"] = headers.read(self.headers, request)
        if self.body:
            values["body"] = body.read(request)
        return values


class Operations:
    """The operations of one file, under one heading of the document.

    Scripts of other sites may read `is_open_data`.
    """

    def __init__(self, tag: str, *, problems: Problems | None = None, is_open_data: bool = False) -> None:
        self.declared: list[Operation] = []
        self._tag = tag
        self._problems = problems or {}
        self._is_open_data = is_open_data
        self.get = partial(self._declare, "GET")
        self.put = partial(self._declare, "PUT")
        self.patch = partial(self._declare, "PATCH")
        self.delete = partial(self._declare, "DELETE")

    def _declare(
        self,
        method: str,
        route: str,
        *,
        summary: str,
        answers: Mapping[int, Content | str],
        takes: Content | None = None,
    ) -> Callable[[View], View]:
        def declare(view: View) -> View:
            parameters = inspect.signature(view, eval_str=True).parameters
            handed = {name: parameter.annotation for name, parameter in parameters.items()}
            if ("body" in handed) != (takes is not None):
                raise TypeError(f"{view.__name__}: a body is read where it is described, and nowhere else")
            self.declared.append(
                Operation(
                    method=method,
                    route=route,
                    view=view,
                    tag=self._tag,
                    summary=summary,
                    answers=answers,
                    query=handed.get("query", Query),
                    headers=handed.get("headers"),
                    body=takes,
                    problems=self._problems,
                    is_open_data=self._is_open_data,
                )
            )
            return view

        return declare


def urls(operations: Iterable[Operation]) -> list[URLPattern]:
    """An address for each route. It is named after its first operation, in metrics too."""
    routes: dict[str, dict[str, Operation]] = {}
    for operation in operations:
        routes.setdefault(operation.route, {})[operation.method] = operation
    return [
        path(route, _dispatcher(by_method), name=next(iter(by_method.values())).name)
        for route, by_method in routes.items()
    ]


def _dispatcher(by_method: Mapping[str, Operation]) -> Callable[..., HttpResponseBase]:
    """HEAD is answered as GET, and the server leaves out the body."""

    @csrf_exempt  # the API knows nobody by a cookie
    def dispatch(request: HttpRequest, **captured: Any) -> HttpResponseBase:
        operation = by_method.get("GET" if request.method == "HEAD" else request.method or "")
        if operation is None:
            return HttpResponseNotAllowed(by_method)
        return operation(request, captured)

    is_open_data = all(operation.is_open_data for operation in by_method.values())
    return open_to_other_sites(dispatch) if is_open_data else dispatch
