"""Options written into the kustomization before it is built."""

from __future__ import annotations

from typing import Any

import pytest

from checker.model.units import Reason, RenderFailure
from tests.unit.render.argocd.builders import config_map, kube, names, render

POD = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: c, image: "app:v0"}]}}}
"""


def built(kustomization: str, **settings: Any) -> dict[str, Any]:
    rendered = render(
        {"app/kustomization.yaml": f"resources: [d.yaml]\n{kustomization}", "app/d.yaml": POD}, source={"kustomize": settings}
    )
    return dict(rendered.objects[0].body)


def image(kustomization: str, *images: str) -> str:
    found = built(kustomization, images=list(images))["spec"]["template"]["spec"]["containers"][0]["image"]
    assert isinstance(found, str)
    return found


def test_edge_56_labels_that_are_there_need_force() -> None:
    there = "commonLabels: {app: old}\n"
    with pytest.raises(RenderFailure, match="forceCommonLabels"):
        built(there, commonLabels={"app": "x"})
    forced = built(there, commonLabels={"app": "x"}, forceCommonLabels=True)
    assert (forced["metadata"]["labels"], forced["spec"]["selector"]) == ({"app": "x"}, {"matchLabels": {"app": "x"}})
    with pytest.raises(RenderFailure, match="labelWithoutSelector"):
        built("", commonLabels={"app": "x"}, labelIncludeTemplates=True)
    plain = built("", commonLabels={"app": "$ARGOCD_APP_NAME"}, labelWithoutSelector=True)
    assert (plain["metadata"]["labels"], "selector" in plain["spec"]) == ({"app": "app1"}, False)
    templates = built("", commonLabels={"app": "x"}, labelWithoutSelector=True, labelIncludeTemplates=True)
    assert templates["spec"]["template"]["metadata"]["labels"] == {"app": "x"}


def test_edge_57_an_image_replaces_the_whole_entry() -> None:
    there = "images: [{name: app, newName: r/app, newTag: v1}]\n"
    assert image(there, "app:v2") == "app:v2"
    assert image(there, "app=*:v2") == "r/app:v2"
    assert image(there) == "r/app:v1"
    assert image("", "app=other/app") == "other/app:v0"
    assert image("", "app@sha256:abc") == "app@sha256:abc"
    with pytest.raises(RenderFailure, match="names no tag"):
        image("", "app")


def test_names_counts_namespace_annotations_and_patches() -> None:
    patch = {"patch": '[{"op": "add", "path": "/spec/paused", "value": true}]', "target": {"kind": "Deployment"}}
    body = built(
        "namePrefix: old-\nreplicas: [{name: web, count: 1}]\n",
        namePrefix="new-",
        nameSuffix="-x",
        replicas=[{"name": "web", "count": "3"}],
        namespace="spaced",
        commonAnnotations={"a": "$ARGOCD_APP_NAME"},
        patches=[patch],
    )
    assert body["metadata"] == {"name": "new-web-x", "namespace": "spaced", "annotations": {"a": "$ARGOCD_APP_NAME"}}
    assert (body["spec"]["replicas"], body["spec"]["paused"]) == (3, True)
    expanded = built("", commonAnnotations={"a": "$ARGOCD_APP_NAME"}, commonAnnotationsEnvsubst=True)
    assert expanded["metadata"]["annotations"] == {"a": "app1"}


def test_components_are_added_once_and_missing_ones_may_be_left_out() -> None:
    content = {
        "app/kustomization.yaml": "resources: [cm.yaml]\ncomponents: [../c]\n",
        "app/cm.yaml": config_map("cm"),
        "c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: c-\n",
    }
    settings = {"components": ["../c", "../gone", "../../outside"], "ignoreMissingComponents": True}
    assert names(render(content, source={"kustomize": settings})) == ["c-cm"]
    with pytest.raises(RenderFailure, match="gone"):
        render(content, source={"kustomize": {"components": ["../gone"]}})


def test_an_option_that_we_do_not_know_is_refused_by_name() -> None:
    with pytest.raises(RenderFailure, match=r"kustomize\.novelty") as caught:
        built("", novelty=True)
    assert caught.value.reason is Reason.UNSUPPORTED


def test_charts_of_a_kustomization_follow_argos_settings() -> None:
    content = {
        "app/kustomization.yaml": "helmCharts: [{name: web, releaseName: r}]\n",
        "app/charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        "app/charts/web/values.yaml": "",
        "app/charts/web/templates/cm.yaml": config_map("{{ .Release.Name }}-cm"),
    }
    enabled = kube("ArgoCD", "argocd", spec={"kustomizeBuildOptions": "--enable-helm"})
    disabled = kube("ConfigMap", "argocd-cm", api="v1", data={"kustomize.buildOptions": "--load-restrictor LoadRestrictionsNone"})
    assert names(render(content)) == ["r-cm"]
    assert names(render(content, related=[enabled])) == ["r-cm"]
    with pytest.raises(RenderFailure, match="enable-helm"):
        render(content, related=[disabled])


def test_files_outside_are_read_only_where_the_settings_allow() -> None:
    content = {"app/kustomization.yaml": "resources: [../common/cm.yaml]\n", "common/cm.yaml": config_map("common")}
    with pytest.raises(RenderFailure, match="load restrictor"):
        render(content)
    free = kube("ConfigMap", "argocd-cm", api="v1", data={"kustomize.buildOptions": "--load-restrictor LoadRestrictionsNone"})
    assert names(render(content, related=[free])) == ["common"]
