"""JSON values to YAML text, laid out as kubectl and kustomize print it and read back by them to the same values.

Lists are not indented below their key, long lines are not folded unless asked, text of several lines is a literal block,
and text that a reader would take for another type is quoted. The order of keys is kept unless the caller wants kustomize's.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cmp_to_key
from typing import Any

from checker.model.objects import JSONValue
from checker.tools.yaml.scalars import go_float, reads_as_text

_WIDTH = 80


def dump(value: JSONValue | Mapping[str, JSONValue], *, sort_keys: bool = False, fold: bool = False) -> str:
    """One document. With `sort_keys`, mappings in the order in which go-yaml prints them (`a2` before `a10`).

    With both, these are the bytes that kustomize prints: `fold` breaks lines where it does.
    """
    from yaml import DocumentEndEvent, DocumentStartEvent, StreamEndEvent, StreamStartEvent
    from yaml._yaml import CEmitter

    text = io.StringIO()
    emitter = CEmitter(text, width=_WIDTH if fold else -1, allow_unicode=True)
    emitter.emit(StreamStartEvent())
    emitter.emit(DocumentStartEvent(explicit=False))
    _Writer(emitter.emit, sort_keys).write(value)
    emitter.emit(DocumentEndEvent(explicit=False))
    emitter.emit(StreamEndEvent())
    return without_end(text.getvalue())


def without_end(printed: str) -> str:
    """A document without the marker that libyaml puts after some texts; `yes...` is a text that ends so itself."""
    return printed[: -len("...\n")] if printed.endswith("\n...\n") else printed


def dump_documents(values: Iterable[JSONValue | Mapping[str, JSONValue]], *, sort_keys: bool = False, fold: bool = False) -> str:
    """Several documents with `---` between them."""
    return "---\n".join(dump(value, sort_keys=sort_keys, fold=fold) for value in values)


class _Writer:
    """Hands one value to libyaml. Scalars met before are not looked at again."""

    def __init__(self, emit: Callable[[Any], None], sort_keys: bool) -> None:
        from yaml import MappingEndEvent, SequenceEndEvent

        self._emit = emit
        self._sort_keys = sort_keys
        self._scalars: dict[str, Any] = {}
        self._mapping_end = MappingEndEvent()
        self._sequence_end = SequenceEndEvent()

    def write(self, value: Any) -> None:
        from yaml import MappingStartEvent, SequenceStartEvent

        if isinstance(value, str):
            self._emit(self._scalars.get(value) or self._text(value))
        elif isinstance(value, Mapping):
            self._emit(MappingStartEvent(None, None, True, flow_style=False))
            for key in sorted(value, key=_natural) if self._sort_keys else value:
                self._emit(self._scalars.get(key) or self._text(key))
                self.write(value[key])
            self._emit(self._mapping_end)
        elif isinstance(value, list | tuple):
            self._emit(SequenceStartEvent(None, None, True, flow_style=False))
            for item in value:
                self.write(item)
            self._emit(self._sequence_end)
        else:
            self._emit(_scalar(_bare(value), ""))

    def _text(self, text: str) -> Any:
        style = "|" if "\n" in text else "" if text and reads_as_text(text) else '"'
        event = self._scalars[text] = _scalar(text, style)
        return event


def _scalar(text: str, style: str) -> Any:
    from yaml import ScalarEvent

    return ScalarEvent(None, None, (True, True), text, style=style)


def _bare(value: bool | int | float | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and -(1 << 63) <= value < 1 << 64:
        return str(value)
    return go_float(float(value), 64)


def _order(left: str, right: str) -> int:
    """go-yaml's order of keys: at the first difference numbers by value, other signs by code, letters last."""
    at = next((index for index, (one, other) in enumerate(zip(left, right, strict=False)) if one != other), None)
    if at is None:
        return len(left) - len(right)
    letters = (left[at].isalpha(), right[at].isalpha())
    if not any(letters):
        # a run of digits that differs after its first nonzero digit is compared from there on
        prefix = "1" if "0" in (left[at], right[at]) and _INSIDE_NUMBER.search(left[:at]) else ""
        one, other = _number_at(left, at, prefix), _number_at(right, at, prefix)
        return -1 if one < other else 1
    return -1 if (letters[0], left[at]) < (letters[1], right[at]) else 1


def _number_at(text: str, at: int, prefix: str) -> tuple[int, int, str]:
    end = at
    while end < len(text) and text[end].isdecimal():
        end += 1
    return int((prefix + text[at:end]) or "0"), end, text[at]


_INSIDE_NUMBER = re.compile(r"[1-9]\d*\Z")
_natural = cmp_to_key(_order)
