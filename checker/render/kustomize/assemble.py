"""A whole build: the root kustomization, then what only happens once, at the end."""

from __future__ import annotations

from typing import cast

from checker.model.objects import JSONValue, KubeObject, Location
from checker.model.paths import RepoPath
from checker.model.tree import EntryKind, Tree, nearest
from checker.render.kustomize.context import Accumulated, Build
from checker.render.kustomize.failure import broken
from checker.render.kustomize.hashing import add_hashes
from checker.render.kustomize.loader import Loader
from checker.render.kustomize.metadata import LOCAL, finish
from checker.render.kustomize.names import fix_references
from checker.render.kustomize.options import KustomizeOptions
from checker.render.kustomize.order import ordered
from checker.render.kustomize.resmap import words
from checker.render.kustomize.resource import Resource
from checker.render.kustomize.target import Target, led_by
from checker.render.kustomize.values import is_empty, resolved
from checker.render.kustomize.variables import replace_vars


def assembled(tree: Tree, path: RepoPath, options: KustomizeOptions, *, styled: bool) -> tuple[KubeObject, ...]:
    if tree.kind(path) is not EntryKind.DIRECTORY:
        if tree.kind(path, follow=False) is EntryKind.SYMLINK:
            tree.entries(path)  # tells where it leads to
        close = nearest(tree, path)
        hint = f"; did you mean {close}?" if close else ""
        raise broken(f"{path or '.'} is not a folder of the tree{hint}", Location(path=path))
    build = Build(tree=tree, options=options, styled=styled)
    loader = Loader(tree=tree, root=tree.resolve(path), anywhere=options.load_restrictor == "none", sources=options.sources)
    root = Target(build, loader)
    notes = root.kustomization.entries("buildMetadata")
    build.annotated = bool(notes)
    accumulated = root.accumulate()
    with led_by(root.kustomization.path):
        _finish_names(accumulated, styled=styled)
        resources = _without_local(accumulated)
        sorting = root.kustomization.fields.get("sortOptions")
        with root.place("/sortOptions"):
            resources = ordered(resources, {"order": options.order} if sorting is None else sorting)
        for resource in resources:
            finish(resource, notes)
    return tuple(_object(resource) for resource in resources)


def _finish_names(accumulated: Accumulated, *, styled: bool) -> None:
    add_hashes(accumulated.resources)
    fix_references(accumulated.resources, accumulated.config.name_reference)
    replace_vars(accumulated.resources, accumulated.vars, accumulated.config.var_reference, styled=styled)


def _without_local(accumulated: Accumulated) -> list[Resource]:
    kept = []
    seen: set[object] = set()
    for resource in accumulated.resources:
        if is_empty(resource.body):
            continue
        if not resource.gvk.kind or (not resource.name and not resource.gvk.kind.endswith("List")):
            raise broken("a resource has lost its kind or name", resource.origin.location)
        current = resource.cur_id
        if current.key in seen:
            raise broken(f"the build ends with two resources {words(current)}", resource.origin.location)
        seen.add(current.key)
        if resource.texts("annotations").get(LOCAL, "false") == "false":
            kept.append(resource)
    return kept


def _object(resource: Resource) -> KubeObject:
    return KubeObject(
        body=cast("dict[str, JSONValue]", resolved(resource.body)), origin=resource.origin, contributors=tuple(resource.contributors)
    )
