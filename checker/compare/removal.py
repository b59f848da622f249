"""What becomes of the objects of a unit that is gone: that depends on the unit's own policy, and on whether whatever
declared it deletes the declaration at all."""

from __future__ import annotations

from collections.abc import Iterable

from checker.compare.pruning import Kept, deletes_with_application, kept_by_object, kept_by_unit, kept_on_removal
from checker.compare.units import UnitPair
from checker.model.objects import KubeObject
from checker.model.units import Controller, DeployUnit, UnitKey


def _declared(unit: DeployUnit) -> tuple[object, ...]:
    """One Application whatever cluster it deploys to: its name, and who declares it or, where nobody does, in which file."""
    return (unit.namespace, unit.name, unit.parent, unit.origin.path if unit.parent is None else "")


class Removals:
    def __init__(self, units: Iterable[UnitPair]) -> None:
        self._units = {pair.unit.key: pair for pair in units}
        heads = (pair.head.unit for pair in self._units.values() if pair.head is not None)
        self._applications = {_declared(unit): unit.cluster for unit in heads if unit.controller is Controller.ARGOCD_APPLICATION}

    def kept(self, unit: UnitPair, obj: KubeObject | None = None) -> Kept:
        """Why nothing of this removed unit is deleted, or not `obj` of it; empty where it is."""
        return self._kept(unit, frozenset(), obj)

    def _kept(self, unit: UnitPair, below: frozenset[UnitKey], obj: KubeObject | None) -> Kept:
        base = unit.base
        if base is None:
            return ""
        elsewhere = self._applications.get(_declared(base.unit)) if base.unit.controller is Controller.ARGOCD_APPLICATION else None
        if elsewhere is not None and unit.head is None:
            return f"the Application deploys to {elsewhere or 'another cluster'} now, and Argo CD compares with that cluster alone"
        declaration, above = base.unit.declaration, base.unit.parent
        parent = self._units.get(above) if above is not None and above not in below else None
        generated = parent is not None and parent.base is not None and deletes_with_application(parent.base)
        own = "" if generated else kept_on_removal(base, obj)
        if own or declaration is None:
            return own
        if parent is None or parent.base is None:
            return ""
        if parent.head is None:
            stays = self._kept(parent, below | {unit.unit.key}, declaration)
        else:
            stays = kept_by_unit(parent.head, empties=not parent.head.objects, obj=declaration)
        stays = stays or kept_by_object(parent.base.unit.controller, declaration, unit_removed=parent.head is None)
        return f"{base.unit.key} itself stays: {stays}" if stays else ""
