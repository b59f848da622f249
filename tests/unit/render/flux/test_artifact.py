"""What of the repository reaches the cluster at all, and what a folder without a kustomization is taken for."""

from __future__ import annotations

from typing import Any

import pytest

from checker.model.objects import KubeObject
from checker.model.paths import RepoPath
from checker.model.tree import EntryKind, Missing, RecordingTree, Tree
from checker.model.units import Reason, RenderFailure
from checker.render.flux import render_kustomization
from checker.render.options import RenderOptions
from checker.tools.flux import THIS_REPOSITORY, RepositoryTree
from tests.unit.render.flux.builders import config_map, git_repository, kube, kustomization, names, render, repository


class Linked:
    """A tree in which some paths are symbolic links."""

    def __init__(self, tree: Tree, links: set[str]) -> None:
        self._tree = tree
        self._links = links
        self.label = tree.label
        self.read = tree.read
        self.identity = tree.identity
        self.resolve = tree.resolve
        self.entries = tree.entries

    def kind(self, path: RepoPath, *, follow: bool = True) -> EntryKind | None:
        return EntryKind.SYMLINK if path in self._links and not follow else self._tree.kind(path, follow=follow)


def artifact(files: list[str], ignores: dict[str, str], ignore: str = "") -> set[str]:
    tree = RepositoryTree(repository({**dict.fromkeys(files, "x"), **ignores}), ignore)
    return {file for file in files if tree.kind(RepoPath(file)) is EntryKind.FILE}


def test_edge_01_default_exclusions_hold_where_no_pattern_is_written() -> None:
    files = ["deploy/.github/x.yaml", "deploy/logo.png", "deploy/a.yaml", ".gitignore", "a/.sops.yaml", "x.tar.gz"]
    assert artifact(files, {}) == {"deploy/a.yaml"}
    assert artifact(files, {"other/.sourceignore": "# only a comment\n\n"}) == {"deploy/a.yaml"}


def test_edge_02_one_pattern_anywhere_lifts_the_default_exclusions() -> None:
    files = ["deploy/.github/x.yaml", ".travis.yml", ".gitignore", ".git/config", "unrelated/a.md", "deploy/a.md"]
    assert artifact(files, {"unrelated/.sourceignore": "*.md\n"}) == {"deploy/.github/x.yaml", ".travis.yml", "deploy/a.md"}


def test_edge_03_a_file_may_come_back_out_of_an_excluded_folder() -> None:
    assert artifact(["tests/a.yaml", "tests/keep.yaml"], {".sourceignore": "tests/\n!tests/keep.yaml\n"}) == {"tests/keep.yaml"}
    tree = RepositoryTree(repository({"tests/a.yaml": "", "tests/keep.yaml": "", ".sourceignore": "tests/\n!tests/keep.yaml\n"}))
    assert tree.entries(RepoPath("tests")) == ("keep.yaml",)
    assert "tests" in tree.entries(RepoPath(""))


def test_edge_04_all_but_one_folder() -> None:
    files = ["a.yaml", "other/b.yaml", "deploy/c.yaml", "deploy/r.md", "deploy/x/y.md"]
    assert artifact(files, {".sourceignore": "/*\n!/deploy\n"}) == {"deploy/c.yaml", "deploy/r.md", "deploy/x/y.md"}
    assert artifact(files, {".sourceignore": "/*\n!/deploy\n/deploy/**/*.md\n"}) == {"deploy/c.yaml"}
    tree = RepositoryTree(repository({**dict.fromkeys(files, ""), ".sourceignore": "/*\n!/deploy\n"}))
    assert tree.entries(RepoPath("")) == ("deploy",)


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        ("docs", {"a/b.yaml"}),
        ("/docs", {"a/docs/x", "a/b.yaml"}),
        ("a/*", {"docs/x"}),
        ("**/docs", {"a/b.yaml"}),
        ("b.yaml/", {"a/docs/x", "a/b.yaml", "docs/x"}),
        ("a/b**", {"a/docs/x", "a/b.yaml", "docs/x"}),
        ("a/[^c]*", {"docs/x"}),
        ("[", {"a/docs/x", "a/b.yaml", "docs/x"}),
        ("a/**", {"docs/x"}),
        ("b.*   ", {"a/docs/x", "docs/x"}),
    ],
)
def test_ignore_patterns_are_go_gits_and_not_gits(pattern: str, kept: set[str]) -> None:
    assert artifact(["a/docs/x", "a/b.yaml", "docs/x"], {".sourceignore": pattern}) == kept


def test_the_ignore_field_of_the_source_wins_over_the_file() -> None:
    assert artifact(["a.yaml", "b.yaml"], {".sourceignore": "*.yaml\n"}, "!b.yaml") == {"b.yaml"}


def test_edge_05_links_are_not_in_the_artifact() -> None:
    files = {"app/kustomization.yaml": "resources: [x.yaml]\n", "app/x.yaml": config_map(), "shared/x.yaml": config_map()}
    with pytest.raises(RenderFailure, match="symbolic link"):
        render(Linked(repository(files), {"app/x.yaml"}))
    tree = RepositoryTree(Linked(repository(files), {"app"}))
    with pytest.raises(Missing):
        tree.read(RepoPath("app/x.yaml"))


def test_only_ignore_files_on_the_way_are_read() -> None:
    recording = RecordingTree(repository({"app/a.yaml": config_map(), "other/b.yaml": "x", "other/logo.png": "x"}))
    assert RepositoryTree(recording).read(RepoPath("app/a.yaml"))
    assert not any(path.startswith("other") for path in recording.reads)


def test_edge_06_a_folder_without_kustomization_takes_every_manifest_below() -> None:
    files = {
        "app/a.yaml": config_map("a"),
        "app/b.yml": config_map("b"),
        "app/c.json": config_map("c"),
        "app/d.YAML": config_map("d"),
        "app/sub/e.yaml": config_map("e"),
        "app/kz/kustomization.yaml": "resources: [g.yaml]\n",
        "app/kz/f.yaml": config_map("f"),
        "app/kz/g.yaml": config_map("g"),
        "app/.hidden/h.yaml": config_map("h"),
    }
    assert names(render(files)) == ["h", "a", "b", "g", "e"]


def test_a_hidden_file_that_is_taken_in_is_told() -> None:
    files = {"app/a.yaml": config_map("a"), "app/.github/b.yaml": config_map("b"), "other/.sourceignore": "*.md\n"}
    rendered = render(files)
    assert names(rendered) == ["b", "a"]
    assert [(note.id, note.location and note.location.path) for note in rendered.notes] == [("swept-in", "app/.github/b.yaml")]
    listed = render({**files, "app/kustomization.yaml": "resources: [a.yaml, .github/b.yaml]\n"})
    assert listed.notes == ()


def test_edge_07_any_other_yaml_fails_the_whole_kustomization() -> None:
    with pytest.raises(RenderFailure, match=r"kind is missing") as caught:
        render({"app/a.yaml": config_map(), "app/deep/values.yaml": "replicas: 1\n"})
    assert caught.value.location is not None
    assert caught.value.location.path == "app/deep/values.yaml"
    assert names(render({"app/a.yaml": config_map("a"), "app/empty.yaml": "# nothing\n---\n"})) == ["a"]


def test_edge_08_a_generated_name_is_no_name() -> None:
    with pytest.raises(RenderFailure, match=r"metadata\.name is missing"):
        render({"app/a.yaml": "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: x-}\n"})


def test_edge_09_an_empty_folder_renders_to_nothing_and_would_prune_everything() -> None:
    rendered = render({"app/x.png": "x"})
    assert rendered.objects == ()
    assert [note.id for note in rendered.notes] == ["prunes-everything"]
    assert render({"app/x.png": "x"}, prune=False).notes == ()


def test_edge_10_a_missing_path_applies_nothing_and_prunes_nothing() -> None:
    with pytest.raises(RenderFailure, match="did you mean apps/podinfo") as caught:
        render({"apps/podinfo/a.yaml": config_map()}, "./apps/podinfos")
    assert caught.value.reason is Reason.BROKEN
    with pytest.raises(RenderFailure, match="not a folder"):
        render({"app": "x"})
    with pytest.raises(RenderFailure, match="excluded from the artifact by ignore rules"):
        render({"app/a.yaml": config_map(), ".sourceignore": "app/\n"})


def test_edge_11_dots_at_the_root_stay_there() -> None:
    assert names(render({"etc/a.yaml": config_map("a")}, "../../etc")) == ["a"]
    assert names(render({"etc/a.yaml": config_map("a")}, "/etc/")) == ["a"]


def test_edge_12_a_kustomization_without_resources_shows_origins() -> None:
    files = {
        "app/kustomization.yaml": "components: [../c]\n",
        "c/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [a.yaml]\n",
        "c/a.yaml": config_map("a"),
    }
    (obj,) = render(files).objects
    assert "config.kubernetes.io/origin" in obj.annotations


def test_origins_in_a_generated_kustomization_are_plain_paths() -> None:
    (obj,) = render({"app/sub/a.yaml": config_map()}, buildMetadata=["originAnnotations"]).objects
    assert obj.annotations["config.kubernetes.io/origin"] == "path: sub/a.yaml\n"


def test_a_field_that_nothing_knows_is_dropped_and_told() -> None:
    """github.com/fluxcd/pkg/kustomize decodes the kustomization of spec.path leniently and writes it anew; those below are kustomize's."""
    patches = "patches:\n- patch: '{kind: ConfigMap, apiVersion: v1, metadata: {name: settings}, data: {a: b}}'\n  extra: 1\n"
    files = {"app/kustomization.yaml": f"resources: [a.yaml]\nressources: [b.yaml]\n{patches}", "app/a.yaml": config_map()}
    rendered = render(files)
    assert (names(rendered), rendered.objects[0].body["data"]) == (["settings"], {"a": "b"})
    told = [(note.id, note.location and (note.location.path, note.location.line)) for note in rendered.notes]
    assert told == [("dropped-field", ("app/kustomization.yaml", 2)), ("dropped-field", ("app/kustomization.yaml", 5))]
    assert "did you mean `resources`?: Flux drops it" in rendered.notes[0].message


def test_a_misspelt_list_of_resources_prunes_everything() -> None:
    rendered = render({"app/kustomization.yaml": "ressources: [a.yaml]\n", "app/a.yaml": config_map()})
    assert ([note.id for note in rendered.notes], names(rendered)) == (["dropped-field", "prunes-everything"], [])


def test_a_field_that_nothing_knows_fails_a_kustomization_below() -> None:
    files = {"app/kustomization.yaml": "resources: [../base]\n", "base/kustomization.yaml": "ressources: [a.yaml]\n"}
    with pytest.raises(RenderFailure, match="unknown field `ressources`"):
        render(files)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"components": ["nope"]}, "nope"),
        ({"patches": [{"patch": "{kind: ConfigMap, apiVersion: v1, metadata: {name: none}}"}]}, "none"),
    ],
)
def test_what_the_spec_adds_to_an_empty_folder_is_built_too(spec: dict[str, Any], message: str) -> None:
    with pytest.raises(RenderFailure, match=message):
        render({"app/README.md": "nothing"}, **spec)


def test_edge_13_two_kustomization_files_are_refused() -> None:
    with pytest.raises(RenderFailure, match=r"kustomization\.yaml and kustomization\.yml"):
        render({"app/kustomization.yaml": "resources: []", "app/kustomization.yml": "resources: []"})


def test_edge_14_target_namespace_replaces_the_one_in_the_file() -> None:
    files = {"app/kustomization.yaml": "namespace: x\nresources: [a.yaml]\n", "app/a.yaml": config_map()}
    (obj,) = render(files, targetNamespace="y").objects
    assert obj.namespace == "y"


def test_edge_15_images_merge_by_name_and_tag_and_digest_are_one() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: app:old}]}\n"
    images = "images: [{name: app, newName: r/app, newTag: v1, digest: 'sha256:a'}]\n"
    files = {"app/kustomization.yaml": f"resources: [p.yaml]\n{images}", "app/p.yaml": pod}
    (obj,) = render(files, images=[{"name": "app", "newTag": "v2"}]).objects
    assert obj.body["spec"] == {"containers": [{"name": "c", "image": "r/app:v2"}]}


def test_edge_16_components_are_local_and_may_be_missing_only_when_told() -> None:
    files = {"app/kustomization.yaml": "resources: [a.yaml]\n", "app/a.yaml": config_map("a")}
    for component in ("https://x/y", "/abs", "github.com/x/y"):
        with pytest.raises(RenderFailure, match="must be local and relative"):
            render(files, components=[component])
    assert names(render(files, components=["../gone"], ignoreMissingComponents=True)) == ["a"]
    with pytest.raises(RenderFailure):
        render(files, components=["../gone"])


def test_edge_17_files_above_the_folder_may_be_used() -> None:
    files = {"apps/x/kustomization.yaml": "resources: [../../base/x.yaml]\n", "base/x.yaml": config_map("x")}
    assert names(render(files, "./apps/x")) == ["x"]


def test_edge_18_helm_charts_in_a_kustomization_are_refused() -> None:
    with pytest.raises(RenderFailure, match="helm"):
        render({"app/kustomization.yaml": "helmCharts: [{name: x, repo: https://example.com, version: 1.0.0}]\n"})


def test_patches_of_the_spec_come_after_those_of_the_file() -> None:
    patch = '[{"op": "replace", "path": "/data/a", "value": "2"}]'
    files = {"app/a.yaml": config_map(a="1")}
    (obj,) = render(files, patches=[{"patch": patch, "target": {"kind": "ConfigMap"}}], namePrefix="p-", nameSuffix="-s").objects
    assert obj.body["data"] == {"a": "2"}
    assert obj.name == "p-settings-s"


def test_patch_fields_of_old_api_versions_still_hold_and_are_pointed_out() -> None:
    files = {"app/a.yaml": config_map(a="1")}
    patch = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"b": "2"}}
    op = {"target": {"version": "v1", "kind": "ConfigMap", "name": "settings"}, "patch": [{"op": "add", "path": "/data/c", "value": "3"}]}
    rendered = render(files, version="v1beta2", patchesStrategicMerge=[patch], patchesJson6902=[op])
    assert rendered.objects[0].body["data"] == {"a": "1", "b": "2", "c": "3"}
    assert [note.id for note in rendered.notes] == ["api-version-removed"]


def test_objects_know_the_file_they_come_from() -> None:
    files = {
        "app/kustomization.yaml": "resources: [../base]\n",
        "base/kustomization.yaml": "resources: [a.yaml]\n",
        "base/a.yaml": config_map(),
    }
    (obj,) = render(files).objects
    assert obj.origin.path == "base/a.yaml"


def test_a_failure_inside_names_the_file_of_the_repository() -> None:
    with pytest.raises(RenderFailure) as caught:
        render({"app/kustomization.yaml": "resources: [gone.yaml]\n"})
    assert caught.value.location is not None
    assert caught.value.location.path == "app/kustomization.yaml"


def test_a_foreign_source_is_remote_unless_a_copy_is_named() -> None:
    source = kube(
        "OCIRepository", "manifests", group="source.toolkit.fluxcd.io/v1", spec={"url": "oci://r.example/m", "ref": {"tag": "v1"}}
    )
    reference = {"kind": "OCIRepository", "name": "manifests"}
    with pytest.raises(RenderFailure, match=r"remote \(oci://r\.example/m, tag v1\)") as caught:
        render({}, "./", related=[source], sourceRef=reference)
    assert caught.value.reason is Reason.REMOTE


GENERATOR = {
    "sources": [{"alias": "repo", "kind": "GitRepository", "name": "flux-system"}],
    "artifacts": [
        {
            "name": "apps",
            "copy": [
                {"from": "@repo/apps/base/**", "to": "@artifact/base/"},
                {"from": "@repo/apps/prod/**", "to": "@artifact/prod/", "exclude": ["*.md"]},
                {"from": "@repo/extra.yaml", "to": "@artifact/prod/"},
            ],
        }
    ],
}


def test_an_external_artifact_is_a_view_of_the_repository() -> None:
    files = {
        "apps/base/a.yaml": config_map("a"),
        "apps/base/kustomization.yaml": "resources: [a.yaml]\n",
        "apps/prod/kustomization.yaml": "resources: [../base, extra.yaml]\n",
        "apps/prod/notes.md": "x",
        "extra.yaml": config_map("extra"),
        "apps/base/README.md": "only copied",
        "README.md": "only seen",
    }
    generator = kube("ArtifactGenerator", "gen", group="source.extensions.fluxcd.io/v1beta1", spec=GENERATOR)
    recording = RecordingTree(repository(files))
    rendered = render(recording, "./prod", related=[generator, git_repository()], sourceRef={"kind": "ExternalArtifact", "name": "apps"})
    assert [(obj.name, obj.origin.path) for obj in rendered.objects] == [("a", "apps/base/a.yaml"), ("extra", "extra.yaml")]
    assert {"apps/base/a.yaml", "apps/prod/kustomization.yaml"} <= recording.reads.keys()
    assert {"apps/base/README.md", "README.md"}.isdisjoint(recording.reads)
    assert {"apps/base/", "apps/prod/"} <= recording.reads.keys()


def test_what_is_only_listed_is_not_read() -> None:
    recording = RecordingTree(repository({"app/a.yaml": config_map(), "app/README.md": "x", "x/logo.png": "x", "README.md": "x"}))
    assert names(render(recording, "./app")) == ["settings"]
    assert {file for file in recording.reads if "." in file and recording.reads[file]} == {"app/a.yaml"}


def test_a_copy_rule_that_matches_nothing_fails() -> None:
    generator = kube("ArtifactGenerator", "gen", group="source.extensions.fluxcd.io/v1beta1", spec=GENERATOR)
    with pytest.raises(RenderFailure, match="matches no file"):
        render({"x": ""}, "./prod", related=[generator, git_repository()], sourceRef={"kind": "ExternalArtifact", "name": "apps"})


def test_an_artifact_that_is_packed_elsewhere_may_be_a_folder_of_this_repository() -> None:
    source = kube("OCIRepository", "flux-system", group="source.toolkit.fluxcd.io/v1", spec={})
    marked = KubeObject(
        body={**source.body, "metadata": {**source.metadata, "annotations": {THIS_REPOSITORY: "bootstrap"}}}, origin=source.origin
    )
    files = {"kubernetes/app/a.yaml": config_map()}
    reference = {"kind": "OCIRepository", "name": "flux-system"}
    with pytest.raises(RenderFailure, match="map OCIRepository/flux-system/flux-system to that folder under sources:") as caught:
        render(files, related=[marked, git_repository()], sourceRef=reference)
    assert caught.value.reason is Reason.REMOTE
    options = RenderOptions(sources={"OCIRepository/flux-system/flux-system": RepoPath("kubernetes")})
    unit = kustomization(related=[marked, git_repository()], sourceRef=reference)
    assert names(render_kustomization(unit, repository(files), options)) == ["settings"]
