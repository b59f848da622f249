"""Go values behind JSON ones: kinds, truth, and how fmt prints them. A float is Go's float64, an int its int."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from checker.tools.gotemplate.errors import TemplateFailed, TemplateUnsupported


class Int64(int):
    """Go's int64: what sprig's arithmetic returns, and not what a parameter of type int takes."""


class TextMap(dict[str, Any]):
    """Go's map[string]string: labels, a generator's `values`. It has no nil, and is no dictionary of sprig's."""


class TextList(list[Any]):
    """Go's []string: the segments of a path, what `splitList` gives."""


class IntList(list[Any]):
    """Go's []int: what `until` gives."""


class _Missing:
    """What stands for a key that a map does not have: not even nil."""

    def __repr__(self) -> str:
        return "<no value>"


MISSING: Final = _Missing()
NO_VALUE = "<no value>"
MAX_TEXT = 1_000_000


def go_value(value: Any) -> Any:
    """A JSON value as Go reads it into interface{}: every number a float64."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, Mapping):
        return {str(key): go_value(item) for key, item in value.items()}
    return [go_value(item) for item in value]


def kind(value: Any) -> str:
    """reflect.Kind, `invalid` for nil."""
    if value is None or value is MISSING:
        return "invalid"
    for types, name in (
        (bool, "bool"),
        (str, "string"),
        (Int64, "int64"),
        (int, "int"),
        (float, "float64"),
        (dict, "map"),
        (list, "slice"),
    ):
        if isinstance(value, types):
            return name
    return "invalid"


def type_name(value: Any) -> str:
    if isinstance(value, TextMap):
        return "map[string]string"
    if isinstance(value, TextList):
        return "[]string"
    if isinstance(value, IntList):
        return "[]int"
    return {"map": "map[string]interface {}", "slice": "[]interface {}", "invalid": "<nil>"}.get(kind(value), kind(value))


def truth(value: Any) -> bool:
    return value is not MISSING and bool(value)


def printed(value: Any) -> str:
    """fmt's %v."""
    if value is None or value is MISSING:
        return "<nil>"
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Mapping):
        return f"map[{' '.join(f'{key}:{printed(value[key])}' for key in sorted(value))}]"
    if isinstance(value, Sequence):
        return f"[{' '.join(printed(item) for item in value)}]"
    raise TemplateUnsupported(f"printing a {type(value).__name__} is not supported")


def printed_in_line(values: Iterable[Any]) -> str:
    """fmt.Sprint: a space between two values when neither is text."""
    out: list[str] = []
    before: Any = ""
    for value in values:
        if out and not isinstance(value, str) and not isinstance(before, str):
            out.append(" ")
        out.append(printed(value))
        before = value
    return "".join(out)


def _float(value: float) -> str:
    """With an exponent from seven digits on: 1000000 is 1e+06."""
    from checker.tools.yaml.scalars import go_float

    return go_float(value, 64)


_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v", "\\": "\\\\", '"': '\\"'}


def quoted(text: str) -> str:
    """fmt's %q."""
    return f'"{"".join(_escaped(char) for char in text)}"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def as_text(value: Any, limit: int = MAX_TEXT) -> str:
    """What an action prints."""
    text = NO_VALUE if value is None or value is MISSING else printed(value)
    if len(text) > limit:
        raise TemplateFailed("the template prints more than 1 MB")
    return text
