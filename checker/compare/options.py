"""What the comparison is told besides the two sides."""

from __future__ import annotations

from collections.abc import Mapping

from checker.compare.shapes import CustomKeys
from checker.model.records import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareOptions:
    """`order` is the order of promotion. `custom_keys` adds list keys of custom resources to those of the definitions that are rendered."""

    guarded: frozenset[str] = frozenset()
    order: tuple[str, ...] = ()
    custom_keys: CustomKeys = field(default_factory=dict)
    ignored: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """JSON pointers of fields to fold, by group and kind; an empty kind stands for every kind."""
