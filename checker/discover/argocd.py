"""Argo CD: Applications and ApplicationSets, written in files or rendered by others, app of apps to any depth.

One repository often serves several instances of Argo CD, each with Applications of the same names. Where two parents or
files declare different Applications under one name, the second and further ones carry their place in the cluster's name.
Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Protocol
from urllib.parse import urlsplit

from checker.discover.argocd_overlays import overlays_of
from checker.discover.layout import declared_in
from checker.discover.memo import Memo
from checker.model.objects import JSONValue, KubeObject, ObjectKey, Origin, dig, mapping, sequence, text
from checker.model.paths import KUSTOMIZATION_FILES, MANIFEST_SUFFIXES, PathEscapes, RepoPath, join, parent, repo_path
from checker.model.records import replace
from checker.model.settings import ClusterSetting
from checker.model.tree import EntryKind, Tree, TreeError, walk
from checker.model.units import BuiltUnit, Controller, DeployUnit, Failure, Reason, UnitKey
from checker.tools.argocd import is_this_repository

GROUP = "argoproj.io"
KINDS = {"Application": Controller.ARGOCD_APPLICATION, "ApplicationSet": Controller.ARGOCD_APPLICATIONSET}
CLUSTER_LABEL = "argocd.argoproj.io/secret-type"
SETTINGS = frozenset({"argocd-cm", "argocd-cmd-params-cm"})
_OPERATED = ("kustomizeBuildOptions", "resourceExclusions", "resourceInclusions")
MENTIONS_CLUSTERS = "mentions clusters"
_BESIDE = frozenset({"AppProject", "ArgoCD", "CustomResourceDefinition", "Secret"})


class Options(Protocol):
    @property
    def repository_urls(self) -> tuple[str, ...]: ...

    @property
    def memo(self) -> Memo: ...

    @property
    def clusters(self) -> tuple[ClusterSetting, ...]: ...


def find_roots(tree: Tree, objects: Sequence[KubeObject], options: Options) -> tuple[DeployUnit, ...]:
    """Applications and ApplicationSets that stand in a file by themselves, and the overlays that lead to others."""
    declared = [obj for obj in objects if _is_unit(obj)]
    if not declared:
        return ()
    overlays = overlays_of(tree, {obj.origin.path for obj in declared}, options.memo)
    alone = [obj for obj in declared if obj.origin.path not in overlays.used and obj.origin.path not in overlays.patches]
    units = [_unit(obj, None, options) for obj in alone]
    beside = _beside(objects, _cluster_secrets(tree, options.memo) if any(_asks_clusters(obj) for obj in declared) else ())
    placed = [_with_beside(unit, beside) for unit in _distinct(units, {})]
    tops = [_overlay(tree, folder, beside) for folder in overlays.tops]
    return (*placed, *tops)


def find_children(built: Sequence[BuiltUnit], tree: Tree, options: Options) -> tuple[DeployUnit, ...]:
    """Every Application and ApplicationSet that a unit renders: app of apps, Helm, kustomize or Flux output."""
    gone = superseded([unit.unit for unit in built])
    parents = [unit for unit in built if any(map(_is_unit, unit.of_kind(*KINDS))) and unit.unit.key not in gone]
    parents.sort(key=lambda unit: unit.unit.key)
    declared = [(parent.unit, obj) for parent in parents for obj in parent.of_kind(*KINDS) if _is_unit(obj)]
    rendered = {obj.origin for _, obj in declared}
    lost = [unit for unit in built if _needs_more(unit) and unit.unit.key not in gone]
    declared += [(unit.unit, obj) for unit in lost for obj in _written(unit, tree, options.memo) if obj.origin not in rendered]
    if not declared:
        return ()
    # units of one round share what is beside them
    shared = {id(unit.unit.related): unit.unit.related for unit in built}
    brought = {id(obj): obj for related in shared.values() for obj in related if _is_beside(obj)}
    if any(_asks_clusters(obj) for _, obj in declared):
        brought.update((id(obj), obj) for obj in _cluster_secrets(tree, options.memo))
    beside = _beside((obj for unit in built for obj in unit.where(_may_be_beside)), brought.values())
    roots = {unit.unit.key: unit.unit for unit in built if unit.unit.parent is None and unit.unit.controller in KINDS.values()}

    def make() -> tuple[DeployUnit, ...]:
        origins = {parent.unit.origin for parent in parents if parent.unit.controller in KINDS.values()}
        units = [_unit(obj, above, options) for above, obj in declared]
        return tuple(_with_beside(unit, beside) for unit in _distinct(units, roots, origins))

    places = (
        tuple((key, unit.origin) for key, unit in roots.items()),
        tuple((parent.unit.key, parent.unit.origin) for parent in parents),
        tuple(above.key for above, _ in declared),
    )
    return options.memo.again("applications", places, (options, *(obj for _, obj in declared), *beside), make)


def _needs_more(unit: BuiltUnit) -> bool:
    """Whether it is an overlay that needs what is not here."""
    failed = isinstance(unit.result, Failure) and unit.result.reason is not Reason.BROKEN
    return failed and unit.unit.controller is Controller.KUSTOMIZATION


def _written(unit: BuiltUnit, tree: Tree, memo: Memo) -> Iterator[KubeObject]:
    """The Applications in the files that an overlay is made of, as they stand there."""
    for path in sorted(unit.result.reads):
        if path.endswith(MANIFEST_SUFFIXES):
            yield from filter(_is_unit, declared_in(tree, RepoPath(path), memo)[0])


def _is_unit(obj: KubeObject) -> bool:
    return obj.kind in KINDS and obj.group == GROUP and bool(obj.name)


def _unit(obj: KubeObject, above: DeployUnit | None, options: Options) -> DeployUnit:
    controller = KINDS[obj.kind]
    cluster = _cluster(obj, options.clusters) if controller is Controller.ARGOCD_APPLICATION else "in-cluster"
    instance = _instance(above.cluster) if above is not None else ""
    unit = DeployUnit(
        controller=controller,
        name=obj.name,
        namespace=obj.namespace or "argocd",
        path=_path(obj, options),
        cluster=f"{cluster} ({instance})" if instance else cluster,
        declaration=obj,
        origin=obj.origin,
        parent=above.key if above is not None else None,
    )
    return replace(unit, parent=None) if unit.parent == unit.key else unit


def superseded(units: Sequence[DeployUnit]) -> frozenset[UnitKey]:
    """Units that are part of another: a bare overlay that a controller's unit builds, a file's Application that another renders."""
    sources = {unit.path for unit in units if unit.controller is not Controller.KUSTOMIZATION and unit.path is not None}
    rendered = {(unit.controller, unit.name, unit.origin): unit.key for unit in units if unit.parent is not None}
    gone: set[UnitKey] = set()
    for unit in units:
        if unit.controller is Controller.KUSTOMIZATION:
            if unit.path in sources:
                gone.add(unit.key)
        elif unit.parent is None and rendered.get((unit.controller, unit.name, unit.origin), unit.key) != unit.key:
            gone.add(unit.key)
    return frozenset(gone)


def _distinct(units: Iterable[DeployUnit], roots: Mapping[UnitKey, DeployUnit], origins: Container[Origin] = ()) -> Iterator[DeployUnit]:
    """What one parent declares twice is one unit; others under a taken key move to an instance named after their place."""
    taken: dict[UnitKey, DeployUnit] = {}
    for unit in units:
        moved = unit
        for place in ("", *_places(unit)):
            moved = replace(unit, cluster=f"{unit.cluster.partition(' (')[0]} ({place})") if place else unit
            known = taken.get(moved.key) or roots.get(moved.key)
            if known is None or _same(known, moved, origins):
                break
        taken[moved.key] = moved
    yield from taken.values()


def _same(root: DeployUnit, other: DeployUnit, origins: Container[Origin]) -> bool:
    """One object read from its file and rendered, or rendered by one parent twice.

    What a parent renders from elsewhere (another revision, an archive, a template of its own) has the parent's origin; under
    the name of a file's Application it is taken to be that one.
    """
    if root.parent is not None:
        return root.parent == other.parent
    return root.origin == other.origin or other.origin in origins


def _places(unit: DeployUnit) -> tuple[str, ...]:
    """Names of a place, each closer than the one before."""
    file = f"{unit.origin.path}, document {unit.origin.document + 1}"
    if unit.parent is not None:
        return unit.parent.name, f"{unit.parent.name}, {unit.origin.path}", f"{unit.parent.name}, {file}"
    return parent(unit.origin.path) or ".", unit.origin.path, file


def _instance(cluster: str) -> str:
    return cluster.partition(" (")[2].removesuffix(")")


def _overlay(tree: Tree, folder: RepoPath, beside: Sequence[KubeObject]) -> DeployUnit:
    file = next(path for name in KUSTOMIZATION_FILES if tree.kind(path := join(folder, name)))
    origin = Origin(path=file)
    return DeployUnit(controller=Controller.KUSTOMIZATION, name=folder or ".", path=folder, origin=origin, related=tuple(beside))


def _sources(obj: KubeObject) -> Iterator[Mapping[str, JSONValue]]:
    spec = mapping(obj.body.get("spec"))
    dry = mapping(dig(spec, "sourceHydrator", "drySource"))
    listed = sequence(spec.get("sources"))
    for source in [dry] if dry else listed or [spec.get("source")]:
        if text(mapping(source).get("path")):
            yield mapping(source)


def _path(obj: KubeObject, options: Options) -> RepoPath | None:
    """The first folder of this repository that is rendered."""
    for source in _sources(obj):
        if is_this_repository(text(source.get("repoURL")), options.repository_urls):
            try:
                return repo_path(text(source.get("path")))
            except PathEscapes:
                return None
    return None


def _cluster(obj: KubeObject, clusters: Iterable[ClusterSetting]) -> str:
    """By name; of a server that settings know, the name they give it."""
    destination = mapping(dig(obj.body, "spec", "destination"))
    name, server = text(destination.get("name")), text(destination.get("server")).rstrip("/")
    if name or not server:
        return name or "in-cluster"
    known = next((entry.name for entry in clusters if entry.server.rstrip("/") == server), "")
    return known or ("in-cluster" if server == "https://kubernetes.default.svc" else _host(server) or server)


def _host(server: str) -> str:
    try:
        return urlsplit(server).hostname or ""
    except ValueError:
        return ""


def _may_be_beside(key: ObjectKey) -> bool:
    return key.kind in _BESIDE or (key.kind == "ConfigMap" and key.name in SETTINGS)


def _is_beside(obj: KubeObject) -> bool:
    """What renders and checks of Applications ask for: projects, Argo CD's settings, cluster-scoped definitions, cluster Secrets."""
    if obj.kind in ("AppProject", "ArgoCD"):
        return obj.group == GROUP and (obj.kind == "AppProject" or any(dig(obj.body, "spec", field) for field in _OPERATED))
    if obj.kind == "ConfigMap":
        return obj.name in SETTINGS
    if obj.kind == "CustomResourceDefinition":
        return dig(obj.body, "spec", "scope") == "Cluster"
    return obj.kind == "Secret" and obj.labels.get(CLUSTER_LABEL) == "cluster"


def _beside(objects: Iterable[KubeObject], more: Iterable[KubeObject]) -> tuple[KubeObject, ...]:
    """One of each name; what is rendered wins over what was brought along from files.

    Not so for Secrets: a rendered one has lost the values that name the cluster.
    """
    found = {obj.key: obj for obj in more}
    written = {obj.name for obj in found.values() if obj.kind == "Secret"}
    for obj in objects:
        if _is_beside(obj) and not (obj.kind == "Secret" and obj.name in written):
            found[obj.key] = obj
    return tuple(found[key] for key in sorted(found))


def _with_beside(unit: DeployUnit, beside: Sequence[KubeObject]) -> DeployUnit:
    return replace(unit, related=tuple(beside))


def _asks_clusters(obj: KubeObject) -> bool:
    return obj.kind == "ApplicationSet" and '"clusters"' in _words(obj.body.get("spec"))


def _words(value: JSONValue) -> str:
    import json

    return json.dumps(value, default=str)


@lru_cache(maxsize=4)
def _cluster_secrets(tree: Tree, memo: Memo) -> tuple[KubeObject, ...]:
    """Cluster Secrets written in files; they are of no group that is looked for otherwise. Every round asks again."""
    found: list[KubeObject] = []
    for path in walk(tree):
        if path.endswith((".yaml", ".yml", ".json")) and tree.kind(path) is EntryKind.FILE:
            try:
                if memo.of(MENTIONS_CLUSTERS, tree, path, _mentions_clusters):
                    found.extend(memo.again("cluster secrets", (path, tree.identity(path)), (), partial(_secrets_in, tree, path)))
            except TreeError:
                continue
    return tuple(found)


def _secrets_in(tree: Tree, path: RepoPath) -> list[KubeObject]:
    from checker.tools.yaml import read_objects

    return [obj for obj in read_objects(tree.read(path), path).objects if _is_beside(obj) and obj.kind == "Secret"]


def _mentions_clusters(data: bytes, _path: RepoPath) -> bool:
    return CLUSTER_LABEL.encode() in data
