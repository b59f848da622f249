"""Secret values out of rendered objects: each replaced by a keyed digest, so that a changed value still shows as changed.

The key of a report is random and lives as long as one run, so a digest in it cannot be looked up in a table of guesses, nor
compared with another report. Renders that are kept between runs need digests that stay the same: those are made under a key
of the user that never leaves the machine, and `rekeyed` before anybody sees them.
`data` is compared decoded: the same value written under `stringData` has the same digest.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping

from checker.model.objects import REDACTED, JSONValue, KubeObject
from checker.model.records import replace
from checker.model.units import Failure, KeptObjects, Rendered

_NAMED = re.compile(r"\s*(?:\$\{[_a-zA-Z][_a-zA-Z0-9]*\}|op://[\w.-]+(?:/[\w .-]+){2,3})\s*")
"""Only names the value, which Flux or `op inject` of 1Password fills in from elsewhere."""
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def redacted(obj: KubeObject, key: bytes) -> KubeObject:
    """The object itself unless it is a core Secret; then a copy without its values."""
    if not _is_secret(obj):
        return obj
    body = dict(obj.body)
    for field in ("data", "stringData"):
        values = body.get(field)
        if isinstance(values, dict):
            body[field] = {name: _placeholder(value, key, encoded=field == "data") for name, value in values.items()}
        elif values is not None:
            body[field] = _placeholder(values, key, encoded=False)
    if _LAST_APPLIED in obj.annotations:
        annotations = {**obj.annotations, _LAST_APPLIED: _digest(str(obj.annotations[_LAST_APPLIED]).encode(), key)}
        body["metadata"] = {**obj.metadata, "annotations": annotations}
    return replace(obj, body=body)


def rekeyed(result: Rendered | Failure, key: bytes) -> Rendered | Failure:
    """The result with every digest in its Secrets made again under `key`; itself where it has none."""
    if isinstance(result, Failure):
        return result
    objects = result.objects
    if isinstance(objects, KeptObjects):
        if "Secret" not in objects.kinds:
            return result
        return replace(result, objects=KeptObjects(objects.keys, lambda: tuple(_rekeyed(obj, key) for obj in objects)))
    if not any(map(_is_secret, objects)):
        return result
    return replace(result, objects=tuple(_rekeyed(obj, key) for obj in objects))


def _rekeyed(obj: KubeObject, key: bytes) -> KubeObject:
    if not _is_secret(obj):
        return obj
    body = {field: _again(value, key) if field in ("data", "stringData") else value for field, value in obj.body.items()}
    if _LAST_APPLIED in obj.annotations:
        annotations = {**obj.annotations, _LAST_APPLIED: _again(obj.annotations[_LAST_APPLIED], key)}
        body["metadata"] = {**obj.metadata, "annotations": annotations}
    return replace(obj, body=body)


def _again(value: JSONValue, key: bytes) -> JSONValue:
    match value:
        case str():
            return _digest(value.encode(), key) if value.startswith(REDACTED) else value
        case list():
            return [_again(item, key) for item in value]
        case dict():
            return {name: _again(item, key) for name, item in value.items()}
        case _:
            return value


def _is_secret(obj: KubeObject) -> bool:
    return obj.kind == "Secret" and not obj.group


def _placeholder(value: JSONValue, key: bytes, *, encoded: bool) -> JSONValue:
    """The type survives, so that a wrong type is still found; the value does not."""
    match value:
        case str() if _NAMED.fullmatch(value):
            return value
        case str():
            return _digest(_decoded(value) if encoded else value.encode("utf-8", "surrogateescape"), key)
        case bool() | None:
            return value
        case int() | float():
            return 0
        case list():
            return [_placeholder(item, key, encoded=encoded) for item in value]
        case Mapping():
            return {name: _placeholder(item, key, encoded=encoded) for name, item in value.items()}


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text.encode("utf-8", "surrogateescape")


def _digest(value: bytes, key: bytes) -> str:
    return REDACTED + hmac.new(key, value, hashlib.sha256).hexdigest()[:16] if value else ""
