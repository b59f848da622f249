"""What a render takes from outside the trees it was given, said where it is taken: a fetched chart, the clock, chance.

Such a render may come out otherwise from the same inputs, so that nobody may keep it for another run. Whoever opens a
door to the outside says so with `took`; whoever renders listens with `listening`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_HEARD: ContextVar[list[str] | None] = ContextVar("outside", default=None)


def took(what: str) -> None:
    """Something came, or may have come, from outside."""
    heard = _HEARD.get()
    if heard is not None:
        heard.append(what)


@contextmanager
def listening() -> Iterator[list[str]]:
    """All that is taken while the context lasts."""
    heard: list[str] = []
    token = _HEARD.set(heard)
    try:
        yield heard
    finally:
        _HEARD.reset(token)
