"""sprig's arithmetic, on int64 as Go does it, and its conversions, which never fail."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import reduce
from typing import Any

from checker.tools.gotemplate.errors import TemplateFailed
from checker.tools.gotemplate.values import Int64

MAX_COUNT = 10_000


def whole(value: Any) -> int:
    """cast.ToInt64: text that is no number is 0, a fraction is cut off."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else 0
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]+", value):
        return int(value) if len(value.lstrip("+-0")) < 19 else 0
    return 0


def _wrapped(value: int) -> Int64:
    return Int64((value + (1 << 63)) % (1 << 64) - (1 << 63))


def _number(value: Any) -> float:
    try:
        return float(value) if isinstance(value, int | float | str) else 0.0
    except ValueError:
        return 0.0


def _divided(one: Any, two: Any) -> Int64:
    if whole(two) == 0:
        raise TemplateFailed("integer divide by zero")
    quotient = abs(whole(one)) // abs(whole(two))
    return _wrapped(quotient if (whole(one) < 0) == (whole(two) < 0) else -quotient)


def _modulo(one: Any, two: Any) -> Int64:
    return _wrapped(whole(one) - int(_divided(one, two)) * whole(two))


def _until(*bounds: int) -> list[int]:
    start, stop, step = {1: (0, bounds[0], 1 if bounds[0] >= 0 else -1), 3: bounds}[len(bounds)]
    if step == 0:
        return []
    if abs(stop - start) // abs(step) > MAX_COUNT:
        raise TemplateFailed(f"until: more than {MAX_COUNT} numbers")
    return list(range(start, stop, step))


def _rounded(value: Any, places: int, *half: float) -> float:
    scale = 10.0**places
    digit = scale * _number(value)
    return (math.ceil(digit) if digit - math.floor(digit) >= (half[0] if half else 0.5) else math.floor(digit)) / scale


FUNCTIONS: dict[str, tuple[Callable[..., Any], str]] = {
    "int": (whole, "a"),
    "int64": (lambda value: Int64(whole(value)), "a"),
    "float64": (_number, "a"),
    "atoi": (whole, "s"),
    "add": (lambda *values: _wrapped(sum(map(whole, values))), "a*"),
    "add1": (lambda value: _wrapped(whole(value) + 1), "a"),
    "sub": (lambda one, two: _wrapped(whole(one) - whole(two)), "aa"),
    "mul": (lambda one, *more: _wrapped(reduce(lambda left, right: left * whole(right), more, whole(one))), "aa*"),
    "div": (_divided, "aa"),
    "mod": (_modulo, "aa"),
    "max": (lambda *values: Int64(max(map(whole, values))), "aa*"),
    "min": (lambda *values: Int64(min(map(whole, values))), "aa*"),
    "biggest": (lambda *values: Int64(max(map(whole, values))), "aa*"),
    "floor": (lambda value: float(math.floor(_number(value))), "a"),
    "ceil": (lambda value: float(math.ceil(_number(value))), "a"),
    "round": (_rounded, "aia*"),
    "until": (_until, "i"),
    "untilStep": (_until, "iii"),
}
