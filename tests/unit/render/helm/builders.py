"""Short ways to say: this chart, that HelmRelease, what does it render to."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping, Sequence
from typing import Any

from checker.model.objects import KubeObject
from checker.model.paths import RepoPath
from checker.model.units import Controller, DeployUnit, Rendered
from checker.render.helm import render_helmrelease
from checker.render.options import RenderOptions
from tests.unit.render.flux.builders import git_repository, kube, repository

SHOW = """apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  labels: {chart: "{{ .Chart.Name }}-{{ .Chart.Version }}"}
data:
  namespace: {{ .Release.Namespace }}
  values: {{ .Values | toJson | quote }}
"""
CHART = {
    "charts/app/Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\n",
    "charts/app/values.yaml": "replicas: 1\n",
    "charts/app/templates/show.yaml": SHOW,
}
LOCAL: dict[str, Any] = {"chart": "./charts/app", "sourceRef": {"kind": "GitRepository", "name": "flux-system"}}


def archive() -> bytes:
    """The chart of `CHART` with one more file of values, as a repository hands it out."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as packed:
        for path, text in {**CHART, "charts/app/values-prod.yaml": "replicas: 5\n"}.items():
            info = tarfile.TarInfo(path.removeprefix("charts/"))
            info.size = len(text)
            packed.addfile(info, io.BytesIO(text.encode()))
    return data.getvalue()


def release(
    *, name: str = "app", namespace: str = "flux-system", related: Sequence[KubeObject] = (), version: str = "v2", **spec: Any
) -> DeployUnit:
    whole = spec if "chart" in spec or "chartRef" in spec else {"chart": {"spec": LOCAL}, **spec}
    declaration = kube("HelmRelease", name, group=f"helm.toolkit.fluxcd.io/{version}", namespace=namespace, spec=whole)
    return DeployUnit(
        controller=Controller.FLUX_HELMRELEASE,
        name=name,
        namespace=namespace,
        path=None,
        cluster="prod",
        declaration=declaration,
        related=(git_repository(), *related),
        origin=declaration.origin,
    )


def render(files: Mapping[str, str] | None = None, *, sources: Mapping[str, str] | None = None, **spec: Any) -> Rendered:
    options = RenderOptions(sources={url: RepoPath(path) for url, path in (sources or {}).items()})
    return render_helmrelease(release(**spec), repository(CHART if files is None else files), options)


def values_of(rendered: Rendered) -> Any:
    import json

    return json.loads(shown(rendered)["values"])


def shown(rendered: Rendered) -> Any:
    return next(obj for obj in rendered.objects if obj.kind == "ConfigMap").body["data"]
