"""Helm values: merging maps as Helm does, and one `--set` path into them.

https://helm.sh/docs/intro/using_helm/#the-format-and-limitations-of---set
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from checker.model.objects import JSONValue

MAX_INDEX = 65_536
MAX_NESTING = 30
_INTEGER = re.compile(r"[-+][0-9]+|[1-9][0-9]*|0")


class SetError(ValueError):
    """A `--set` expression that Helm refuses."""


def merged_values(one: Mapping[str, JSONValue], two: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    """`two` over `one`: maps merge, all else replaces, null included. Maps that only one side has are shared, not copied."""
    result = dict(one)
    for key, value in two.items():
        known = result.get(key)
        result[key] = merged_values(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return result


def set_value(values: dict[str, Any], expression: str, *, as_text: bool = False, literal: bool = False) -> None:
    """`path=value[,path=value...]` set in place. `literal`: the whole rest is one text, and only `.` and `[` mean something in the path."""
    _Expression(expression, as_text=as_text, literal=literal).into(values)


class _EndedError(Exception):
    """The text ends within an index, and Helm takes what comes before for all of it."""


class _Expression:
    def __init__(self, text: str, *, as_text: bool, literal: bool) -> None:
        self.text = text
        self.at = 0
        self.as_text = as_text
        self.literal = literal
        self.is_empty = False
        """Whether nothing follows the last `=`, which Helm takes for the end of the expression."""

    def into(self, values: dict[str, Any]) -> None:
        with suppress(_EndedError):
            while self.at < len(self.text):
                self.key(values, 0)

    def key(self, values: dict[str, Any], depth: int) -> None:
        if depth > MAX_NESTING:
            raise SetError(f"value name nested level is greater than maximum supported nested level of {MAX_NESTING}")
        name, stop = self.until("=[." if self.literal else "=[,.")
        if stop in ("", ","):
            if not name and not stop:
                return
            raise SetError(f"key {name!r} has no value")
        if stop == "[":
            index = self.index()
            _put(values, name, self.item(_held(values, name, list), index, depth))
        elif stop == "=":
            _put(values, name, self.value())
        else:
            inner = _held(values, name, dict)
            self.key(inner, depth + 1)
            if not inner and not self.is_empty:
                raise SetError(f"key map {name!r} has no value")
            if inner:
                _put(values, name, inner)

    def item(self, items: list[Any], index: int, depth: int) -> list[Any]:
        """What follows `[n]`: a value, a further index, or a path below. In place, unless the list must grow."""
        stop = self.text[self.at : self.at + 1]
        self.at += 1
        known = items[index] if index < len(items) else None
        if stop == "=":
            return _placed(items, index, self.value())
        if stop == "[":
            if not isinstance(known, list | None):
                raise SetError(f"[{index}] holds {known!r}, which is no list")
            found: Any = self.item(known or [], self.index(), depth + 1)
        elif stop == ".":
            found = known if isinstance(known, dict) else {}
            self.key(found, depth + 1)
            if self.is_empty and index >= len(items):
                return items
        else:
            raise SetError(f"unexpected data after the index {index}")
        return _placed(items, index, found)

    def index(self) -> int:
        text, stop = self.until("]")
        if not stop:
            raise _EndedError
        if not re.fullmatch(r"[0-9]+", text):
            raise SetError(f"error parsing index: {text!r} is not a number")
        if int(text) > MAX_INDEX:
            raise SetError(f"index of {text} is greater than maximum supported index of {MAX_INDEX}")
        return int(text)

    def value(self) -> Any:
        if self.literal:
            rest, self.at = self.text[self.at :], len(self.text)
            return rest
        if self.text[self.at : self.at + 1] == "{":
            self.at += 1
            return self.list()
        self.is_empty = self.at == len(self.text)
        text, _ = self.until(",")
        return self.typed(text)

    def list(self) -> list[Any]:
        items: list[Any] = []
        while True:
            text, stop = self.until(",}")
            if stop == "":
                raise SetError("list must terminate with '}'")
            items.append(self.typed(text))
            if stop == "}":
                break
        if self.text[self.at : self.at + 1] == ",":
            self.at += 1
        return items

    def typed(self, text: str) -> Any:
        if self.as_text:
            return text
        if text.lower() in ("true", "false"):
            return text.lower() == "true"
        if text.lower() == "null":
            return None
        if _INTEGER.fullmatch(text) and -(1 << 63) <= int(text) < 1 << 63:
            return int(text)
        return text

    def until(self, stops: str) -> tuple[str, str]:
        """The text up to a stop, which is consumed; `\\x` is `x`."""
        out: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if char in stops:
                return "".join(out), char
            if char == "\\" and not self.literal:
                char = self.text[self.at : self.at + 1]
                self.at += 1
            out.append(char)
        return "".join(out), ""


def _held(values: dict[str, Any], name: str, kind: type[Any]) -> Any:
    """What the path leads through: created where the name is new, and refused where it holds something else, null included."""
    held = values.get(name, kind())
    if not isinstance(held, kind):
        raise SetError(f"{name!r} holds {held!r}, and the path leads through it")
    return held


def _put(values: dict[str, Any], name: str, value: Any) -> None:
    if name:
        values[name] = value


def _placed(items: list[Any], index: int, value: Any) -> list[Any]:
    if index >= len(items):
        return [*items, *[None] * (index - len(items)), value]
    items[index] = value
    return items
