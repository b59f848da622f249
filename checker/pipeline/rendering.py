"""The units of one tree -> what each renders to: known from the other side, recalled from an earlier run, or rendered now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import is_

from checker.model.objects import JSONValue, KubeObject
from checker.model.records import dataclass, replace
from checker.model.tree import Identities, Tree
from checker.model.units import BuiltUnit, DeployUnit, Failure, Reason, Rendered, UnitKey
from checker.model.watch import UNWATCHED, Watcher
from checker.pipeline.index import Index
from checker.pipeline.kept import RenderCache, keep_objects
from checker.render import render_unit
from checker.render.options import RenderOptions
from checker.snapshot import CommitTree, IndexTree, ListedTree, reads_in_common
from checker.tools.cache import Store

FIXED = (CommitTree, IndexTree)
"""Trees whose every content is named by its digest, so that it cannot change between two looks."""
WORTH_IT = 64
"""Fewer units than this are rendered before other processes have started."""


@dataclass(frozen=True, kw_only=True)
class RenderingOptions:
    """`store` keeps renders for the next run, and `index` knows which; then `digest_key` must be the same in every run with this store."""

    render: RenderOptions
    digest_key: bytes = b""
    store: Store | None = None
    index: Index | None = None
    jobs: int = 1
    watch: Watcher = UNWATCHED

    def close(self) -> None:
        """The end of a run: what it learnt is kept."""
        if self.index is not None:
            self.index.save()
        if self.store is not None:
            self.store.close()


class Rendering:
    """One tree; what its files are is looked up once for all units. `beside` is the other side of the comparison, done before."""

    def __init__(self, tree: Tree, options: RenderingOptions, beside: Rendering | None = None) -> None:
        self._tree = tree
        self._options = options
        self._job = _Job(tree, options)
        store, index = options.store, options.index
        self._cache = RenderCache(store, index, options.render) if store is not None and index is not None else None
        self._identities = Identities(tree, self._seen(beside))

    def all(self, units: Iterable[DeployUnit], other: Mapping[UnitKey, BuiltUnit]) -> dict[UnitKey, BuiltUnit]:
        """Every unit with its result, in the order given. `other` is the other side of the comparison."""
        wanted = {unit.key: unit for unit in units}
        known = {key: built for key, unit in wanted.items() if (built := self._known(unit, other.get(key))) is not None}
        fresh = [unit for key, unit in wanted.items() if key not in known]
        watch = self._options.watch
        watch.advance(len(known), len(wanted), len(known))
        for count, built in enumerate(self._rendered(fresh), start=1):
            known[built.unit.key] = built
            self._learn(built)
            watch.advance(len(known), len(wanted), len(known) - count)
        return {key: known[key] for key in wanted}

    def close(self) -> None:
        """Nothing more will be asked: what the files of the tree are is kept for the next run."""
        if self._options.index is not None and isinstance(self._tree, FIXED):
            self._options.index.note_seen(self._tree.listing, self._identities.known)

    def _seen(self, beside: Rendering | None) -> Mapping[str, str | None]:
        """What is known of the files of the tree before any is looked at."""
        if not isinstance(self._tree, ListedTree):
            return {}
        if beside is not None and isinstance(beside._tree, ListedTree):
            return reads_in_common(beside._tree, self._tree, beside._identities.known)
        return (self._options.index.seen(self._tree.listing) if self._options.index is not None else None) or {}

    def _learn(self, built: BuiltUnit) -> None:
        if isinstance(self._tree, FIXED):
            self._identities.learn(built.result.reads)
            if self._cache is not None:
                self._cache.note(built)

    def _known(self, unit: DeployUnit, other: BuiltUnit | None) -> BuiltUnit | None:
        if other is not None and same_work(unit, other.unit) and self._identities.unchanged(other.result.reads):
            return other if other.unit is unit else replace(other, unit=unit)
        return self._cache.recall(unit, self._identities, self._job) if self._cache is not None else None

    def _rendered(self, units: list[DeployUnit]) -> Iterable[BuiltUnit]:
        if self._options.jobs < 2 or len(units) < WORTH_IT:
            return map(self._job, units)
        from checker.pipeline.executor import Processes

        return Processes(self._job, _lost, self._options.jobs).map(units)


class _Job:
    """Renders one unit of the tree and stores what came of it; travels to other processes."""

    def __init__(self, tree: Tree, options: RenderingOptions) -> None:
        self._tree = tree
        self._options = RenderingOptions(render=options.render, digest_key=options.digest_key, store=options.store)

    def __call__(self, unit: DeployUnit) -> BuiltUnit:
        options = self._options
        built = render_unit(unit, self._tree, options.render, digest_key=options.digest_key)
        if options.store is None or not isinstance(self._tree, FIXED) or not isinstance(built.result, Rendered):
            return built
        return replace(built, content=keep_objects(options.store, built.result))


def _lost(unit: DeployUnit) -> BuiltUnit:
    message = "the process that rendered it died (out of memory, or a bug in a library); render it alone to see more"
    return BuiltUnit(unit=unit, result=Failure(message=message, reason=Reason.UNSUPPORTED, location=unit.origin.location))


def same_work(one: DeployUnit, two: DeployUnit) -> bool:
    """Whether both would be rendered from the same inputs, the tree aside."""
    if one is two:
        return True
    return (one.key, one.path) == (two.key, two.path) and _same_bodies(_given(one), _given(two))


def _given(unit: DeployUnit) -> tuple[KubeObject, ...]:
    return unit.related if unit.declaration is None else (unit.declaration, *unit.related)


def _same_bodies(one: tuple[KubeObject, ...], two: tuple[KubeObject, ...]) -> bool:
    """Hundreds of clusters may stand beside each of thousands of units, and mostly they are the very same objects.

    The text of equal ones tells `1` from `true`, which are equal to Python.
    """
    if len(one) != len(two):
        return False
    return all(map(is_, one, two)) or all(mine is other or _same_text(mine.body, other.body) for mine, other in zip(one, two, strict=True))


def _same_text(one: Mapping[str, JSONValue], two: Mapping[str, JSONValue]) -> bool:
    return one == two and repr(one) == repr(two)
