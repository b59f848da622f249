"""JSON patches (RFC 6902) with the leniencies and refusals of the Go library that kustomize uses.

https://pkg.go.dev/gopkg.in/evanphx/json-patch.v4. Surprises: negative positions count from the end; a text that starts
with `[` must be JSON, any other is YAML; an operation without a value sets null; a test compares spellings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from checker.render.kustomize.failure import broken, unsupported
from checker.render.kustomize.hashing import go_json
from checker.render.kustomize.values import copied
from checker.tools.yaml import Rules, load_documents

Operation = dict[str, Any]
_KINDS = frozenset({"add", "remove", "replace", "move", "copy", "test"})
_ABSENT = object()
_OTHERWISE = object()


def operations(text: str) -> list[Operation] | None:
    """The operations of a patch text; None where it is none."""
    if not text:
        return None
    if text[0] == "[":
        try:
            value = json.loads(text)
        except ValueError:
            return None
    else:
        documents = load_documents(text.encode("utf-8", "surrogateescape"), rules=Rules.KUBERNETES)
        if not documents:
            return []
        if documents[0].error is not None:
            return None
        value = documents[0].value
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict | None) for item in value):
        return None
    return [_as_spelled(item or {}, text) if text[0] == "[" else item or {} for item in value]


def _as_spelled(operation: Operation, text: str) -> Operation:
    """A test compares JSON as it is written with what Go writes: a text that is escaped otherwise is another one."""
    if operation.get("op") == "test" and any(go_json(one) not in text for one in _texts(operation.get("value"))):
        return {**operation, "value": _OTHERWISE}
    return operation


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(item)


def apply(document: dict[str, Any], patch: list[Operation], copy: Callable[[Any], Any] = copied) -> dict[str, Any]:
    """The patched document; `document` is used up. `copy` makes the copies that are put in it."""
    holder: list[Any] = [document]
    for operation in patch:
        _apply(holder, operation, copy)
    if not isinstance(holder[0], dict):
        raise broken("the patch makes something else than a mapping of the resource")
    return holder[0]


def _apply(holder: list[Any], operation: Operation, copied: Callable[[Any], Any]) -> None:
    kind, path = operation.get("op"), operation.get("path")
    if kind not in _KINDS:
        raise broken(f"unknown operation {kind!r}; a JSON patch has add, remove, replace, move, copy and test")
    if not isinstance(path, str):
        raise broken(f"operation {kind} has no path")
    if kind in ("add", "replace") and not path:
        if kind == "add":
            raise broken("operation add needs a path")
        if not isinstance(operation.get("value"), dict):
            raise unsupported("a JSON patch that replaces the whole resource by something else")
        holder[0] = copied(operation["value"])
        return
    if kind == "test":
        _test(holder[0], path, operation)
        return
    if kind in ("move", "copy"):
        source = operation.get("from")
        if not isinstance(source, str):
            raise broken(f"operation {kind} has no `from`")
        value = _take(holder[0], source, copied, remove=kind == "move")
        _add(holder[0], path, value, kind)
        return
    if kind == "add":
        _add(holder[0], path, copied(operation.get("value")), kind)
    elif kind == "remove":
        _take(holder[0], path, copied, remove=True)
    else:
        _replace(holder[0], path, copied(operation.get("value")))


def _parts(path: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]


def _find(document: Any, path: str, kind: str) -> tuple[Any, str]:
    """The container a path leads into, and the key in it."""
    parts = _parts(path)
    if not parts:
        raise broken(f"operation {kind}: path {path!r} must start with /")
    value = document
    for part in parts[:-1]:
        value = _get(value, part)
        if not isinstance(value, dict | list):
            raise broken(f"operation {kind}: there is nothing at {path!r}, because its parent is missing")
    return value, parts[-1]


def _get(container: Any, key: str) -> Any:
    if isinstance(container, dict):
        return container.get(key, _ABSENT)
    index = _index(key)
    if index is None or not -len(container) <= index < len(container):
        return _ABSENT
    return container[index]


def _index(key: str) -> int | None:
    try:
        return int(key) if key.strip() == key and "_" not in key and key.isascii() else None
    except ValueError:
        return None


def _add(document: Any, path: str, value: Any, kind: str) -> None:
    container, key = _find(document, path, kind)
    if isinstance(container, dict):
        container[key] = value
        return
    if key == "-":
        container.append(value)
        return
    index = _index(key)
    size = len(container) + 1
    if index is None or not -size <= index < size:
        raise broken(f"operation {kind}: {key!r} is no position in the list of {len(container)} at {path.rpartition('/')[0]!r}")
    container.insert(index + size if index < 0 else index, value)


def _take(document: Any, path: str, copied: Callable[[Any], Any], *, remove: bool) -> Any:
    word = "remove" if remove else "copy"
    container, key = _find(document, path, word)
    value = _get(container, key)
    if value is _ABSENT and not remove and isinstance(container, dict):
        return None  # the library copies nothing as null
    if value is _ABSENT:
        raise broken(f"operation {word}: there is nothing at {path!r}")
    if not remove:
        return copied(value)
    if isinstance(container, dict):
        del container[key]
    else:
        del container[int(key)]
    return value


def _replace(document: Any, path: str, value: Any) -> None:
    container, key = _find(document, path, "replace")
    if isinstance(container, dict):
        container[key] = value  # the library adds what is not there
        return
    if _get(container, key) is _ABSENT:
        raise broken(f"operation replace: there is nothing at {path!r}")
    container[int(key)] = value


def _test(document: Any, path: str, operation: Operation) -> None:
    if not path:
        found: Any = document
    else:
        container, key = _find(document, path, "test")
        found = _get(container, key)
        if found is _ABSENT and operation.get("value") is None and isinstance(container, dict):
            found = None
    if found is _ABSENT or not _equal(found, operation.get("value")):
        raise broken(f"operation test: the value at {path!r} is another")


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_equal(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(_equal(one, other) for one, other in zip(left, right, strict=True))
    return bool(left == right) and type(left) is type(right)  # the library compares texts: 80 is not 80.0
