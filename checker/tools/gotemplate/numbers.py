"""sprig's arithmetic, on int64 as Go does it, and its conversions, which never fail."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal
from functools import reduce
from typing import Any

from checker.tools.gotemplate.errors import TemplateFailed, TemplateUnsupported
from checker.tools.gotemplate.values import Int64, IntList, printed

MAX_COUNT = 10_000


def whole(value: Any) -> int:
    """cast.ToInt64: text that is no number is 0, a fraction is cut off; text may be `0x1f`, and `010` is octal."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return _cut(value)
    return _parsed(re.sub(r"\.0*0$", "", value)) if isinstance(value, str) else 0


def _cut(value: float) -> int:
    if not math.isfinite(value) or abs(value) >= 1 << 63:
        raise TemplateUnsupported(f"{value} as a whole number is not supported")
    return int(value)


_INTEGER = re.compile(r"[+-]?(0[xX](_?[0-9a-fA-F])+|0[bB](_?[01])+|0[oO](_?[0-7])+|0(_?[0-7])+|0|[1-9](_?[0-9])*)")


def _parsed(text: str) -> int:
    """strconv.ParseInt with base 0; zero where it fails or does not fit."""
    if not _INTEGER.fullmatch(text):
        return 0
    plain = text.replace("_", "")
    digits = plain.lstrip("+-")
    value = int(digits, 8) if re.fullmatch(r"0[0-7]+", digits) else int(digits, 0)
    value = -value if plain.startswith("-") else value
    return value if -(1 << 63) <= value < 1 << 63 else 0


def _atoi(text: str) -> int:
    value = int(text) if re.fullmatch(r"[+-]?[0-9]+", text) and len(text) < 40 else 0
    return value if -(1 << 63) <= value < 1 << 63 else 0


def _wrapped(value: int) -> Int64:
    return Int64((value + (1 << 63)) % (1 << 64) - (1 << 63))


_FLOAT = re.compile(r"[+-]?([0-9]+(_?[0-9])*)?\.?[0-9]*([eE][+-]?[0-9]+)?")


def _number(value: Any) -> float:
    """cast.ToFloat64."""
    if isinstance(value, int | float):
        return float(value)
    if not isinstance(value, str):
        return 0.0
    if re.fullmatch(r"[+-]?(0[xX].*|inf|infinity|nan)", value, re.IGNORECASE) or "_" in value:
        raise TemplateUnsupported(f"{value[:40]!r} as a number is not supported")
    return float(value) if _FLOAT.fullmatch(value) and re.search(r"[0-9]", value.partition("e")[0].partition("E")[0]) else 0.0


def _decimal(value: Any) -> Decimal:
    return Decimal(repr(_number(value)))


def _to_decimal(value: Any) -> Int64:
    text = printed(value)
    return Int64(int(text, 8) if re.fullmatch(r"[+-]?[0-7]{1,20}", text) else 0)


def _sequence(*bounds: int) -> str:
    if not 1 <= len(bounds) <= 3:
        return ""
    start, end = (1, bounds[0]) if len(bounds) == 1 else (bounds[0], bounds[-1])
    direction = -1 if end < start else 1
    if len(bounds) == 3 and direction < 0 < bounds[1]:
        return ""
    return " ".join(map(str, _until(start, end + direction, bounds[1] if len(bounds) == 3 else direction)))


def _divided(one: Any, two: Any) -> Int64:
    if whole(two) == 0:
        raise TemplateFailed("integer divide by zero")
    quotient = abs(whole(one)) // abs(whole(two))
    return _wrapped(quotient if (whole(one) < 0) == (whole(two) < 0) else -quotient)


def _modulo(one: Any, two: Any) -> Int64:
    return _wrapped(whole(one) - int(_divided(one, two)) * whole(two))


def _until(*bounds: int) -> IntList:
    start, stop, step = bounds if len(bounds) == 3 else (0, bounds[0], 1 if bounds[0] >= 0 else -1)
    if step == 0:
        return IntList()
    if abs(stop - start) // abs(step) > MAX_COUNT:
        raise TemplateFailed(f"until: more than {MAX_COUNT} numbers")
    return IntList(range(start, stop, step))


def _rounded(value: Any, places: int, *half: float) -> float:
    if abs(places) > 15:
        raise TemplateUnsupported("round to more than 15 places is not supported")
    scale = 10.0**places
    digit = scale * _number(value)
    if not abs(digit) < 1e300:
        raise TemplateUnsupported(f"round of {value} is not supported")
    return float(math.ceil(digit) if math.modf(digit)[0] >= (half[0] if half else 0.5) else math.floor(digit)) / scale


FUNCTIONS: dict[str, tuple[Callable[..., Any], str]] = {
    "int": (whole, "a"),
    "int64": (lambda value: Int64(whole(value)), "a"),
    "float64": (_number, "a"),
    "atoi": (_atoi, "s"),
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
    "round": (_rounded, "aif*"),
    "maxf": (lambda *values: max(map(_number, values)), "aa*"),
    "minf": (lambda *values: min(map(_number, values)), "aa*"),
    "add1f": (lambda value: float(_decimal(value) + 1), "a"),
    "addf": (lambda *values: float(sum(map(_decimal, values), Decimal(0))), "a*"),
    "subf": (lambda first, *more: float(_decimal(first) - sum(map(_decimal, more), Decimal(0))), "aa*"),
    "mulf": (lambda first, *more: float(reduce(lambda one, two: one * _decimal(two), more, _decimal(first))) + 0.0, "aa*"),
    "toDecimal": (_to_decimal, "a"),
    "seq": (_sequence, "i*"),
    "until": (_until, "i"),
    "untilStep": (_until, "iii"),
}
