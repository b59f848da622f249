"""Go's regular expressions in Python: the same language where both have it, refused where they differ."""

from __future__ import annotations

import re
from functools import lru_cache

from checker.render.kustomize.failure import broken, unsupported

_GO_LACKS = re.compile(r"\(\?(?:[=!#>(]|<[=!]|P[=>])|\\[1-9]|(?<!\\)(?:[*+?]|\{\d+(?:,\d*)?\})\+|(?<!\\)[*+]\*|\\Z")
_DIFFERS = re.compile(r"\[\[:|\\[pPQECz]|\(\?[a-zA-Z]*U|\\x\{")


@lru_cache(maxsize=1024)
def go_regex(pattern: str) -> re.Pattern[str]:
    if _GO_LACKS.search(pattern):
        raise broken(f"regular expression {pattern!r}: Go, and so kustomize, has no such syntax")
    if _DIFFERS.search(pattern):
        raise unsupported(f"regular expression {pattern!r} is not supported here")
    pattern = re.sub(r"(?<!\\)\$(?=$|\)|\|)", r"\\Z", pattern)
    try:
        return re.compile(pattern, re.ASCII)
    except re.error as error:
        raise broken(f"regular expression {pattern!r}: {error}") from error


def matches_whole(pattern: str, text: str) -> bool:
    """As kustomize anchors the patterns of selectors; no pattern matches everything."""
    return not pattern or go_regex(f"^(?:{pattern})$").search(text) is not None
