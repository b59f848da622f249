"""Go's regular expressions in Python: the same language where both have it, refused where they differ.

Go matches in linear time whatever the pattern. Python does not, and patterns come from pull requests: those that could
take long are refused by name.
"""

from __future__ import annotations

import re
from functools import lru_cache
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from checker.render.kustomize.failure import broken, unsupported

MOST_REPEATS = 3
"""Unbounded repeats one after the other: a failing match takes the length of the text to that power."""
LONGEST_PATTERN = 2_000
LONGEST_TEXT = 512

_GO_LACKS = re.compile(r"\(\?(?:[=!#>(]|<[=!]|P[=>])|\\[1-9]|(?<!\\)(?:[*+?]|\{\d+(?:,\d*)?\})\+|(?<!\\)[*+]\*|\\Z")
_DIFFERS = re.compile(r"\[\[:|\\[pPQECz]|\(\?[a-zA-Z]*U|\\x\{")
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)


@lru_cache(maxsize=1024)
def go_regex(pattern: str, most_repeats: int = MOST_REPEATS) -> re.Pattern[str]:
    """Raises RenderFailure for what Go refuses, and for what we do."""
    if _GO_LACKS.search(pattern):
        raise broken(f"regular expression {pattern!r}: Go, and so kustomize, has no such syntax")
    if _DIFFERS.search(pattern) or len(pattern) > LONGEST_PATTERN:
        raise unsupported(f"regular expression {pattern!r:.80} is not supported here")
    pattern = re.sub(r"(?<!\\)\$(?=$|\)|\|)", r"\\Z", pattern)
    try:
        repeats = _repeats(parser.parse(pattern, re.ASCII))
        compiled = re.compile(pattern, re.ASCII)
    except (re.error, OverflowError) as error:
        raise broken(f"regular expression {pattern!r}: {error}") from error
    if repeats > most_repeats:
        raise unsupported(f"regular expression {pattern!r} repeats too often to be matched safely")
    return compiled


def _repeats(parsed: Any) -> int:
    """How many unbounded repeats can follow each other; a repeat inside a repeat counts as too many."""
    total = 0
    for code, argument in parsed:
        if code in _REPEATS:
            low, high, below = argument
            inside = _repeats(below)
            if high - low > 1:
                total += 1 if inside == 0 else MOST_REPEATS + 1
            else:
                total += inside * max(int(high), 1)
        elif code is codes.BRANCH:
            total += max(_repeats(branch) for branch in argument[1])
        elif code is codes.SUBPATTERN:
            total += _repeats(argument[-1])
    return total


def matches_whole(pattern: str, text: str) -> bool:
    """As kustomize anchors the patterns of selectors; no pattern matches everything."""
    return not pattern or found(f"^(?:{pattern})$", text)


def found(pattern: str, text: str, most_repeats: int = MOST_REPEATS) -> bool:
    """Whether the pattern matches somewhere in the text."""
    if len(text) > LONGEST_TEXT:
        raise unsupported(f"regular expression {pattern!r:.80} on a text of {len(text)} characters")
    return go_regex(pattern, most_repeats).search(text) is not None
