"""`crds`: OpenAPI definitions of custom kinds that say which of their fields refer to other objects by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from checker.render.kustomize.config import EMPTY, NameReference, TransformerConfig, added, added_reference, merged
from checker.render.kustomize.failure import broken
from checker.render.kustomize.fieldspec import FieldSpec
from checker.render.kustomize.ids import Gvk
from checker.tools.yaml import Rules, load_documents

_DEEPEST = 30
_SIMPLE = (
    ("x-kubernetes-annotation", "common_annotations"),
    ("x-kubernetes-label-selector", "common_labels"),
    ("x-kubernetes-identity", "name_prefix"),
)


def config_from_definitions(data: bytes) -> TransformerConfig:
    documents = load_documents(data, rules=Rules.KUBERNETES)
    value = documents[0].value if documents else None
    if not isinstance(value, dict):
        raise broken("a file under `crds` holds OpenAPI definitions; this one holds none")
    config = EMPTY
    for name in sorted(value):
        if {"kind", "apiVersion", "metadata"} <= _properties(value, name).keys():
            kind = Gvk(kind=name.split(".")[-1])
            config = merged(config, _fields(EMPTY, kind, value, name, ()))
    return config


def _properties(definitions: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    definition = definitions.get(name)
    schema = next((item for key, item in definition.items() if key.casefold() == "schema"), None) if isinstance(definition, dict) else None
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return properties if isinstance(properties, dict) else {}


def _fields(config: TransformerConfig, kind: Gvk, definitions: Mapping[str, Any], name: str, path: tuple[str, ...]) -> TransformerConfig:
    if len(path) > _DEEPEST:
        raise broken(f"the definitions under `crds` refer to each other without end, at {name}")
    for field, schema in sorted(_properties(definitions, name).items()):
        if not isinstance(schema, dict):
            continue
        here = (*path, field)
        for mark, part in _SIMPLE:
            if isinstance(schema.get(mark), str):
                config = added(config, part, FieldSpec("/".join(here), kind))
        version, target = schema.get("x-kubernetes-object-ref-api-version"), schema.get("x-kubernetes-object-ref-kind")
        if isinstance(version, str) and isinstance(target, str):
            key = schema.get("x-kubernetes-object-ref-name-key")
            spec = FieldSpec("/".join((*here, key if isinstance(key, str) else "name")), kind)
            config = added_reference(config, NameReference(Gvk(version=version, kind=target), (spec,)))
        if isinstance(schema.get("$ref"), str):
            config = _fields(config, kind, definitions, schema["$ref"], here)
    return config
