"""Sources: which tree, which tool, which overrides; what Argo CD refuses."""

from __future__ import annotations

from typing import Any

import pytest

from checker.model.tree import Tree
from checker.model.units import Reason, RenderFailure
from tests.unit.render.argocd.builders import CHART, SHOW, URL, config_map, files, names, render, values_of

KUSTOMIZATION = {"app/kustomization.yaml": "resources: [cm.yaml]\n", "app/cm.yaml": config_map("kustomized")}


def test_edge_46_a_kustomization_wins_over_a_chart() -> None:
    assert names(render({**CHART, **KUSTOMIZATION})) == ["kustomized"]
    with pytest.raises(RenderFailure, match=r"Chart\.yaml"):
        render({"app/foo-Chart.yaml": "name: x\n", "app/cm.yaml": config_map("cm")})


def test_edge_47_two_sections_are_an_error_and_empty_ones_are_none() -> None:
    with pytest.raises(RenderFailure, match="helm and directory"):
        render(CHART, source={"helm": {"releaseName": "x"}, "directory": {"recurse": True}})
    assert names(render(CHART, source={"directory": {}})) == ["app1"]
    assert names(render(CHART, source={"directory": {"recurse": False}})) == ["app1"]
    assert names(render({**CHART, "app/cm.yaml": config_map("cm")}, source={"directory": {"include": "*.yaml"}})) == ["cm"]


def test_edge_48_include_and_exclude_cross_folders() -> None:
    content = {"app/a/b/c.yaml": config_map("deep"), "app/sub/x.yaml": config_map("sub"), "app/top.yaml": config_map("top")}
    assert names(render(content, source={"directory": {"include": "*.yaml", "recurse": True}})) == ["deep", "sub", "top"]
    assert names(render(content, source={"directory": {"include": "sub/*"}})) == []
    both = {"include": "*.yaml", "exclude": "{sub/*,top*}", "recurse": True}
    assert names(render(content, source={"directory": both})) == ["deep"]


def test_edge_49_files_that_are_no_objects_are_ignored_and_broken_ones_are_errors() -> None:
    assert names(render({"app/values.yaml": "image: x\n", "app/cm.yaml": config_map("cm")})) == ["cm"]
    with pytest.raises(RenderFailure) as caught:
        render({"app/broken.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {\n"})
    assert caught.value.location is not None
    assert caught.value.location.path == "app/broken.yaml"
    with pytest.raises(RenderFailure, match="kind is missing"):
        render({"app/mixed.yaml": config_map("cm") + "---\nno: kind\n"})


def test_edge_50_a_json_file_holds_one_object() -> None:
    one = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "%s"}}'
    with pytest.raises(RenderFailure, match="one JSON object"):
        render({"app/list.json": one % "a" + one % "b"})
    listed = '{"apiVersion": "v1", "kind": "List", "items": [' + one % "a" + "," + one % "b" + "]}"
    assert names(render({"app/list.json": listed})) == ["a", "b"]


def test_edge_51_override_files_are_merge_patches_of_the_source() -> None:
    first = "helm: {parameters: [{name: a, value: one}, {name: b, value: one}]}\nrepoURL: https://elsewhere\n"
    second = "helm: {parameters: [{name: c, value: two}]}\npath: other\n"
    rendered = render({**CHART, "app/.argocd-source.yaml": first, "app/.argocd-source-app1.yaml": second})
    assert values_of(rendered) == {"a": "chart", "c": "two"}
    outside = {**CHART, "app/.argocd-source-team_app1.yaml": "helm: {releaseName: other}\n"}
    assert names(render(outside, namespace="team")) == ["other"]
    assert names(render(outside)) == ["app1"]


def test_null_in_an_override_file_takes_nothing_away_but_values() -> None:
    """mergeSourceParameters (reposerver/repository, argo-cd) decodes the merged source over the one that it had."""
    helm = {"releaseName": "mine", "valuesObject": {"a": 1, "b": 2}}
    override = "helm: {releaseName: null, valuesObject: {a: null}}\n"
    rendered = render({**CHART, "app/.argocd-source.yaml": override}, source={"helm": helm})
    assert (names(rendered), values_of(rendered)) == (["mine"], {"a": "chart", "b": 2})
    content = {"app/sub/cm.yaml": config_map("cm"), "app/.argocd-source.yaml": "directory: null\n"}
    assert names(render(content, source={"directory": {"recurse": True}})) == ["cm"]


def test_an_empty_section_of_an_override_file_still_names_the_tool() -> None:
    content = {"app/cm.yaml": config_map("cm"), "app/kustomization.yaml": "namePrefix: x-\nresources: [cm.yaml]\n"}
    assert names(render(content, source={"directory": {"recurse": False}})) == ["x-cm"]
    plain = {**content, "app/.argocd-source.yaml": "directory: {recurse: false, exclude: kustomization.yaml}\n"}
    assert names(render(plain)) == ["cm"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "must be a mapping"),
        ("# nothing yet\n", "must be a mapping"),
        ("directory: {recurse: 'true'}\n", "gives directory.recurse the value 'true', which is no truth value"),
        ("kustomize: {images: a=b}\n", "gives kustomize.images the value 'a=b', which is no list"),
    ],
)
def test_an_override_file_that_argo_cd_cannot_read_is_refused(text: str, why: str) -> None:
    with pytest.raises(RenderFailure, match=why):
        render({"app/cm.yaml": config_map("cm"), "app/.argocd-source.yaml": text})


def test_items_of_a_list_must_be_objects_and_null_stands_for_none() -> None:
    assert names(render({"app/list.yaml": "{apiVersion: v1, kind: Fleet, metadata: {name: f}, items: null}\n"})) == []
    assert names(render({"app/one.yaml": "{apiVersion: v1, kind: Fleet, metadata: {name: f}, items: null, spec: {}}\n"})) == ["f"]
    with pytest.raises(RenderFailure, match=r"items\[0\] is no object"):
        render({"app/list.yaml": "{apiVersion: v1, kind: List, items: [1]}\n"})


def test_a_file_may_ask_to_be_skipped() -> None:
    content = {"app/a.yaml": "# +argocd:skip-file-rendering\n" + config_map("a"), "app/b.yaml": config_map("b")}
    assert names(render(content)) == ["b"]


def test_every_file_counts_without_the_extension_filter() -> None:
    content = {"app/cm": config_map("cm"), "app/notes.txt": "hello\n"}
    assert names(render(content)) == []
    assert names(render(content, source={"directory": {"disableExtensionFilter": True}})) == ["cm"]


def test_a_plugin_is_refused_by_name() -> None:
    with pytest.raises(RenderFailure, match="kustomized-helm") as caught:
        render({"app/x.yaml": config_map("x")}, source={"plugin": {"name": "kustomized-helm"}})
    assert caught.value.reason is Reason.UNSUPPORTED


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"path": ""}, "a path or a chart"),
        ({"path": "/app"}, "absolute"),
        ({"path": "../app"}, "leaves the repository"),
        ({"path": "ap"}, "did you mean app"),
        ({"path": "", "chart": "x"}, "needs a version"),
    ],
)
def test_sources_that_argo_refuses(source: dict[str, str], message: str) -> None:
    with pytest.raises(RenderFailure, match=message) as caught:
        render(KUSTOMIZATION, source=source)
    assert caught.value.reason is Reason.BROKEN


def test_half_an_application_in_a_file_is_no_error_of_its_own() -> None:
    with pytest.raises(RenderFailure, match="repoURL is missing, and nothing in this repository") as caught:
        render(KUSTOMIZATION, source={"repoURL": ""})
    assert caught.value.reason is Reason.REMOTE


@pytest.mark.parametrize("destination", [{}, {"name": "a", "server": "https://b"}])
def test_a_destination_is_named_in_exactly_one_way(destination: dict[str, str]) -> None:
    with pytest.raises(RenderFailure, match="destination"):
        render(KUSTOMIZATION, destination=destination)


def test_remote_sources_name_what_is_missing() -> None:
    with pytest.raises(RenderFailure, match=r"deploy of https://elsewhere/x at v1") as caught:
        render({}, source={"repoURL": "https://elsewhere/x", "path": "deploy", "targetRevision": "v1"})
    assert caught.value.reason is Reason.REMOTE
    with pytest.raises(RenderFailure, match=r"chart redis 1\.2\.3 of https://charts\.example") as caught:
        render({}, source={"repoURL": "https://charts.example", "path": "", "chart": "redis", "targetRevision": "1.2.3"})
    assert caught.value.reason is Reason.REMOTE


def test_a_copy_that_settings_name_is_used() -> None:
    content = {"vendor/x/deploy/cm.yaml": config_map("copied")}
    assert names(
        render(content, mapped={"https://elsewhere/x": "vendor/x"}, source={"repoURL": "https://elsewhere/x.git", "path": "deploy"})
    ) == ["copied"]
    chart = {path.replace("app/", "vendor/redis/"): text for path, text in CHART.items()}
    source = {"repoURL": "registry.example/charts", "path": "", "chart": "redis", "targetRevision": "1.0.0"}
    assert names(render(chart, mapped={"oci://registry.example/charts/redis": "vendor/redis"}, source=source)) == ["app1"]


def test_a_pinned_application_sees_its_revision_and_says_so() -> None:
    old = files({"app/cm.yaml": config_map("old")})
    new = {"app/cm.yaml": config_map("new")}

    def at(revision: str) -> Tree | None:
        return old if revision == "v1.4" else None

    for revision in ("", "HEAD", "main", "refs/heads/main"):
        followed = render(new, revision_tree=at, source={"targetRevision": revision})
        assert (names(followed), followed.notes) == (["new"], ())
    pinned = render(new, revision_tree=at, source={"targetRevision": "v1.4"})
    assert names(pinned) == ["old"]
    assert [(note.id, "pinned to v1.4" in note.message) for note in pinned.notes] == [("pinned-revision", True)]
    assert pinned.objects[0].origin.path == "apps/app.yaml"
    with pytest.raises(RenderFailure, match=r"is at v1\.5, which is not in this clone; fetch it") as caught:
        render(new, revision_tree=at, source={"targetRevision": "v1.5"})
    assert caught.value.reason is Reason.REMOTE
    elsewhere = render(new, revision_tree=at, source={"targetRevision": "develop"})
    assert names(elsewhere) == ["new"]
    assert "follows develop, which is not in this clone" in elsewhere.notes[0].message


TAGS = {"v1.3.0", "v1.4.0", "v1.5.0-rc.1", "2.0.0", "api/1.9.0", "api/2.1.0", "latest"}


@pytest.mark.parametrize(
    ("revision", "prefix", "tag"),
    [
        ("1.x", "", "v1.4.0"),
        ("^1.3.0", "", "v1.4.0"),
        ("~1.3", "", "v1.3.0"),
        (">=1.5.0-0 <2", "", "v1.5.0-rc.1"),
        ("*", "", "2.0.0"),
        ("1.*", "api/", "api/1.9.0"),
        ("2.1.0", "api/", "api/2.1.0"),
    ],
)
def test_a_range_is_the_newest_tag_that_fits(revision: str, prefix: str, tag: str) -> None:
    source = {"targetRevision": revision, **({"tagPrefix": prefix} if prefix else {})}

    def at(name: str) -> Tree | None:
        found = name.removeprefix("refs/tags/")
        return files({"app/cm.yaml": config_map(found)}) if found in TAGS else None

    rendered = render({"app/cm.yaml": config_map("new")}, revision_tree=at, tags=tuple(TAGS), source=source)
    assert names(rendered) == [tag]
    (note,) = rendered.notes
    assert tag in note.message
    assert ("is pinned to" if revision == "2.1.0" else "the next tag that fits will") in note.message


def test_a_range_that_no_tag_fits_is_unknown_and_no_branch() -> None:
    for revision, prefix, message in (("^3", "", "is at \\^3"), ("main", "api/", "must be a range"), ("v9.9", "", "is at v9.9")):
        source = {"targetRevision": revision, **({"tagPrefix": prefix} if prefix else {})}
        with pytest.raises(RenderFailure, match=message):
            render({"app/cm.yaml": config_map("new")}, revision_tree=lambda _: None, tags=tuple(TAGS), source=source)


def test_a_dry_source_is_what_is_rendered() -> None:
    hydrator = {
        "drySource": {"repoURL": URL, "path": "app", "targetRevision": "HEAD"},
        "syncSource": {"targetBranch": "env", "path": "out"},
    }
    assert names(render(KUSTOMIZATION, sourceHydrator=hydrator)) == ["kustomized"]


def test_edge_54_value_files_stay_in_their_repository() -> None:
    content = {**CHART, "common/v.yaml": "b: common\n", "other/x.yaml": "c: other\n"}
    assert values_of(render(content, source={"helm": {"valueFiles": ["/common/v.yaml"]}})) == {"a": "chart", "b": "common"}
    with pytest.raises(RenderFailure, match="leaves the repository"):
        render(content, source={"helm": {"valueFiles": ["../../outside.yaml"]}})
    sources: list[dict[str, Any]] = [
        {"repoURL": URL, "path": "app", "helm": {"valueFiles": ["$vals/other/x.yaml"]}},
        {"repoURL": URL, "path": "common", "ref": "vals"},
    ]
    assert values_of(render(content, sources=sources)) == {"a": "chart", "c": "other"}
    with pytest.raises(RenderFailure, match="no source has ref 'nope'"):
        render(content, sources=[{**sources[0], "helm": {"valueFiles": ["$nope/x.yaml"]}}])
    with pytest.raises(RenderFailure, match="used twice"):
        render(content, sources=[{"repoURL": URL, "ref": "vals"}, {"repoURL": URL, "ref": "vals"}])


def test_several_sources_are_concatenated() -> None:
    content = {"one/Chart.yaml": CHART["app/Chart.yaml"], "one/templates/x.yaml": SHOW, "two/cm.yaml": config_map("cm")}
    sources = [{"repoURL": URL, "path": "one"}, {"repoURL": URL, "path": "two"}, {"repoURL": "https://elsewhere", "ref": "unused"}]
    assert names(render(content, sources=sources)) == ["app1", "cm"]


def test_a_branch_is_followed_unless_another_is_known_to_be_the_target() -> None:
    new = {"app/cm.yaml": config_map("new")}

    def at(revision: str) -> Tree | None:
        return files({"app/cm.yaml": config_map("old")})

    for revisions, expected in (
        ((), "new"),
        (("HEAD~1",), "new"),
        (("0123abcd0123",), "new"),
        (("origin/main",), "new"),
        (("refs/remotes/origin/main",), "new"),
        (("release/1.2",), "old"),
    ):
        rendered = render(new, revisions=revisions, revision_tree=at, source={"targetRevision": "main"})
        assert names(rendered) == [expected], revisions
