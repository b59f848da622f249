"""What a kustomization includes, in what order, and how a failure says where it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.model.objects import Origin
from checker.model.paths import RepoPath
from checker.model.units import Reason, RenderFailure
from checker.render.kustomize import KustomizeOptions, build
from checker.snapshot.directory import DirectoryTree
from tests.unit.render.kustomize.helpers import DEPLOYMENT, bodies, built

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n"


def failure(files: dict[str, str | bytes], path: str = "", **options: object) -> RenderFailure:
    with pytest.raises(RenderFailure) as caught:
        built(files, path, **options)
    return caught.value


def test_objects_come_in_the_legacy_order_of_the_command_line_or_as_found():
    files = {"kustomization.yaml": "resources: [a.yaml]", "a.yaml": DEPLOYMENT + "---\n" + CONFIG % "c"}
    assert [obj.kind for obj in built(files)] == ["ConfigMap", "Deployment"]
    assert [obj.kind for obj in built(files, order="fifo")] == ["Deployment", "ConfigMap"]


def test_sort_options_of_the_kustomization_win():
    files = {"kustomization.yaml": "sortOptions: {order: fifo}\nresources: [a.yaml]", "a.yaml": DEPLOYMENT + "---\n" + CONFIG % "c"}
    assert [obj.kind for obj in built(files)] == ["Deployment", "ConfigMap"]


def test_origin_is_the_file_and_contributors_are_the_patches():
    files = {
        "base/kustomization.yaml": "resources: [r.yaml]",
        "base/r.yaml": CONFIG % "x" + "---\n" + DEPLOYMENT,
        "top/kustomization.yaml": "resources: [../base]\npatches: [{path: p.yaml}]",
        "top/p.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 2}",
    }
    deployment = next(obj for obj in built(files, "top") if obj.kind == "Deployment")
    assert deployment.origin == Origin(path=RepoPath("base/r.yaml"), document=1, line=6)
    assert [origin.path for origin in deployment.contributors] == ["top/p.yaml"]


def test_generated_objects_come_from_the_line_of_their_generator():
    files = {"kustomization.yaml": "namePrefix: a-\nconfigMapGenerator:\n- literals: [a=b]\n  name: settings\n"}
    (made,) = built(files)
    assert made.origin == Origin(path=RepoPath("kustomization.yaml"), line=4)


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_the_three_names_of_the_file(name: str):
    assert list(bodies({name: "resources: [r.yaml]", "r.yaml": CONFIG % "a"})) == ["ConfigMap a"]


def test_two_kustomization_files_are_refused():
    assert "exactly one" in failure({"kustomization.yaml": "namePrefix: a-", "kustomization.yml": "namePrefix: b-"}).message


def test_a_missing_base_names_the_chain_the_line_and_a_suggestion():
    files = {
        "base/podinfo/kustomization.yaml": "resources: [r.yaml]",
        "base/podinfo/r.yaml": CONFIG % "a",
        "mid/kustomization.yaml": "resources:\n- ../base/podinfos\n",
        "top/kustomization.yaml": "resources:\n- ../mid\n",
    }
    caught = failure(files, "top")
    assert caught.reason is Reason.BROKEN
    assert "did you mean ../base/podinfo?" in caught.message
    assert caught.chain == ("top/kustomization.yaml", "mid/kustomization.yaml")
    assert caught.location is not None
    assert (caught.location.path, caught.location.line) == ("mid/kustomization.yaml", 2)


def test_broken_yaml_of_a_resource_is_told_with_its_line():
    caught = failure({"kustomization.yaml": "resources: [r.yaml]", "r.yaml": "a: b\nc: [\n"})
    assert caught.location is not None
    assert caught.location.path == "r.yaml"


def test_unknown_fields_are_errors_with_a_suggestion():
    assert "did you mean `namePrefix`?" in failure({"kustomization.yaml": "namePrefx: a-"}).message


def test_numbers_are_no_text_in_a_kustomization():
    assert "newTag must be text" in failure({"kustomization.yaml": "images: [{name: a, newTag: 1.0}]"}).message


@pytest.mark.parametrize("text", ["{}", "", "kind: Kustomization\n"])
def test_an_empty_kustomization_is_refused(text: str):
    assert "empty" in failure({"kustomization.yaml": text}).message


def test_cycles_are_refused():
    files = {"a/kustomization.yaml": "resources: [../b]", "b/kustomization.yaml": "resources: [../a]"}
    assert "cycle" in failure(files, "a").message


def test_the_load_restrictor_keeps_files_below_the_folder_unless_it_is_off():
    files = {"top/kustomization.yaml": "resources: [../r.yaml]", "r.yaml": CONFIG % "a"}
    assert "load restrictor" in failure(files, "top").message
    assert list(bodies(files, "top", load_restrictor="none")) == ["ConfigMap a"]


def test_paths_never_leave_the_tree():
    assert "leaves the repository" in failure({"kustomization.yaml": "resources: [../x]"}).message


@pytest.mark.parametrize(
    "url", ["https://github.com/o/r//deploy?ref=v1", "github.com/o/r/deploy?ref=v1", "git@github.com:o/r.git//deploy?ref=v1"]
)
def test_remote_bases_are_read_from_sources_only(url: str):
    files = {
        "kustomization.yaml": f"resources: ['{url}']",
        "vendor/deploy/kustomization.yaml": "resources: [r.yaml]",
        "vendor/deploy/r.yaml": CONFIG % "a",
    }
    caught = failure(files)
    assert caught.reason is Reason.REMOTE
    assert "at ref v1 is not vendored" in caught.message
    assert list(bodies(files, sources={"https://github.com/o/r": RepoPath("vendor")})) == ["ConfigMap a"]
    assert failure(files, sources={"https://github.com/o/r?ref=v2": RepoPath("vendor")}).reason is Reason.REMOTE


def test_two_resources_of_one_identity_are_refused():
    assert (
        "may not have the same identity"
        in failure({"kustomization.yaml": "resources: [r.yaml]", "r.yaml": CONFIG % "a" + "---\n" + CONFIG % "a"}).message
    )


def test_components_see_what_came_before_and_lists_are_unpacked():
    files = {
        "kustomization.yaml": "resources: [r.yaml]\ncomponents: [part]\nnamePrefix: x-",
        "r.yaml": "apiVersion: v1\nkind: List\nitems:\n- " + (CONFIG % "a").replace("\n", "\n  "),
        "part/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -y",
    }
    assert list(bodies(files)) == ["ConfigMap x-a-y"]


def test_a_component_is_no_resource_and_a_base_no_component():
    part = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -y"
    assert "under `components`" in failure({"kustomization.yaml": "resources: [part]", "part/kustomization.yaml": part}).message
    assert (
        "takes kind Component" in failure({"kustomization.yaml": "components: [part]", "part/kustomization.yaml": "nameSuffix: -y"}).message
    )


def test_bases_and_image_tags_are_read_as_their_successors():
    files = {
        "base/kustomization.yaml": "resources: [r.yaml]",
        "base/r.yaml": DEPLOYMENT,
        "top/kustomization.yaml": "bases: [../base]\nimageTags: [{name: nginx, newTag: v2}]",
    }
    body = bodies(files, "top")["Deployment web"]
    assert body["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:v2"


@pytest.mark.parametrize("field", ["generators", "transformers", "validators"])
def test_programs_are_named_and_never_run(field: str):
    plugin = (
        "apiVersion: example.com/v1\nkind: Thing\n"
        "metadata: {name: x, annotations: {config.kubernetes.io/function: 'exec: {path: ./run.sh}'}}"
    )
    caught = failure({"kustomization.yaml": f"resources: [r.yaml]\n{field}: [p.yaml]", "r.yaml": CONFIG % "a", "p.yaml": plugin})
    assert caught.reason is Reason.UNSUPPORTED
    assert "example.com/v1 Thing" in caught.message


def test_charts_need_helm_to_be_enabled():
    assert "enable-helm" in failure({"kustomization.yaml": "helmCharts: [{name: a, releaseName: a}]"}).message


def test_local_config_objects_are_left_out():
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {config.kubernetes.io/local-config: 'true'}}"
    assert bodies({"kustomization.yaml": "resources: [r.yaml]", "r.yaml": text}) == {}


@pytest.mark.parametrize("target", ["/etc/passwd", "/etc"])
def test_a_link_out_of_the_repository_is_called_one(target: str, tmp_path: Path):
    (tmp_path / "kustomization.yaml").write_text("resources: [link.yaml]")
    (tmp_path / "link.yaml").symlink_to(target)
    with pytest.raises(RenderFailure, match=r"link\.yaml is a symbolic link out of the repository"):
        build(DirectoryTree(tmp_path), RepoPath(""), KustomizeOptions())
