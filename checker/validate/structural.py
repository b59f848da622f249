"""The schemas in a CustomResourceDefinition as the API server takes them: an object in, remarks out.

A schema has to be structural: each field has a type of its own, and what restricts values beside it says nothing of structure.
After pkg/apiserver/schema and pkg/apis/apiextensions/validation of k8s.io/apiextensions-apiserver (1.36).
"""

from __future__ import annotations

import re

from checker.model.objects import mapping, sequence
from checker.tools.schema_words import nearest, pointer, quoted, spelled
from checker.validate.findings import Remark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from checker.model.objects import KubeObject
    from checker.validate.values import Path

_TYPES = ("array", "boolean", "integer", "number", "object", "string")
_PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int, float),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}
_INT_OR_STRING = [{"type": "integer"}, {"type": "string"}]
_OPEN, _EITHER, _EMBEDDED = "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string", "x-kubernetes-embedded-resource"
_LIST, _KEYS, _MAP, _RULES = "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type", "x-kubernetes-validations"
_UNSUPPORTED = ("$ref", "additionalItems", "definitions", "dependencies", "id", "patternProperties")
_JUNCTIONS = ("allOf", "anyOf", "oneOf")
_OF_STRUCTURE = (
    "additionalProperties",
    "default",
    "description",
    "nullable",
    "title",
    "type",
    _OPEN,
    _EMBEDDED,
    _EITHER,
    _KEYS,
    _LIST,
    _MAP,
)
"""What a branch of a junction may not hold."""
_NOT_OF_STATUS = ("additionalProperties", "default", "enum", "not", *_JUNCTIONS)
"""What the outermost schema may not hold where status is a resource of its own, to be judged alone."""
_LOOKING_AROUND = re.compile(r"(?<!\\)(?:\\\\)*\(\?(?:[=!]|<[=!])")
_DEEPEST = 200


def check_schemas(obj: KubeObject) -> Iterator[Remark]:
    """What the API server refuses in the schemas of a definition's versions."""
    for number, given in enumerate(sequence(mapping(obj.body.get("spec")).get("versions"))):
        version = mapping(given)
        schema = mapping(version.get("schema")).get("openAPIV3Schema")
        if not isinstance(schema, dict) or not schema:
            continue
        at: Path = ("spec", "versions", number, "schema", "openAPIV3Schema")
        if schema.get("nullable") is True:
            yield _wrong((*at, "nullable"), "may not be true at the outermost level")
        if schema.get("additionalProperties") is not None:
            yield _wrong((*at, "additionalProperties"), "may not stand at the outermost level")
        elif "status" in mapping(version.get("subresources")) and (
            name := next((name for name in _NOT_OF_STATUS if schema.get(name)), None)
        ):
            yield _wrong((*at, name), "may not stand at the outermost level where status is a subresource")
        yield from _metadata(schema, at)
        yield from _node(schema, at, 0)


def _wrong(at: Path, said: str) -> Remark:
    return Remark(rule="invalid-value", message=f"{spelled(at)}: {said}", pointer=pointer(at))


def _lacks(at: Path, name: str, why: str = "") -> Remark:
    message = f"{spelled((*at, name))} is required and missing" + (f": {why}" if why else "")
    return Remark(rule="missing-field", message=message, pointer=pointer(at), key=True)


def _metadata(schema: Mapping[str, Any], at: Path) -> Iterator[Remark]:
    """The fields that every object has: their types are set, and of metadata only names may be restricted."""
    properties = mapping(schema.get("properties"))
    for name, kind in (("apiVersion", "string"), ("kind", "string"), ("metadata", "object")):
        given = mapping(properties.get(name)).get("type")
        if name in properties and given != kind and (given in _TYPES or not given):
            yield _wrong((*at, "properties", name, *(("type",) if given else ())), f"has to be of type {kind}")
    about = mapping(properties.get("metadata"))
    more = sorted(set(about) - {"type", "properties", "default"}) or sorted(
        mapping(about.get("properties")).keys() - {"name", "generateName"}
    )
    if more:
        yield _wrong((*at, "properties", "metadata"), f"may restrict name and generateName only, not {more[0]}")


def _node(node: Mapping[str, Any], at: Path, depth: int) -> Iterator[Remark]:
    """A schema that stands for a value, and all below it."""
    if depth > _DEEPEST:
        return
    yield from _typed(node, at)
    properties, items, additional = node.get("properties"), node.get("items"), node.get("additionalProperties")
    if node.get("type") == "array" and items is None:
        yield _lacks(at, "items")
    if properties and additional is not None and additional is not True:
        yield _wrong((*at, "additionalProperties"), "and properties exclude each other")
    yield from _unsupported(node, at)
    if _LIST in node or _MAP in node or _KEYS in node:
        yield from _merged(node, at)
    if "default" in node:
        yield from _default(node, at)
    if "pattern" in node:
        yield from _pattern(node["pattern"], (*at, "pattern"))
    if _RULES in node:
        yield from _rules(node[_RULES], (*at, _RULES))
    yield from _junctions(node, None if depth else node, at, depth)
    for name, below in properties.items() if isinstance(properties, dict) else ():
        yield from _node(below if isinstance(below, dict) else {}, (*at, "properties", name), depth + 1)
    for name, below in (("items", items), ("additionalProperties", additional)):
        if isinstance(below, dict):
            yield from _node(below, (*at, name), depth + 1)


def _typed(node: Mapping[str, Any], at: Path) -> Iterator[Remark]:
    kind = node.get("type")
    if node.get(_EMBEDDED) is True:
        if kind != "object":
            yield _wrong((*at, _EMBEDDED), "needs the type object")
        if not node.get(_OPEN) and not node.get("properties"):
            yield _lacks(at, "properties", f"{_EMBEDDED} needs them, or {_OPEN}")
    elif not kind:
        if node.get(_EITHER) is not True and node.get(_OPEN) is not True:
            yield _lacks(at, "type", "a structural schema gives one to every field")
    elif isinstance(kind, str) and kind not in _TYPES:
        near = "use nullable" if kind == "null" else nearest(kind, _TYPES)
        hint = f"; did you mean {near}?" if near and kind != "null" else f"; {near}" if near else ""
        yield _wrong((*at, "type"), f"{quoted(kind)} is not one of {', '.join(_TYPES)}{hint}")
    if _OPEN in node and node[_OPEN] is False:
        yield _wrong((*at, _OPEN), "has to be true or left out")
    if node.get(_EITHER) is True:
        for name in (_OPEN, _EMBEDDED):
            if node.get(name) is True:
                yield _wrong((*at, name), f"and {_EITHER} exclude each other")


def _unsupported(node: Mapping[str, Any], at: Path) -> Iterator[Remark]:
    for name in _UNSUPPORTED:
        if node.get(name):
            yield _wrong((*at, name), "is not supported in the schema of a custom resource")
    if node.get("uniqueItems") is True:
        yield _wrong((*at, "uniqueItems"), "may not be true; x-kubernetes-list-type: set says the same")
    if isinstance(node.get("items"), list):
        yield _wrong((*at, "items"), "has to be one schema, not a list")


def _merged(node: Mapping[str, Any], at: Path) -> Iterator[Remark]:
    """How lists and mappings are merged."""
    of_list, of_map, keys = node.get(_LIST), node.get(_MAP), node.get(_KEYS)
    items = mapping(node.get("items"))
    if isinstance(of_map, str):
        if of_map not in ("atomic", "granular"):
            yield _wrong((*at, _MAP), f"{quoted(of_map)} is not one of atomic, granular")
        if node.get("type") != "object":
            yield _wrong((*at, _MAP), "needs the type object")
    if isinstance(of_list, str):
        if of_list not in ("atomic", "map", "set"):
            yield _wrong((*at, _LIST), f"{quoted(of_list)} is not one of atomic, map, set")
        if node.get("type") != "array":
            yield _wrong((*at, _LIST), "needs the type array")
        elif of_list == "set" and items.get("type") == "object" and items.get(_MAP) != "atomic":
            yield _wrong((*at, _LIST), f"set needs items with {_MAP}: atomic")
        elif of_list == "set" and items.get("type") == "array" and items.get(_LIST) not in (None, "atomic"):
            yield _wrong((*at, _LIST), f"set needs items with {_LIST}: atomic")
    if keys and of_list != "map":
        yield _wrong((*at, _KEYS), f"needs {_LIST}: map")
    if of_list in ("map", "set") and items.get("nullable") is True:
        yield _wrong((*at, "items", "nullable"), f"may not be true where {_LIST} is {of_list}")
    if of_list == "map":
        yield from _map_keys(keys, items, at)


def _map_keys(keys: object, items: Mapping[str, Any], at: Path) -> Iterator[Remark]:
    if not keys:
        yield _lacks(at, _KEYS)
    if items.get("type") != "object":
        if items:
            yield _wrong((*at, "items"), f"has to be of type object where {_LIST} is map")
        return
    seen: set[str] = set()
    for number, key in enumerate(name for name in sequence(keys) if isinstance(name, str)):
        field = mapping(items.get("properties")).get(key)
        if key in seen:
            yield _wrong((*at, _KEYS, number), f"{key} is there twice")
        elif not isinstance(field, dict):
            yield _wrong((*at, _KEYS, number), f"{key} is no property of the items")
        elif field.get("type") in ("array", "object"):
            yield _wrong((*at, _KEYS, number), f"{key} is no single value")
        elif field.get("nullable") is True:
            yield _wrong((*at, "items", "properties", key, "nullable"), f"may not be true for a key of {_KEYS}")
        elif key not in sequence(items.get("required")) and field.get("default") is None:
            yield _wrong((*at, _KEYS, number), f"{key} has to be required, or to have a default")
        seen.add(key)


def _default(node: Mapping[str, Any], at: Path) -> Iterator[Remark]:
    given, kind = node["default"], node.get("type")
    known = _PYTHON_TYPES.get(kind) if isinstance(kind, str) else None
    if given is None or known is None:
        return
    fits = isinstance(given, known) and (kind == "boolean" or not isinstance(given, bool))
    if not fits or (kind == "integer" and isinstance(given, float) and not given.is_integer()):
        yield _wrong((*at, "default"), f"is not of type {kind}")
    elif node.get("enum") and given not in sequence(node["enum"]):
        yield _wrong((*at, "default"), f"{quoted(str(given))} is not in enum")


def _pattern(given: object, at: Path) -> Iterator[Remark]:
    """What neither Go nor anybody reads, and looking around, which Go does not."""
    if not isinstance(given, str):
        return
    if _LOOKING_AROUND.search(given):
        yield _wrong(at, "looks ahead or behind, which Go's expressions cannot")
        return
    try:
        re.compile(given)
    except re.error as error:
        if error.msg.startswith(("missing )", "unbalanced parenthesis", "unterminated character set", "nothing to repeat")):
            yield _wrong(at, f"is no regular expression: {error}")
    except (OverflowError, RecursionError):
        return


def _rules(given: object, at: Path) -> Iterator[Remark]:
    for number, rule in enumerate(sequence(given)):
        said, text = mapping(rule).get("rule"), mapping(rule).get("message")
        if not isinstance(said, str) or not said.strip():
            yield _lacks((*at, number), "rule")
        elif isinstance(text, str) and text and "\n" in text.strip():
            yield _wrong((*at, number, "message"), "may not hold line breaks")
        elif "\n" in said.strip() and not text:
            yield _lacks((*at, number), "message", "a rule of several lines needs one")


def _junctions(values: Mapping[str, Any], node: Mapping[str, Any] | None, at: Path, depth: int) -> Iterator[Remark]:
    """The branches of `values`, which restrict what `node` gives the structure of: asked for at the outermost level only."""
    for name in _JUNCTIONS:
        branches = values.get(name)
        if not isinstance(branches, list) or (name == "anyOf" and branches == _INT_OR_STRING):
            continue
        for number, branch in enumerate(branches):
            if isinstance(branch, dict):
                yield from _branch(branch, node, (*at, name, number), depth + 1)
    if isinstance(values.get("not"), dict):
        yield from _branch(values["not"], node, (*at, "not"), depth + 1)


def _branch(branch: Mapping[str, Any], node: Mapping[str, Any] | None, at: Path, depth: int) -> Iterator[Remark]:
    if depth > _DEEPEST:
        return
    for name in _OF_STRUCTURE:
        if branch.get(name):
            yield _wrong((*at, name), "may not stand in a branch of allOf, anyOf, oneOf or not")
    if branch.get(_RULES):
        yield _wrong((*at, _RULES), "may not stand in a branch of allOf, anyOf, oneOf or not")
    yield from _unsupported(branch, at)
    if "pattern" in branch:
        yield from _pattern(branch["pattern"], (*at, "pattern"))
    yield from _junctions(branch, node, at, depth)
    known = None if node is None else mapping(node.get("properties"))
    for name, below in mapping(branch.get("properties")).items():
        if known is not None and name not in known:
            yield _wrong((*at, "properties", name), "is restricted here and has no schema outside of the branch")
        elif isinstance(below, dict):
            yield from _branch(below, None if known is None else mapping(known[name]), (*at, "properties", name), depth + 1)
    if isinstance(branch.get("items"), dict):
        yield from _branch(branch["items"], None if node is None else mapping(node.get("items")), (*at, "items"), depth + 1)
