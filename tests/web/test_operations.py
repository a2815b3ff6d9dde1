"""An operation is declared once: what is described is what is read."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import RequestFactory
from django.urls import URLPattern
from pydantic import BaseModel, Field

from mapdialog.web import openapi
from mapdialog.web.body import JsonObject
from mapdialog.web.headers import Headers
from mapdialog.web.operations import Content, Operations, urls
from mapdialog.web.problem import Problem
from mapdialog.web.query import Query, Text, Whole


class Page(Query):
    limit: Annotated[int, Whole(1, 9)] = Field(3, description="How many.")
    word: str | None = None


class Signed(Headers):
    key: Annotated[str, Text()] = Field(alias="X-Key", description="Whose.")
    device: Annotated[str | None, Text()] = Field(None, alias="X-Device")


class Answer(BaseModel):
    n: int
    note: str | None = None


class ClosedError(Exception):
    pass


operations = Operations(
    "things", problems={ClosedError: lambda error: Problem("closed", status=403, detail="Closed.")}
)


@operations.get("things/<slug:slug>/<int:n>", summary="Some", answers={200: Content("All.", Answer)})
def list_things(request: HttpRequest, slug: str, n: int, query: Page) -> HttpResponse:
    return JsonResponse({"slug": slug, "n": n, "limit": query.limit})


@operations.put(
    "things/<slug:slug>/<int:n>",
    summary="One",
    takes=Content("A thing.", {"type": "object"}, "application/geo+json"),
    answers={201: Content("Stored.", Answer), 409: "Another."},
)
def put_thing(request: HttpRequest, slug: str, n: int, headers: Signed, body: JsonObject) -> HttpResponse:
    if body.get("late"):
        raise ClosedError
    return JsonResponse({**body, "key": headers.key, "device": headers.device}, status=201)


@pytest.fixture
def route() -> URLPattern:
    (pattern,) = urls(operations.declared)
    return pattern


def ask(route: URLPattern, request: HttpRequest) -> Any:
    return route.callback(request, slug="a", n=1)


def put(body: object, query: str = "", **options: Any) -> HttpRequest:
    headers = options.pop("headers", {"X-Key": "k"})
    options = {"content_type": "application/json", **options}
    return RequestFactory().put(f"/{query}", json.dumps(body), headers=headers, **options)


@pytest.fixture
def described() -> dict[str, Any]:
    return openapi.document(operations.declared, prefix="/api/", info={"title": "t", "version": "1"})


def test_a_view_is_handed_what_its_parameters_name(route: URLPattern) -> None:
    assert json.loads(ask(route, RequestFactory().get("/?limit=5")).content) == {
        "slug": "a",
        "n": 1,
        "limit": 5,
    }
    stored = ask(route, put({"x": 1}))
    assert (stored.status_code, json.loads(stored.content)) == (201, {"x": 1, "key": "k", "device": None})


def test_head_is_answered_as_get_and_what_there_is_not_is_a_405(route: URLPattern) -> None:
    assert ask(route, RequestFactory().head("/")).status_code == 200
    for method in ("POST", "OPTIONS", "PATCH"):
        refused = ask(route, RequestFactory().generic(method, "/"))
        assert (refused.status_code, refused["Allow"]) == (405, "GET, PUT")


@pytest.mark.parametrize(
    ("request_", "status", "kind"),
    [
        (put({}, "?limit=3"), 400, "bad-query"),
        (put([1]), 400, "bad-json"),
        (put({"a": float("nan")}), 400, "bad-json"),
        (put({}, content_type="text/plain"), 415, "media-type"),
        (put({"late": True}), 403, "closed"),
        (put({}, headers={}), 400, "bad-header"),
        (put({}, headers={"X-Key": "k", "X-Device": ""}), 400, "bad-header"),
        (put({}, headers={"X-Key": "k", "Origin": "https://evil.example"}), 403, "other-site"),
    ],
)
def test_what_is_not_taken_is_a_problem(
    route: URLPattern, request_: HttpRequest, status: int, kind: str
) -> None:
    with pytest.raises(Problem) as caught:
        ask(route, request_)
    assert (caught.value.status, caught.value.kind) == (status, kind)


def test_a_body_is_read_where_it_is_described_and_nowhere_else() -> None:
    def reading(request: HttpRequest, body: JsonObject) -> HttpResponse:
        return HttpResponse()

    def looking(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    with pytest.raises(TypeError, match="reading"):
        Operations("x").put("x", summary="", answers={})(reading)
    with pytest.raises(TypeError, match="looking"):
        Operations("x").put("x", summary="", answers={}, takes=Content("", {}))(looking)


def test_the_document_says_what_is_read(described: dict[str, Any]) -> None:
    of_route = described["paths"]["/api/things/{slug}/{n}"]
    captured = [
        {"in": "path", "name": "slug", "required": True, "schema": {"type": "string"}},
        {"in": "path", "name": "n", "required": True, "schema": {"type": "integer"}},
    ]
    assert of_route["get"]["parameters"] == [
        *captured,
        {
            "in": "query",
            "name": "limit",
            "required": False,
            "schema": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3},
            "description": "How many.",
        },
        {"in": "query", "name": "word", "required": False, "schema": {"type": "string"}, "description": ""},
    ]
    text = {"type": "string"}
    assert of_route["put"]["parameters"] == [
        *captured,
        {"in": "header", "name": "X-Key", "required": True, "schema": text, "description": "Whose."},
        {"in": "header", "name": "X-Device", "required": False, "schema": text, "description": ""},
    ]
    sent = {"application/geo+json": {"schema": {"type": "object"}}}
    assert of_route["put"]["requestBody"] == {"required": True, "description": "A thing.", "content": sent}


def test_the_document_says_what_is_answered(described: dict[str, Any]) -> None:
    of_route = described["paths"]["/api/things/{slug}/{n}"]
    assert list(of_route["get"]["responses"]) == ["200", "400"]
    assert list(of_route["put"]["responses"]) == ["201", "400", "403", "409", "413", "415"]
    stored = {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}}
    assert of_route["put"]["responses"]["201"] == {"description": "Stored.", "content": stored}
    other = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}
    assert of_route["put"]["responses"]["409"] == {"description": "Another.", "content": other}
    assert set(described["components"]["schemas"]) == {"Answer", "ProblemOut"}
    assert "default" not in described["components"]["schemas"]["Answer"]["properties"]["note"]
