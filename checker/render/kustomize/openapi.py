"""Which lists merge by which keys, and which kinds have no namespace: the OpenAPI of Kubernetes 1.21 that kustomize embeds.

A repository's own `openapi: {path: ...}` replaces it. The table is made by benchmarks/kustomize_tables.py and loaded on
first use. A schema is a dict with `fields`, `rest` (of maps), `items`, `strategy` and `keys`; text refers to a definition.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from checker.model.records import dataclass, field
from checker.render.kustomize.failure import broken

Schema = dict[str, Any]
LARGEST_DEFINITIONS = 100_000


@cache
def table(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files("checker.render.kustomize").joinpath(f"_data/{name}.json").read_bytes())
    return loaded


@cache
def _scopes() -> frozenset[tuple[str, str]]:
    return frozenset((version, kind) for version, kind in (entry.split(" ") for entry in table("openapi")["cluster_scoped"]))


@cache
def _known_scopes() -> frozenset[tuple[str, str]]:
    return frozenset((version, kind) for version, kind in (entry.split(" ") for entry in table("openapi")["known_scope"]))


def cluster_scoped(api_version: str, kind: str) -> bool:
    """Whether the kind certainly belongs to no namespace. Custom kinds never do, to kustomize."""
    return (api_version, kind) in _scopes()


@dataclass(slots=True)
class Schemas:
    """The definitions of one build: built in, or a repository's own."""

    definitions: dict[str, Any] = field(default_factory=lambda: table("openapi")["definitions"])
    types: dict[str, str] = field(default_factory=lambda: table("openapi")["types"])
    chosen: bool = False
    """A kustomization has set its own, or a version: the first one that does decides for the rest of the build."""

    def of_type(self, api_version: str, kind: str) -> Schema | None:
        self.consulted = True
        name = self.types.get(f"{api_version} {kind}")
        return None if name is None else self._resolved(name)

    def field(self, schema: Schema, name: str) -> Schema | None:
        fields = schema.get("fields")
        if fields is not None and name in fields:
            return self._resolved(fields[name])
        rest = schema.get("rest")
        return None if rest is None else self._resolved(rest)

    def items(self, schema: Schema) -> Schema | None:
        items = schema.get("items")
        return None if items is None else self._resolved(items)

    consulted: bool = False
    """Something has been looked up already: then definitions that a base brings come beside the built-in ones."""

    def use(self, document: Any) -> None:
        """A repository's own definitions take the place of the built-in ones."""
        definitions = document.get("definitions") if isinstance(document, dict) else None
        if not isinstance(definitions, dict):
            raise broken("openapi path: the file holds no `definitions`")
        own: dict[str, Any] = {}
        types: dict[str, str] = {}
        for name, schema in definitions.items():
            made = _node(schema if isinstance(schema, dict) else {})
            own[name] = {} if made is None else made
            for kind in schema.get("x-kubernetes-group-version-kind") or [] if isinstance(schema, dict) else []:
                group = f"{kind['group']}/" if kind.get("group") else ""
                types[f"{group}{kind['version']} {kind['kind']}"] = name
        if self.consulted:
            own, types = {**self.definitions, **own}, {**self.types, **types}
        self.definitions, self.types, self.chosen = own, types, True

    def met(self, api_version: str, kind: str) -> None:
        """A kind was met whose scope kustomize does not know by heart: it looks the built-in definitions up."""
        if not self.consulted and (api_version, kind) not in _known_scopes():
            self.consulted = True

    def _resolved(self, schema: Any) -> Schema | None:
        for _ in range(32):
            if isinstance(schema, dict):
                return schema
            schema = self.definitions.get(schema)
            if schema is None:
                return None
        return None


def _node(schema: Mapping[str, Any]) -> Any:
    if isinstance(schema.get("$ref"), str):
        return schema["$ref"].removeprefix("#/definitions/")
    out: Schema = {}
    properties = schema.get("properties")
    if isinstance(properties, dict):
        out["fields"] = {name: _node(child if isinstance(child, dict) else {}) for name, child in properties.items()}
    if isinstance(schema.get("additionalProperties"), dict):
        out["rest"] = _node(schema["additionalProperties"])
    if schema.get("type") in ("array", ["array"]) and isinstance(schema.get("items"), dict):
        out["items"] = _node(schema["items"])
    strategy = schema.get("x-kubernetes-patch-strategy")
    if isinstance(strategy, str):
        out["strategy"] = strategy
        keys = schema.get("x-kubernetes-list-map-keys") or [schema.get("x-kubernetes-patch-merge-key")]
        out["keys"] = [key for key in keys if isinstance(key, str)]
    return out


def merges(schema: Schema | None) -> bool:
    """Whether a list of this schema merges element by element instead of being replaced."""
    return schema is not None and "merge" in schema.get("strategy", "").split(",")
