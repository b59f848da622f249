"""JSON values into the shapes kustomize expects, as Go's encoding/json decodes them.

Go matches keys regardless of case, takes null for nothing, and never turns a number into text: `newTag: 1.0` is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from checker.model.units import RenderFailure

Read = Callable[[Any, str], Any]

_LOOSE: ContextVar[str] = ContextVar("loose", default="")


class Misfit(RenderFailure):
    """A value that is not what its field takes, at `pointer` (a JSON pointer); with `key` the field itself is the mistake."""

    def __init__(self, message: str, place: str, *, key: bool = False) -> None:
        super().__init__(message)
        self.pointer = "/" + place.replace("[", "/").replace("]", "").replace(".", "/") if place else ""
        self.key = key


@contextmanager
def loosely(*, strict_fields: bool = False) -> Iterator[None]:
    """Inside, numbers and truth values may stand for text: so kustomize reads every file but the kustomization itself.

    Unknown fields pass too, unless `strict_fields`.
    """
    token = _LOOSE.set("values" if strict_fields else "fields and values")
    try:
        yield
    finally:
        _LOOSE.reset(token)


def string(value: Any, place: str) -> str:
    if value is None:
        return ""
    if _LOOSE.get() and isinstance(value, bool | int | float):
        from checker.render.kustomize.values import number_text

        return str(value) if type(value) is int else number_text(value)
    if not isinstance(value, str):
        raise Misfit(f"{place} must be text, not {_shown(value)}: put it in quotes", place)
    return value


def boolean(value: Any, place: str) -> bool:
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Misfit(f"{place} must be true or false, not {_shown(value)}", place)
    return value


def integer(value: Any, place: str) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int):
        raise Misfit(f"{place} must be a whole number, not {_shown(value)}", place)
    return value


def anything(value: Any, _place: str) -> Any:
    return value


def texts(value: Any, place: str) -> dict[str, str] | None:
    """A mapping of text to text."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Misfit(f"{place} must be a mapping, not {_shown(value)}", place)
    return {key: string(item, f"{place}.{key}") for key, item in value.items()}


def mapping(value: Any, place: str) -> dict[str, Any] | None:
    if value is not None and not isinstance(value, dict):
        raise Misfit(f"{place} must be a mapping, not {_shown(value)}", place)
    return value


def listed(read: Read) -> Read:
    """A list whose elements `read` takes."""

    def read_list(value: Any, place: str) -> list[Any] | None:
        if value is None:
            return None
        if not isinstance(value, list):
            raise Misfit(f"{place} must be a list, not {_shown(value)}", place)
        return [read(item, f"{place}[{index}]") for index, item in enumerate(value)]

    return read_list


class Decoder:
    """A mapping with known fields. `strict` refuses others, as kustomize does in the kustomization itself."""

    def __init__(self, what: str, fields: Mapping[str, Read], *, strict: bool = True) -> None:
        self._what = what
        self._fields = dict(fields)
        self._folded = {name.casefold(): name for name in fields}
        self._strict = strict

    def __call__(self, value: Any, place: str) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise Misfit(f"{place or self._what} must be a mapping, not {_shown(value)}", place)
        read: dict[str, Any] = {}
        for key, item in value.items():
            name = key if key in self._fields else self._folded.get(key.casefold())
            if name is None:
                if self._strict and "fields" not in _LOOSE.get():
                    raise Misfit(self._unknown(key, place), f"{place}.{key}" if place else key, key=True)
                continue
            if item is not None:
                read[name] = self._fields[name](item, f"{place}.{name}" if place else name)
        return read

    def _unknown(self, key: str, place: str) -> str:
        from difflib import get_close_matches

        close = get_close_matches(key, self._fields, n=1)
        hint = f"; did you mean `{close[0]}`?" if close else ""
        return f"unknown field `{key}` in {place or self._what}{hint}"


def nullable(read: Callable[[Any, str], dict[str, Any]]) -> Read:
    """Nothing stays nothing, where an empty mapping means something else."""
    return lambda value, place: None if value is None else read(value, place)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return repr(value).lower() if isinstance(value, bool) else repr(value)
