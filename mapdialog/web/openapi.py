"""The OpenAPI document, made of the operations as they are declared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core.core_schema import WithDefaultSchema

from mapdialog.web import problem
from mapdialog.web.operations import Content, Operation, Schema
from mapdialog.web.reading import Parameters

_CAPTURED = re.compile(r"<(?:(\w+):)?(\w+)>")
_REFERENCE = "#/components/schemas/{model}"


class _Shapes(GenerateJsonSchema):
    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        """A default of null, [] or "" is left out: that the parameter is not required says it already."""
        shape = super().default_schema(schema)
        if shape.get("default", ...) in (None, [], ""):
            del shape["default"]
        return shape


class ProblemOut(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None


def document(operations: Sequence[Operation], *, prefix: str, info: Mapping[str, str]) -> dict[str, Any]:
    """All of it. `prefix` is the API's own address."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        address = prefix + _CAPTURED.sub(r"{\2}", operation.route)
        paths.setdefault(address, {})[operation.method.lower()] = _described(operation)
    models = {schema for operation in operations for schema in _schemas(operation)} | {ProblemOut}
    _of_model, shapes = models_json_schema(
        [(model, "serialization") for model in sorted(models, key=lambda model: model.__name__)],
        ref_template=_REFERENCE,
        schema_generator=_Shapes,
    )
    return {
        "openapi": "3.1.0",
        "info": dict(info),
        "paths": paths,
        "components": {"schemas": shapes["$defs"]},
        "servers": [],
    }


def _schemas(operation: Operation) -> Iterator[type[BaseModel]]:
    for content in (*operation.answers.values(), operation.body):
        if isinstance(content, Content) and isinstance(content.schema, type):
            yield content.schema


def _described(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": [
            *_captured(operation.route),
            *_parameters(operation.query, where="query"),
            *(_parameters(operation.headers, where="header") if operation.headers else ()),
        ],
        "responses": {
            str(status): _answer(status, content) for status, content in sorted(_answers(operation).items())
        },
    }
    if operation.body is not None:
        described["requestBody"] = {"required": True, **_content(operation.body)}
    return described


def _captured(route: str) -> Iterator[dict[str, Any]]:
    for converter, name in _CAPTURED.findall(route):
        kind = "integer" if converter == "int" else "string"
        yield {"in": "path", "name": name, "required": True, "schema": {"type": kind}}


def _parameters(model: type[Parameters], *, where: str) -> Iterator[dict[str, Any]]:
    schema = model.model_json_schema(schema_generator=_Shapes)
    for name, of_field in schema.get("properties", {}).items():
        needed = name in schema.get("required", ())
        description = of_field.pop("description", "")
        del of_field["title"]
        yield {
            "in": where,
            "name": name,
            "required": needed,
            "schema": _sent(of_field),
            "description": description,
        }


def _sent(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is left out, but never sent as null."""
    kinds = schema.pop("anyOf", [])
    return schema | next((kind for kind in kinds if kind != {"type": "null"}), {})


def _answers(operation: Operation) -> dict[int, Content | str]:
    """Those declared, and what reading alone may lead to."""
    of_reading = {400: "The query, a header or the body cannot be read; `detail` says why."}
    if operation.method != "GET":
        of_reading[403] = "Sent from another website."
    if operation.body:
        of_reading |= {413: "Too large.", 415: "Not JSON."}
    return of_reading | dict(operation.answers)


def _answer(status: int, content: Content | str) -> dict[str, Any]:
    if isinstance(content, str):
        schema = ProblemOut if status >= 400 else None
        content = Content(content, schema, problem.MEDIA_TYPE)
    return _content(content)


def _content(content: Content) -> dict[str, Any]:
    described: dict[str, Any] = {"description": content.description}
    if content.schema is not None:
        described["content"] = {content.media_type: {"schema": _shape(content.schema)}}
    return described


def _shape(schema: Schema) -> dict[str, Any]:
    if isinstance(schema, type):
        return {"$ref": _REFERENCE.format(model=schema.__name__)}
    return dict(schema)
