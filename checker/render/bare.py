"""Overlays and charts that no controller object in the repository names: built as they stand."""

from __future__ import annotations

from checker.model.paths import RepoPath, basename
from checker.model.tree import Tree
from checker.model.units import DeployUnit, Rendered
from checker.render.helm import HelmRequest, render_chart
from checker.render.kustomize import KustomizeOptions, build
from checker.render.kustomize_charts import chart_renderer
from checker.render.options import RenderOptions


def render_overlay(unit: DeployUnit, tree: Tree, options: RenderOptions) -> Rendered:
    """What `kustomize build` prints for the folder."""
    assert unit.path is not None
    how = KustomizeOptions(
        sources=options.sources,
        load_restrictor=options.load_restrictor,
        enable_helm=options.enable_helm,
        helm=chart_renderer(tree),
        kube_version=options.kubernetes,
        api_versions=options.api_versions,
    )
    return Rendered(objects=build(tree, unit.path, how))


def render_local_chart(unit: DeployUnit, tree: Tree, options: RenderOptions) -> Rendered:
    """The chart with its own default values, released under the name of its folder."""
    assert unit.path is not None
    request = HelmRequest(
        release=basename(RepoPath(unit.name)).strip(".") or "chart",
        include_crds=True,
        namespace=unit.namespace or "default",
        kube_version=options.kubernetes,
        api_versions=options.api_versions,
    )
    return Rendered(objects=render_chart(tree, unit.path, request))
