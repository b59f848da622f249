"""Deploy units: what a controller would build and apply as one, and what rendering one gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, overload

from checker.model.cached import cached_property
from checker.model.enums import StrEnum
from checker.model.objects import JSONValue, KubeObject, Location, ObjectKey, Origin
from checker.model.paths import RepoPath
from checker.model.records import dataclass, field
from checker.model.tree import Elsewhere, TreeError


class Controller(StrEnum):
    FLUX_KUSTOMIZATION = "flux-kustomization"
    FLUX_HELMRELEASE = "flux-helmrelease"
    FLUX_RESOURCESET = "flux-resourceset"
    ARGOCD_APPLICATION = "argocd-application"
    ARGOCD_APPLICATIONSET = "argocd-applicationset"
    KUSTOMIZATION = "kustomization"
    CHART = "chart"
    DIRECTORY = "directory"


class UnitKey(NamedTuple):
    """Identity of a unit across revisions."""

    cluster: str
    controller: Controller
    namespace: str
    name: str

    def __str__(self) -> str:
        name = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.controller} {name}"


@dataclass(frozen=True, kw_only=True)
class DeployUnit:
    """One item of work: independent of every other once discovered.

    `path` is the directory or file that is built, None where the source is not in this repository. `declaration` is the
    object that declares the unit (Flux Kustomization, Application...) as its parent renders it, None for a bare folder.
    `related` are further objects it needs from where it was declared (sources, value ConfigMaps), so that rendering
    looks at nothing else than the unit and the tree.
    """

    controller: Controller
    name: str
    namespace: str = ""
    path: RepoPath | None
    cluster: str = ""
    environment: str = ""
    declaration: KubeObject | None = None
    related: tuple[KubeObject, ...] = ()
    flux: str = ""
    """The Flux release that the repository installs in the unit's cluster, empty where it does not say."""
    origin: Origin
    parent: UnitKey | None = None

    @cached_property
    def key(self) -> UnitKey:
        return UnitKey(self.cluster, self.controller, self.namespace, self.name)


class State(StrEnum):
    """What became of a unit; every unit found ends in exactly one."""

    RENDERED = "rendered"
    SUSPENDED = "suspended"
    NOT_RENDERED = "not-rendered"


class Reason(StrEnum):
    """Why a unit was not rendered."""

    BROKEN = "broken"
    """The repository is wrong: the controller would fail too. An error."""
    REMOTE = "remote"
    """Content outside this repository is needed and was not provided. A visible gap."""
    UNSUPPORTED = "unsupported"
    """We do not do this, by name. A visible gap."""


class RenderFailure(Exception):
    """A unit, or something it is made of, cannot be rendered. Never half a result.

    `message` is one sentence with what to do; `chain` the files that led there, outermost first; `unsupported` in
    `reason` means we refuse, not that the repository is wrong.
    """

    def __init__(
        self, message: str, *, reason: Reason = Reason.BROKEN, location: Location | None = None, chain: tuple[RepoPath, ...] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.location = location
        self.chain = chain


def unreadable(error: TreeError, location: Location | None = None, chain: tuple[RepoPath, ...] = ()) -> RenderFailure:
    """The failure of a unit that needs what the tree cannot give."""
    reason = Reason.REMOTE if isinstance(error, Elsewhere) else Reason.BROKEN
    return RenderFailure(str(error), reason=reason, location=location, chain=chain)


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something worth saying about a render that did succeed: `id` names a rule of the catalogue."""

    id: str
    message: str
    location: Location | None = None
    object: ObjectKey | None = None


class KeptObjects(Sequence[KubeObject]):
    """The objects of an earlier render: their keys are at hand, they themselves are loaded when one is first looked at."""

    def __init__(self, keys: Sequence[ObjectKey], load: Callable[[], Sequence[KubeObject]]) -> None:
        self.keys = keys
        self._load = load

    @cached_property
    def kinds(self) -> frozenset[str]:
        return frozenset(key.kind for key in self.keys)

    @cached_property
    def _objects(self) -> Sequence[KubeObject]:
        return self._load()

    def __len__(self) -> int:
        return len(self.keys)

    def __iter__(self) -> Iterator[KubeObject]:
        return iter(self._objects)

    @overload
    def __getitem__(self, index: int) -> KubeObject: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[KubeObject]: ...
    def __getitem__(self, index: int | slice) -> KubeObject | Sequence[KubeObject]:
        return self._objects[index]


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """What a unit renders to, in the order it would be printed, and everything that was read for it."""

    objects: Sequence[KubeObject]
    reads: Mapping[str, str | None] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    pinned: Mapping[str, str | None] = field(default_factory=dict)
    """Other revisions of this repository that were read: their names, with the identity of all their files (None: not here)."""
    outside: tuple[str, ...] = ()
    """What came from neither tree nor revisions (a fetched chart, the clock): with it, the same inputs may render otherwise."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A RenderFailure kept as a value, with what was read before it failed."""

    message: str
    reason: Reason
    location: Location
    chain: tuple[RepoPath, ...] = ()
    reads: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class BuiltUnit:
    """A unit on one side of the comparison with its result."""

    unit: DeployUnit
    result: Rendered | Failure
    suspended: bool = False
    content: str = ""
    """A digest of all that the result says, the same in every run of this user; empty where none is known."""

    @property
    def state(self) -> State:
        if self.suspended:
            return State.SUSPENDED
        return State.RENDERED if isinstance(self.result, Rendered) else State.NOT_RENDERED

    @property
    def objects(self) -> Sequence[KubeObject]:
        return self.result.objects if isinstance(self.result, Rendered) else ()

    @property
    def keys(self) -> Iterable[ObjectKey]:
        """Those of its objects, in their order."""
        objects = self.objects
        return objects.keys if isinstance(objects, KeptObjects) else [obj.key for obj in objects]

    def of_kind(self, *kinds: str) -> Sequence[KubeObject]:
        """Its objects of these kinds, whatever their group; nothing is loaded where there is none."""
        objects = self.objects
        if isinstance(objects, KeptObjects) and objects.kinds.isdisjoint(kinds):
            return ()
        return [obj for obj in objects if obj.kind in kinds]

    def where(self, fits: Callable[[ObjectKey], bool]) -> Sequence[KubeObject]:
        """Its objects with a key that fits; nothing is loaded where none does."""
        objects = self.objects
        if isinstance(objects, KeptObjects) and not any(map(fits, objects.keys)):
            return ()
        return [obj for obj in objects if fits(obj.key)]


def ancestors(unit: DeployUnit, side: Mapping[UnitKey, BuiltUnit]) -> Iterator[UnitKey]:
    """The units that declare this one, nearest first; a cycle ends it."""
    seen = {unit.key}
    above = unit.parent
    while above is not None and above not in seen:
        yield above
        seen.add(above)
        built = side.get(above)
        above = built.unit.parent if built is not None else None


Parameters = Mapping[str, JSONValue]
