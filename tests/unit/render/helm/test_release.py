"""HelmReleases: names, charts, values, what is added and what is left out."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from checker.model.units import Reason, RenderFailure
from checker.render.helm.release import release_name, release_namespace
from tests.unit.render.flux.builders import kube
from tests.unit.render.helm.builders import CHART, LOCAL, release, render, shown, values_of


def test_edge_38_a_target_namespace_names_the_release() -> None:
    unit = release(name="podinfo", targetNamespace="prod")
    assert unit.declaration is not None
    assert (release_name(unit.declaration), release_namespace(unit.declaration)) == ("prod-podinfo", "prod")
    rendered = render(name="podinfo", targetNamespace="prod")
    assert rendered.objects[0].name == "prod-podinfo"
    assert shown(rendered)["namespace"] == "prod"


def test_edge_39_long_names_end_in_a_digest() -> None:
    name = "n" * 50
    unit = release(name=name, targetNamespace="production")
    assert unit.declaration is not None
    whole = f"production-{name}"
    assert release_name(unit.declaration) == f"{whole[:40]}-{hashlib.sha256(whole.encode()).hexdigest()[:12]}"


def test_edge_40_values_files_lie_at_the_root_and_replace_the_charts_own() -> None:
    files = {**CHART, "values-prod.yaml": "a: 1\nb: {c: 1}\n", "more.yaml": "b: {d: 2}\n", "charts/app/values-prod.yaml": "wrong: 1\n"}
    chart = {"spec": {**LOCAL, "valuesFiles": ["values-prod.yaml", "more.yaml"]}}
    assert values_of(render(files, chart=chart)) == {"a": 1, "b": {"c": 1, "d": 2}}
    chart = {"spec": {**LOCAL, "valuesFiles": ["gone.yaml", "more.yaml"], "ignoreMissingValuesFiles": True}}
    assert values_of(render(files, chart=chart)) == {"b": {"d": 2}}
    with pytest.raises(RenderFailure, match=r"gone\.yaml"):
        render(files, chart={"spec": {**LOCAL, "valuesFiles": ["gone.yaml"]}})


def test_the_old_values_file_comes_first() -> None:
    files = {**CHART, "one.yaml": "a: 1\nb: 1\n", "two.yaml": "b: 2\n"}
    rendered = render(files, version="v2beta1", chart={"spec": {**LOCAL, "valuesFile": "one.yaml", "valuesFiles": ["two.yaml"]}})
    assert values_of(rendered) == {"a": 1, "b": 2}


def from_config_map(path: str, value: str, **more: Any) -> dict[str, Any]:
    related = [kube("ConfigMap", "vals", data={"key": value})]
    return {"related": related, "valuesFrom": [{"kind": "ConfigMap", "name": "vals", "valuesKey": "key", "targetPath": path, **more}]}


@pytest.mark.parametrize(
    ("inline", "path", "result"),
    [
        ({"a": 1}, "a", {"a": 1}),
        ({"a": {"b": 1}}, "a.b", {"a": {"b": 2}}),
        ({}, "x.y", {"x": {"y": 2}}),
        ({"l": [1]}, "l[2]", {"l": [1]}),
        ({"l": [1, 3]}, "l[0]", {"l": [2, 3]}),
    ],
)
def test_edge_42_inline_values_are_merged_again_after_a_target_path(inline: dict[str, Any], path: str, result: dict[str, Any]) -> None:
    assert values_of(render(values=inline, **from_config_map(path, "2"))) == {"replicas": 1, **result}


def test_a_target_path_through_what_is_no_map_fails_the_release() -> None:
    with pytest.raises(RenderFailure, match=r"valuesFrom: ConfigMap .* at a\.b: 'a' holds 'text', and the path leads through it"):
        render(values={"a": "text"}, **from_config_map("a.b", "2"))


def test_edge_42_an_earlier_map_breaks_the_sharing() -> None:
    spec = from_config_map("a.b", "2")
    spec["related"].append(kube("ConfigMap", "first", data={"values.yaml": "a: {c: 3}\n"}))
    spec["valuesFrom"].insert(0, {"kind": "ConfigMap", "name": "first"})
    assert values_of(render(values={"a": {"b": 1}}, **spec))["a"] == {"b": 1, "c": 3}


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("TRUE", True),
        ("null", None),
        ("0", 0),
        ("7", 7),
        ("-5", -5),
        ("1.5", "1.5"),
        ("0123", "0123"),
        ("1e5", "1e5"),
        ("{a,2}", ["a", 2]),
        ("'7'", "7"),
        ('"true"', "true"),
    ],
)
def test_a_target_path_is_typed_as_helm_set(value: str, result: Any) -> None:
    assert values_of(render(**from_config_map("x", value))).get("x") == result


def test_a_literal_target_path_takes_the_text_as_it_is() -> None:
    text = 'a,b={"c": [1]}\\n'
    assert values_of(render(**from_config_map("x.y", text, literal=True)))["x"] == {"y": text}


def test_a_comma_in_a_target_path_value_is_refused() -> None:
    with pytest.raises(RenderFailure, match="has no value"):
        render(**from_config_map("x", "a,b"))


def test_values_that_are_not_in_the_repository_are_noted() -> None:
    rendered = render(valuesFrom=[{"kind": "ConfigMap", "name": "gone"}, {"kind": "Secret", "name": "gone", "optional": True}])
    assert [note.id for note in rendered.notes] == ["unknown-values"]
    assert values_of(rendered) == {"replicas": 1}


def test_a_secret_is_not_read_into_values() -> None:
    related = [kube("Secret", "s", data={"values.yaml": "YTogMQ==", "one": "eA=="})]
    refs = [{"kind": "Secret", "name": "s"}, {"kind": "Secret", "name": "s", "valuesKey": "one", "targetPath": "password"}]
    rendered = render(related=related, valuesFrom=refs)
    assert values_of(rendered) == {"replicas": 1, "password": "..PLACEHOLDER_one.."}
    assert [note.id for note in rendered.notes] == ["unknown-values"]


CRD = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.com}\n"


def test_edge_43_definitions_are_created_unless_skipped() -> None:
    files = {**CHART, "charts/app/crds/a.yaml": CRD + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: stray}\n"}
    assert [obj.kind for obj in render(files).objects] == ["ConfigMap", "CustomResourceDefinition"]
    assert [obj.kind for obj in render(files, install={"crds": "Skip"}).objects] == ["ConfigMap"]
    assert [obj.kind for obj in render(files, install={"skipCRDs": True}).objects] == ["ConfigMap", "CustomResourceDefinition"]


def test_edge_44_origin_labels_win_over_common_metadata() -> None:
    common = {"labels": {"helm.toolkit.fluxcd.io/name": "mine", "team": "a"}, "annotations": {"x": "y"}}
    (obj,) = render(commonMetadata=common).objects
    assert obj.labels["helm.toolkit.fluxcd.io/name"] == "app"
    assert obj.labels["team"] == "a"
    assert obj.annotations == {"x": "y"}


def test_edge_45_another_target_namespace_is_another_release() -> None:
    before, after = (release(targetNamespace=name).declaration for name in ("one", "two"))
    assert before is not None
    assert after is not None
    assert release_name(before) != release_name(after)


@pytest.mark.parametrize(("enabled", "count"), [(False, 2), (True, 3)])
def test_hooks_are_shown_and_tests_only_when_enabled(enabled: bool, count: int) -> None:
    job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, annotations: {helm.sh/hook: %s}}\n"
    files = {
        **CHART,
        "charts/app/templates/h.yaml": job % "pre-install",
        "charts/app/templates/t.yaml": job.replace("name: j", "name: t") % "test",
    }
    assert len(render(files, test={"enable": enabled}).objects) == count
    assert len(render(files, install={"disableHooks": True}).objects) == 1


def test_a_remote_chart_says_where_it_would_come_from() -> None:
    repo = kube("HelmRepository", "podinfo", group="source.toolkit.fluxcd.io/v1", spec={"url": "https://stefanprodan.github.io/podinfo"})
    chart = {"spec": {"chart": "podinfo", "version": ">=1.0.0", "sourceRef": {"kind": "HelmRepository", "name": "podinfo"}}}
    with pytest.raises(RenderFailure) as caught:
        render(related=[repo], chart=chart)
    assert caught.value.reason is Reason.REMOTE
    assert caught.value.message == (
        "chart podinfo >=1.0.0 from HelmRepository https://stefanprodan.github.io/podinfo is remote; "
        "vendor it and map it under sources:, or pass --allow-network"
    )
    files = {path.replace("charts/app/", "vendor/podinfo/"): text for path, text in CHART.items()}
    for sources in (
        {"https://stefanprodan.github.io/podinfo": "vendor"},
        {"https://stefanprodan.github.io/podinfo/podinfo": "vendor/podinfo"},
    ):
        (obj,) = render(files, sources=sources, related=[repo], chart=chart).objects
        assert obj.origin.path == "vendor/podinfo/templates/show.yaml"


def test_an_oci_repository_holds_the_chart_itself() -> None:
    source = kube(
        "OCIRepository", "podinfo", group="source.toolkit.fluxcd.io/v1", spec={"url": "oci://ghcr.io/x/podinfo", "ref": {"tag": "1.0.0"}}
    )
    reference = {"kind": "OCIRepository", "name": "podinfo"}
    with pytest.raises(RenderFailure, match=r"chart podinfo 1\.0\.0 from OCIRepository oci://ghcr\.io/x/podinfo is remote"):
        render(related=[source], chartRef=reference)
    files = {path.replace("charts/app/", "vendor/podinfo/"): text for path, text in CHART.items()}
    assert render(files, sources={"oci://ghcr.io/x": "vendor"}, related=[source], chartRef=reference).objects


def test_a_helm_chart_object_may_stand_between() -> None:
    between = kube("HelmChart", "c", group="source.toolkit.fluxcd.io/v1", spec=LOCAL)
    assert render(related=[between], chartRef={"kind": "HelmChart", "name": "c"}).objects
    with pytest.raises(RenderFailure, match="not declared"):
        render(chartRef={"kind": "HelmChart", "name": "c"})


@pytest.mark.parametrize("spec", [{"chart": {"spec": LOCAL}, "chartRef": {"kind": "HelmChart", "name": "c"}}, {"chart": {}}])
def test_exactly_one_chart_is_needed(spec: dict[str, Any]) -> None:
    with pytest.raises(RenderFailure, match="exactly one is needed"):
        render(**spec)


def test_values_of_a_live_release_are_refused() -> None:
    with pytest.raises(RenderFailure) as caught:
        render(upgrade={"preserveValues": True})
    assert caught.value.reason is Reason.UNSUPPORTED


def test_post_renderers_run_one_after_the_other() -> None:
    first = {"kustomize": {"patches": [{"patch": '[{"op": "add", "path": "/data/x", "value": "1"}]', "target": {"kind": "ConfigMap"}}]}}
    second = {
        "kustomize": {"patches": [{"patch": '[{"op": "replace", "path": "/data/x", "value": "2"}]', "target": {"kind": "ConfigMap"}}]}
    }
    rendered = render(postRenderers=[first, second])
    assert shown(rendered)["x"] == "2"
    assert rendered.objects[0].origin.path == "charts/app/templates/show.yaml"
    assert rendered.objects[0].contributors[-1].path == "clusters/prod/app.yaml"


def patching(kind: str) -> dict[str, Any]:
    return {"kustomize": {"patches": [{"patch": '[{"op": "add", "path": "/metadata/labels/x", "value": "y"}]', "target": {"kind": kind}}]}}


@pytest.mark.parametrize(("strategy", "hook"), [("", "y"), ("combined", "y"), ("separate", "y"), ("nohooks", None)])
def test_hooks_are_post_rendered_unless_the_strategy_leaves_them_out(strategy: str, hook: str | None) -> None:
    job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, labels: {a: b}, annotations: {helm.sh/hook: pre-install}}\n"
    files = {**CHART, "charts/app/templates/h.yaml": job}
    more = {"postRenderStrategy": strategy} if strategy else {}
    (shown_job,) = [obj for obj in render(files, postRenderers=[patching("Job")], **more).objects if obj.kind == "Job"]
    assert shown_job.labels.get("x") == hook
    assert ("helm.toolkit.fluxcd.io/name" in shown_job.labels) is (hook is not None)


def test_old_post_renderer_fields_still_hold() -> None:
    merge = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "app"}, "data": {"x": "1"}}
    op = {"target": {"version": "v1", "kind": "ConfigMap", "name": "app"}, "patch": [{"op": "add", "path": "/data/y", "value": "2"}]}
    rendered = render(version="v2beta2", postRenderers=[{"kustomize": {"patchesStrategicMerge": [merge], "patchesJson6902": [op]}}])
    assert (shown(rendered)["x"], shown(rendered)["y"]) == ("1", "2")


def test_a_post_renderer_that_fails_names_the_release() -> None:
    with pytest.raises(RenderFailure, match="postRenderers: ") as caught:
        render(
            postRenderers=[
                {"kustomize": {"patches": [{"patch": '[{"op": "remove", "path": "/data/gone"}]', "target": {"kind": "ConfigMap"}}]}}
            ]
        )
    assert caught.value.location is not None
    assert caught.value.location.path == "clusters/prod/app.yaml"
