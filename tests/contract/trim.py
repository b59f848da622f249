"""GitHub's published API description -> the few operations and fields that we use, as `github.json` beside this file.

    npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-*.tgz package/generated/api.github.com.json
    python -m tests.contract.trim package/generated/api.github.com.json

The package is MIT-licensed, GitHub's description too. Descriptions and examples are left out; types, names, limits and what is
required are as published.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

READ: dict[str, tuple[str, ...]] = {
    "issues/list-comments": ("id", "body", "html_url", "user", "user.login", "user.type"),
    "issues/create-comment": ("id", "body", "html_url", "user", "user.login", "user.type"),
    "issues/update-comment": ("id", "body", "html_url", "user", "user.login", "user.type"),
    "issues/delete-comment": (),
    "repos/create-commit-status": ("id", "state", "context", "description", "target_url"),
    "users/get-authenticated": ("login", "id", "type"),
    "pulls/get": ("number", "head", "head.sha", "head.ref"),
    "pulls/list": ("number", "head", "head.sha", "head.ref"),
    "pulls/list-reviews": ("id", "state", "user", "user.login", "commit_id"),
}
"""By operation: the fields of the answer that are kept."""
_WORDS = ("type", "enum", "nullable", "format", "default", "minimum", "maximum", "maxLength", "minLength", "additionalProperties")


def main(source: str) -> None:
    document = json.loads(Path(source).read_text(encoding="utf-8"))
    operations = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            name = operation.get("operationId") if isinstance(operation, dict) else None
            if name in READ:
                operations[name] = {"method": method.upper(), "path": path, **_operation(document, operation, READ[name])}
    missing = READ.keys() - operations.keys()
    assert not missing, missing
    made = {"source": f"@octokit/openapi {document['info']['version']}, generated/{Path(source).name}, MIT", "operations": operations}
    Path(__file__).with_name("github.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


def _operation(document: Any, operation: Any, kept: tuple[str, ...]) -> dict[str, Any]:
    parameters = [_found(document, parameter) for parameter in operation.get("parameters", ())]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return {
        "parameters": [
            {"name": one["name"], "in": one["in"], "required": one.get("required", False), "schema": _schema(document, one["schema"], None)}
            for one in parameters
        ],
        "body": _schema(document, body, None) if body else None,
        "responses": {code: _response(document, answer, kept) for code, answer in operation["responses"].items()},
    }


def _response(document: Any, answer: Any, kept: tuple[str, ...]) -> Any:
    content = _found(document, answer).get("content", {}).get("application/json", {}).get("schema")
    return _schema(document, content, kept) if content and kept else None


def _schema(document: Any, schema: Any, kept: tuple[str, ...] | None) -> Any:
    """`kept` None keeps all."""
    schema = _found(document, schema)
    choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if choices:
        made = _schema(document, choices[0], kept)
        return {**made, **({"nullable": True} if schema.get("nullable") else {})}
    made = {word: schema[word] for word in _WORDS if word in schema and not isinstance(schema[word], dict)}
    if "items" in schema:
        made["items"] = _schema(document, schema["items"], kept)
    properties = {
        name: _schema(document, inner, _below(kept, name))
        for name, inner in schema.get("properties", {}).items()
        if kept is None or name in kept
    }
    if properties:
        made["properties"] = properties
        required = [name for name in schema.get("required", ()) if name in properties]
        made |= {"required": required} if required else {}
    return made


def _below(kept: tuple[str, ...] | None, name: str) -> tuple[str, ...] | None:
    return None if kept is None else tuple(one.removeprefix(f"{name}.") for one in kept if one.startswith(f"{name}."))


def _found(document: Any, value: Any) -> Any:
    while "$ref" in value:
        at = document
        for part in value["$ref"].removeprefix("#/").split("/"):
            at = at[part]
        value = at
    return value


if __name__ == "__main__":
    main(sys.argv[1])
