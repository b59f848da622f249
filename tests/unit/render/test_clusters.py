"""What settings say of a cluster reaches its units and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from checker.model.settings import ClusterSetting
from checker.model.units import BuiltUnit, DeployUnit, Failure, Rendered
from checker.render import render_unit
from checker.render.options import RenderOptions
from tests.unit.render.flux.builders import config_map, kustomization, repository
from tests.unit.render.helm.builders import CHART, release

SUBSTITUTED = {"app/kustomization.yaml": "resources: [a.yaml]\n", "app/a.yaml": config_map(region="${REGION}", gone="x${GONE}")}
FROM_CLUSTER = {"substituteFrom": [{"kind": "ConfigMap", "name": "vars"}]}


def built(unit: DeployUnit, files: dict[str, str], *clusters: ClusterSetting, cluster: str = "prod") -> BuiltUnit:
    return render_unit(replace(unit, cluster=cluster), repository(files), RenderOptions(clusters=clusters), digest_key=None)


def data(one: BuiltUnit) -> Any:
    assert isinstance(one.result, Rendered), one.result
    return one.objects[0].body["data"]


def test_variables_that_only_the_cluster_has() -> None:
    prod = ClusterSetting(name="prod", flux="2.8", variables={"ConfigMap/flux-system/vars": {"REGION": "eu\n1"}})
    unit = kustomization(postBuild=FROM_CLUSTER)
    assert data(built(unit, SUBSTITUTED, prod)) == {"region": "eu1", "gone": "x"}
    elsewhere = built(unit, SUBSTITUTED, prod, cluster="staging")
    assert data(elsewhere) == {"region": "${REGION}", "gone": "x${GONE}"}
    assert isinstance(elsewhere.result, Rendered)
    assert "clusters" in elsewhere.result.notes[0].message


def test_the_flux_release_decides_what_is_strict_and_what_is_served() -> None:
    variables = {"ConfigMap/flux-system/vars": {"REGION": "eu"}}
    unit = kustomization(postBuild=FROM_CLUSTER, version="v1beta2")
    old = built(unit, SUBSTITUTED, ClusterSetting(name="*", flux="2.7", variables=variables))
    assert isinstance(old.result, Rendered)
    assert [note.id for note in old.result.notes] == []
    new = built(unit, SUBSTITUTED, ClusterSetting(name="*", flux="v2.9.4", variables=variables))
    assert isinstance(new.result, Failure)
    assert "GONE" in new.result.message
    files = {"app/a.yaml": config_map()}
    served = built(unit, files, ClusterSetting(name="*", flux="2.9", variables=variables)).result
    assert isinstance(served, Rendered)
    assert [note.id for note in served.notes] == ["api-version-removed"]


def test_the_release_in_the_repository_counts_where_settings_say_none() -> None:
    unit = replace(kustomization(version="v1beta2"), flux="2.7")
    files = {"app/a.yaml": config_map()}
    results = [built(unit, files).result, built(unit, files, ClusterSetting(name="*", flux="2.9")).result]
    assert [[note.id for note in result.notes] for result in results if isinstance(result, Rendered)] == [[], ["api-version-removed"]]


def test_charts_that_ask_get_the_clusters_versions() -> None:
    asking = """apiVersion: v1
kind: ConfigMap
metadata: {name: asked}
data:
  kubernetes: {{ .Capabilities.KubeVersion.Version }}
  monitored: {{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" | quote }}
"""
    files = {**CHART, "charts/app/templates/show.yaml": asking}
    prod = ClusterSetting(name="prod", kubernetes="1.31.4", api_versions=("monitoring.coreos.com/v1",))
    assert data(built(release(), files, prod)) == {"kubernetes": "v1.31.4", "monitored": "true"}
    assert data(built(release(), files, prod, cluster="staging")) == {"kubernetes": "v1.33", "monitored": "false"}


def test_values_that_only_the_cluster_has() -> None:
    prod = ClusterSetting(name="p*", variables={"Secret/flux-system/app-values": {"values.yaml": "replicas: 7\n"}})
    unit = release(valuesFrom=[{"kind": "Secret", "name": "app-values"}])
    assert '"replicas":7' in data(built(unit, CHART, prod))["values"]
    assert '"replicas":1' in data(built(unit, CHART, prod, cluster="staging"))["values"]


def test_an_older_helm_kept_nulls_and_that_is_said() -> None:
    files = {**CHART, "charts/app/values.yaml": "replicas: null\n"}
    one = built(release(), files, ClusterSetting(name="prod", helm="4.1")).result
    assert isinstance(one, Rendered)
    assert [note.id for note in one.notes] == ["assumed-helm"]
    by_flux = built(release(), files, ClusterSetting(name="prod", flux="2.7")).result
    assert isinstance(by_flux, Rendered)
    assert "Helm 3.19" in by_flux.notes[0].message
    new = built(release(), files, ClusterSetting(name="prod", helm="4.2")).result
    assert isinstance(new, Rendered)
    assert new.notes == ()


def test_before_flux_2_8_hooks_are_neither_patched_nor_labelled() -> None:
    job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, labels: {a: b}, annotations: {helm.sh/hook: pre-install}}\n"
    patch = '[{"op": "add", "path": "/metadata/labels/x", "value": "y"}]'
    unit = release(postRenderers=[{"kustomize": {"patches": [{"target": {"kind": "Job"}, "patch": patch}]}}])
    files = {**CHART, "charts/app/templates/job.yaml": job}
    for flux, labels in (("2.7", {"a"}), ("2.8", {"a", "x", "helm.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/namespace"})):
        one = built(unit, files, ClusterSetting(name="prod", flux=flux))
        assert {*next(obj for obj in one.objects if obj.kind == "Job").labels} == labels
