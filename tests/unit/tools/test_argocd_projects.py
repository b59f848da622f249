"""What an AppProject permits and which sync windows apply: verdicts of pkg/apis/application/v1alpha1, argo-cd."""

from __future__ import annotations

from typing import Any

import pytest

from checker.tools.argocd import permits_destination, permits_kind, permits_source, window_applies


@pytest.mark.parametrize(
    ("patterns", "url", "permitted"),
    [
        (["https://github.com/*"], "https://github.com/o/r", False),
        (["https://github.com/**"], "https://github.com/o/r", True),
        (["https://github.com/o/*"], "https://github.com/o/r.git", True),
        (["https://github.com/o/*"], "git@github.com:o/r", False),
        (["git@h:o/r.git"], "ssh://git@h/o/r", True),
        (["!https://github.com/bad/*"], "https://github.com/o/r", True),
        (["!https://github.com/bad/*", "*"], "https://github.com/bad/r", False),
        (["*", "!https://github.com/bad/*"], "https://github.com/bad/r", False),
        (["*"], "anything", True),
        ([], "https://github.com/o/r", False),
        (["https://github.com/{a,b}/*"], "https://github.com/a/r", False),
        (["https://github.com/o/r.git"], "https://GitHub.com/o/R", True),
    ],
)
def test_edge_73_sources(patterns: list[str], url: str, permitted: bool) -> None:
    assert permits_source(url, patterns) is permitted


ANY = {"server": "*", "namespace": "*"}
PROD, DEV = {"server": "https://prod", "name": "prod"}, {"server": "https://dev", "name": "dev"}


@pytest.mark.parametrize(
    ("items", "destination", "namespace", "permitted"),
    [
        ([{"name": "!prod", "server": "*", "namespace": "*"}], PROD, "x", True),
        ([{"server": "!https://prod", "namespace": "*"}], PROD, "x", False),
        ([{"server": "!https://prod", "namespace": "*"}], DEV, "x", True),
        ([ANY, {"name": "!prod", "namespace": "team-*"}], PROD, "other", False),
        ([ANY, {"server": "*", "namespace": "!kube-system"}], DEV, "kube-system", False),
        ([{"server": "*", "namespace": "!kube-system"}, ANY], DEV, "kube-system", False),
        ([ANY, {"name": "dev", "namespace": "!kube-system"}], DEV, "kube-system", True),
        ([{"name": "*", "namespace": "team-*"}], {"name": "dev"}, "team-a", True),
        ([{"server": "https://kubernetes.default.svc", "namespace": "*"}], {"name": "in-cluster"}, "a", True),
        ([{"server": "https://dev", "namespace": "[^a]*"}], DEV, "team-a", False),
        ([], DEV, "x", False),
    ],
)
def test_edge_74_destinations(items: list[Any], destination: dict[str, str], namespace: str, permitted: bool) -> None:
    assert permits_destination(destination, namespace, items) is permitted


@pytest.mark.parametrize(
    ("items", "permitted"),
    [
        ([{"name": "prod", "namespace": "*"}], True),
        ([{"server": "https://other", "namespace": "*"}], False),
        ([ANY, {"name": "!prod", "namespace": "*"}], True),
        ([ANY, {"server": "*", "namespace": "!kube-system"}], False),
        ([ANY, {"name": "prod", "namespace": "!kube-system"}], True),
    ],
)
def test_a_name_that_is_not_known_may_be_permitted_and_does_not_refuse(items: list[Any], permitted: bool) -> None:
    assert permits_destination({"server": "https://10.0.0.1"}, "kube-system", items) is permitted


@pytest.mark.parametrize(
    ("spec", "is_cluster", "permitted"),
    [
        ({}, False, True),
        ({}, True, False),
        ({"namespaceResourceWhitelist": []}, False, False),
        ({"namespaceResourceWhitelist": [{"group": "*", "kind": "[A-D]onfigMap"}]}, False, True),
        ({"namespaceResourceWhitelist": [{"group": "", "kind": "ConfigMap", "name": "other"}]}, False, True),
        ({"clusterResourceWhitelist": [{"group": "", "kind": "ConfigMap", "name": "other"}]}, True, False),
        (
            {"clusterResourceWhitelist": [{"group": "*", "kind": "*"}], "clusterResourceBlacklist": [{"group": "", "kind": "C*"}]},
            True,
            False,
        ),
    ],
)
def test_kinds_whose_name_counts_only_in_the_cluster(spec: dict[str, Any], is_cluster: bool, permitted: bool) -> None:
    assert permits_kind(spec, "", "ConfigMap", "cm", is_cluster=is_cluster) is permitted


APP = {"metadata": {"name": "shop"}, "spec": {"destination": {"server": "https://dev"}}}


@pytest.mark.parametrize(
    ("window", "applies"),
    [
        ({"applications": ["{web,shop}"]}, True),
        ({"applications": ["web"], "clusters": ["https://*"]}, True),
        ({"applications": ["web"], "clusters": ["https://*"], "andOperator": True}, False),
        ({"applications": ["shop"], "clusters": ["https://*"], "andOperator": True}, True),
        ({"namespaces": ["*"]}, True),
        ({"namespaces": ["team-*"]}, False),
        ({}, False),
        ({"andOperator": True}, False),
    ],
)
def test_sync_windows(window: dict[str, Any], applies: bool) -> None:
    assert window_applies(window, APP) is applies
