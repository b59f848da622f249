"""Argo CD: Applications and ApplicationSets, written in files or rendered by others.

Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol
from urllib.parse import urlsplit

from checker.model.objects import KubeObject, dig, mapping, text
from checker.model.paths import PathEscapes, RepoPath, repo_path
from checker.model.tree import Tree
from checker.model.units import BuiltUnit, Controller, DeployUnit, UnitKey
from checker.tools.argocd import is_this_repository

GROUP = "argoproj.io"
KINDS = {"Application": Controller.ARGOCD_APPLICATION, "ApplicationSet": Controller.ARGOCD_APPLICATIONSET}


class Options(Protocol):
    @property
    def repository_urls(self) -> tuple[str, ...]: ...


def find_roots(tree: Tree, objects: Sequence[KubeObject], options: Options) -> tuple[DeployUnit, ...]:
    """Every Application and ApplicationSet written in a file."""
    del tree
    return tuple(_units(objects, None, options))


def find_children(built: Sequence[BuiltUnit], tree: Tree, options: Options) -> tuple[DeployUnit, ...]:
    """Every Application and ApplicationSet that a unit renders: app of apps, Helm, kustomize or Flux output."""
    del tree
    return tuple(unit for parent in built for unit in _units(parent.objects, parent.unit.key, options))


def _units(objects: Iterable[KubeObject], parent: UnitKey | None, options: Options) -> Iterable[DeployUnit]:
    for obj in objects:
        if obj.group == GROUP and obj.kind in KINDS and obj.name:
            yield DeployUnit(
                controller=KINDS[obj.kind],
                name=obj.name,
                namespace=obj.namespace or "argocd",
                path=_path(obj, options),
                cluster=_cluster(obj),
                declaration=obj,
                origin=obj.origin,
                parent=parent,
            )


def _path(obj: KubeObject, options: Options) -> RepoPath | None:
    source = mapping(dig(obj.body, "spec", "source"))
    path, url = source.get("path"), text(source.get("repoURL"))
    if not isinstance(path, str) or not is_this_repository(url, options.repository_urls):
        return None
    try:
        return repo_path(path)
    except PathEscapes:
        return None


def _cluster(obj: KubeObject) -> str:
    destination = mapping(dig(obj.body, "spec", "destination"))
    server = text(destination.get("server"))
    return text(destination.get("name")) or (
        "in-cluster" if server in ("", "https://kubernetes.default.svc") else urlsplit(server).hostname or server
    )
