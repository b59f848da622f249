"""sprig's functions on lists, maps, types and defaults."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from checker.tools.gotemplate.errors import TemplateFailed
from checker.tools.gotemplate.values import kind, printed, truth, type_name


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise TemplateFailed(f"cannot {name} on type {type_name(value)}")
    return value


def _fail(message: str) -> Any:
    raise TemplateFailed(message)


def _dict(*pairs: Any) -> dict[str, Any]:
    return {printed(pairs[at]): pairs[at + 1] if at + 1 < len(pairs) else "" for at in range(0, len(pairs), 2)}


def _set(target: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    target[key] = value
    return target


def _unset(target: dict[str, Any], key: str) -> dict[str, Any]:
    target.pop(key, None)
    return target


def _merged(target: dict[str, Any], *more: dict[str, Any]) -> dict[str, Any]:
    """Fills what the first does not have, or has empty; it is changed in place."""
    for source in more:
        for key, value in source.items():
            known = target.get(key)
            if isinstance(known, dict) and isinstance(value, dict):
                _merged(known, value)
            elif not truth(known):
                target[key] = value
    return target


def _overwritten(target: dict[str, Any], *more: dict[str, Any]) -> dict[str, Any]:
    for source in more:
        for key, value in source.items():
            known = target.get(key)
            if isinstance(known, dict) and isinstance(value, dict):
                _overwritten(known, value)
            elif truth(value) or key not in target:
                target[key] = value
    return target


def _dig(*values: Any) -> Any:
    if len(values) < 3:
        raise TemplateFailed("dig needs at least three arguments")
    *path, default, found = values
    for key in path:
        if not isinstance(found, dict) or key not in found:
            return default
        found = found[key]
    return found


def _uniq(values: Any) -> list[Any]:
    done: list[Any] = []
    for item in _list(values, "uniq"):
        if not any(_same(item, known) for known in done):
            done.append(item)
    return done


def _same(one: Any, two: Any) -> bool:
    """reflect.DeepEqual."""
    if kind(one) != kind(two):
        return False
    if isinstance(one, dict):
        return one.keys() == two.keys() and all(_same(one[key], two[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(two) and all(_same(left, right) for left, right in zip(one, two, strict=True))
    return bool(one == two)


def _concat(*values: Any) -> list[Any]:
    return [item for value in values for item in _list(value, "concat")]


FUNCTIONS: dict[str, tuple[Callable[..., Any], str]] = {
    "default": (lambda default, *given: given[0] if given and truth(given[0]) else default, "aa*"),
    "empty": (lambda value: not truth(value), "a"),
    "coalesce": (lambda *values: next((value for value in values if truth(value)), None), "a*"),
    "ternary": (lambda yes, no, test: yes if test else no, "aab"),
    "all": (lambda *values: all(map(truth, values)), "a*"),
    "any": (lambda *values: any(map(truth, values)), "a*"),
    "fail": (_fail, "s"),
    "list": (lambda *values: list(values), "a*"),
    "tuple": (lambda *values: list(values), "a*"),
    "first": (lambda values: next(iter(_list(values, "first")), None), "a"),
    "last": (lambda values: _list(values, "last")[-1] if _list(values, "last") else None, "a"),
    "rest": (lambda values: _list(values, "rest")[1:], "a"),
    "initial": (lambda values: _list(values, "initial")[:-1], "a"),
    "append": (lambda values, item: [*_list(values, "append"), item], "aa"),
    "push": (lambda values, item: [*_list(values, "push"), item], "aa"),
    "prepend": (lambda values, item: [item, *_list(values, "prepend")], "aa"),
    "concat": (_concat, "a*"),
    "reverse": (lambda values: _list(values, "reverse")[::-1], "a"),
    "uniq": (_uniq, "a"),
    "compact": (lambda values: [item for item in _list(values, "compact") if truth(item)], "a"),
    "without": (lambda values, *gone: [v for v in _list(values, "without") if not any(_same(v, g) for g in gone)], "aa*"),
    "has": (lambda item, values: values is not None and any(_same(item, known) for known in _list(values, "has")), "aa"),
    "dict": (_dict, "a*"),
    "get": (lambda source, key: source.get(key, "") if source else "", "ms"),
    "set": (_set, "msa"),
    "unset": (_unset, "ms"),
    "hasKey": (lambda source, key: bool(source) and key in source, "ms"),
    "keys": (lambda *sources: [key for source in sources for key in sorted(source or {})], "m*"),
    "values": (lambda source: [source[key] for key in sorted(source or {})], "m"),
    "pick": (lambda source, *names: {name: source[name] for name in names if name in source}, "ms*"),
    "omit": (lambda source, *names: {name: value for name, value in source.items() if name not in names}, "ms*"),
    "pluck": (lambda key, *sources: [source[key] for source in sources if key in source], "sm*"),
    "merge": (_merged, "mm*"),
    "mergeOverwrite": (_overwritten, "mm*"),
    "dig": (_dig, "a*"),
    "deepCopy": (copy.deepcopy, "a"),
    "deepEqual": (_same, "aa"),
    "kindOf": (kind, "a"),
    "kindIs": (lambda name, value: kind(value) == name, "sa"),
    "typeOf": (type_name, "a"),
    "typeIs": (lambda name, value: type_name(value) == name, "sa"),
}
