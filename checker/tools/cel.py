"""A CEL expression and its variables in, its value out, or why it has none. The only door to the optional CEL library.

The library sets no limit on what an expression costs, and expressions come from the repository under judgement: what may
take long is not evaluated. The functions of Kubernetes are ours; an expression that needs another has no value here.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from functools import cache, lru_cache
from types import ModuleType
from typing import Any

_MACRO = re.compile(r"\.(?:all|exists|exists_one|existsOne|map|filter|transformList|transformMap)\s*\($")
_UNDEFINED = re.compile(r"Undefined variable or function: '(\w+)'")
INSTALL = "pip install 'gitops-check[cel]'"
_LONGEST = 10_000
MOST_STEPS = 100_000
"""Of nested macros over the longest list: about a tenth of a second."""


class CelError(Exception):
    """The expression has no value here; the text says why."""


@cache
def is_installed() -> bool:
    import importlib.util

    return importlib.util.find_spec("cel") is not None


@cache
def _library() -> Any:
    """Without its command line, which the library loads with itself and which brings a terminal: 90 ms that nobody asked for."""
    sys.modules.setdefault("cel.cli", ModuleType("cel.cli"))
    import cel

    return cel


def evaluate(expression: str, variables: Mapping[str, Any]) -> Any:
    """Raises CelError."""
    steps = max(_longest(variables), 1) ** nesting(expression)
    if steps > MOST_STEPS:
        raise CelError("it may take too long on lists this long")
    try:
        program, functions = _program(expression)
        return program.execute({**functions, **variables})
    except CelError:
        raise
    except Exception as error:  # noqa: BLE001 - the library raises what its functions raise; all of it means no value
        raise CelError(_reason(error)) from None


def optional(value: Any) -> Any:
    """CEL's optional for functions to give back, empty for None."""
    made = _library().OptionalValue
    return made.none() if value is None else made.of(value)


def opened(value: Any) -> tuple[Any, bool]:
    """What is in an optional and whether anything is; any other value is there."""
    if not isinstance(value, _library().OptionalValue):
        return value, True
    return (value.value(), True) if value.has_value() else (None, False)


@lru_cache(maxsize=1024)
def _program(expression: str) -> tuple[Any, Mapping[str, Any]]:
    from checker.tools.cel_kubernetes import FUNCTIONS
    from checker.tools.cel_source import UnreadableError, adapted

    # the library logs every error of a function, though || and && may make nothing of it
    logging.getLogger("cel").disabled = True
    if len(expression) > _LONGEST:
        raise CelError("it is too long")
    try:
        text, called = adapted(expression)
    except (UnreadableError, RecursionError) as error:
        raise CelError(str(error)) from error
    return _library().compile(text), {name: FUNCTIONS[name] for name in called if name in FUNCTIONS}


def nesting(expression: str) -> int:
    """How deep macros stand inside macros: the power to which the length of a list counts."""
    depth = deepest = 0
    stack: list[bool] = []
    for place, char in enumerate(expression):
        if char == "(":
            stack.append(_MACRO.search(expression, max(place - 20, 0), place + 1) is not None)
            depth += stack[-1]
            deepest = max(deepest, depth)
        elif char == ")" and stack:
            depth -= stack.pop()
    return deepest


def _longest(value: Any) -> int:
    """The size of the largest list, mapping or text inside."""
    longest, waiting = 0, [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Mapping):
            longest = max(longest, len(item))
            waiting.extend(item.values())
        elif isinstance(item, list):
            longest = max(longest, len(item))
            waiting.extend(item)
    return longest


def _reason(error: Exception) -> str:
    undefined = _UNDEFINED.search(str(error))
    if undefined:
        return f"it uses {undefined[1]}, which is not known here"
    if isinstance(error, KeyError):
        return f"it reads {str(error).strip(chr(39) + chr(34))}, which is not set"
    return str(error).split("\n", 1)[0][:120]
