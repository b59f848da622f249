"""Short ways to say: this Application over these files, what does it render to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from checker.model.objects import KubeObject, Origin
from checker.model.paths import RepoPath
from checker.model.tree import MemoryTree, Tree
from checker.model.units import Controller, DeployUnit, Rendered
from checker.render.argocd import render_application
from checker.render.options import RenderOptions

URL = "https://github.com/acme/fleet"
OURS = ("git@github.com:acme/fleet.git",)
SHOW = """apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  namespace: {{ .Release.Namespace }}
  values: {{ .Values | toJson | quote }}
"""
CHART = {
    "app/Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\n",
    "app/values.yaml": "a: chart\n",
    "app/templates/show.yaml": SHOW,
}


def config_map(name: str, **metadata: str) -> str:
    lines = "".join(f"  {key}: {value}\n" for key, value in {"name": name, **metadata}.items())
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n{lines}"


def kube(kind: str, name: str, *, api: str = "argoproj.io/v1alpha1", namespace: str = "argocd", **body: Any) -> KubeObject:
    metadata: dict[str, Any] = {"name": name, **({"namespace": namespace} if namespace else {})}
    return KubeObject(body={"apiVersion": api, "kind": kind, "metadata": metadata, **body}, origin=Origin(path=RepoPath("apps/app.yaml")))


def application(
    *,
    name: str = "app1",
    namespace: str = "argocd",
    related: Sequence[KubeObject] = (),
    source: Mapping[str, Any] | None = None,
    **spec: Any,
) -> DeployUnit:
    """`source` goes over a source of folder `app` in this repository."""
    whole: dict[str, Any] = {"destination": {"server": "https://kubernetes.default.svc", "namespace": "target"}, **spec}
    if "sources" not in spec and "sourceHydrator" not in spec:
        whole["source"] = {"repoURL": URL, "path": "app", **(source or {})}
    declaration = kube("Application", name, namespace=namespace, spec=whole)
    return DeployUnit(
        controller=Controller.ARGOCD_APPLICATION,
        name=name,
        namespace=namespace,
        path=RepoPath("app"),
        cluster="in-cluster",
        declaration=declaration,
        related=tuple(related),
        origin=declaration.origin,
    )


def files(content: Mapping[str, str]) -> Tree:
    return MemoryTree({RepoPath(path): text.encode() for path, text in content.items()})


def render(
    content: Mapping[str, str],
    *,
    revisions: tuple[str, ...] = ("main",),
    revision_tree: Callable[[str], Tree | None] | None = None,
    mapped: Mapping[str, str] | None = None,
    tags: Sequence[str] = (),
    **spec: Any,
) -> Rendered:
    sources = {url: RepoPath(path) for url, path in (mapped or {}).items()}
    options = RenderOptions(repository_urls=OURS, revisions=revisions, revision_tree=revision_tree, tags=lambda: tags, sources=sources)
    return render_application(application(**spec), files(content), options)


def names(rendered: Rendered) -> list[str]:
    return [obj.name for obj in rendered.objects]


def values_of(rendered: Rendered) -> Any:
    import json

    return json.loads(next(obj for obj in rendered.objects if obj.kind == "ConfigMap").body["data"]["values"])  # type: ignore[index,call-overload,arg-type]
