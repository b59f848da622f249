"""What an AppProject refuses."""

from __future__ import annotations

from typing import Any

from tests.unit.render.argocd.builders import URL, config_map, kube, render

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


def test_edge_77_objects_outside_the_permitted_namespaces() -> None:
    content = {"app/cm.yaml": config_map("cm", namespace="kube-system"), "app/own.yaml": config_map("own")}
    project = {"destinations": [{"server": "https://kubernetes.default.svc", "namespace": "target"}]}
    assert refused(content, project) == ["namespace kube-system on https://kubernetes.default.svc (ConfigMap cm)"]


ONE = {"app/cm.yaml": config_map("cm")}


def test_a_source_outside_the_project() -> None:
    assert refused(ONE, {"sourceRepos": []}) == ["the repository https://github.com/acme/fleet"]


def test_each_of_several_sources_must_be_permitted() -> None:
    sources = [{"repoURL": URL, "path": "app"}, {"repoURL": "https://example.com/values", "ref": "values"}]
    assert refused(ONE, {"sourceRepos": [URL]}, sources=sources) == ["the repository https://example.com/values"]


def test_the_source_of_a_hydrator_must_be_permitted() -> None:
    dry = {"drySource": {"repoURL": URL, "path": "app", "targetRevision": "HEAD"}, "syncSource": {"targetBranch": "env", "path": "app"}}
    assert refused(ONE, {"sourceRepos": []}, sourceHydrator=dry) == [f"the repository {URL}"]


def test_a_destination_outside_the_project() -> None:
    assert refused(ONE, {"destinations": []})[0] == "the destination https://kubernetes.default.svc, namespace target"


def test_a_denied_namespace_of_a_permitted_cluster() -> None:
    denied = [{"server": "*", "namespace": "*"}, {"server": "*", "namespace": "!tar*"}]
    elsewhere = {"server": "https://10.0.0.1", "namespace": "target"}
    assert refused(ONE, {"destinations": denied}, destination=elsewhere)[0] == "the destination https://10.0.0.1, namespace target"


def test_an_application_in_a_namespace_that_the_project_does_not_take() -> None:
    assert refused(ONE, {}, namespace="team-a") == ["Applications in namespace team-a"]
    assert refused(ONE, {"sourceNamespaces": ["team-*"]}, namespace="team-a") == []


def test_a_denied_cluster_scoped_kind() -> None:
    content = {"app/ns.yaml": NAMESPACE}
    denied = {"clusterResourceBlacklist": [{"group": "", "kind": "Namespace", "name": "n*"}]}
    assert refused(content, denied) == ["the cluster-scoped kind Namespace (ns)"]
    assert refused(content, {"clusterResourceBlacklist": [{"group": "", "kind": "Namespace", "name": "other"}]}) == []
