"""The published Kubernetes schemas in, one compact bundle per version out.

Run `python -m checker.validate._bundles.builtin` after `pip install gitops-check[test]`, whose kubernetes-validate holds the
schemas. Descriptions are dropped and strictness is not stored: it is derived when a kind is loaded. A bundle is
marshalled under zlib (half a millisecond to unpack; stronger compression saves 4 KB and costs three times that): the kinds as
`{apiVersion: {kind: name}}`, and the definitions by name, each marshalled by itself and read when it is needed.
"""

from __future__ import annotations

import importlib.resources
import json
import marshal
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_KEPT = ("type", "required", "enum", "$ref", "x-kubernetes-list-map-keys")
_FORMATS = ("date-time", "int32", "int64")
_NOT_APPLIED = re.compile(r"List$|^(?:DeleteOptions|WatchEvent|Status|APIGroup|APIVersions)$")
"""Kinds that no manifest holds on its own: lists are unpacked before validation."""


def versions(source: Path) -> list[str]:
    found = (re.fullmatch(r"v(\d+)\.(\d+)\.0-local", folder.name) for folder in source.iterdir())
    return [f"{major}.{minor}" for major, minor in sorted((int(m[1]), int(m[2])) for m in found if m)]


def source_folder() -> Path:
    return Path(str(importlib.resources.files("kubernetes_validate"))) / "kubernetes-json-schema"


def bundle(version: str, source: Path) -> bytes:
    definitions = json.loads((source / f"v{version}.0-local" / "_definitions.json").read_text("utf-8"))["$defs"]
    kinds: dict[str, dict[str, str]] = {}
    for name, definition in sorted(definitions.items()):
        for made in definition.get("x-kubernetes-group-version-kind", ()):
            if not _NOT_APPLIED.search(made["kind"]):
                api_version = f"{made['group']}/{made['version']}".lstrip("/")
                kinds.setdefault(api_version, {})[made["kind"]] = name
    kept = reachable((name for named in kinds.values() for name in named.values()), definitions)
    return packed([kinds, {name: marshalled(compact(definitions[name])) for name in kept}])


def packed(value: Any) -> bytes:
    return zlib.compress(marshalled(value), 9)


def marshalled(value: Any) -> bytes:
    """In the format that refers to nothing said before, so that equal values are equal bytes."""
    return marshal.dumps(ordered(value), 2)


def ordered(node: Any) -> Any:
    """With the keys of mappings in alphabetical order."""
    if isinstance(node, dict):
        return {name: ordered(node[name]) for name in sorted(node)}
    return [ordered(item) for item in node] if isinstance(node, list) else node


def reachable(names: Iterator[str], definitions: dict[str, Any]) -> list[str]:
    """The definitions that these need, themselves included."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_references(definitions[name]))
    return sorted(found)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str):
            yield target.rpartition("/")[2]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def compact(node: dict[str, Any]) -> dict[str, Any]:
    """The schema with what validation needs and nothing else."""
    if "oneOf" in node:
        # Quantity and IntOrString: alternatives of plain types, each with null, so that `oneOf` refuses null itself,
        # which the API server takes as unset.
        types = {name for branch in node["oneOf"] for name in branch["type"]}
        return {"type": sorted(types)}
    out: dict[str, Any] = {key: node[key] for key in _KEPT if key in node}
    if node.get("format") in _FORMATS:
        out["format"] = node["format"]
    if "$ref" in out:
        out["$ref"] = "#/definitions/" + out["$ref"].rpartition("/")[2]
    if "properties" in node:
        out["properties"] = {name: compact(schema) for name, schema in node["properties"].items()}
    for key in ("items", "additionalProperties"):
        if key in node:
            out[key] = compact(node[key]) if isinstance(node[key], dict) else node[key]
    return out


def main() -> None:
    source = source_folder()
    for version in versions(source):
        data = bundle(version, source)
        (HERE / f"kubernetes-{version}.zz").write_bytes(data)


if __name__ == "__main__":
    main()
