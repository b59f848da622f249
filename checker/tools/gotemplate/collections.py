"""sprig's functions on lists, maps, types and defaults."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from checker.tools.gotemplate.errors import TemplateFailed, TemplateUnsupported
from checker.tools.gotemplate.numbers import whole
from checker.tools.gotemplate.values import TextList, TextMap, kind, printed, truth, type_name


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise TemplateFailed(f"cannot {name} on type {type_name(value)}")
    return value


def _fail(message: str) -> Any:
    raise TemplateFailed(message)


def _dict(*pairs: Any) -> dict[str, Any]:
    return {printed(pairs[at]): pairs[at + 1] if at + 1 < len(pairs) else "" for at in range(0, len(pairs), 2)}


def _set(target: dict[str, Any] | None, key: str, value: Any) -> dict[str, Any]:
    if target is None:
        raise TemplateFailed("assignment to entry in nil map")
    target[key] = value
    return target


def _unset(target: dict[str, Any] | None, key: str) -> dict[str, Any]:
    if target is None:
        return {}
    target.pop(key, None)
    return target


def _merge_into(target: dict[str, Any] | None, *more: dict[str, Any] | None) -> dict[str, Any]:
    return _merged(_target(target), *(source for source in more if source))


def _overwrite_into(target: dict[str, Any] | None, *more: dict[str, Any] | None) -> dict[str, Any]:
    return _overwritten(_target(target), *(source for source in more if source))


def _target(target: dict[str, Any] | None) -> dict[str, Any]:
    if target is None:
        raise TemplateUnsupported("merging into nothing is not supported")
    return target


def _copied(value: Any) -> Any:
    if value is None:
        raise TemplateFailed("deepCopy of nothing")
    return copy.deepcopy(value)


def _merged(target: dict[str, Any], *more: dict[str, Any]) -> dict[str, Any]:
    """Fills what the first does not have, or has empty; it is changed in place."""
    for source in more:
        for key, value in source.items():
            known = target.get(key)
            if isinstance(known, dict) and isinstance(value, dict):
                _merged(known, value)
            if not truth(known) and value is not None:
                target[key] = value
    return target


def _overwritten(target: dict[str, Any], *more: dict[str, Any]) -> dict[str, Any]:
    for source in more:
        for key, value in source.items():
            known = target.get(key)
            if isinstance(known, dict) and isinstance(value, dict):
                _overwritten(known, value)
            else:
                target[key] = value
    return target


def _dig(*values: Any) -> Any:
    if len(values) < 3:
        raise TemplateFailed("dig needs at least three arguments")
    *path, default, found = values
    for key in path:
        if not isinstance(key, str) or not isinstance(found, dict) or isinstance(found, TextMap):
            raise TemplateFailed(f"dig: {type_name(key if not isinstance(key, str) else found)} is not what it takes")
        if key not in found:
            return default
        found = found[key]
    return found


def _sliced(values: Any, *bounds: Any) -> Any:
    items = _list(values, "slice")
    if not items:
        return None
    start = whole(bounds[0]) if bounds else 0
    end = whole(bounds[1]) if len(bounds) > 1 else len(items)
    if not 0 <= start <= end <= len(items):
        raise TemplateFailed(f"slice bounds out of range [{start}:{end}]")
    return type(items)(items[start:end])


def _chunked(size: int, values: Any) -> list[Any]:
    items = list(_list(values, "chunk"))
    if size <= 0:
        raise TemplateUnsupported("chunk of a size that is not positive is not supported")
    return [items[at : at + size] for at in range(0, len(items), size)]


def _uniq(values: Any) -> list[Any]:
    done: list[Any] = []
    for item in _list(values, "uniq"):
        if not any(_same(item, known) for known in done):
            done.append(item)
    return done


def _same(one: Any, two: Any) -> bool:
    """reflect.DeepEqual."""
    if kind(one) != kind(two) or type_name(one) != type_name(two):
        return False
    if isinstance(one, dict):
        return one.keys() == two.keys() and all(_same(one[key], two[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(two) and all(_same(left, right) for left, right in zip(one, two, strict=True))
    return bool(one == two)


def _concat(*values: Any) -> list[Any]:
    return [item for value in values for item in _list(value, "concat")]


def _keys(*sources: Any) -> TextList:
    """Sorted: Go gives them in any order, which no template can rely on."""
    return TextList(key for source in sources for key in sorted(source or {}))


def _values(source: Any) -> list[Any]:
    return [source[key] for key in sorted(source or {})]


_PLAIN: dict[str, tuple[Callable[..., Any], str]] = {
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
    "rest": (lambda values: list(_list(values, "rest")[1:]), "a"),
    "initial": (lambda values: list(_list(values, "initial")[:-1]), "a"),
    "append": (lambda values, item: [*_list(values, "append"), item], "aa"),
    "push": (lambda values, item: [*_list(values, "push"), item], "aa"),
    "prepend": (lambda values, item: [item, *_list(values, "prepend")], "aa"),
    "concat": (_concat, "a*"),
    "reverse": (lambda values: list(_list(values, "reverse")[::-1]), "a"),
    "uniq": (_uniq, "a"),
    "compact": (lambda values: [item for item in _list(values, "compact") if truth(item)], "a"),
    "without": (lambda values, *gone: [v for v in _list(values, "without") if not any(_same(v, g) for g in gone)], "aa*"),
    "has": (lambda item, values: values is not None and any(_same(item, known) for known in _list(values, "has")), "aa"),
    "dict": (_dict, "a*"),
    "get": (lambda source, key: source.get(key, "") if source else "", "ms"),
    "set": (_set, "msa"),
    "unset": (_unset, "ms"),
    "hasKey": (lambda source, key: bool(source) and key in source, "ms"),
    "keys": (_keys, "m*"),
    "values": (_values, "m"),
    "pick": (lambda source, *names: {name: source[name] for name in names if name in (source or {})}, "ms*"),
    "omit": (lambda source, *names: {name: value for name, value in (source or {}).items() if name not in names}, "ms*"),
    "pluck": (lambda key, *sources: [source[key] for source in sources if key in (source or {})], "sm*"),
    "merge": (_merge_into, "mm*"),
    "mergeOverwrite": (_overwrite_into, "mm*"),
    "dig": (_dig, "a*"),
    "deepCopy": (_copied, "a"),
    "deepEqual": (_same, "aa"),
    "kindOf": (kind, "a"),
    "kindIs": (lambda name, value: kind(value) == name, "sa"),
    "typeOf": (type_name, "a"),
    "typeIs": (lambda name, value: type_name(value) == name, "sa"),
    "typeIsLike": (lambda name, value: type_name(value) in (name, f"*{name}"), "sa"),
    "slice": (_sliced, "aa*"),
    "chunk": (_chunked, "ia"),
}
_MUST = (
    *("first", "last", "rest", "initial", "append", "push", "prepend", "reverse", "uniq", "without", "has", "compact", "slice", "chunk"),
    *("merge", "mergeOverwrite", "deepCopy"),
)
FUNCTIONS: dict[str, tuple[Callable[..., Any], str]] = {
    **_PLAIN,
    **{f"must{name[0].upper()}{name[1:]}": _PLAIN[name] for name in _MUST},
}
