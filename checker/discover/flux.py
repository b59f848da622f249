"""Flux objects, written or rendered -> deploy units: Kustomizations, HelmReleases and ResourceSets, cluster by cluster.

Roots come from files, all others from what their parents render, since a parent may patch or substitute them. A unit's
`related` holds everything of the cluster that its rendering needs, so that it can be rendered alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from checker.discover.flux_cluster import (
    CONTROL_GROUP,
    HELM_GROUP,
    KUSTOMIZE_GROUP,
    SOURCE_GROUPS,
    Cluster,
    chart_reference,
    chart_source,
    matters,
    our_sources,
    source_reference,
)
from checker.discover.flux_roots import Root, entry_points, installed_release, instance_source
from checker.model.objects import KubeObject, ObjectKey, dig, text
from checker.model.paths import RepoPath
from checker.model.records import replace
from checker.model.tree import Tree
from checker.model.units import BuiltUnit, Controller, DeployUnit, UnitKey
from checker.tools.flux import SourceOptions, SourceRef

UNIT_KINDS = {
    (KUSTOMIZE_GROUP, "Kustomization"): Controller.FLUX_KUSTOMIZATION,
    (HELM_GROUP, "HelmRelease"): Controller.FLUX_HELMRELEASE,
    (CONTROL_GROUP, "ResourceSet"): Controller.FLUX_RESOURCESET,
}
FLUX_CONTROLLERS = frozenset(UNIT_KINDS.values())


class Options(Protocol):
    """What discovery is told, as far as Flux needs it."""

    @property
    def repository_urls(self) -> tuple[str, ...]: ...
    @property
    def revisions(self) -> tuple[str, ...]: ...
    @property
    def sources(self) -> object: ...


def find_roots(tree: Tree, objects: Sequence[KubeObject], options: Options) -> tuple[DeployUnit, ...]:
    """The entry points of every cluster the repository holds."""
    flux = [obj for obj in objects if obj.group.endswith("fluxcd.io") or obj.group == CONTROL_GROUP]
    if not flux:
        return ()
    flux += [source for obj in flux if (source := instance_source(obj)) is not None]
    source_options = _source_options(options)
    roots = entry_points(flux, tree, source_options)
    return tuple(_root_unit(root, flux, tree, source_options) for root in roots)


def find_children(built: Sequence[BuiltUnit], tree: Tree, options: Options) -> tuple[DeployUnit, ...]:
    """Every Flux unit declared in what has been rendered so far. A unit that renders its own definition stays a root."""
    source_options = _source_options(options)
    units: list[DeployUnit] = []
    clusters: dict[str, list[BuiltUnit]] = {}
    for unit in built:
        clusters.setdefault(unit.unit.cluster, []).append(unit)
    for name, members in sorted(clusters.items()):
        declared = [(obj, unit) for unit in members for obj in unit.where(_is_unit)]
        if declared:
            cluster = _cluster(name, members, tree, source_options)
            units.extend(_unit(obj, cluster, unit.unit, tree) for obj, unit in declared)
    return tuple(units)


def find_releases(folders: Sequence[BuiltUnit], tree: Tree, declarations: Sequence[KubeObject], options: Options) -> tuple[DeployUnit, ...]:
    """The HelmReleases that folders render to which nothing of Flux reaches. Each folder stands for a cluster of its own.

    Their names say where they lie, since several overlays may hold a release of one name. What a hidden folder holds is put away.
    """
    flux = [obj for obj in declarations if obj.group in SOURCE_GROUPS or obj.group == KUSTOMIZE_GROUP]
    units: list[DeployUnit] = []
    for built in folders:
        releases = [obj for obj in built.of_kind("HelmRelease") if obj.group == HELM_GROUP and obj.name]
        if not releases or any(part.startswith(".") for part in (built.unit.path or "").split("/")):
            continue
        near = sorted(flux, key=lambda obj: -_shared(obj.origin.path, built.unit.origin.path))
        cluster = Cluster(built.unit.cluster, (*built.objects, *near), our_sources((*near, *built.objects), tree), _source_options(options))
        found = (_unit(obj, cluster, built.unit, tree) for obj in releases)
        units.extend(replace(unit, name=f"{unit.name} in {built.unit.path or '.'}") for unit in found)
    return tuple(units)


def _is_unit(key: ObjectKey) -> bool:
    return (key.group, key.kind) in UNIT_KINDS and bool(key.name)


def _source_options(options: Options) -> SourceOptions:
    sources = options.sources if isinstance(options.sources, dict) else {}
    return SourceOptions(sources=sources, repository_urls=options.repository_urls, revisions=options.revisions)


def _root_unit(root: Root, flux: Sequence[KubeObject], tree: Tree, options: SourceOptions) -> DeployUnit:
    """Until the cluster is rendered, its sources are those written beside the root, else anywhere in the repository."""
    near = sorted(
        (obj for obj in flux if obj.group in SOURCE_GROUPS), key=lambda obj: -_shared(obj.origin.path, root.declaration.origin.path)
    )
    ours = our_sources((root.declaration, *near), tree)
    cluster = Cluster(root.cluster, near, ours, options)
    return replace(_unit(root.declaration, cluster, None, tree), flux=installed_release(root, flux, tree))


def _cluster(name: str, members: Sequence[BuiltUnit], tree: Tree, options: SourceOptions) -> Cluster:
    """What was rendered wins over what a unit brought along from files."""
    rendered = [obj for unit in members for obj in unit.where(matters)]
    brought = [obj for unit in members for obj in unit.unit.related]
    declarations = [unit.unit.declaration for unit in members if unit.unit.declaration is not None]
    ours = our_sources((*declarations, *rendered, *brought), tree)
    inherited = {
        SourceRef(obj.kind, obj.namespace, obj.name): how
        for unit in members
        for obj in unit.unit.related
        if (how := text(obj.annotations.get("gitops-check/this-repository")))
    }
    return Cluster(name, (*rendered, *brought), {**ours, **inherited}, options)


def _unit(obj: KubeObject, cluster: Cluster, parent: DeployUnit | None, tree: Tree) -> DeployUnit:
    controller = UNIT_KINDS[obj.group, obj.kind]
    key = UnitKey(cluster.name, controller, obj.namespace, obj.name)
    path, related = _inputs(obj, controller, cluster, tree)
    return DeployUnit(
        controller=controller,
        name=obj.name,
        namespace=obj.namespace,
        path=path,
        cluster=cluster.name,
        declaration=obj,
        related=related,
        flux=parent.flux if parent is not None else "",
        origin=obj.origin,
        parent=parent.key if parent is not None and parent.key != key else None,
    )


def _inputs(obj: KubeObject, controller: Controller, cluster: Cluster, tree: Tree) -> tuple[RepoPath | None, tuple[KubeObject, ...]]:
    if controller is Controller.FLUX_KUSTOMIZATION:
        reference = source_reference(obj)
        path = cluster.path(reference, text(dig(obj.body, "spec", "path")), tree)
        return path, (*cluster.sources(reference), *cluster.values(obj))
    if controller is Controller.FLUX_HELMRELEASE:
        return _chart_inputs(obj, cluster, tree)
    return obj.origin.path, cluster.providers()


def _chart_inputs(release: KubeObject, cluster: Cluster, tree: Tree) -> tuple[RepoPath | None, tuple[KubeObject, ...]]:
    """A HelmChart object stands between the release and its source."""
    reference = chart_reference(release)
    related = (*cluster.sources(reference), *cluster.values(release))
    chart = text(dig(release.body, "spec", "chart", "spec", "chart"))
    if reference.kind == "HelmChart":
        between = next((obj for obj in related if obj.kind == "HelmChart" and obj.name == reference.name), None)
        if between is None:
            return None, related
        reference, chart = chart_source(between, "spec"), text(dig(between.body, "spec", "chart"))
    if reference.kind == "HelmRepository":
        return None, related
    return cluster.path(reference, chart, tree), related


def _shared(one: str, two: str) -> int:
    """How many leading folders two paths have in common."""
    count = 0
    for left, right in zip(one.split("/"), two.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count
