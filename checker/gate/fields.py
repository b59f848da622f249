"""Two objects side by side, field by field, for rules that hold one environment against another."""

from __future__ import annotations

from collections.abc import Iterator

from checker.model.objects import JSONValue, mapping, text

_ABSENT = object()


def differing(one: JSONValue, two: JSONValue) -> Iterator[str]:
    """Paths of the scalars that are not the same: `spec.containers[shop].image`."""
    before, after = dict(_leaves(one, "")), dict(_leaves(two, ""))
    for path in [*before, *(path for path in after if path not in before)]:
        if before.get(path, _ABSENT) != after.get(path, _ABSENT):
            yield path


def _leaves(node: JSONValue, path: str) -> Iterator[tuple[str, JSONValue]]:
    """Every scalar with its path; items that have a name go by it."""
    if isinstance(node, dict) and node:
        for name, inner in node.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(node, list) and node:
        for index, inner in enumerate(node):
            label = text(mapping(inner).get("name")) or str(index)
            yield from _leaves(inner, f"{path}[{label}]")
    else:
        yield path, node
