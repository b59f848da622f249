"""Short ways to say: this repository, that Flux Kustomization, what does it render to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from checker.model.objects import KubeObject, Origin
from checker.model.paths import RepoPath
from checker.model.tree import MemoryTree, Tree
from checker.model.units import Controller, DeployUnit, Rendered
from checker.render.flux import render_kustomization
from checker.render.options import RenderOptions
from checker.tools.flux import THIS_REPOSITORY

DECLARED = RepoPath("clusters/prod/app.yaml")


def repository(files: Mapping[str, str]) -> MemoryTree:
    return MemoryTree({RepoPath(path): text.encode() for path, text in files.items()})


def kube(kind: str, name: str, *, group: str = "v1", namespace: str = "flux-system", **body: Any) -> KubeObject:
    return KubeObject(
        body={"apiVersion": group, "kind": kind, "metadata": {"name": name, "namespace": namespace}, **body}, origin=Origin(path=DECLARED)
    )


def git_repository(**spec: Any) -> KubeObject:
    source = kube("GitRepository", "flux-system", group="source.toolkit.fluxcd.io/v1", spec={"url": "https://example.com/fleet", **spec})
    metadata = {**source.metadata, "annotations": {THIS_REPOSITORY: "bootstrap"}}
    return KubeObject(body={**source.body, "metadata": metadata}, origin=source.origin)


def kustomization(path: str = "./app", *, related: Sequence[KubeObject] = (), version: str = "v1", **spec: Any) -> DeployUnit:
    source = {"kind": "GitRepository", "name": "flux-system"}
    whole = {"interval": "10m", "prune": True, "path": path, "sourceRef": source, **spec}
    declaration = kube("Kustomization", "app", group=f"kustomize.toolkit.fluxcd.io/{version}", spec=whole)
    return DeployUnit(
        controller=Controller.FLUX_KUSTOMIZATION,
        name="app",
        namespace="flux-system",
        path=RepoPath(path),
        cluster="prod",
        declaration=declaration,
        related=(*([] if any(obj.kind == "GitRepository" for obj in related) else [git_repository()]), *related),
        origin=declaration.origin,
    )


def render(
    files: Mapping[str, str] | Tree, path: str = "./app", *, flux: str = "2.9", related: Sequence[KubeObject] = (), **spec: Any
) -> Rendered:
    tree = repository(files) if isinstance(files, Mapping) else files
    return render_kustomization(kustomization(path, related=related, **spec), tree, RenderOptions(flux=flux))


def config_map(name: str = "settings", **data: Any) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data})


def names(rendered: Rendered) -> list[str]:
    return [obj.name for obj in rendered.objects]


def data_of(rendered: Rendered) -> Any:
    (obj,) = rendered.objects
    return obj.body["data"]
