"""Two renders of a chart that draws random values or looks at the clock -> the objects without what is not the same every time.

What differs between the renders is replaced by a fixed text: it changes at every render, and must not look like a change of
the pull request. Of a text of several lines only the lines that differ are replaced, of a name only its last part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile

from checker.model.objects import JSONValue, KubeObject, mapping
from checker.model.records import replace

CHANGES = "<changes at every render>"
NAME_CHANGES = "changes-at-every-render"


def settled(first: Sequence[KubeObject], second: Sequence[KubeObject]) -> tuple[list[KubeObject], int]:
    """The first render with every value that the second has otherwise replaced, and how many they are."""
    done: list[KubeObject] = []
    total = 0
    for one, two in _pairs(first, second):
        body, count = _common(dict(one.body), dict(two.body))
        if one.name != two.name:
            metadata = {**mapping(mapping(body).get("metadata")), "name": _common_name(one.name, two.name)}
            body = {**mapping(body), "metadata": metadata}
        total += count
        done.append(replace(one, body=mapping(body)) if count else one)
    return done, total


def _pairs(first: Sequence[KubeObject], second: Sequence[KubeObject]) -> Iterable[tuple[KubeObject, KubeObject]]:
    """By position where both renders have the same kinds in the same order, since a name may be drawn too; else by name."""
    if [(obj.group, obj.kind, obj.origin.path) for obj in first] == [(obj.group, obj.kind, obj.origin.path) for obj in second]:
        return zip(first, second, strict=True)
    by_key = {obj.key: obj for obj in second}
    return [(obj, by_key.get(obj.key, obj)) for obj in first]


def _common(one: JSONValue, two: JSONValue) -> tuple[JSONValue, int]:
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        parts = {key: _common(one[key], two[key]) for key in one}
        return {key: part[0] for key, part in parts.items()}, sum(part[1] for part in parts.values())
    if isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        items = [_common(left, right) for left, right in zip(one, two, strict=True)]
        return [item[0] for item in items], sum(item[1] for item in items)
    if one == two:
        return one, 0
    return (_common_lines(one, two) if isinstance(one, str) and isinstance(two, str) else CHANGES), 1


def _common_lines(one: str, two: str) -> str:
    left, right = one.split("\n"), two.split("\n")
    if len(left) != len(right) or len(left) == 1:
        return CHANGES
    return "\n".join(line if line == other else CHANGES for line, other in zip(left, right, strict=True))


def _common_name(one: str, two: str) -> str:
    """What both begin with, up to a sign: a letter more may be alike by chance."""
    same = "".join(char for char, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, two, strict=False)))
    return re.sub(r"[a-zA-Z0-9]+$", "", same) + NAME_CHANGES
