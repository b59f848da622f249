"""A CustomResourceDefinition in, JSON schemas of its kinds out: one per served version.

A structural schema says which fields exist; the API server prunes all others, so strictness closes every object that does
not keep unknown fields (kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions, "Field
pruning"). Only the structure is closed: what stands below `allOf`, `anyOf`, `oneOf` and `not` restricts values alone.
A null is pruned too where the schema does not allow it, before anything is validated, save for list entries.
"""

from __future__ import annotations

from checker.model.objects import dig, mapping, sequence, text
from checker.model.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from checker.model.objects import JSONValue, KubeObject

_DEEPEST = 100
"""Schema levels: no published CRD has half as many, and a deeper one would be made to hurt."""
_PRESERVE = "x-kubernetes-preserve-unknown-fields"
_COPIED = (
    *("enum", "minimum", "maximum", "multipleOf", "minLength", "maxLength", "pattern"),
    *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "required"),
    *("x-kubernetes-list-map-keys", "x-kubernetes-list-type"),
)
_FORMATS = ("date-time", "date", "ipv4", "ipv6")
"""Formats of the API server that JSON Schema means the same way; `uri`, `duration` and others differ and are left open."""
_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


DIALECT = "https://json-schema.org/draft/2020-12/schema"
"""The draft that takes patterns as they are: earlier ones want JavaScript's, which knows no `(?i)`, and definitions hold Go's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomKind:
    """`schema` is the structural schema as published; `scope` is Namespaced or Cluster."""

    api_version: str
    kind: str
    scope: str
    schema: Mapping[str, Any]
    origin: str = ""


def is_definition(obj: KubeObject) -> bool:
    return obj.kind == "CustomResourceDefinition" and obj.group == "apiextensions.k8s.io"


def custom_kinds(definition: KubeObject) -> Iterator[CustomKind]:
    """The kinds a definition serves; none for one too broken to say (its own validation tells)."""
    spec = mapping(definition.body.get("spec"))
    group, kind = text(spec.get("group")), text(dig(spec, "names", "kind"))
    shared = dig(spec, "validation", "openAPIV3Schema")
    kept = spec.get("preserveUnknownFields", definition.version == "v1beta1")
    versions = sequence(spec.get("versions")) or [{"name": spec.get("version"), "served": True}]
    for version in versions:
        name = text(mapping(version).get("name"))
        if not (group and kind and name) or mapping(version).get("served") is False:
            continue
        own = dig(version, "schema", "openAPIV3Schema")
        schema = mapping(own) or mapping(shared)
        if kept is True or not schema:
            schema = {**schema, _PRESERVE: True}
        yield CustomKind(
            api_version=f"{group}/{name}",
            kind=kind,
            scope=text(spec.get("scope"), "Namespaced"),
            schema=schema,
            origin=definition.origin.path,
        )


def document(schema: Mapping[str, Any], metadata: Mapping[str, Any], meta_name: str, *, strict: bool) -> dict[str, Any]:
    """The structural schema as JSON Schema. `metadata` are the definitions of object metadata, `meta_name` the one to use."""
    made = _structure({**schema, "x-kubernetes-embedded-resource": True}, meta_name, strict, 0)
    return {"$schema": DIALECT, **made, "type": "object", "definitions": dict(metadata)}


def _structure(node: Mapping[str, Any], meta: str, strict: bool, depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        return {}
    out = _values(node)
    required = set(_names(node.get("required")))
    properties = {
        name: _nullable(_structure(schema, meta, strict, depth + 1), schema, name not in required)
        for name, schema in mapping(node.get("properties")).items()
        if isinstance(schema, dict)
    }
    if node.get("x-kubernetes-embedded-resource") is True:
        properties = {
            **properties,
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"$ref": f"#/definitions/{meta}"},
        }
        out["required"] = sorted({*required, "apiVersion", "kind"})
    if properties:
        out["properties"] = properties
    additional = node.get("additionalProperties")
    if isinstance(additional, dict):
        out["additionalProperties"] = _nullable(_structure(additional, meta, strict, depth + 1), additional, True)
    elif strict and additional is None and node.get(_PRESERVE) is not True and _is_object(node):
        out["additionalProperties"] = False
    if isinstance(node.get("items"), dict):
        out["items"] = _nullable(_structure(node["items"], meta, strict, depth + 1), node["items"], False)
    return out


def _is_object(node: Mapping[str, Any]) -> bool:
    return node.get("type") == "object" or "properties" in node


def _values(node: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """What restricts values: all of a schema but its structure."""
    out = {key: node[key] for key in _COPIED if key in node}
    if node.get("x-kubernetes-int-or-string") is True:
        out["type"] = ["integer", "string"]
    elif isinstance(node.get("type"), str) and node["type"]:
        out["type"] = node["type"]
    if node.get("format") in _FORMATS:
        out["format"] = node["format"]
    elif node.get("format") in _RANGES and node.get("type") == "integer":
        least, most = _RANGES[node["format"]]
        out.setdefault("minimum", least)
        out.setdefault("maximum", most)
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if node.get(exclusive) is True and limit in out:
            out[exclusive] = out.pop(limit)
    if node.get("x-kubernetes-int-or-string") is not True:
        for key in ("allOf", "anyOf", "oneOf"):
            if sequence(node.get(key)):
                out[key] = [_junction(branch, depth + 1) for branch in node[key]]
    if isinstance(node.get("not"), dict):
        out["not"] = _junction(node["not"], depth + 1)
    return out


def _junction(node: JSONValue, depth: int) -> dict[str, Any]:
    """A branch of a junction: values only, at any depth, nothing closed."""
    if depth > _DEEPEST or not isinstance(node, dict):
        return {}
    out = _values(node, depth)
    properties = mapping(node.get("properties"))
    if properties:
        out["properties"] = {name: _junction(schema, depth + 1) for name, schema in properties.items()}
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            out[key] = _junction(node[key], depth + 1)
    return out


def _nullable(made: dict[str, Any], node: Mapping[str, Any], pruned: bool) -> dict[str, Any]:
    if not (pruned or node.get("nullable") is True or "default" in node):
        return made
    types = made.get("type")
    if types is not None:
        made["type"] = [*([types] if isinstance(types, str) else types), "null"]
    if isinstance(made.get("enum"), list):
        made["enum"] = [*made["enum"], None]
    return made


def defaulted(value: Any, schema: Mapping[str, Any], depth: int = 0) -> Any:
    """A copy of the value with the defaults of a structural schema filled in, as the API server does before it validates."""
    if depth > _DEEPEST:
        return value
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [defaulted(item, schema["items"], depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    properties, additional = mapping(schema.get("properties")), mapping(schema.get("additionalProperties"))
    filled = dict(value)
    for name, below in properties.items():
        node = mapping(below)
        if "default" in node and (name not in value or (value[name] is None and node.get("nullable") is not True)):
            filled[name] = node["default"]
    return {key: defaulted(item, mapping(properties.get(key, additional)), depth + 1) for key, item in filled.items()}


def _names(value: JSONValue) -> Iterator[str]:
    for name in sequence(value):
        if isinstance(name, str):
            yield name
