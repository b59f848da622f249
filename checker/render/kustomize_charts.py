"""The Helm that kustomize's `helmCharts` are templated with: our own door to Helm, for a chart of the same tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.model.objects import JSONValue
from checker.model.tree import Tree
from checker.render.helm import HelmRequest, render_chart
from checker.render.kustomize import ChartRequest, HelmCall


def chart_renderer(tree: Tree) -> HelmCall:
    """For `KustomizeOptions.helm`."""

    def call(request: ChartRequest) -> Sequence[Mapping[str, JSONValue]]:
        helm = HelmRequest(
            release=request.release,
            namespace=request.namespace,
            values=request.values,
            chart_values={},
            include_crds=request.include_crds,
            hooks=not request.skip_hooks,
            tests=not request.skip_tests,
            kube_version=request.kube_version,
            api_versions=request.api_versions,
        )
        return [obj.body for obj in render_chart(tree, request.path, helm)]

    return call
