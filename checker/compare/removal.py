"""What becomes of the objects of a unit that is gone: that depends on the unit's own policy, and on whether whatever
declared it deletes the declaration at all."""

from __future__ import annotations

from collections.abc import Iterable

from checker.compare.pruning import Kept, deletes_with_application, kept_by_object, kept_by_unit, kept_on_removal
from checker.compare.units import UnitPair
from checker.model.units import UnitKey


class Removals:
    def __init__(self, units: Iterable[UnitPair]) -> None:
        self._units = {pair.unit.key: pair for pair in units}

    def kept(self, unit: UnitPair) -> Kept:
        """Why nothing of this removed unit is deleted, empty where it is."""
        return self._kept(unit, frozenset())

    def _kept(self, unit: UnitPair, below: frozenset[UnitKey]) -> Kept:
        base = unit.base
        if base is None:
            return ""
        declaration, above = base.unit.declaration, base.unit.parent
        parent = self._units.get(above) if above is not None and above not in below else None
        generated = parent is not None and parent.base is not None and deletes_with_application(parent.base)
        own = "" if generated else kept_on_removal(base)
        if own or declaration is None:
            return own
        if parent is None or parent.base is None:
            return ""
        if parent.head is None:
            stays = self._kept(parent, below | {unit.unit.key})
        else:
            stays = kept_by_unit(parent.head, empties=not parent.head.objects)
        stays = stays or kept_by_object(parent.base.unit.controller, declaration, unit_removed=parent.head is None)
        return f"{base.unit.key} itself stays: {stays}" if stays else ""
