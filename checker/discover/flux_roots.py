"""Flux objects as they are written in files -> the entry points: units that nothing else in the repository creates.

A cluster begins at `flux-system/gotk-sync.yaml` or a FluxInstance; else at each Kustomization that no other one would apply,
judged by the folders their paths name, without rendering. A `gotk-sync.yaml` that holds no objects yet, as templates of
repositories ship it, still names its folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from checker.discover.flux_cluster import BOOTSTRAP, CONTROL_GROUP, KUSTOMIZE_GROUP, SOURCE_GROUPS, our_sources, source_reference
from checker.model.objects import JSONValue, KubeObject, Origin, dig, mapping, sequence, text
from checker.model.paths import KUSTOMIZATION_FILES, ROOT, PathEscapes, RepoPath, basename, clamped_path, is_within, join, parent, repo_path
from checker.model.tree import EntryKind, Tree, TreeError
from checker.tools.flux import SourceOptions, SourceRef, names_this_repository, stated_release

SYNC_FILE = f"{BOOTSTRAP}/gotk-sync.yaml"
MAX_VISITED = 20_000


class Root(NamedTuple):
    """A Kustomization to start from."""

    cluster: str
    declaration: KubeObject


def entry_points(objects: Sequence[KubeObject], tree: Tree, options: SourceOptions) -> tuple[Root, ...]:
    """Sorted by where they are declared; cluster names are unique as far as unit names need it."""
    kustomizations = [obj for obj in objects if _is_kustomization(obj)]
    instances = [made for obj in objects if (made := _from_instance(obj)) is not None]
    placeholders = [made for folder in _sync_folders(objects, tree) if (made := _from_placeholder(folder, kustomizations)) is not None]
    certain = [obj for obj in kustomizations if basename(obj.origin.path) == "gotk-sync.yaml"] + instances + placeholders
    ours = frozenset(our_sources((*objects, *instances, *placeholders), tree)) | _named_by_url(objects, options)
    taken = {id(obj) for obj in certain}
    candidates = [obj for obj in kustomizations if id(obj) not in taken and not _is_set_aside(obj)]
    everyone = [*certain, *(obj for obj in kustomizations if id(obj) not in taken)]
    paths = {id(obj): clamped_path(text(dig(obj.body, "spec", "path"))) for obj in everyone if source_reference(obj) in ours}
    roots = [*certain, *_unproduced(candidates, everyone, paths, tree)]
    return _named(sorted(roots, key=lambda obj: (obj.origin.path, obj.origin.document, obj.name)))


def _is_kustomization(obj: KubeObject) -> bool:
    return obj.group == KUSTOMIZE_GROUP and obj.kind == "Kustomization" and bool(obj.name)


def _is_set_aside(obj: KubeObject) -> bool:
    """Written to be filled in by a parent, or kept in a hidden folder, which nothing deploys by itself."""
    return "${" in text(dig(obj.body, "spec", "path")) or any(part.startswith(".") for part in obj.origin.path.split("/"))


def _named_by_url(objects: Iterable[KubeObject], options: SourceOptions) -> frozenset[SourceRef]:
    sources = (obj for obj in objects if obj.group in SOURCE_GROUPS and names_this_repository(obj, options))
    return frozenset(SourceRef(obj.kind, obj.namespace, obj.name) for obj in sources)


def _from_instance(obj: KubeObject) -> KubeObject | None:
    """The Kustomization that flux-operator makes from `spec.sync` (fluxoperator.dev/docs/crd/fluxinstance)."""
    sync = mapping(dig(obj.body, "spec", "sync"))
    if obj.group != CONTROL_GROUP or obj.kind != "FluxInstance" or not sync.get("path"):
        return None
    namespace = obj.namespace or BOOTSTRAP
    name = text(sync.get("name")) or namespace
    return _kustomization(name, namespace, text(sync.get("path")), text(sync.get("kind"), "GitRepository"), obj.origin)


def instance_source(obj: KubeObject) -> KubeObject | None:
    """The source that flux-operator makes beside it, where that is no Git repository: a Git repository is taken for this one."""
    sync = mapping(dig(obj.body, "spec", "sync"))
    kind = text(sync.get("kind"), "GitRepository")
    if obj.group != CONTROL_GROUP or obj.kind != "FluxInstance" or kind not in ("OCIRepository", "Bucket"):
        return None
    namespace = obj.namespace or BOOTSTRAP
    metadata: dict[str, JSONValue] = {"name": text(sync.get("name")) or namespace, "namespace": namespace}
    spec: dict[str, JSONValue] = {"url": sync.get("url"), "ref": {"tag": sync.get("ref")}}
    return KubeObject(
        body={"apiVersion": "source.toolkit.fluxcd.io/v1", "kind": kind, "metadata": metadata, "spec": spec}, origin=obj.origin
    )


def installed_release(root: Root, objects: Iterable[KubeObject], tree: Tree) -> str:
    """The Flux release that is installed where the root is: by gotk-components.yaml beside it, or by the FluxInstance that it is made from.

    Empty where neither says, as `version: 2.x` does not.
    """
    for obj in objects:
        if obj.kind == "FluxInstance" and obj.origin == root.declaration.origin:
            version = text(dig(obj.body, "spec", "distribution", "version")).removeprefix("v")
            return version if re.match(r"\d+\.\d+", version) else ""
    file = join(parent(root.declaration.origin.path), "gotk-components.yaml")
    return stated_release(tree.read(file)) if _kind(tree, file) is EntryKind.FILE else ""


def _from_placeholder(folder: RepoPath, kustomizations: Iterable[KubeObject]) -> KubeObject | None:
    file = RepoPath(f"{folder}/{SYNC_FILE}" if folder else SYNC_FILE)
    if any(obj.origin.path == file for obj in kustomizations):
        return None
    return _kustomization(BOOTSTRAP, BOOTSTRAP, f"./{folder}", "GitRepository", Origin(path=file))


def _kustomization(name: str, namespace: str, path: str, kind: str, origin: Origin) -> KubeObject:
    spec: dict[str, JSONValue] = {"interval": "10m", "path": path, "prune": True, "sourceRef": {"kind": kind, "name": name}}
    metadata: dict[str, JSONValue] = {"name": name, "namespace": namespace}
    return KubeObject(
        body={"apiVersion": f"{KUSTOMIZE_GROUP}/v1", "kind": "Kustomization", "metadata": metadata, "spec": spec}, origin=origin
    )


def _sync_folders(objects: Iterable[KubeObject], tree: Tree) -> list[RepoPath]:
    """Folders at or above a Flux object that hold `flux-system/gotk-sync.yaml`."""
    folders: set[RepoPath] = set()
    for obj in objects:
        folder = parent(obj.origin.path)
        while folder not in folders:
            folders.add(folder)
            folder = parent(folder)
    return sorted(folder for folder in folders if _kind(tree, join(folder, BOOTSTRAP) + "/gotk-sync.yaml") is EntryKind.FILE)


def _unproduced(candidates: list[KubeObject], everyone: list[KubeObject], paths: dict[int, RepoPath], tree: Tree) -> list[KubeObject]:
    """Those whose file no other Kustomization's folder holds or refers to. Of a circle, the one with the outermost folder begins.

    What lies below a folder and is not referred to is switched off, and no entry point either. Below the root of the
    repository lies everything, so there only what is referred to counts.
    """
    by_path: dict[RepoPath, list[KubeObject]] = {}
    for obj in everyone:
        if id(obj) in paths:
            by_path.setdefault(paths[id(obj)], []).append(obj)
    left = [obj for obj in candidates if not any(_holds(other, obj, paths) for above in _above(obj) for other in by_path.get(above, ()))]
    if not left:
        return []
    referenced = _referenced(by_path, tree)
    return [obj for obj in left if obj.origin.path not in referenced or _holds_itself(obj, paths)]


def _above(obj: KubeObject) -> Iterator[RepoPath]:
    """The file that holds the object, and every folder above it but the root."""
    path = obj.origin.path
    while path:
        yield path
        path = parent(path)


def _holds(other: KubeObject, obj: KubeObject, paths: dict[int, RepoPath]) -> bool:
    """Whether `other` may be taken for the one that creates `obj`: not when each would create the other and `obj` is further out."""
    theirs, mine = paths.get(id(other)), paths.get(id(obj))
    if other is obj or not theirs or not is_within(obj.origin.path, theirs):
        return False
    if not mine or not is_within(other.origin.path, mine):
        return True
    return (len(theirs), other.origin.path, other.origin.document) < (len(mine), obj.origin.path, obj.origin.document)


def _holds_itself(obj: KubeObject, paths: dict[int, RepoPath]) -> bool:
    return id(obj) in paths and is_within(obj.origin.path, paths[id(obj)])


def _referenced(folders: Iterable[RepoPath], tree: Tree) -> set[RepoPath]:
    """Every file that kustomizations at or below the folders lead to, outside those folders too."""
    found: set[RepoPath] = set()
    seen: set[RepoPath] = set()
    todo = list(folders)
    while todo and len(seen) < MAX_VISITED:
        folder = todo.pop()
        if folder in seen or _kind(tree, folder) is not EntryKind.DIRECTORY:
            continue
        seen.add(folder)
        names = tree.entries(folder)
        file = next((name for name in KUSTOMIZATION_FILES if name in names), None)
        entries = _entries(tree, join(folder, file), folder) if file else [join(folder, name) for name in names]
        for path in entries:
            if _kind(tree, path) is EntryKind.DIRECTORY:
                todo.append(path)
            elif path.endswith((".yaml", ".yml")):
                found.add(path)
    return found


def _entries(tree: Tree, file: RepoPath, folder: RepoPath) -> list[RepoPath]:
    from checker.tools.yaml import Rules, load_documents

    paths: list[RepoPath] = []
    try:
        documents = load_documents(tree.read(file), rules=Rules.KUSTOMIZE)
    except TreeError:
        return []
    for document in documents:
        for field in ("resources", "bases", "components"):
            for entry in sequence(mapping(document.value).get(field)):
                if isinstance(entry, str) and "://" not in entry:
                    try:
                        paths.append(repo_path(entry, folder))
                    except PathEscapes:
                        continue
    return paths


def _kind(tree: Tree, path: str) -> EntryKind | None:
    try:
        return tree.kind(RepoPath(path))
    except TreeError:
        return None


def _named(roots: Sequence[KubeObject]) -> tuple[Root, ...]:
    """A cluster's name is the last part of the path it syncs; where that would confuse two, the whole path."""
    short = [Root(_cluster(obj), obj) for obj in roots]
    taken: dict[tuple[str, str, str], int] = {}
    for root in short:
        ident = (root.cluster, root.declaration.namespace, root.declaration.name)
        taken[ident] = taken.get(ident, 0) + 1
    confused = {ident[0] for ident, count in taken.items() if count > 1}
    return tuple(Root(_home(root.declaration), root.declaration) if root.cluster in confused else root for root in short)


def _cluster(obj: KubeObject) -> str:
    """By where it is written, else by the path it syncs: `clusters/<name>`, `kubernetes/<name>`."""
    where = _home(obj)
    for path in (where, clamped_path(text(dig(obj.body, "spec", "path")))):
        parts = path.split("/")
        for marker in ("clusters", "cluster", "kubernetes"):
            if marker in parts[:-1]:
                return parts[parts.index(marker) + 1]
    return basename(where) if basename(obj.origin.path) == "gotk-sync.yaml" else ""


def _home(obj: KubeObject) -> RepoPath:
    """The folder that stands for the cluster: the synced path of a bootstrap, else where the object is written."""
    if basename(obj.origin.path) == "gotk-sync.yaml":
        return clamped_path(text(dig(obj.body, "spec", "path"))) or ROOT
    return parent(obj.origin.path)
