"""What Argo CD does to the objects of all sources: namespaces, duplicates, kinds it leaves alone, hooks."""

from __future__ import annotations

import pytest

from checker.model.units import RenderFailure
from tests.unit.render.argocd.builders import URL, config_map, kube, names, render


def obj(api: str, kind: str, name: str, annotations: str = "{}") -> str:
    return f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: {name}, annotations: {annotations}}}\n"


def test_edge_58_the_later_of_two_sources_wins() -> None:
    content = {
        "one/cm.yaml": config_map("x") + "data: {from: one}\n",
        "two/cm.yaml": config_map("x", namespace="target") + "data: {from: two}\n",
    }
    rendered = render(content, sources=[{"repoURL": URL, "path": "one"}, {"repoURL": URL, "path": "two"}])
    assert [o.body["data"] for o in rendered.objects] == [{"from": "two"}]
    assert [(note.id, "twice" in note.message) for note in rendered.notes] == [("repeated-resource", True)]
    versions = {"app/a.yaml": obj("apps/v1", "Deployment", "x"), "app/b.yaml": obj("apps/v1beta1", "Deployment", "x")}
    assert [o.version for o in render(versions).objects] == ["v1beta1"]


def test_generated_names_never_collide() -> None:
    job = "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: run-}\n"
    assert names(render({"app/a.yaml": job, "app/b.yaml": job})) == ["run-*", "run-*"]


def test_edge_59_leases_and_events_are_left_out_with_a_note() -> None:
    content = {
        "app/a.yaml": obj("coordination.k8s.io/v1", "Lease", "l"),
        "app/b.yaml": obj("v1", "Event", "e"),
        "app/c.yaml": config_map("cm"),
    }
    rendered = render(content)
    assert names(rendered) == ["cm"]
    assert [note.id for note in rendered.notes] == ["excluded-resource", "excluded-resource"]


MONITOR, LEASE = obj("monitoring.coreos.com/v1", "ServiceMonitor", "m"), obj("coordination.k8s.io/v1", "Lease", "l")
CLAIM = obj("cert-manager.io/v1", "CertificateRequest", "r")
HERE, THERE = "https://kubernetes.default.svc", "https://other"


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        ({}, ["cm", "m"]),
        ({"resource.exclusions": "[]"}, ["cm", "m", "r"]),
        ({"resource.exclusions": "- {apiGroups: ['monitoring.*'], kinds: ['*']}"}, ["cm", "r"]),
        ({"resource.exclusions": f"- {{kinds: [ServiceMonitor], clusters: ['{HERE}']}}"}, ["cm", "r"]),
        ({"resource.exclusions": f"- {{kinds: [ServiceMonitor], clusters: ['{THERE}']}}"}, ["cm", "m", "r"]),
        ({"resource.inclusions": "- {apiGroups: [''], kinds: [ConfigMap]}"}, ["cm"]),
        ({"resource.inclusions": f"- {{kinds: [ConfigMap], clusters: ['{THERE}']}}"}, ["cm", "m"]),
        ({"resource.inclusions": "- {kinds: [Lease, ServiceMonitor]}", "resource.exclusions": ""}, ["m"]),
    ],
)
def test_the_settings_say_which_kinds_are_left_alone(settings: dict[str, str], left: list[str]) -> None:
    """util/settings/resources_filter.go, argo-cd: exclusions that are written take the place of those that it is installed with."""
    content = {"app/a.yaml": config_map("cm"), "app/b.yaml": MONITOR, "app/c.yaml": LEASE, "app/d.yaml": CLAIM}
    related = [kube("ConfigMap", "argocd-cm", api="v1", data=settings)]
    assert names(render(content, related=related)) == left


def test_the_destination_namespace_fills_gaps_only() -> None:
    content = {
        "app/a.yaml": config_map("gap"),
        "app/b.yaml": config_map("own", namespace="own"),
        "app/c.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: ns, namespace: wrong}\n",
        "app/d.yaml": "apiVersion: example.com/v1\nkind: Global\nmetadata: {name: g}\n",
    }
    assert [o.namespace for o in render(content).objects] == ["target", "own", "", "target"]
    spec = {"group": "example.com", "scope": "Cluster", "names": {"kind": "Global"}}
    crd = kube("CustomResourceDefinition", "globals.example.com", api="apiextensions.k8s.io/v1", namespace="", spec=spec)
    assert [o.namespace for o in render(content, related=[crd]).objects] == ["target", "own", "", ""]


def test_hooks_that_never_run_are_not_applied() -> None:
    hooks = {"PreSync": True, "Skip": False, "Nonsense": False, "Skip,PostSync": True}
    for word, applied in hooks.items():
        content = {"app/a.yaml": obj("batch/v1", "Job", "j", f"{{argocd.argoproj.io/hook: '{word}'}}")}
        assert bool(names(render(content))) is applied, word


def test_lists_stand_for_their_items() -> None:
    content = {
        "app/a.yaml": "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n",
        "app/b.yaml": "apiVersion: v1\nkind: ConfigMapList\nitems:\n",
    }
    assert names(render(content)) == ["a"]


def test_edge_78_pruning_never_empties_an_application_unless_it_may() -> None:
    def said(**automated: bool) -> list[str]:
        return [note.id for note in render({"app/README.md": ""}, syncPolicy={"automated": automated}).notes]

    assert said(prune=True) == ["sync-refused"]
    assert said(prune=True, allowEmpty=True) == ["prunes-everything"]
    assert said() == []


@pytest.mark.parametrize("value", ["1", "true", "null", "[a]"])
def test_an_annotation_that_is_no_text_stops_the_source(value: str) -> None:
    bad = config_map("cm", annotations=f"{{good: x, bad: {value}}}")
    with pytest.raises(RenderFailure, match=r"annotation bad of ConfigMap cm is .* put it in quotes") as caught:
        render({"app/a.yaml": config_map("fine", annotations="null"), "app/b.yaml": bad})
    assert caught.value.location is not None
    assert caught.value.location.path == "app/b.yaml"
    definition = bad.replace("kind: ConfigMap", "kind: CustomResourceDefinition").replace("v1", "apiextensions.k8s.io/v1")
    assert names(render({"app/a.yaml": definition})) == ["cm"]
