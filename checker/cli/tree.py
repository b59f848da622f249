"""Units in the order of who declares whom: each below the unit that renders its declaration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.model.units import BuiltUnit, UnitKey


def as_tree(built: Sequence[BuiltUnit]) -> Iterator[tuple[BuiltUnit, int]]:
    """Every unit once, with its depth. Clusters come in the order of their names, what belongs to none comes last.

    Units that declare each other in a circle have no beginning: they follow at depth 0.
    """
    known = {one.unit.key for one in built}
    below: dict[UnitKey, list[BuiltUnit]] = {}
    tops: list[BuiltUnit] = []
    for one in sorted(built, key=lambda one: (not one.unit.cluster, one.unit.key)):
        parent = one.unit.parent
        if parent is None or parent not in known or parent == one.unit.key:
            tops.append(one)
        else:
            below.setdefault(parent, []).append(one)
    shown: set[UnitKey] = set()
    for top in (*tops, *built):
        stack = [(top, 0)] if top.unit.key not in shown else []
        while stack:
            one, depth = stack.pop()
            if one.unit.key not in shown:
                shown.add(one.unit.key)
                yield one, depth
                stack.extend((child, depth + 1) for child in reversed(below.get(one.unit.key, [])))
