"""Which versions an object states, and when two are one."""

from __future__ import annotations

from typing import Any

import pytest

from checker.gate.values import Value, image_value, values_in
from checker.model.objects import KubeObject
from tests.unit.compare.make import deployment, obj


def argo(**source: Any) -> KubeObject:
    return obj(
        "Application", "x", api="argoproj.io/v1alpha1", spec={"source": {"repoURL": "https://h/r", "targetRevision": "v1", **source}}
    )


def release(values: dict[str, Any], **chart: str) -> KubeObject:
    return obj("HelmRelease", "x", api="helm.toolkit.fluxcd.io/v2", spec={"chart": {"spec": chart}, "values": values})


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (deployment(image="a:1", pod={"initContainers": [{"name": "i", "image": "h:5000/b"}]}), ["image a:1", "image h:5000/b:latest"]),
        (obj("Rollout", "x", api="argoproj.io/v1alpha1", spec={"template": {"spec": {"containers": [{"image": "c:2"}]}}}), ["image c:2"]),
        (argo(), ["revision https://h/r v1"]),
        (argo(chart="web"), ["chart web v1"]),
        (argo(helm={"valuesObject": {"image": {"tag": 7}}}), ["revision https://h/r v1", "image image:7"]),
        (
            argo(helm={"parameters": [{"name": "image.tag", "value": "8"}, {"name": "x", "value": "y"}]}),
            ["revision https://h/r v1", "image image.tag:8"],
        ),
        (argo(kustomize={"images": ["old=new:3"]}), ["revision https://h/r v1", "image new:3"]),
        (release({}, chart="podinfo", version="6.5"), ["chart podinfo 6.5"]),
        (release({}, chart="./charts/podinfo", version="*"), []),
        (release({"web": {"image": {"registry": "h", "repository": "w", "tag": "1", "digest": "sha256:a"}}}), ["image h/w:1@sha256:a"]),
        (release({"web": {"image": "w:4"}}), ["image w:4"]),
        (release({"redis": {"enabled": True, "repository": "redis", "tag": "8"}}), ["image redis:8"]),
        (release({"git": {"tag": "v1"}}), []),
        (
            obj("GitRepository", "r", api="source.toolkit.fluxcd.io/v1", spec={"url": "https://h/r", "ref": {"tag": "v1"}}),
            ["revision https://h/r v1"],
        ),
        (obj("OCIRepository", "r", api="source.toolkit.fluxcd.io/v1", spec={"ref": {"digest": "sha256:a"}}), ["revision r sha256:a"]),
        (obj("HelmChart", "r", api="source.toolkit.fluxcd.io/v1", spec={"chart": "web", "version": "2"}), ["chart web 2"]),
        (obj("ConfigMap", "r", data={"image": "x:1"}), []),
    ],
)
def test_values_of_an_object(declared: KubeObject, expected: list[str]) -> None:
    assert [str(value) for value in values_in(declared)] == expected


@pytest.mark.parametrize(
    ("reference", "name", "version"),
    [
        ("a", "a", "latest"),
        ("a:1", "a", "1"),
        ("h:5000/a", "h:5000/a", "latest"),
        ("h:5000/a:1@sha256:x", "h:5000/a", "1@sha256:x"),
        ("a@sha256:x", "a", "@sha256:x"),
    ],
)
def test_image_references(reference: str, name: str, version: str) -> None:
    assert image_value(reference) == Value("image", name, version)


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("a:1", "a:1", True),
        ("a:1@s", "a:1@s", True),
        ("a:1@s", "a:1@t", False),
        ("a:1@s", "a:2@s", True),
        ("a:1@s", "a:1", True),
        ("a@s", "a:1", False),
    ],
)
def test_versions_that_are_one(one: str, two: str, expected: bool) -> None:
    assert image_value(one).same_version(image_value(two)) is expected


def test_values_that_nest_without_end_are_left() -> None:
    deep: dict[str, Any] = {}
    for _ in range(200):
        deep = {"a": deep, "containers": [{"image": "x:1"}]}
    assert {str(value) for value in values_in(obj("Thing", "x", spec=deep))} == {"image x:1"}
    assert list(values_in(release(deep))) == []
