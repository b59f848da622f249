"""What an AppProject refuses."""

from __future__ import annotations

from typing import Any

import pytest

from checker.render.argocd.project import permits_destination, permits_kind, permits_source
from tests.unit.render.argocd.builders import config_map, kube, render

OPEN: dict[str, Any] = {
    "sourceRepos": ["*"],
    "destinations": [{"server": "*", "namespace": "*"}],
    "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
}
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: ns}\n"


def refused(content: dict[str, str], project: dict[str, Any], **spec: Any) -> list[str]:
    related = [kube("AppProject", "team", spec={**OPEN, **project})]
    notes = render(content, related=related, project="team", **spec).notes
    return [note.message.partition("does not permit ")[2] for note in notes if note.id == "sync-refused"]


@pytest.mark.parametrize(
    ("patterns", "url", "permitted"),
    [
        (["https://github.com/*"], "https://github.com/o/r", False),
        (["https://github.com/**"], "https://github.com/o/r", True),
        (["https://github.com/o/*"], "git@github.com:o/r", False),
        (["!https://github.com/bad/*"], "https://github.com/o/r", True),
        (["!https://github.com/bad/*", "*"], "https://github.com/bad/r", False),
        (["*"], "anything", True),
        ([], "https://github.com/o/r", False),
        (["https://github.com/{a,b}/*"], "https://github.com/a/r", False),
        (["https://github.com/o/r.git"], "https://GitHub.com/o/R", True),
    ],
)
def test_edge_73_source_repositories(patterns: list[str], url: str, permitted: bool) -> None:
    assert permits_source(url, patterns) is permitted


ANY = {"server": "*", "namespace": "*"}


@pytest.mark.parametrize(
    ("items", "name", "namespace", "permitted"),
    [
        ([{"name": "!prod", "server": "*", "namespace": "*"}], "prod", "x", True),
        ([{"server": "!https://prod", "namespace": "*"}], "prod", "x", False),
        ([{"server": "!https://prod", "namespace": "*"}], "dev", "x", True),
        ([ANY, {"name": "!prod", "namespace": "team-*"}], "prod", "other", False),
        ([ANY, {"server": "*", "namespace": "!kube-system"}], "dev", "kube-system", False),
        ([{"server": "*", "namespace": "!kube-system"}, ANY], "dev", "kube-system", False),
        ([ANY, {"name": "dev", "namespace": "!kube-system"}], "dev", "kube-system", True),
        ([], "dev", "x", False),
    ],
)
def test_edge_74_destinations(items: list[dict[str, str]], name: str, namespace: str, permitted: bool) -> None:
    if items == [ANY, {"name": "dev", "namespace": "!kube-system"}]:
        items = [ANY, {"name": "dev", "server": "", "namespace": "!kube-system"}]
    assert permits_destination(f"https://{name}", name, namespace, items) is permitted


def test_edge_75_cluster_scoped_kinds_must_be_listed() -> None:
    content = {"app/ns.yaml": NAMESPACE, "app/cm.yaml": config_map("cm")}
    assert refused(content, {"clusterResourceWhitelist": None}) == ["the cluster-scoped kind Namespace (ns)"]
    assert refused(content, {}) == []
    created = {"syncOptions": ["CreateNamespace=true"]}
    found = refused({"app/cm.yaml": config_map("cm")}, {"clusterResourceWhitelist": []}, syncPolicy=created)
    assert found == ["the cluster-scoped kind Namespace (target by CreateNamespace, unless it exists)"]


def test_edge_76_an_empty_list_of_namespaced_kinds_allows_none() -> None:
    content = {"app/cm.yaml": config_map("cm")}
    assert refused(content, {"namespaceResourceWhitelist": []}) == ["the kind ConfigMap (cm)"]
    assert refused(content, {"namespaceResourceBlacklist": [{"group": "", "kind": "Config*"}]}) == ["the kind ConfigMap (cm)"]
    assert refused(content, {}) == []
    assert permits_kind({"namespaceResourceWhitelist": [{"group": "*", "kind": "[A-D]onfigMap"}]}, "", "ConfigMap", "cm", is_cluster=False)


def test_edge_77_objects_outside_the_permitted_namespaces() -> None:
    content = {"app/cm.yaml": config_map("cm", namespace="kube-system"), "app/own.yaml": config_map("own")}
    project = {"destinations": [{"server": "https://kubernetes.default.svc", "namespace": "target"}]}
    assert refused(content, project) == ["namespace kube-system on https://kubernetes.default.svc (ConfigMap cm)"]


def test_the_application_itself_must_be_permitted() -> None:
    content = {"app/cm.yaml": config_map("cm")}
    assert refused(content, {"sourceRepos": []}) == ["the repository https://github.com/acme/fleet"]
    assert refused(content, {"destinations": []})[0] == "the destination https://kubernetes.default.svc, namespace target"
    assert refused(content, {}, namespace="team-a") == ["Applications in namespace team-a"]
    assert refused(content, {"sourceNamespaces": ["team-*"]}, namespace="team-a") == []
