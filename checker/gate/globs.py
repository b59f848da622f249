"""Globs of branches, units and paths: `*` and `?` stop at `/`, `**` crosses it, everything is anchored and case counts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from checker.model.units import DeployUnit

_TABLE = {"**/": "(?:.*/)?", "/**": "(?:/.*)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def matches(value: str, patterns: Iterable[str]) -> bool:
    return any(_glob(pattern).fullmatch(value) is not None for pattern in patterns)


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?)", pattern)
    return re.compile("".join(_TABLE.get(piece, re.escape(piece)) for piece in pieces), re.DOTALL)


def unit_matches(unit: DeployUnit, patterns: Iterable[str]) -> bool:
    """By name, by `namespace/name`, or by the folder it is built from."""
    names = [unit.name, f"{unit.namespace}/{unit.name}", *([unit.path] if unit.path is not None else [])]
    return any(matches(name, (pattern,)) for pattern in patterns for name in names)
