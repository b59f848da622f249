"""Pairs of units in, pairs of objects out: the same, changed, new, gone, renamed by a config hash, or owned by another unit now.

Objects are one and the same when group, kind, namespace and name are, whatever the version; groups that Kubernetes itself
renamed count as one. Within a unit a key met twice means its last object, as an apply would leave it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from checker.compare.fields import same
from checker.compare.units import UnitPair
from checker.model.diff import Change
from checker.model.objects import KubeObject, ObjectKey
from checker.model.records import dataclass, field
from checker.model.units import UnitKey

MOVED_GROUPS: Mapping[tuple[str, str], str] = {
    ("extensions", "DaemonSet"): "apps",
    ("extensions", "Deployment"): "apps",
    ("extensions", "Ingress"): "networking.k8s.io",
    ("extensions", "NetworkPolicy"): "networking.k8s.io",
    ("extensions", "PodSecurityPolicy"): "policy",
    ("extensions", "ReplicaSet"): "apps",
}
"""Kinds that the API server serves, or served, under two groups (https://kubernetes.io/docs/reference/using-api/deprecation-guide/)."""

_HASHED = re.compile(r"(?P<stem>.+)-(?P<hash>[2456789bcdfghkmt]{10})")
"""kustomize's suffix: ten hexadecimal digits of which 0, 1, 3, a and e are written g, h, k, m and t."""
_CONFIGS = ("ConfigMap", "Secret")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectPair:
    """`unit` is where the object is now, or was. `moved_from` names its former unit."""

    unit: UnitPair
    before: KubeObject | None
    after: KubeObject | None
    change: Change
    moved_from: UnitPair | None = None
    shared_with: UnitKey | None = None
    """Another unit that applies the object too, on both sides."""

    @property
    def shown(self) -> KubeObject:
        obj = self.after or self.before
        assert obj is not None
        return obj


def identity(obj: KubeObject) -> ObjectKey:
    return identity_of(obj.key)


def identity_of(key: ObjectKey) -> ObjectKey:
    group = MOVED_GROUPS.get((key.group, key.kind))
    return key if group is None else key._replace(group=group)


@dataclass(slots=True)
class _Unpaired:
    unit: UnitPair
    gone: dict[ObjectKey, KubeObject] = field(default_factory=dict)
    new: dict[ObjectKey, KubeObject] = field(default_factory=dict)
    kept: set[ObjectKey] = field(default_factory=set)


def pair_objects(units: Iterable[UnitPair]) -> tuple[ObjectPair, ...]:
    """Every object that differs between the sides, in the order of the units and, within one, of its objects."""
    found: list[ObjectPair] = []
    places: dict[tuple[str, str], list[_Unpaired]] = {}
    for unit in units:
        left, changed = _within(unit)
        found += changed
        places.setdefault(unit.place, []).append(left)
    for lefts in places.values():
        found += _renamed(lefts)
        found += _moved(lefts)
        for left in lefts:
            found += _one_sided(left)
    return tuple(found)


def _within(unit: UnitPair) -> tuple[_Unpaired, list[ObjectPair]]:
    left = _Unpaired(unit)
    base, head = unit.base, unit.head
    if base is not None and head is not None and base.result is head.result:
        left.kept.update(map(identity_of, head.keys))
        return left, []
    before = {identity(obj): obj for obj in base.objects} if base is not None else {}
    after = {identity(obj): obj for obj in head.objects} if head is not None else {}
    changed: list[ObjectPair] = []
    for key, obj in after.items():
        old = before.get(key)
        if old is None:
            left.new[key] = obj
            continue
        left.kept.add(key)
        if not same(old.body, obj.body):
            changed.append(ObjectPair(unit=unit, before=old, after=obj, change=Change.CHANGED))
    left.gone = {key: obj for key, obj in before.items() if key not in after}
    return left, changed


def _renamed(lefts: list[_Unpaired]) -> list[ObjectPair]:
    """Generated configs whose content hash changed. Several with one stem are paired by what they have in common."""
    found: list[ObjectPair] = []
    for left in lefts:
        candidates: dict[ObjectKey, list[ObjectKey]] = {}
        for key in left.gone:
            stem = _stem(key)
            if stem is not None:
                candidates.setdefault(stem, []).append(key)
        for key in list(left.new):
            rivals = candidates.get(_stem(key) or key, [])
            if not rivals:
                continue
            after = left.new[key]
            best = max(rivals, key=lambda old: _likeness(left.gone[old], after))
            rivals.remove(best)
            del left.new[key]
            found.append(ObjectPair(unit=left.unit, before=left.gone.pop(best), after=after, change=Change.RENAMED))
    return found


def _stem(key: ObjectKey) -> ObjectKey | None:
    """The key without its hash, None for an object that is not generated."""
    match = _HASHED.fullmatch(key.name) if key.kind in _CONFIGS and not key.group else None
    return key._replace(name=match["stem"]) if match else None


def _likeness(one: KubeObject, two: KubeObject) -> int:
    total = 0
    for name in ("data", "binaryData", "stringData"):
        before, after = one.body.get(name), two.body.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            total += sum(2 if before[key] == after[key] else 1 for key in before.keys() & after.keys())
    return total


def _moved(lefts: list[_Unpaired]) -> list[ObjectPair]:
    """Gone from one unit and new in another, or gone from one of two units that both had it."""
    found: list[ObjectPair] = []
    arrivals: dict[ObjectKey, _Unpaired] = {}
    holders: dict[ObjectKey, _Unpaired] = {}
    leaving = {key for left in lefts for key in left.gone}
    for left in lefts:
        arrivals.update((key, left) for key in leaving & left.new.keys())
        holders.update((key, left) for key in leaving & left.kept)
    for left in lefts:
        for key in list(left.gone):
            target = arrivals.pop(key, None)
            if target is not None:
                after = target.new.pop(key)
                found.append(
                    ObjectPair(unit=target.unit, before=left.gone.pop(key), after=after, change=Change.MOVED, moved_from=left.unit)
                )
            elif key in holders:
                still = _object_of(holders[key].unit, key)
                pair = ObjectPair(
                    unit=holders[key].unit,
                    before=left.gone.pop(key),
                    after=still,
                    change=Change.MOVED,
                    moved_from=left.unit,
                    shared_with=holders[key].unit.unit.key,
                )
                found.append(pair)
    return found


def _object_of(unit: UnitPair, key: ObjectKey) -> KubeObject | None:
    return next((obj for obj in reversed(unit.shown.objects) if identity(obj) == key), None)


def _one_sided(left: _Unpaired) -> Iterable[ObjectPair]:
    for obj in left.new.values():
        yield ObjectPair(unit=left.unit, before=None, after=obj, change=Change.CREATED)
    for obj in left.gone.values():
        yield ObjectPair(unit=left.unit, before=obj, after=None, change=Change.DELETED)
