"""The functions that text/template itself has: comparison, indexing, printing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from checker.tools.gotemplate.errors import TemplateFailed
from checker.tools.gotemplate.printf import printf
from checker.tools.gotemplate.values import TextMap, kind, printed, printed_in_line, truth, type_name

_BASIC = {"bool": "bool", "string": "string", "int": "int", "int64": "int", "float64": "float", "invalid": "invalid"}


def _equal(first: Any, *others: Any) -> bool:
    if not others:
        raise TemplateFailed("eq: missing argument for comparison")
    return any(_same(first, other) for other in others)


def _same(one: Any, two: Any) -> bool:
    kinds = (_BASIC.get(kind(one), kind(one)), _BASIC.get(kind(two), kind(two)))
    if kinds[0] != kinds[1]:
        if "invalid" in kinds:
            return False
        raise TemplateFailed("eq: incompatible types for comparison")
    if kinds[0] in ("map", "slice"):
        raise TemplateFailed(f"eq: non-comparable type {type_name(one)}")
    return bool(one == two)


def _less(one: Any, two: Any) -> bool:
    kinds = (_BASIC.get(kind(one), kind(one)), _BASIC.get(kind(two), kind(two)))
    if kinds[0] != kinds[1] or kinds[0] not in ("string", "int", "float"):
        raise TemplateFailed("lt: incompatible types for comparison")
    return bool(one < two)


def _index(value: Any, *keys: Any) -> Any:
    if value is None:
        raise TemplateFailed("index of untyped nil")
    for key in keys:
        if value is None:
            raise TemplateFailed("index of nil pointer")
        if isinstance(value, dict):
            if not isinstance(key, str):
                raise TemplateFailed(f"cannot index a map with type {type_name(key)}")
            value = value.get(key, "" if isinstance(value, TextMap) else None)
            continue
        if not isinstance(value, list | str):
            raise TemplateFailed(f"can't index item of type {type_name(value)}")
        if isinstance(key, bool) or not isinstance(key, int):
            raise TemplateFailed(f"cannot index slice/array with type {type_name(key)}")
        if not 0 <= key < len(value):
            raise TemplateFailed(f"index out of range: {key}")
        value = value[key] if isinstance(value, list) else value.encode()[key]
    return value


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, list | dict):
        return len(value)
    raise TemplateFailed(f"len of type {type_name(value)}")


def _never(*values: Any) -> Any:
    raise TemplateFailed(f"and, or are evaluated elsewhere ({len(values)} arguments)")


FUNCTIONS: dict[str, tuple[Callable[..., Any], str]] = {
    "and": (_never, "a*"),
    "or": (_never, "a*"),
    "not": (lambda value: not truth(value), "a"),
    "eq": (_equal, "aa*"),
    "ne": (lambda one, two: not _same(one, two), "aa"),
    "lt": (_less, "aa"),
    "le": (lambda one, two: _less(one, two) or _same(one, two), "aa"),
    "gt": (lambda one, two: not (_less(one, two) or _same(one, two)), "aa"),
    "ge": (lambda one, two: not _less(one, two), "aa"),
    "index": (_index, "aa*"),
    "len": (_length, "a"),
    "print": (lambda *values: printed_in_line(values), "a*"),
    "println": (lambda *values: " ".join(printed(value) for value in values) + "\n", "a*"),
    "printf": (printf, "sa*"),
}
