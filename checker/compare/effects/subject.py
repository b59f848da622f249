"""What a detector of effects is given: one object on both sides, what differs, and what stands around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from checker.compare.pairing import ObjectPair, identity, identity_of
from checker.compare.shapes import CONTAINER_LISTS, POD_SPECS
from checker.model.diff import Change, FieldChange
from checker.model.objects import JSONValue, KubeObject, ObjectKey, dig, mapping, sequence, text
from checker.model.records import dataclass
from checker.model.units import BuiltUnit

WORKLOADS = ("DaemonSet", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet")
"""Kinds that keep pods running."""

Mapped = Mapping[str, JSONValue]
Index = Mapping[tuple[str, str], Sequence[tuple[KubeObject, str]]]
"""Kind and name of what is referred to -> who refers to it, and how."""


Place = tuple[str, str]
"""Cluster and environment."""


class Surroundings:
    """Everything that is rendered on both sides, found by place; looked through when first asked."""

    def __init__(self, base: Iterable[BuiltUnit], head: Iterable[BuiltUnit]) -> None:
        self._base, self._head = _by_place(base), _by_place(head)
        self._indexes: dict[tuple[str, tuple[str, str, str | None]], Index] = {}
        self._keys: dict[Place, frozenset[ObjectKey]] = {}
        self._lists: dict[tuple[int, Place, str | None], list[KubeObject]] = {}

    def objects(self, place: Place, namespace: str) -> Iterable[KubeObject]:
        """At head, in that namespace of that cluster and environment."""
        return self._in_namespace(self._head, place, namespace)

    def objects_before(self, place: Place, namespace: str) -> Iterable[KubeObject]:
        return self._in_namespace(self._base, place, namespace)

    def count_before(self, place: Place, namespace: str) -> int:
        return sum(key.namespace == namespace for built in self._base.get(place, ()) for key in built.keys)

    def indexed(self, name: str, where: tuple[str, str, str | None], make: Callable[[Iterable[KubeObject]], Index]) -> Index:
        """The objects of a namespace at head, None for all, by what they refer to, made once: thousands of objects may ask."""
        if (name, where) not in self._indexes:
            self._indexes[name, where] = make(self._in_namespace(self._head, where[:2], where[2]))
        return self._indexes[name, where]

    def has(self, place: Place, key: ObjectKey) -> bool:
        if place not in self._keys:
            self._keys[place] = frozenset(identity_of(held) for built in self._head.get(place, ()) for held in built.keys)
        return key in self._keys[place]

    def count(self, place: Place, group: str, kind: str) -> int:
        """At head."""
        return sum((key.group, key.kind) == (group, kind) for built in self._head.get(place, ()) for key in built.keys)

    def _in_namespace(self, side: Mapping[Place, list[BuiltUnit]], place: Place, namespace: str | None) -> Iterable[KubeObject]:
        which = (id(side), place, namespace)
        if which not in self._lists:
            units = side.get(place, ())
            self._lists[which] = [obj for built in units for obj in built.where(lambda key: namespace in (key.namespace, None))]
        return self._lists[which]


def _by_place(side: Iterable[BuiltUnit]) -> Mapping[Place, list[BuiltUnit]]:
    found: dict[Place, list[BuiltUnit]] = {}
    for built in side:
        found.setdefault((built.unit.cluster, built.unit.environment), []).append(built)
    return found


@dataclass(frozen=True, kw_only=True)
class Subject:
    """`changes` holds the folded ones too: a checksum annotation is noise to read and still restarts pods. It does not hold
    those that only write out what the API server fills in."""

    pair: ObjectPair
    change: Change
    changes: tuple[FieldChange, ...]
    kept: str
    """Why the object stays although it left Git; empty for one that is deleted."""
    around: Surroundings

    @property
    def obj(self) -> KubeObject:
        return self.pair.shown

    @property
    def before(self) -> Mapped:
        return self.pair.before.body if self.pair.before is not None else {}

    @property
    def after(self) -> Mapped:
        return self.pair.after.body if self.pair.after is not None else {}

    @property
    def both(self) -> bool:
        return self.pair.before is not None and self.pair.after is not None

    @property
    def goes(self) -> bool:
        return self.change is Change.DELETED

    @property
    def place(self) -> tuple[str, str]:
        return self.pair.unit.place

    @property
    def kind(self) -> tuple[str, str]:
        key = identity(self.obj)
        return (key.group, key.kind)

    @property
    def group(self) -> str:
        return identity(self.obj).group

    def changed(self, *paths: str) -> bool:
        """Whether something at or below one of these paths differs."""
        return any(
            change.path == path or change.path.startswith((f"{path}.", f"{path}[", f"{path} ")) for change in self.changes for path in paths
        )


def pod_spec(body: Mapped, kind: tuple[str, str]) -> Mapped:
    """The PodSpec inside a workload, empty for other kinds."""
    path = POD_SPECS.get(kind)
    return mapping(dig(body, *path.split("."))) if path is not None else {}


def pod_template_path(kind: tuple[str, str]) -> str:
    """Where the pod template is, empty for a kind that has none (a Pod is one itself)."""
    path = POD_SPECS.get(kind, "")
    return path.removesuffix(".spec") if path != "spec" else ""


def containers(spec: Mapped, *lists: str) -> Iterator[tuple[str, Mapped]]:
    """Name and body of every container, init containers included unless lists are named."""
    for listing in lists or CONTAINER_LISTS:
        for container in sequence(spec.get(listing)):
            yield text(mapping(container).get("name")), mapping(container)


def replicas(body: Mapped, kind: tuple[str, str]) -> int | None:
    """How many pods a workload keeps; None where nodes or time decide."""
    if kind[1] in ("Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"):
        count = dig(body, "spec", "replicas")
        return count if isinstance(count, int) and not isinstance(count, bool) else 1
    return 1 if kind == ("", "Pod") else None


def named(obj: KubeObject) -> str:
    """Short, inside one namespace: `Deployment shop`."""
    return f"{obj.kind} {obj.name}"


def all_named(objects: Iterable[KubeObject]) -> str:
    """`Deployment web, Deployment worker and 3 more`."""
    names = [named(obj) for obj in objects]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def pods(count: int) -> str:
    return "1 pod" if count == 1 else f"{count} pods"
