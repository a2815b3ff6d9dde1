"""The API's documentation as a plain page made from its OpenAPI document: no script, nobody else's files."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_METHODS = ("get", "put", "post", "patch", "delete")


def page(request: HttpRequest, *, document: dict[str, Any]) -> HttpResponse:
    context = {
        "title": document["info"]["title"],
        "description": document["info"]["description"],
        "operations": list(_operations(document)),
        "schemas": [_schema(name, schema) for name, schema in document["components"]["schemas"].items()],
    }
    return render(request, "opendata/documentation.html", context)


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        _operation(path, method, methods[method])
        for path, methods in document["paths"].items()
        for method in _METHODS
        if method in methods
    ]


def _operation(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {})
    return {
        "anchor": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": [
            {
                "name": parameter["name"],
                "where": parameter["in"],
                "type": _type(parameter.get("schema", {})),
                "is_required": parameter.get("required", False),
                "description": parameter.get("description", ""),
            }
            for parameter in operation.get("parameters", [])
        ],
        "body": _of_content(body),
        "responses": [
            {
                "status": status,
                "description": answer.get("description", ""),
                **_of_content(answer.get("content", {})),
            }
            for status, answer in sorted(
                operation.get("responses", {}).items(), key=lambda pair: str(pair[0])
            )
        ],
    }


def _of_content(content: dict[str, Any]) -> dict[str, str]:
    for media in content.values():
        schema = media.get("schema", {})
        return {"type": _type(schema), "schema": _reference(schema)}
    return {"type": "", "schema": ""}


def _schema(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    required = schema.get("required", [])
    return {
        "name": name,
        "description": schema.get("description", ""),
        "members": [
            {
                "name": member,
                "type": _type(value),
                "schema": _reference(value),
                "is_required": member in required,
                "description": value.get("description", ""),
            }
            for member, value in schema.get("properties", {}).items()
        ],
    }


def _reference(schema: dict[str, Any]) -> str:
    """The name of the schema it points to, directly, as items of a list or as one of several; '' for none."""
    candidates = [schema, schema.get("items", {}), *schema.get("anyOf", []), *schema.get("allOf", [])]
    for candidate in candidates:
        if "$ref" in candidate:
            return str(candidate["$ref"]).rsplit("/", 1)[-1]
    return ""


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _reference(schema)
    if "anyOf" in schema:
        return " | ".join(_type(option) for option in schema["anyOf"])
    if "const" in schema:
        return f"“{schema['const']}”"
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items', {}))}]"
    return str(schema.get("type", ""))
