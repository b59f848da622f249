"""The functions that text/template itself has: comparison, indexing, printing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from checker.tools.gotemplate.errors import TemplateFailed, TemplateUnsupported
from checker.tools.gotemplate.values import kind, printed, quoted, truth, type_name

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
    for key in keys:
        if value is None:
            raise TemplateFailed("index of untyped nil")
        if isinstance(value, dict):
            if not isinstance(key, str):
                raise TemplateFailed(f"cannot index a map with type {type_name(key)}")
            value = value.get(key)
            continue
        if not isinstance(value, list | str):
            raise TemplateFailed(f"can't index item of type {type_name(value)}")
        if isinstance(key, bool) or not isinstance(key, int):
            raise TemplateFailed(f"cannot index slice/array with type {type_name(key)}")
        if not 0 <= key < len(value):
            raise TemplateFailed(f"index out of range: {key}")
        value = value[key] if isinstance(value, list) else value.encode()[key]
    return value


def _slice(value: Any, *bounds: Any) -> Any:
    if not isinstance(value, list | str):
        raise TemplateFailed(f"can't slice item of type {type_name(value)}")
    if any(isinstance(bound, bool) or not isinstance(bound, int) or not 0 <= bound <= len(value) for bound in bounds) or len(bounds) > 2:
        raise TemplateFailed("slice: bad bounds")
    start = bounds[0] if bounds else 0
    end = bounds[1] if len(bounds) > 1 else len(value)
    if start > end:
        raise TemplateFailed(f"slice: bad bounds {start} > {end}")
    return value[start:end]


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, list | dict):
        return len(value)
    raise TemplateFailed(f"len of type {type_name(value)}")


_VERB = re.compile(r"%([+\-# 0]*)(\d*)(?:\.(\d+))?(.)", re.DOTALL)


def printf(form: str, *values: Any) -> str:
    """fmt.Sprintf for the verbs s, v, d, q, t, f, x and %."""
    left = list(values)

    def one(found: re.Match[str]) -> str:
        flags, width, precision, verb = found.groups()
        if verb == "%":
            return "%"
        if not left:
            return f"%!{verb}(MISSING)"
        shown = _verb(verb, flags, precision, left.pop(0), int(width or 0))
        if "-" in flags:
            return shown.ljust(int(width or 0))
        return shown.rjust(int(width or 0), "0" if "0" in flags and verb in "df" else " ")

    if len(form) > 10_000 or any(int(found[2] or 0) > 1_000 for found in _VERB.finditer(form)):
        raise TemplateFailed("printf: the format is too long")
    text = _VERB.sub(one, form)
    extra = ", ".join(f"{type_name(value)}={printed(value)}" for value in left)
    return f"{text}%!(EXTRA {extra})" if left else text


def _verb(verb: str, flags: str, precision: str | None, value: Any, width: int) -> str:
    del width
    known = kind(value)
    if set(flags) - {"-", "0"}:
        raise TemplateUnsupported(f"printf flags {flags!r} are not supported")
    if verb == "v" and precision is None:
        return printed(value)
    if verb in "sq" and known == "string":
        cut = value if precision is None else value[: int(precision)]
        return quoted(cut) if verb == "q" else str(cut)
    if verb == "d" and known in ("int", "int64") and precision is None:
        return str(int(value))
    if verb == "t" and known == "bool":
        return printed(value)
    if verb == "f" and known == "float64":
        return f"{value:.{min(int(precision or 6), 30)}f}"
    if verb == "x" and known in ("int", "int64"):
        return f"{int(value):x}"
    if verb in "sdqtfx" and known in ("string", "int", "int64", "float64", "bool") and (verb, known) not in (("q", "int"), ("x", "string")):
        return f"%!{verb}({known}={printed(value)})"
    if verb in "sd" and known == "invalid":
        return f"%!{verb}(<nil>)"
    raise TemplateUnsupported(f"printf %{verb} of {type_name(value)} is not supported")


def _print(*values: Any) -> str:
    """A space between two values when neither is text."""
    out = ""
    for number, value in enumerate(values):
        if number and not isinstance(value, str) and not isinstance(values[number - 1], str):
            out += " "
        out += printed(value)
    return out


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
    "slice": (_slice, "aa*"),
    "len": (_length, "a"),
    "print": (_print, "a*"),
    "println": (lambda *values: " ".join(printed(value) for value in values) + "\n", "a*"),
    "printf": (printf, "sa*"),
}
