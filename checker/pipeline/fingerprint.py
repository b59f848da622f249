"""Frozen options -> text that is the same for equal options and another for others: what keys of the cache are made of.

Every field of a record counts, found by reflection: an option that is added is in every key from that moment on. A
field whose value has no text here is refused, so that none is left out by oversight; `unseen` names those that a caller
accounts for in another way.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Set
from datetime import date
from typing import Any

from checker.model.enums import Enum
from checker.model.records import field_names


class Unseen(TypeError):
    """A value of a kind that has no text."""


def fingerprint(value: Any, unseen: Container[str] = ()) -> str:
    """Raises Unseen. Order counts in mappings too: who reads `sources` takes the first that fits."""
    names = field_names(type(value))
    if names:
        fields = ((name, getattr(value, name)) for name in names if name not in unseen)
        return f"{type(value).__name__}({','.join(f'{name}={fingerprint(held)}' for name, held in fields)})"
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if value is None or isinstance(value, bool | int | float | str | bytes | date):
        return repr(value)
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{fingerprint(key)}:{fingerprint(held)}' for key, held in value.items())}}}"
    if isinstance(value, Set):
        return f"<{','.join(sorted(map(fingerprint, value)))}>"
    if isinstance(value, tuple | list):
        return f"[{','.join(map(fingerprint, value))}]"
    raise Unseen(f"{type(value).__name__} has no text for a key of the cache")
