"""Flux clusters and their units: where they begin, what they lead to, which sources are this repository."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from checker.discover import DiscoverOptions, Memo, find_unreached, read_layout
from checker.discover.flux import find_children, find_roots
from checker.model.objects import KubeObject
from checker.model.paths import RepoPath
from checker.model.tree import MemoryTree
from checker.model.units import BuiltUnit, Controller, DeployUnit, Rendered
from checker.tools.yaml import dump_documents, read_objects


def kustomization(
    name: str, path: str, source: str = "flux-system", kind: str = "GitRepository", namespace: str = "flux-system"
) -> dict[str, Any]:
    spec = {"path": path, "prune": True, "sourceRef": {"kind": kind, "name": source}}
    return body("kustomize.toolkit.fluxcd.io/v1", "Kustomization", name, spec, namespace)


def git_repository(name: str, url: str, **spec: Any) -> dict[str, Any]:
    return body("source.toolkit.fluxcd.io/v1", "GitRepository", name, {"url": url, **spec})


def body(version: str, kind: str, name: str, spec: Mapping[str, Any], namespace: str = "flux-system") -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": dict(spec)}


def written(files: Mapping[str, object]) -> tuple[MemoryTree, list[KubeObject]]:
    """A tree of files, each text, one object or a list of objects, and the Flux objects in it."""
    texts = {
        path: item if isinstance(item, str) else dump_documents(item if isinstance(item, list) else [item]) for path, item in files.items()
    }
    tree = MemoryTree({RepoPath(path): text.encode() for path, text in texts.items()})
    objects = [obj for path, text in texts.items() for obj in read_objects(text.encode(), RepoPath(path)).objects]
    return tree, [obj for obj in objects if "fluxcd" in obj.group]


def roots(files: Mapping[str, object], **options: Any) -> list[tuple[str, str, str | None]]:
    tree, objects = written(files)
    return [(unit.cluster, unit.name, unit.path) for unit in find_roots(tree, objects, DiscoverOptions(**options))]


def children(files: Mapping[str, object], *rendered: dict[str, Any], **options: Any) -> dict[str, DeployUnit]:
    """What the only root declares when it renders these."""
    tree, objects = written(files)
    (root,) = find_roots(tree, objects, DiscoverOptions(**options))
    objects_ = tuple(KubeObject(body=item, origin=root.origin) for item in rendered)
    built = BuiltUnit(unit=root, result=Rendered(objects=objects_))
    return {unit.name: unit for unit in find_children((built,), tree, DiscoverOptions(**options))}


SYNC = "clusters/prod/flux-system/gotk-sync.yaml"
BOOTSTRAPPED: dict[str, object] = {
    SYNC: [git_repository("flux-system", "ssh://git@example.com/acme/fleet"), kustomization("flux-system", "./clusters/prod")]
}


COMPONENTS = "clusters/prod/flux-system/gotk-components.yaml"


@pytest.mark.parametrize(
    ("components", "release"),
    [
        ("# Flux Version: v2.6.1\nmetadata:\n  labels:\n    app.kubernetes.io/version: v2.6.1\n", "2.6.1"),
        ('metadata: {labels: {app.kubernetes.io/version: "v2.10.0-rc.1"}}\n', "2.10.0"),
        ("# This file will be generated\n", ""),
    ],
)
def test_the_release_of_flux_is_read_where_it_is_installed(components: str, release: str) -> None:
    child = body("helm.toolkit.fluxcd.io/v2", "HelmRelease", "web", {})
    units = children({**BOOTSTRAPPED, COMPONENTS: components}, kustomization("apps", "./apps"), child)
    assert {unit.flux for unit in units.values()} == {release}


@pytest.mark.parametrize(("version", "release"), [("2.7.x", "2.7.x"), ("v2.8.1", "2.8.1"), ("2.x", ""), (">=2.7 <3", "")])
def test_the_release_of_flux_is_that_of_its_instance(version: str, release: str) -> None:
    spec = {"distribution": {"version": version}, "sync": {"kind": "GitRepository", "url": "https://x", "path": "clusters/a"}}
    tree, objects = written({"clusters/a/flux.yaml": body("fluxcd.controlplane.io/v1", "FluxInstance", "flux", spec)})
    (root,) = find_roots(tree, objects, DiscoverOptions())
    assert root.flux == release


def test_a_cluster_begins_at_its_bootstrap_file() -> None:
    files = {**BOOTSTRAPPED, "clusters/prod/apps.yaml": kustomization("apps", "./apps"), "apps/child.yaml": kustomization("child", "./x")}
    assert roots(files) == [("prod", "flux-system", "clusters/prod")]


def test_an_empty_bootstrap_file_still_names_its_folder() -> None:
    files = {
        "clusters/dev/flux-system/gotk-sync.yaml": "# filled in by flux bootstrap\n",
        "clusters/dev/apps.yaml": kustomization("apps", "./apps"),
    }
    assert roots(files) == [("dev", "flux-system", "clusters/dev")]


def test_an_instance_of_the_operator_is_an_entry_point() -> None:
    sync = {"kind": "GitRepository", "url": "https://example.com/acme/fleet", "ref": "refs/heads/main", "path": "clusters/prod"}
    files = {"clusters/prod/flux-system/instance.yaml": body("fluxcd.controlplane.io/v1", "FluxInstance", "flux", {"sync": sync})}
    files["clusters/prod/apps.yaml"] = kustomization("apps", "./apps")
    assert roots(files) == [("prod", "flux-system", "clusters/prod")]


@pytest.mark.parametrize(("sources", "path"), [({}, None), ({"oci://r.example/fleet": "deploy"}, "deploy/clusters/prod")])
def test_an_instance_may_sync_from_a_registry(sources: dict[str, str], path: str | None) -> None:
    sync = {"kind": "OCIRepository", "url": "oci://r.example/fleet", "ref": "latest", "path": "clusters/prod"}
    files = {"x/instance.yaml": body("fluxcd.controlplane.io/v1", "FluxInstance", "flux", {"sync": sync}), "deploy/x": "x"}
    assert roots(files, sources=sources) == [("prod", "flux-system", path)]


def test_without_bootstrap_a_kustomization_that_no_other_makes_begins() -> None:
    files: dict[str, object] = {
        "kubernetes/main/flux/cluster.yaml": [
            git_repository("home", "https://example.com/home"),
            kustomization("cluster", "./kubernetes/main/flux", "home"),
        ],
        "kubernetes/main/flux/apps.yaml": kustomization("apps", "./kubernetes/main/apps", "home"),
        "kubernetes/main/apps/x/ks.yaml": kustomization("x", "./kubernetes/main/apps/x/app", "home"),
    }
    assert roots(files) == [("main", "cluster", "kubernetes/main/flux")]


def test_a_kustomization_reached_through_a_base_is_no_root() -> None:
    files = {
        **BOOTSTRAPPED,
        "clusters/prod/kustomization.yaml": "resources: [flux-system, ../../bases/apps.yaml, ../../bases/more]\n",
        "bases/apps.yaml": kustomization("apps", "./apps"),
        "bases/more/ks.yaml": kustomization("more", "./more"),
    }
    assert [name for _, name, _ in roots(files)] == ["flux-system"]


def test_a_kustomization_of_the_whole_repository_makes_only_what_it_refers_to() -> None:
    files = {
        **BOOTSTRAPPED,
        "clusters/prod/all.yaml": kustomization("all", "./"),
        "kustomization.yaml": "resources: [listed.yaml]\n",
        "listed.yaml": kustomization("listed", "./x"),
        "home/flux/cluster.yaml": [git_repository("home", "https://x/home"), kustomization("cluster", "./home/flux", "home")],
    }
    assert [name for _, name, _ in roots(files)] == ["flux-system", "cluster"]


def test_templates_and_hidden_folders_are_no_entry_points() -> None:
    files = {".archive/ks.yaml": kustomization("old", "./old"), "bases/ks.yaml": kustomization("t", "./apps/${tenant}")}
    assert roots(files) == []


def test_clusters_of_one_name_are_told_apart_by_their_path() -> None:
    files: dict[str, object] = {}
    for team in ("a", "b"):
        folder = f"teams/{team}/prod"
        files[f"{folder}/flux-system/gotk-sync.yaml"] = [
            git_repository("flux-system", "https://x/y"),
            kustomization("flux-system", f"./{folder}"),
        ]
    assert [cluster for cluster, _, _ in roots(files)] == ["teams/a/prod", "teams/b/prod"]


def test_a_library_chart_is_no_unit() -> None:
    charts = {f"{name}/Chart.yaml": f"name: {name}\nversion: 1.0.0\n{more}" for name, more in (("lib", "type: library\n"), ("app", ""))}
    tree = MemoryTree({RepoPath(path): text.encode() for path, text in charts.items()})
    units = find_unreached(tree, read_layout(tree, (), Memo()), (), DiscoverOptions())
    assert [unit.name for unit in units] == ["app"]


def test_no_flux_no_units() -> None:
    assert roots({"a.yaml": "a: 1\n"}) == []


def test_children_come_from_what_is_rendered() -> None:
    found = children(BOOTSTRAPPED, kustomization("apps", "./apps/prod"))
    assert found["apps"].path == "apps/prod"
    assert found["apps"].cluster == "prod"
    assert found["apps"].parent is not None
    assert found["apps"].parent.name == "flux-system"


def test_edge_31_a_path_that_the_parent_substituted() -> None:
    files = {**BOOTSTRAPPED, "clusters/prod/apps.yaml": kustomization("apps", "./apps/${CLUSTER}")}
    assert children(files, kustomization("apps", "./apps/prod"))["apps"].path == "apps/prod"


def test_a_unit_that_renders_its_own_definition_stays_a_root() -> None:
    found = children(BOOTSTRAPPED, kustomization("flux-system", "./clusters/prod"))
    assert found["flux-system"].parent is None


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://example.com/acme/fleet.git", "apps"),
        ("ssh://git@example.com:22/ACME/fleet", "apps"),
        ("https://example.com/acme/other", None),
    ],
)
def test_this_repository_is_known_by_its_url(url: str, path: str | None) -> None:
    objects = [git_repository("other", url), kustomization("apps", "./apps", "other")]
    assert children(BOOTSTRAPPED, *objects, repository_urls=("git@example.com:acme/fleet.git",))["apps"].path == path


@pytest.mark.parametrize(
    ("ref", "path"),
    [({"branch": "main"}, "apps"), ({"branch": "old"}, None), ({"tag": "v1"}, None), ({"name": "refs/heads/main"}, "apps"), ({}, "apps")],
)
def test_another_revision_of_this_repository_is_another_content(ref: dict[str, str], path: str | None) -> None:
    url = "https://example.com/acme/fleet"
    objects = [git_repository("other", url, ref=ref), kustomization("apps", "./apps", "other")]
    assert children(BOOTSTRAPPED, *objects, repository_urls=(url,), revisions=("origin/main", "HEAD~1"))["apps"].path == path


@pytest.mark.parametrize("revision", ["HEAD~1", "0db05080db0508", "the index"])
def test_any_branch_will_do_where_none_is_named(revision: str) -> None:
    url = "https://example.com/acme/fleet"
    objects = [git_repository("other", url, ref={"branch": "main"}), kustomization("apps", "./apps", "other")]
    assert children(BOOTSTRAPPED, *objects, repository_urls=(url,), revisions=(revision,))["apps"].path == "apps"


def test_what_a_cluster_began_with_is_at_hand_whatever_it_tracks() -> None:
    files: dict[str, object] = {
        "kubernetes/main/flux/cluster.yaml": [
            git_repository("home", "https://x/y", ref={"tag": "v1"}),
            kustomization("cluster", "./kubernetes/main/flux", "home"),
        ]
    }
    assert roots(files, repository_urls=("https://x/y",), revisions=("main",)) == [("main", "cluster", "kubernetes/main/flux")]


def test_a_copy_of_a_remote_source_is_its_content() -> None:
    url = "https://example.com/acme/other"
    objects = [git_repository("other", url), kustomization("apps", "./apps", "other")]
    assert children({**BOOTSTRAPPED, "vendor/other/x": "x"}, *objects, sources={url: "vendor/other"})["apps"].path == "vendor/other/apps"
    assert children(BOOTSTRAPPED, *objects, sources={url: "vendor/other"})["apps"].path is None
    files = {**BOOTSTRAPPED, "vendor/other/x": "x"}
    for known in ("git@example.com:acme/other.git", "https://example.com/acme/other/"):
        assert children(files, *objects, sources={known: "vendor/other"})["apps"].path == "vendor/other/apps"
    assert children(files, *objects, sources={"https://example.com/acme": "vendor"})["apps"].path == "vendor/other/apps"


def test_a_copy_may_be_named_by_the_source_object() -> None:
    files = {
        "clusters/prod/flux-system/gotk-sync.yaml": kustomization("apps", "./apps", source="made", kind="ExternalArtifact"),
        "copy/apps/a": "",
    }
    tree, objects = written(files)
    options = DiscoverOptions(sources={"ExternalArtifact/flux-system/made": "copy"})
    assert [unit.path for unit in find_roots(tree, objects, options)] == ["copy/apps"]


def test_a_path_of_a_generated_artifact_is_one_of_the_repository() -> None:
    rules = [{"from": "@repo/apps/base/**", "to": "@artifact/base/"}, {"from": "@repo/apps/prod/**", "to": "@artifact/prod/"}]
    spec = {"sources": [{"alias": "repo", "kind": "GitRepository", "name": "flux-system"}], "artifacts": [{"name": "apps", "copy": rules}]}
    generator = body("source.extensions.fluxcd.io/v1beta1", "ArtifactGenerator", "gen", spec)
    files = {**BOOTSTRAPPED, "apps/base/a.yaml": "x", "apps/prod/kustomization.yaml": "x", "apps/prod/deep/b.yaml": "x"}
    found = children(files, generator, kustomization("apps", "./prod", "apps", "ExternalArtifact"))
    assert found["apps"].path == "apps/prod"
    assert {obj.kind for obj in found["apps"].related} == {"ArtifactGenerator", "GitRepository"}


def test_related_holds_the_values_a_unit_reads() -> None:
    variables = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "vars", "namespace": "flux-system"}, "data": {"a": "1"}}
    unit = kustomization("apps", "./apps")
    unit["spec"]["postBuild"] = {"substituteFrom": [{"kind": "ConfigMap", "name": "vars"}, {"kind": "Secret", "name": "gone"}]}
    found = children(BOOTSTRAPPED, variables, unit)
    assert [obj.name for obj in found["apps"].related] == ["flux-system", "vars"]


def release(chart: Mapping[str, Any]) -> dict[str, Any]:
    return body("helm.toolkit.fluxcd.io/v2", "HelmRelease", "app", chart)


def test_a_local_chart_has_a_path_and_a_remote_one_has_none() -> None:
    local = {"chart": {"spec": {"chart": "./charts/app", "sourceRef": {"kind": "GitRepository", "name": "flux-system"}}}}
    remote = {"chart": {"spec": {"chart": "podinfo", "sourceRef": {"kind": "HelmRepository", "name": "podinfo"}}}}
    between = body("source.toolkit.fluxcd.io/v1", "HelmChart", "c", local["chart"]["spec"])
    assert children(BOOTSTRAPPED, release(local))["app"].path == "charts/app"
    assert children(BOOTSTRAPPED, release(remote))["app"].path is None
    assert children(BOOTSTRAPPED, between, release({"chartRef": {"kind": "HelmChart", "name": "c"}}))["app"].path == "charts/app"
    assert children(BOOTSTRAPPED, release({"chartRef": {"kind": "HelmChart", "name": "c"}}))["app"].path is None
    assert children(BOOTSTRAPPED, release(remote))["app"].controller is Controller.FLUX_HELMRELEASE


def test_a_source_of_this_name_in_another_cluster_does_not_count() -> None:
    files: dict[str, object] = {}
    for name, url in (("a", "https://example.com/a"), ("b", "https://example.com/b")):
        files[f"clusters/{name}/flux-system/gotk-sync.yaml"] = [
            git_repository("flux-system", url),
            kustomization("flux-system", f"./clusters/{name}"),
        ]
    tree, objects = written(files)
    for unit in find_roots(tree, objects, DiscoverOptions()):
        assert [obj.body["spec"]["url"] for obj in unit.related] == [f"https://example.com/{unit.cluster}"]  # type: ignore[index,call-overload]


def test_a_source_of_the_name_in_another_namespace_is_another_source() -> None:
    files = {**BOOTSTRAPPED, "apps/x": "x"}
    assert children(files, kustomization("apps", "./apps", namespace="team"))["apps"].path is None
    assert children(files, kustomization("apps", "./apps", "undeclared", namespace="team"))["apps"].path == "apps"
