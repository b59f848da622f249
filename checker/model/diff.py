"""The predicted deploy diff: per environment, per unit, per object, per field, with effects."""

from __future__ import annotations

from checker.model.enums import StrEnum
from checker.model.findings import Severity
from checker.model.objects import JSONValue, Location, ObjectKey, Origin
from checker.model.paths import RepoPath
from checker.model.records import dataclass
from checker.model.units import DeployUnit, Reason, State


class Change(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    DELETED = "deleted"
    ORPHANED = "orphaned"
    """Gone from Git and left running, because the controller does not prune it."""
    RENAMED = "renamed"
    """The same object under a new generated name (config hash suffix); `before_key` holds the old."""
    MOVED = "moved"
    """Owned by another unit now, content aside; `moved_from` names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """`path` is for people: `spec.template.spec.containers[app].image`. None means absent where `*_present` is False."""

    path: str
    pointer: str
    before: JSONValue = None
    after: JSONValue = None
    before_present: bool = True
    after_present: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What will happen: `id` is of the effect catalogue (`restarts-pods`, `immutable-field`...), `message` one sentence."""

    id: str
    severity: Severity
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectDiff:
    """`before` and `after` are the whole bodies with secrets already redacted, for formats that show them."""

    key: ObjectKey
    change: Change
    api_version: str
    fields: tuple[FieldChange, ...] = ()
    folded: tuple[FieldChange, ...] = ()
    """Changes that are noise, counted and shown on request."""
    effects: tuple[Effect, ...] = ()
    before: JSONValue = None
    after: JSONValue = None
    before_key: ObjectKey | None = None
    moved_from: str = ""
    origin: Origin | None = None
    """Where the object comes from at head, or at base when it is gone."""

    @property
    def is_noise(self) -> bool:
        return self.change is Change.CHANGED and not self.fields and bool(self.folded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A file of the change that a moving unit reads. `shared` when units of other environments read it too."""

    path: RepoPath
    shared: bool
    location: Location
    """The first changed line where known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDiff:
    """A unit with its object changes. `change` is for the unit itself: created, deleted, or changed."""

    unit: DeployUnit
    change: Change
    state: State
    objects: tuple[ObjectDiff, ...] = ()
    causes: tuple[Cause, ...] = ()
    prune: bool = True
    notes: tuple[str, ...] = ()

    @property
    def moves(self) -> bool:
        return any(not object_diff.is_noise for object_diff in self.objects)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRendered:
    """A unit that could not be rendered at `side` ("base", "head" or "both"): its effect is unknown, never a delete."""

    unit: DeployUnit
    side: str
    reason: Reason
    message: str
    location: Location
    affected: bool
    """Whether this change touches what the unit reads, so that it may move in a way we cannot show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentDiff:
    """Everything that moves, or may move, in one environment. Units sorted by cluster, controller, namespace, name."""

    environment: str
    guarded: bool
    clusters: tuple[str, ...]
    units: tuple[UnitDiff, ...] = ()
    not_rendered: tuple[NotRendered, ...] = ()
    effects: tuple[Effect, ...] = ()
    """Of the environment as a whole: what its pods ask for in total, before and after."""

    @property
    def moves(self) -> bool:
        return any(unit.moves for unit in self.units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Both sides compared: every environment found, moving ones first, guarded ones before the others."""

    environments: tuple[EnvironmentDiff, ...]
    not_rendered: tuple[NotRendered, ...] = ()

    def environment(self, name: str) -> EnvironmentDiff | None:
        return next((diff for diff in self.environments if diff.environment == name), None)
