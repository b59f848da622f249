"""Two bodies of one object in, the fields that differ out, each with a path for people and a JSON pointer.

Lists that Kubernetes merges by key are paired by that key and a pure reorder of them is folded, except where order acts:
init containers run in order, and a variable may only use those before it. Surprise: `true` and `1` differ here, though
Python calls them equal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from checker.compare.quantities import amount
from checker.compare.shapes import KEY_DEFAULTS, Shape
from checker.model.diff import FieldChange
from checker.model.objects import JSONValue
from checker.model.records import dataclass, field

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_OPEN_MAPPINGS = ("labels", "annotations", "data", "matchLabels", "nodeSelector")
"""Mappings of free keys: one that appears or disappears is told key by key."""


class _Absent:
    """Where one side has nothing; None is a value."""


_ABSENT = _Absent()
_Side: TypeAlias = "JSONValue | _Absent"


def same(before: object, after: object) -> bool:
    """Equal as JSON. `repr` tells true from 1 from 1.0 and runs at C speed; key order is left to the walk."""
    return before is after or (before == after and repr(before) == repr(after))


@dataclass(frozen=True, slots=True)
class _Place:
    path: str = ""
    pointer: str = ""
    shape: str = ""

    def key(self, name: str) -> _Place:
        plain = _PLAIN_KEY.fullmatch(name) is not None
        path = (f"{self.path}.{name}" if self.path else name) if plain else f'{self.path}["{name}"]'
        return _Place(path, f"{self.pointer}/{escaped(name)}", f"{self.shape}.{name}" if self.shape else name)

    def item(self, label: str, index: int) -> _Place:
        return _Place(f"{self.path}[{label}]", f"{self.pointer}/{index}", f"{self.shape}[]")


@dataclass(slots=True)
class Differences:
    """`folded` holds what is no change to Kubernetes: an order that nothing depends on."""

    fields: list[FieldChange] = field(default_factory=list)
    folded: list[FieldChange] = field(default_factory=list)


def differences(before: Mapping[str, JSONValue], after: Mapping[str, JSONValue], shape: Shape) -> Differences:
    """Every differing field in the order in which the bodies have them."""
    walk = _Walk(shape)
    if not same(before, after):
        walk.mappings(before, after, _Place())
    return walk.found


def escaped(name: str) -> str:
    """A key as a token of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


class _Walk:
    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self.found = Differences()

    def _values(self, before: _Side, after: _Side, at: _Place, above: str) -> None:
        if isinstance(before, dict) and isinstance(after, dict):
            self.mappings(before, after, at)
        elif isinstance(before, list) and isinstance(after, list):
            self._lists(before, after, at)
        elif at.shape.rpartition(".")[2] in _OPEN_MAPPINGS and self._one_sided(before, after, at):
            return
        elif not self._equal(before, after, at, above):
            self.found.fields.append(_change(before, after, at))

    def mappings(self, before: Mapping[str, JSONValue], after: Mapping[str, JSONValue], at: _Place) -> None:
        for name in [*before, *(name for name in after if name not in before)]:
            one, two = before.get(name, _ABSENT), after.get(name, _ABSENT)
            if one is not two:
                self._values(one, two, at.key(name), at.shape)

    def _one_sided(self, before: _Side, after: _Side, at: _Place) -> bool:
        if isinstance(before, dict) and before and isinstance(after, _Absent):
            self.mappings(before, {}, at)
            return True
        if isinstance(after, dict) and after and isinstance(before, _Absent):
            self.mappings({}, after, at)
            return True
        return False

    def _equal(self, before: _Side, after: _Side, at: _Place, above: str) -> bool:
        if isinstance(before, _Absent) or isinstance(after, _Absent):
            return self._filled_in(before, after, at, above)
        if type(before) is type(after) and before == after:
            return True
        if self._shape.is_quantity(at.shape, above):
            one, two = amount(before), amount(after)
            return one is not None and one == two
        return False

    def _filled_in(self, before: _Side, after: _Side, at: _Place, above: str) -> bool:
        """A key left out on one side and written as its default on the other."""
        name = at.shape.rpartition(".")[2]
        keyed = self._shape.keys.get(above.removesuffix("[]"), ())
        written = before if isinstance(after, _Absent) else after
        return name in keyed and KEY_DEFAULTS.get(name, _ABSENT) == written

    def _lists(self, before: Sequence[JSONValue], after: Sequence[JSONValue], at: _Place) -> None:
        if same(before, after):
            return
        keys = self._shape.keys.get(at.shape)
        if at.shape in self._shape.sets:
            one, two = _members(before), _members(after)
        else:
            one, two = _keyed(before, keys or ("name",)), _keyed(after, keys or ("name",))
        if one is None or two is None:
            self._by_position(before, after, at)
            return
        for label in [*one, *(label for label in two if label not in one)]:
            old, new = one.get(label), two.get(label)
            place = at.item(label, (new or old or (0, None))[0])
            self._values(_ABSENT if old is None else old[1], _ABSENT if new is None else new[1], place, f"{at.shape}[]")
        self._order(list(one), list(two), at, acts=(keys is None and at.shape not in self._shape.sets) or _order_acts(at, before, after))

    def _order(self, before: list[str], after: list[str], at: _Place, *, acts: bool) -> None:
        common = set(before) & set(after)
        if [label for label in before if label in common] == [label for label in after if label in common]:
            return
        change = FieldChange(path=f"{at.path} (order)", pointer=at.pointer, before=[*before], after=[*after])
        (self.found.fields if acts else self.found.folded).append(change)

    def _by_position(self, before: Sequence[JSONValue], after: Sequence[JSONValue], at: _Place) -> None:
        """Same length: item by item. Else what is left between a common start and a common end."""
        start = end = 0
        if len(before) != len(after):
            shorter = min(len(before), len(after))
            while start < shorter and same(before[start], after[start]):
                start += 1
            while end < shorter - start and same(before[-1 - end], after[-1 - end]):
                end += 1
        for index in range(start, max(len(before), len(after)) - end):
            old = before[index] if index < len(before) - end else _ABSENT
            new = after[index] if index < len(after) - end else _ABSENT
            self._values(old, new, at.item(str(index), index), f"{at.shape}[]")


def _change(before: _Side, after: _Side, at: _Place) -> FieldChange:
    return FieldChange(
        path=at.path,
        pointer=at.pointer,
        before=None if isinstance(before, _Absent) else before,
        after=None if isinstance(after, _Absent) else after,
        before_present=not isinstance(before, _Absent),
        after_present=not isinstance(after, _Absent),
    )


def _keyed(items: Sequence[JSONValue], keys: tuple[str, ...]) -> dict[str, tuple[int, JSONValue]] | None:
    """Items by the text of their key, None where one has none or two share it: such a list is compared by position."""
    found: dict[str, tuple[int, JSONValue]] = {}
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            return None
        parts = [item.get(key, KEY_DEFAULTS.get(key)) for key in keys]
        if any(isinstance(part, (dict, list, bool)) or part is None for part in parts):
            return None
        found[_label(keys, parts)] = (index, item)
    return found if len(found) == len(items) else None


def _label(keys: tuple[str, ...], parts: Sequence[JSONValue]) -> str:
    """Short for people: the port alone where the protocol is the usual one."""
    shown = [str(part) for key, part in zip(keys, parts, strict=True) if KEY_DEFAULTS.get(key) != part]
    return "/".join(shown)


def _members(items: Sequence[JSONValue]) -> dict[str, tuple[int, JSONValue]] | None:
    found: dict[str, tuple[int, JSONValue]] = {
        str(item): (index, item) for index, item in enumerate(items) if isinstance(item, (str, int, float))
    }
    return found if len(found) == len(items) else None


def _order_acts(at: _Place, before: Sequence[JSONValue], after: Sequence[JSONValue]) -> bool:
    """Init containers and webhooks run one after the other; a variable may only use those before it."""
    name = at.shape.rpartition(".")[2]
    return name == "initContainers" or at.shape in ("webhooks", "spec.variables") or (name == "env" and "$(" in f"{before}{after}")
