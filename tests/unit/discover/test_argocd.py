"""Applications found: in files, through overlays, rendered by others; names that are taken; what travels with a unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from checker.discover import DiscoverOptions
from checker.model.paths import RepoPath
from checker.model.settings import ClusterSetting
from checker.model.tree import MemoryTree
from checker.model.units import BuiltUnit, Controller
from checker.pipeline.expand import ExpandOptions, expand, expand_one
from checker.render.options import RenderOptions

URL = "https://github.com/acme/fleet"


def app(name: str, path: str, *, project: str = "default", cluster: str = "in-cluster") -> str:
    return (
        f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}, namespace: argocd}}\n"
        f"spec:\n  project: {project}\n  source: {{repoURL: {URL}, path: {path}}}\n  destination: {{name: {cluster}, namespace: x}}\n"
    )


def config_map(name: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n"


OPTIONS = ExpandOptions(discover=DiscoverOptions(repository_urls=(URL,)), render=RenderOptions(repository_urls=(URL,)), digest_key=b"key")


def tree(files: Mapping[str, str]) -> MemoryTree:
    return MemoryTree({RepoPath(path): text.encode() for path, text in files.items()})


def built(files: Mapping[str, str]) -> dict[str, BuiltUnit]:
    return {
        f"{unit.unit.name} @ {unit.unit.cluster}" if unit.unit.cluster else f"{unit.unit.controller} {unit.unit.name}": unit
        for unit in expand_one(tree(files), OPTIONS).built
        if unit.unit.controller is not Controller.DIRECTORY
    }


def test_app_of_apps_to_any_depth() -> None:
    files = {
        "root.yaml": app("root", "apps"),
        "apps/one.yaml": app("one", "deeper"),
        "deeper/two.yaml": app("two", "end"),
        "end/cm.yaml": config_map("cm"),
    }
    found = built(files)
    assert sorted(found) == ["one @ in-cluster", "root @ in-cluster", "two @ in-cluster"]
    assert found["two @ in-cluster"].unit.parent == found["one @ in-cluster"].unit.key
    assert [obj.name for obj in found["two @ in-cluster"].objects] == ["cm"]


def test_an_application_that_renders_itself_is_one_unit() -> None:
    found = built({"apps/root.yaml": app("root", "apps")})
    assert list(found) == ["root @ in-cluster"]
    assert found["root @ in-cluster"].unit.parent is None


def test_what_a_kustomization_lists_is_what_the_overlay_makes_of_it() -> None:
    files = {
        "base/app.yaml": app("web", "set-by-overlay"),
        "base/kustomization.yaml": "resources: [app.yaml]\n",
        "overlays/prod/kustomization.yaml": "resources: [../../base]\npatches: [{path: patch.yaml}]\n",
        "overlays/prod/patch.yaml": app("web", "deploy/prod"),
        "deploy/prod/cm.yaml": config_map("prod"),
    }
    found = built(files)
    assert sorted(found) == ["kustomization overlays/prod", "web @ in-cluster"]
    assert found["web @ in-cluster"].unit.path == "deploy/prod"
    assert [obj.name for obj in found["web @ in-cluster"].objects] == ["prod"]


def test_an_overlay_that_an_application_renders_is_no_unit_of_its_own() -> None:
    files = {
        "root.yaml": app("root", "apps"),
        "apps/kustomization.yaml": "resources: [one.yaml]\n",
        "apps/one.yaml": app("one", "end"),
        "end/cm.yaml": config_map("cm"),
    }
    assert sorted(built(files)) == ["one @ in-cluster", "root @ in-cluster"]


def test_applications_of_one_name_in_several_instances_are_all_kept() -> None:
    files = {
        "clusters/dev/root.yaml": app("root", "dev"),
        "clusters/prod/root.yaml": app("root", "prod"),
        "dev/web.yaml": app("web", "web"),
        "prod/web.yaml": app("web", "web"),
        "web/cm.yaml": config_map("cm"),
    }
    found = built(files)
    assert {"root @ in-cluster", "root @ in-cluster (clusters/prod)", "web @ in-cluster"} <= set(found)
    assert all(unit.state == "rendered" for unit in found.values())
    assert sum(unit.unit.name == "web" for unit in found.values()) == 2


def test_applications_of_a_set_are_units_with_the_set_as_parent() -> None:
    applicationset = (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all, namespace: argocd}\n"
        f"spec:\n  generators:\n  - git: {{repoURL: {URL}, directories: [{{path: 'apps/*'}}]}}\n"
        f"  template:\n    metadata: {{name: '{{{{path.basename}}}}'}}\n"
        f"    spec: {{project: default, source: {{repoURL: {URL}, path: '{{{{path}}}}'}}, destination: {{name: prod}}}}\n"
    )
    files = {"set.yaml": applicationset, "apps/a/cm.yaml": config_map("a"), "apps/b/cm.yaml": config_map("b")}
    found = built(files)
    assert sorted(found) == ["a @ prod", "all @ in-cluster", "b @ prod"]
    assert found["a @ prod"].unit.parent == found["all @ in-cluster"].unit.key
    before, after = expand(tree({key: text for key, text in files.items() if "apps/b" not in key}), tree(files), OPTIONS)
    assert len(after.built) - len(before.built) == 1


def test_projects_travel_with_their_applications() -> None:
    project = "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: team, namespace: argocd}\nspec: {sourceRepos: []}\n"
    files = {
        "root.yaml": app("root", "apps"),
        "apps/one.yaml": app("one", "end", project="team"),
        "end/cm.yaml": config_map("cm"),
        "project.yaml": project,
    }
    found = built(files)
    assert [note.id for note in found["one @ in-cluster"].result.notes].count("sync-refused") == 3  # type: ignore[union-attr]
    rendered = {**files, "apps/project.yaml": files.pop("project.yaml")}
    del rendered["project.yaml"]
    assert "sync-refused" in {note.id for note in built(rendered)["one @ in-cluster"].result.notes}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "settings",
    [
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: argocd-cm}\ndata: {resource.exclusions: '- {kinds: [ConfigMap]}'}\n",
        "apiVersion: argoproj.io/v1beta1\nkind: ArgoCD\nmetadata: {name: it}\nspec: {resourceExclusions: '- {kinds: [ConfigMap]}'}\n",
    ],
)
def test_the_kinds_that_the_settings_exclude_are_not_applied(settings: str) -> None:
    files = {"root.yaml": app("root", "argocd"), "argocd/settings.yaml": settings, "argocd/app.yaml": app("one", "app")}
    found = built({**files, "app/cm.yaml": config_map("cm")})
    assert found["one @ in-cluster"].objects == ()


def test_the_globbing_that_the_controller_is_started_with_reaches_the_sets() -> None:
    parameters = "data: {applicationsetcontroller.enable.new.git.file.globbing: 'true'}\n"
    spec = f"spec: {{source: {{repoURL: {URL}, path: '{{{{path}}}}'}}, destination: {{name: in-cluster}}}}"
    template = f"metadata: {{name: 'n-{{{{path.basename}}}}'}}, {spec}"
    files = {
        "root.yaml": app("root", "argocd"),
        "argocd/params.yaml": f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: argocd-cmd-params-cm}}\n{parameters}",
        "argocd/set.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: set}\nspec:\n"
        f"  generators: [{{git: {{repoURL: {URL}, files: [{{path: 'apps/*/c.json'}}]}}}}]\n  template: {{{template}}}\n",
        "apps/a/c.json": "",
        "apps/a/deep/c.json": "",
    }
    assert sorted(name for name in built(files) if name.startswith("n-")) == ["n-a @ in-cluster"]


def test_cluster_secrets_reach_the_sets_that_ask_for_clusters() -> None:
    secret = (
        "apiVersion: v1\nkind: Secret\nmetadata: {name: c, labels: {argocd.argoproj.io/secret-type: cluster, env: prod}}\n"
        "stringData: {name: eu, server: 'https://eu'}\n"
    )
    applicationset = (
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all}\n"
        "spec:\n  generators: [{clusters: {selector: {matchLabels: {env: prod}}}}]\n"
        f"  template:\n    metadata: {{name: 'on-{{{{name}}}}'}}\n"
        f"    spec: {{project: default, source: {{repoURL: {URL}, path: app}}, destination: {{name: '{{{{name}}}}'}}}}\n"
    )
    found = built({"set.yaml": applicationset, "clusters/eu.yaml": secret, "app/cm.yaml": config_map("cm")})
    assert found["on-eu @ eu"].unit.controller is Controller.ARGOCD_APPLICATION
    assert found["on-eu @ eu"].state == "rendered"


def test_of_several_with_one_name_in_one_place_none_is_lost() -> None:
    files = {f"{file}.yaml": app("shop", folder) for file, folder in (("apps/a", "a"), ("apps/b", "b"), ("apps/c", "c"))}
    files["apps/d.yaml"] = app("shop", "d") + "---\n" + app("shop", "e")
    files |= {f"{folder}/cm.yaml": config_map(folder) for folder in "abcde"}
    found = built(files)
    clusters = [
        "in-cluster",
        "in-cluster (apps)",
        "in-cluster (apps/c.yaml)",
        "in-cluster (apps/d.yaml)",
        "in-cluster (apps/d.yaml, document 2)",
    ]
    assert sorted(found) == [f"shop @ {cluster}" for cluster in clusters]
    assert sorted(unit.objects[0].name for unit in found.values()) == ["a", "b", "c", "d", "e"]


def test_a_server_has_the_name_that_settings_give_it() -> None:
    remote = app("shop", "a").replace("name: in-cluster", 'server: "https://10.0.0.1:6443/"')
    local = app("other", "a").replace("name: in-cluster", "server: https://kubernetes.default.svc")
    known = (
        ClusterSetting(name="prod", server="https://10.0.0.1:6443"),
        ClusterSetting(name="hub", server="https://kubernetes.default.svc"),
    )
    options = replace(OPTIONS, discover=replace(OPTIONS.discover, clusters=known))
    side = expand_one(tree({"apps/a.yaml": remote, "apps/b.yaml": local, "a/cm.yaml": config_map("cm")}), options)
    assert sorted(unit.unit.cluster for unit in side.built if unit.unit.controller is Controller.ARGOCD_APPLICATION) == ["hub", "prod"]


def test_an_application_that_was_read_for_an_overlay_with_a_remote_base_follows_the_overlay() -> None:
    """The file is the same on both sides, and so is what is found in it; what lists it is not."""
    overlay = "resources: [../apps, 'https://github.com/other/parts//redis?ref=v1']\n"
    files = {"apps/kustomization.yaml": "resources: [one.yaml]\n", "apps/one.yaml": app("one", "end"), "end/cm.yaml": config_map("cm")}
    base, head = tree({**files, "old/kustomization.yaml": overlay}), tree({**files, "new/kustomization.yaml": overlay})
    parents = [unit.unit.parent for side in expand(base, head, OPTIONS) for unit in side.built if unit.unit.name == "one"]
    assert [parent.name for parent in parents if parent is not None] == ["old", "new"]
