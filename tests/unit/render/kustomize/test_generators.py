"""Generated config maps and secrets, their hashes, and the references that follow them."""

from __future__ import annotations

import pytest

from checker.model.units import RenderFailure
from tests.unit.render.kustomize.helpers import bodies, built

USER = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n"
    "spec: {volumes: [{name: v, configMap: {name: settings}}, {name: s, secret: {secretName: keys}}]}"
)


def test_content_hashes_are_those_of_kustomize_and_references_follow():
    files = {
        "kustomization.yaml": (
            "resources: [r.yaml]\nconfigMapGenerator: [{name: settings, literals: [a=b]}]\nsecretGenerator: [{name: keys, literals: [k=v]}]"
        ),
        "r.yaml": USER,
    }
    found = bodies(files)
    volumes = found["Pod p"]["spec"]["volumes"]
    assert volumes[0]["configMap"]["name"] == "settings-4h2mbtbbt6"
    assert volumes[1]["secret"]["secretName"] == "keys-ftgtgc4t9f"
    assert found["ConfigMap settings-4h2mbtbbt6"]["data"] == {"a": "b"}
    assert found["Secret keys-ftgtgc4t9f"]["data"] == {"k": "dg=="}


def test_sources_of_keys():
    files = {
        "kustomization.yaml": (
            "generatorOptions: {disableNameSuffixHash: true, labels: {l: m}, immutable: true}\nconfigMapGenerator:\n"
            "- {name: c, literals: ['q=\"x\"'], envs: [e.env], files: [f.txt, k=f.txt, bin], options: {annotations: {a: b}}}"
        ),
        "e.env": "# no\nA=1\n B= two \nC\n",
        "f.txt": "text\r\n",
        "bin": b"\xff\xfe",
    }
    assert bodies(files)["ConfigMap c"] == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "c", "labels": {"l": "m"}, "annotations": {"a": "b"}},
        "data": {"q": "x", "A": "1", "B": " two ", "C": "", "f.txt": "text\r\n", "k": "text\r\n"},
        "binaryData": {"bin": "//4="},
        "immutable": True,
    }


def test_behaviors():
    files = {
        "base/kustomization.yaml": "configMapGenerator: [{name: c, literals: [a=1, b=2]}]\ngeneratorOptions: {disableNameSuffixHash: true}",
        "top/kustomization.yaml": (
            "resources: [../base]\ngeneratorOptions: {disableNameSuffixHash: true}\n"
            "configMapGenerator: [{name: c, behavior: %s, literals: [b=3]}]"
        ),
    }
    top = files["top/kustomization.yaml"]
    assert bodies({**files, "top/kustomization.yaml": top % "merge"}, "top")["ConfigMap c"]["data"] == {"a": "1", "b": "3"}
    assert bodies({**files, "top/kustomization.yaml": top % "replace"}, "top")["ConfigMap c"]["data"] == {"b": "3"}
    with pytest.raises(RenderFailure, match="exists already"):
        built({**files, "top/kustomization.yaml": top % "create"}, "top")


def test_a_key_given_twice_is_refused():
    with pytest.raises(RenderFailure, match="twice"):
        built({"kustomization.yaml": "configMapGenerator: [{name: c, literals: [a=1, a=2]}]"})
