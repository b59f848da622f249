"""fmt.Sprintf for the values that JSON has. Source: https://pkg.go.dev/fmt

A verb that does not fit its value prints `%!d(string=x)`, as Go does. What is not done exactly is refused by name: `#`, `*`,
`[1]`, and a width or flag on a verb that does not fit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from checker.tools.gotemplate.errors import TemplateFailed, TemplateUnsupported
from checker.tools.gotemplate.values import MISSING, kind, printed, quoted, type_name

_VERB = re.compile(r"%([+\-# 0]*)(\d*)(?:\.(\d*))?([\[*])?(.)?", re.DOTALL)
MAX_WIDTH = 1_000
_VALUES = {"string": "vsqxX", "int": "vdbcoOqUxX", "float64": "veEfFgG", "bool": "vt"}


class _Form(NamedTuple):
    flags: str
    width: int
    precision: int | None
    verb: str


def printf(form: str, *values: Any) -> str:
    """Raises TemplateUnsupported for what is not done exactly."""
    if len(form) > 10_000:
        raise TemplateFailed("printf: the format is too long")
    left = list(values)

    def one(found: re.Match[str]) -> str:
        flags, width, precision, extension, verb = found.groups()
        if extension:
            raise TemplateUnsupported(f"printf {found[0]!r} is not supported")
        if verb is None:
            return "%!(NOVERB)"
        if verb == "%":
            return "%"
        if not left:
            return f"%!{verb}(MISSING)"
        if int(width or 0) > MAX_WIDTH or int(precision or 0) > MAX_WIDTH:
            raise TemplateUnsupported(f"printf {found[0]!r} is not supported")
        wanted = _Form(flags, int(width or 0), int(precision or 0) if precision is not None else None, verb)
        return _shown(wanted, left.pop(0))

    text = _VERB.sub(one, form)
    extra = ", ".join("<nil>" if value is None else f"{type_name(value)}={printed(value)}" for value in left)
    return f"{text}%!(EXTRA {extra})" if left else text


def _shown(form: _Form, value: Any) -> str:
    if "#" in form.flags or (form.precision is not None and isinstance(value, list | dict)):
        raise TemplateUnsupported(f"printf %{form.flags}{form.verb} of {type_name(value)} is not supported")
    if form.verb == "T":
        return _padded(type_name(value), form)
    if value is None or value is MISSING:
        return _padded("<nil>", form) if form.verb == "v" else f"%!{form.verb}(<nil>)"
    if isinstance(value, dict):
        inner = " ".join(f"{_shown(form, key)}:{_inner(form, value[key])}" for key in sorted(value))
        return f"map[{inner}]"
    if isinstance(value, list):
        return f"[{' '.join(_inner(form, item) for item in value)}]"
    known = {"int64": "int"}.get(kind(value), kind(value))
    if known == "float64" and form.verb in "xXb":
        raise TemplateUnsupported(f"printf %{form.verb} of a float64 is not supported")
    if form.verb not in _VALUES[known]:
        if form.flags or form.width or form.precision is not None:
            raise TemplateUnsupported(f"printf %{form.flags}{form.verb} of {type_name(value)} is not supported")
        return f"%!{form.verb}({type_name(value)}={printed(value)})"
    return _SHOW[known](form, value)


def _inner(form: _Form, value: Any) -> str:
    return "<nil>" if value is None else _shown(form, value)


def _padded(text: str, form: _Form) -> str:
    if "-" in form.flags:
        return text.ljust(form.width)
    if "0" in form.flags and form.width > len(text):
        raise TemplateUnsupported("printf with the flag 0 on what is no number is not supported")
    return text.rjust(form.width)


def _bool(form: _Form, value: Any) -> str:
    return _padded(printed(value), form)


def _text(form: _Form, value: str) -> str:
    if form.verb in "xX":
        if form.precision is not None or " " in form.flags:
            raise TemplateUnsupported("printf %x of text with a precision is not supported")
        shown = value.encode().hex()
        return _padded(shown.upper() if form.verb == "X" else shown, form)
    if "+" in form.flags and form.verb == "q" and not value.isascii():
        raise TemplateUnsupported("printf %+q is not supported")
    cut = value if form.precision is None else value[: form.precision]
    return _padded(quoted(cut) if form.verb == "q" else cut, form)


def _whole(form: _Form, value: int) -> str:
    if form.verb in "cqU":
        return _character(form, int(value))
    if form.precision is not None:
        raise TemplateUnsupported("printf of a whole number with a precision is not supported")
    digits = format(abs(int(value)), {"v": "d", "O": "o"}.get(form.verb, form.verb))
    return _signed("0o" + digits if form.verb == "O" else digits, value < 0, form, plus="+" in form.flags and form.verb != "v")


def _character(form: _Form, value: int) -> str:
    if not 0 <= value < 0x110000 or 0xD800 <= value < 0xE000 or form.precision is not None:
        raise TemplateUnsupported(f"printf %{form.verb} of {value} is not supported")
    if form.verb == "U":
        return _padded(f"U+{value:04X}", form)
    char = chr(value)
    if form.verb == "c":
        return _padded(char, form)
    inside = char if char == '"' else "\\'" if char == "'" else quoted(char)[1:-1]
    return _padded(f"'{inside}'", form)


def _float(form: _Form, value: float) -> str:
    if not math.isfinite(value):
        raise TemplateUnsupported("printf of a number without end is not supported")
    size = abs(value)
    if form.precision is None and form.verb in "vgG":
        digits = printed(size)
    else:
        digits = format(size, f".{6 if form.precision is None else form.precision}{'g' if form.verb == 'v' else form.verb}")
    digits = digits.upper() if form.verb in "EG" else digits
    negative = value < 0 or (value == 0 and str(value).startswith("-"))
    return _signed(digits, negative, form, plus="+" in form.flags and form.verb != "v")


def _signed(digits: str, negative: bool, form: _Form, *, plus: bool) -> str:
    sign = "-" if negative else "+" if plus else " " if " " in form.flags else ""
    if "0" in form.flags and "-" not in form.flags:
        return sign + digits.rjust(form.width - len(sign), "0")
    shown = sign + digits
    return shown.ljust(form.width) if "-" in form.flags else shown.rjust(form.width)


_SHOW: dict[str, Callable[[_Form, Any], str]] = {"string": _text, "int": _whole, "float64": _float, "bool": _bool}
