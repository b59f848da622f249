"""Tree and what has been rendered so far -> the deploy units, each with controller, cluster and environment.

Controllers' units come first and are found in rounds: what one unit renders may declare others. Folders that no controller
object reaches are units of their own, so that a change to them is never invisible.

To add a controller: a module with `find_roots(tree, objects, options)` and `find_children(built, tree, options)`, named in CONTROLLERS.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from types import ModuleType

from checker.discover.environments import classified, guarded_environments, own_branch, promotion_order
from checker.discover.layout import Layout, holds_objects, is_library, read_layout, referenced
from checker.discover.memo import Memo
from checker.model.objects import Origin
from checker.model.paths import KUSTOMIZATION_FILES, RepoPath, is_within, join, lies_in, parent
from checker.model.records import dataclass, field
from checker.model.settings import ClusterSetting, EnvironmentSetting
from checker.model.tree import Tree
from checker.model.units import BuiltUnit, Controller, DeployUnit, Failure, UnitKey

__all__ = [
    "DiscoverOptions",
    "Layout",
    "Memo",
    "find_declared",
    "find_released",
    "find_roots",
    "find_unreached",
    "guarded_environments",
    "own_branch",
    "promotion_order",
    "read_layout",
    "with_environments",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverOptions:
    """`repository_urls` are the URLs by which objects may name this repository; `revisions` the branch names that mean the tree at hand;
    `branch` is the one that the change goes into, which may be an environment of its own."""

    environments: tuple[EnvironmentSetting, ...] = ()
    repository_urls: tuple[str, ...] = ()
    revisions: tuple[str, ...] = ()
    sources: Mapping[str, str] | None = None
    branch: str | None = None
    clusters: tuple[ClusterSetting, ...] = ()
    """Those with a server give an Application's destination its name."""
    memo: Memo = field(default_factory=Memo)


def find_roots(tree: Tree, layout: Layout, options: DiscoverOptions) -> tuple[DeployUnit, ...]:
    """The units that controllers know of from files."""
    found: dict[UnitKey, DeployUnit] = {}
    for controller in _controllers():
        for unit in controller.find_roots(tree, layout.declarations, options):
            found.setdefault(unit.key, unit)
    return tuple(found.values())


def find_declared(roots: Sequence[DeployUnit], built: Sequence[BuiltUnit], tree: Tree, options: DiscoverOptions) -> tuple[DeployUnit, ...]:
    """Every unit that controllers know of. One rendered by a unit in `built` wins over the same one written in a file."""
    from checker.discover.argocd import superseded

    found = {unit.key: unit for unit in roots}
    for controller in _controllers():
        for unit in controller.find_children(built, tree, options):
            found[unit.key] = unit
    gone = superseded(tuple(found.values()))
    return with_environments({key: unit for key, unit in found.items() if key not in gone}, options)


def find_unreached(tree: Tree, layout: Layout, built: Sequence[BuiltUnit], options: DiscoverOptions) -> tuple[DeployUnit, ...]:
    """Overlays, charts and manifest folders that no controller unit reads, on either side of the comparison."""
    reads = {path for unit in built for path in unit.result.reads}
    sources = {unit.unit.path for unit in built if isinstance(unit.result, Failure) and unit.unit.path}
    units = [*_standing(tree, layout, reads), *_overlays_in_charts(tree, layout, built), *_linked(tree, layout, reads)]
    kept = [unit for unit in units if unit.path is not None and not lies_in(unit.path, sources)]
    return tuple(classified(unit, options.environments, branch=options.branch) for unit in kept)


def find_released(folders: Sequence[BuiltUnit], tree: Tree, layout: Layout, options: DiscoverOptions) -> tuple[DeployUnit, ...]:
    """The HelmReleases in overlays and folders that no controller unit reads."""
    from checker.discover.flux import find_releases

    units = find_releases(folders, tree, layout.declarations, options)
    environments = {built.unit.key: built.unit.environment for built in folders}
    return tuple(classified(unit, options.environments, environments.get(unit.parent or unit.key, "")) for unit in units)


def _controllers() -> tuple[ModuleType, ...]:
    from checker.discover import argocd, flux

    return (flux, argocd)


def with_environments(found: Mapping[UnitKey, DeployUnit], options: DiscoverOptions) -> tuple[DeployUnit, ...]:
    """Every unit with its environment. Parents come before their children, which inherit from them; a cycle of parents ends at the
    unit it started from.
    """
    done: dict[UnitKey, DeployUnit] = {}

    def classify(unit: DeployUnit, below: frozenset[UnitKey]) -> DeployUnit:
        if unit.key not in done:
            above = found.get(unit.parent) if unit.parent is not None and unit.parent not in below else None
            inherited = classify(above, below | {unit.key}).environment if above is not None and above.key != unit.key else ""
            done[unit.key] = options.memo.again(
                "environment", inherited, (unit, options), lambda: classified(unit, options.environments, inherited, options.branch)
            )
        return done[unit.key]

    return tuple(classify(unit, frozenset()) for unit in found.values())


def _standing(tree: Tree, layout: Layout, reads: Container[str]) -> Iterable[DeployUnit]:
    yield from _overlays(tree, layout, reads)
    yield from _charts(tree, layout, reads)
    yield from _folders(tree, layout, reads)


def _linked(tree: Tree, layout: Layout, reads: Container[str]) -> Iterable[DeployUnit]:
    from checker.discover.links import find_linked

    if not layout.links:
        return ()
    standing = {unit.path: unit for unit in _standing(tree, layout, ()) if unit.path is not None}
    return find_linked(tree, layout, standing, referenced(tree, layout.kustomizations), reads)


def _overlays(tree: Tree, layout: Layout, reads: Container[str]) -> Iterable[DeployUnit]:
    unreached = [folder for folder in layout.kustomizations if not any(join(folder, name) in reads for name in KUSTOMIZATION_FILES)]
    bases = referenced(tree, layout.kustomizations) if unreached else ()
    charts = frozenset(layout.charts)
    for folder in unreached:
        if folder not in bases and not lies_in(folder, charts):
            yield _unit(Controller.KUSTOMIZATION, folder, _file(tree, folder))


def _overlays_in_charts(tree: Tree, layout: Layout, built: Sequence[BuiltUnit]) -> Iterable[DeployUnit]:
    """Overlays that lie in a chart and are no part of what Helm makes of it. Whoever loads the chart has read them, which means nothing."""
    charts = frozenset(layout.charts)
    inner = [folder for folder in layout.kustomizations if folder not in charts and lies_in(folder, charts)]
    bases = referenced(tree, layout.kustomizations) if inner else ()
    for folder in inner:
        chart, file = next(chart for chart in layout.charts if is_within(folder, chart)), _file(tree, folder)
        readers = [unit for unit in built if file in unit.result.reads]
        loading = [unit for unit in readers if join(chart, "Chart.yaml") in unit.result.reads]
        if folder not in bases and len(loading) == len(readers) and not _is_of_helm(folder, chart, loading):
            yield _unit(Controller.KUSTOMIZATION, folder, file)


def _is_of_helm(folder: RepoPath, chart: RepoPath, loading: Sequence[BuiltUnit]) -> bool:
    """Whether Helm renders what lies there: templates and charts within, and its CRDs unless all that load the chart skip them."""
    parts = folder.removeprefix(chart).strip("/").split("/")
    if not {"templates", "charts"}.isdisjoint(parts):
        return True
    definitions = (obj for unit in loading for obj in unit.of_kind("CustomResourceDefinition"))
    return parts[0] == "crds" and (not loading or any(is_within(obj.origin.path, folder) for obj in definitions))


def _file(tree: Tree, folder: RepoPath) -> RepoPath:
    return next(join(folder, name) for name in KUSTOMIZATION_FILES if tree.kind(join(folder, name), follow=False))


def _charts(tree: Tree, layout: Layout, reads: Container[str]) -> Iterable[DeployUnit]:
    """A library chart is never deployed, and what uses it reads it."""
    for folder in layout.charts:
        file = join(folder, "Chart.yaml")
        if file not in reads and not is_library(tree, file):
            yield _unit(Controller.CHART, folder, file)


def _folders(tree: Tree, layout: Layout, reads: Container[str]) -> Iterable[DeployUnit]:
    """Folders with manifests and no kustomization in or above them; hidden folders hold the tools' own files."""
    kustomized = frozenset(layout.kustomizations)
    seen: set[RepoPath] = set()
    for path in layout.manifests:
        folder = parent(path)
        if folder in seen or path in reads or any(part.startswith(".") for part in path.split("/")):
            continue
        if not lies_in(folder, kustomized) and holds_objects(tree, path):
            seen.add(folder)
            yield _unit(Controller.DIRECTORY, folder, path)


def _unit(controller: Controller, folder: RepoPath, file: RepoPath) -> DeployUnit:
    return DeployUnit(controller=controller, name=folder or ".", path=folder, origin=Origin(path=file))
