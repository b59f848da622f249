"""`helmCharts` through a Helm that the caller hands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from checker.model.objects import JSONValue
from checker.model.units import Reason, RenderFailure
from checker.render.kustomize import ChartRequest
from tests.unit.render.kustomize.helpers import built

CHART = {"charts/app/Chart.yaml": "name: app\nversion: 1.0.0\n", "charts/app/values.yaml": "a: {b: 1, c: 2}\nlist: [x]\n"}


def requested(entry: str, fields: str = "", **files: str) -> ChartRequest:
    asked: list[ChartRequest] = []

    def helm(request: ChartRequest) -> Sequence[Mapping[str, JSONValue]]:
        asked.append(request)
        return [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "made"}}]

    built({**CHART, "kustomization.yaml": f"{fields}\nhelmCharts:\n- {{{entry}}}\n", **files}, enable_helm=True, helm=helm)
    return asked[0]


def test_a_chart_gets_its_own_values_with_the_inline_ones_over_them():
    request = requested("name: app, releaseName: r, includeCRDs: true, valuesInline: {a: {c: 3}, list: [z]}")
    assert (request.path, request.release, request.namespace, request.include_crds) == ("charts/app", "r", "default", True)
    assert request.values == {"a": {"b": 1, "c": 3}, "list": ["z"]}


def test_ways_to_merge_values():
    assert requested("name: app, releaseName: r, valuesMerge: merge, valuesInline: {a: {c: 3, d: 4}}").values == {
        "a": {"b": 1, "c": 2, "d": 4},
        "list": ["x"],
    }
    assert requested("name: app, releaseName: r, valuesMerge: replace, valuesInline: {z: 1}").values == {"z": 1}


def test_the_namespace_of_the_kustomization_is_that_of_the_release():
    assert requested("name: app, releaseName: r", "namespace: prod").namespace == "prod"


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("name: app", Reason.UNSUPPORTED),
        ("name: other, releaseName: r", Reason.BROKEN),
        ("name: other, releaseName: r, repo: 'https://charts.example', version: 1.0.0", Reason.REMOTE),
    ],
)
def test_charts_that_cannot_be_templated_are_named(entry: str, reason: Reason):
    with pytest.raises(RenderFailure) as caught:
        requested(entry)
    assert caught.value.reason is reason
