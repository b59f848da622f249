"""The content hash that generated names end in. Exact, because a hash that differs is a restart that does not happen.

https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.8.1/api/hasher/hasher.go: SHA-256 of the object as Go's
encoding/json prints it (keys sorted, <, > and & escaped), ten digits, with letters that spell words replaced. One
surprise: the name is left empty in what is hashed, so that equal content has equal hashes whatever it is called.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from checker.render.kustomize.resmap import ResMap
from checker.render.kustomize.resource import Resource
from checker.render.kustomize.values import is_scalar, number_text, quoted_if_needed, resolved, text_of

_SPELLING = str.maketrans({"0": "g", "1": "h", "3": "k", "a": "m", "e": "t"})
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def content_hash(resource: Resource) -> str:
    kind = resource.gvk.kind
    fields = {"ConfigMap": ("data", "binaryData"), "Secret": ("type", "data", "stringData")}.get(kind)
    if fields is None:
        from checker.render.kustomize.failure import unsupported

        raise unsupported(f"a content hash for kind {kind} is not computed")
    content: dict[str, Any] = {"kind": kind, "name": ""}
    for field in fields:
        value = _value(resource.body.get(field))
        if field in ("binaryData", "stringData"):
            if not isinstance(value, str):
                content[field] = value
        else:
            content[field] = value
    digest = hashlib.sha256(go_json(content).encode("utf-8", "surrogateescape")).hexdigest()
    return digest[:10].translate(_SPELLING)


def add_hashes(resources: ResMap) -> None:
    """Generated names get their hash."""
    for resource in resources:
        if resource.needs_hash:
            digest = content_hash(resource)
            resource.remember_id()
            resource.metadata()["name"] = quoted_if_needed(f"{resource.name}-{digest}")
    resources.changed()


def _value(value: Any) -> Any:
    if value is None:
        return ""
    if type(value) is list:
        return None  # no mapping is null to the hash
    return text_of(value) if is_scalar(value) else resolved(value)


def go_json(value: Any) -> str:
    """Compact JSON as Go's encoding/json prints it."""
    return json.dumps(_floats(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True).translate(_ESCAPES)


def _floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_floats(item) for item in value]
    if isinstance(value, float):
        return json.loads(number_text(value))
    return value
