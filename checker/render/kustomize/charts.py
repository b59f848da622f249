"""`helmCharts`: charts that lie in the tree, templated by the Helm that the caller hands in. Nothing is downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checker.model.objects import Origin
from checker.model.paths import PathEscapes, RepoPath, repo_path
from checker.model.tree import EntryKind
from checker.render.kustomize.decode import string
from checker.render.kustomize.failure import broken, remote, unsupported
from checker.render.kustomize.kustomization import HELM_CHART
from checker.render.kustomize.merge import MISSING, Merger
from checker.render.kustomize.options import ChartRequest
from checker.render.kustomize.resource import Resource
from checker.render.kustomize.values import copied, resolved
from checker.tools.yaml import Rules, load_documents

if TYPE_CHECKING:
    from checker.render.kustomize.target import Target

_MERGES = ("override", "merge", "replace")


def configured(plugin: Resource) -> dict[str, Any]:
    """A HelmChartInflationGenerator object as an entry of `helmCharts`."""
    body = resolved(plugin.body)
    entry = {key: value for key, value in body.items() if key not in ("apiVersion", "kind", "metadata", "chartHome", "configHome")}
    read = HELM_CHART(entry, "")
    read["chartHome"] = string(body.get("chartHome"), "chartHome")
    read["name"] = read.get("name") or (body.get("metadata") or {}).get("name", "")
    return read


def inflate(target: Target, chart: dict[str, Any]) -> list[Resource]:
    options = target.build.options
    if not options.enable_helm:
        raise broken("helmCharts are built only where Helm is enabled for kustomize (--enable-helm); the controller would refuse this")
    if options.helm is None:
        raise unsupported("helmCharts: no Helm is at hand to template the chart")
    if not chart.get("name"):
        raise broken("a chart needs a name")
    release = chart.get("nameTemplate") or chart.get("releaseName") or ""
    if not release or "{{" in release:
        raise unsupported("helmCharts: a release name that Helm makes up; give a releaseName")
    if chart.get("devel"):
        raise unsupported("helmCharts: devel")
    path = _path(target, chart)
    namespace = chart.get("namespace") or target.kustomization.text("namespace") or target.namespace_above
    request = ChartRequest(
        path=path,
        release=release,
        namespace=namespace or "default",
        values=_values(target, chart, path),
        include_crds=chart.get("includeCRDs", False),
        skip_hooks=chart.get("skipHooks", False),
        skip_tests=chart.get("skipTests", False),
        kube_version=options.kube_version or chart.get("kubeVersion", ""),
        api_versions=options.api_versions or tuple(chart.get("apiVersions") or ()),
    )
    origin = Origin(path=path)
    made = [Resource(body=copied(dict(body)), origin=origin, from_helm=True) for body in options.helm(request)]
    for resource in made:
        if not resource.gvk.kind or not resource.name:
            raise broken(f"chart {chart['name']} renders an object without kind or name")
    return made


def _path(target: Target, chart: dict[str, Any]) -> RepoPath:
    home = chart.get("chartHome") or (target.kustomization.fields.get("helmGlobals") or {}).get("chartHome") or "charts"
    version = f"/{chart['name']}-{chart['version']}" if chart.get("version") and chart.get("repo") else ""
    try:
        path = repo_path(f"{home}{version}/{chart['name']}", target.loader.root)
    except PathEscapes:
        raise broken(f"chartHome {home} leaves the repository") from None
    if target.build.tree.kind(path) is not EntryKind.DIRECTORY:
        known = target.loader.sources.get(f"{chart.get('repo', '').rstrip('/')}/{chart['name']}")
        if known is not None:
            return known
        if not chart.get("repo"):
            raise broken(f"chart {chart['name']} is not at {path}, and no repo is given")
        raise remote(f"chart {chart['name']} {chart.get('version', '')} of {chart['repo']} is not vendored; put it at {path}")
    return path


def _values(target: Target, chart: dict[str, Any], path: RepoPath) -> dict[str, Any]:
    how = chart.get("valuesMerge") or "override"
    if how not in _MERGES:
        raise broken(f"valuesMerge must be one of {', '.join(_MERGES)}, not {how!r}")
    inline = chart.get("valuesInline") or {}
    merger = Merger(target.build.schemas, styled=False)
    file = target.loader.file_path(chart["valuesFile"]) if chart.get("valuesFile") else RepoPath(f"{path}/values.yaml")
    values = _mapping(target, file)
    if inline and how == "replace":
        values = copied(inline)
    elif inline:
        merged = merger.merge(values, copied(inline)) if how == "override" else merger.merge(copied(inline), values)
        values = {} if merged is MISSING else merged
    for extra in chart.get("additionalValuesFiles") or []:
        _lay_over(values, _mapping(target, target.loader.file_path(extra)))
    return values


def _lay_over(values: dict[str, Any], more: dict[str, Any]) -> None:
    """As Helm adds a further values file."""
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(values.get(key), dict):
            _lay_over(values[key], value)
        else:
            values[key] = value


def _mapping(target: Target, file: RepoPath) -> dict[str, Any]:
    documents = load_documents(target.build.tree.read(file), rules=Rules.KUBERNETES)
    if documents and documents[0].error is not None:
        raise broken(f"{file}: {documents[0].error.message}")
    value = documents[0].value if documents else None
    return copied(value) if isinstance(value, dict) else {}
