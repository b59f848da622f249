"""`pattern`: `re.compile`, put off until the expression is first used.

A module names every expression it may need; together they take as long to compile as all of our modules to load, and one
run needs a few. To type checkers it is `re.compile`, and what it gives back answers as one that is compiled.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from re import compile as pattern
    from typing import Any

    __all__ = ["pattern"]


class _Pattern:
    def __init__(self, *expression: Any) -> None:
        self._expression = expression

    def __getattr__(self, name: str) -> Any:
        import re

        found = getattr(re.compile(*self._expression), name)
        setattr(self, name, found)
        return found


if not TYPE_CHECKING:
    pattern = _Pattern
