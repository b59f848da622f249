"""`cached_property` and `cache` of the standard library, without what its `functools` loads."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from functools import cached_property
    from typing import Any, ParamSpec, TypeVar

    _P = ParamSpec("_P")
    _R = TypeVar("_R")
    __all__ = ["cache", "cached_property"]

MOST = 4096
"""Answers of one function that are kept: past it all are forgotten."""


class _CachedProperty:
    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, record: Any, _owner: type) -> Any:
        if record is None:
            return self
        found = record.__dict__[self._name] = self._function(record)
        return found


def cache(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The function, which is asked once for the same positional arguments; of its last answers `MOST` are kept."""
    known: dict[Any, Any] = {}

    def cached(*arguments: Any) -> Any:
        try:
            return known[arguments]
        except KeyError:
            if len(known) >= MOST:
                known.clear()
            found = known[arguments] = function(*arguments)  # type: ignore[call-arg]
            return found

    cached.__doc__ = function.__doc__
    return cached  # type: ignore[return-value]


if not TYPE_CHECKING:
    cached_property = _CachedProperty
