"""ApplicationSets: generators, templates, and what freezes or empties a set."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from checker.model.objects import KubeObject
from checker.model.settings import ClusterSetting
from checker.model.units import Controller, DeployUnit, Reason, Rendered, RenderFailure
from checker.render.argocd import render_applicationset
from checker.render.options import RenderOptions
from tests.unit.render.argocd.builders import OURS, URL, files, kube

SPEC: dict[str, Any] = {
    "project": "default",
    "source": {"repoURL": URL, "path": "app", "targetRevision": "HEAD"},
    "destination": {"server": "https://kubernetes.default.svc", "namespace": "x"},
}


def expand(
    *generators: Mapping[str, Any],
    name: str = "{{name}}",
    tree: Mapping[str, str] | None = None,
    related: Sequence[KubeObject] = (),
    annotations: Mapping[str, str] | None = None,
    clusters: Sequence[ClusterSetting] = (),
    given: Mapping[str, Any] | None = None,
    **spec: Any,
) -> Rendered:
    template = {
        "metadata": {"name": name, **({"annotations": annotations} if annotations else {})},
        "spec": SPEC,
        **(spec.pop("template", {})),
    }
    declaration = kube("ApplicationSet", "set", spec={"generators": list(generators), "template": template, **spec})
    unit = DeployUnit(
        controller=Controller.ARGOCD_APPLICATIONSET,
        name="set",
        namespace="argocd",
        path=None,
        declaration=declaration,
        related=tuple(related),
        origin=declaration.origin,
    )
    options = RenderOptions(repository_urls=OURS, revisions=("main",), clusters=tuple(clusters), generators={"set": given or {}})
    return render_applicationset(unit, files(tree or {}), options)


def made(*generators: Mapping[str, Any], **more: Any) -> list[str]:
    return [obj.name for obj in expand(*generators, **more).objects]


def elements(*items: Mapping[str, Any]) -> dict[str, Any]:
    return {"list": {"elements": list(items)}}


def said(rendered: Rendered) -> list[str]:
    return [note.id for note in rendered.notes]


def test_a_list_makes_one_application_of_each_element() -> None:
    rendered = expand(elements({"name": "a"}, {"name": "b"}))
    first = rendered.objects[0]
    assert first.body["metadata"] == {"name": "a", "namespace": "argocd", "finalizers": ["resources-finalizer.argocd.argoproj.io"]}
    assert (first.kind, first.body["spec"]) == ("Application", SPEC)
    assert made(elements({"name": "a", "values": {"x": "y"}}), name="{{name}}-{{values.x}}") == ["a-y"]
    kept = expand(elements({"name": "a"}), syncPolicy={"preserveResourcesOnDeletion": True})
    assert "finalizers" not in kept.objects[0].metadata


def test_edge_62_unknown_names_stay_and_open_braces_freeze_the_set() -> None:
    rendered = expand(elements({"name": "a"}), name="{{ missing }}")
    assert (rendered.objects, said(rendered)) == ((), ["invalid-application"])
    noted = expand(elements({"name": "a"}), annotations={"x": "{{ missing }} {{.name}}"})
    assert noted.objects[0].annotations == {"x": "{{ missing }} {{.name}}"}
    with pytest.raises(RenderFailure, match="leaves every Application"):
        expand(elements({"name": "a"}), annotations={"x": "{{name}} {{b"})


def test_edge_63_missing_keys_of_go_templates() -> None:
    go: dict[str, Any] = {"goTemplate": True, "name": "{{.name}}", "annotations": {"x": "{{.missing}}"}}
    assert expand(elements({"name": "a"}), **go).objects[0].annotations == {"x": "<no value>"}
    with pytest.raises(RenderFailure, match="no entry for key 'missing'") as caught:
        expand(elements({"name": "a"}), **go, goTemplateOptions=["missingkey=error"])
    assert caught.value.reason is Reason.BROKEN


CONFIG = {"apps/a/config.yaml": "replicas: 1000000\nx: null\nl: []\nflag: true\nmap: {k: 8080}\nlist: [z]\n"}
FILES = {"git": {"repoURL": URL, "revision": "HEAD", "files": [{"path": "apps/*/config.yaml"}]}}


def test_edge_64_values_of_files_as_go_prints_them() -> None:
    shown = {"x": "{{replicas}} {{x}} {{l}} {{flag}} {{map.k}} {{list.0}}", "p": "{{path}} {{path.basename}} {{path.filename}} {{path[0]}}"}
    rendered = expand(FILES, name="{{path.basename}}", tree=CONFIG, annotations=shown)
    assert rendered.objects[0].annotations == {"x": "1e+06 <nil> {{l}} true 8080 z", "p": "apps/a a config.yaml apps"}
    go = {"x": "{{.replicas}} {{.x}} {{.map.k}}", "p": "{{.path.path}} {{index .path.segments 1}} {{.path.filenameNormalized}}"}
    rendered = expand(FILES, name="{{.path.basename}}", tree=CONFIG, annotations=go, goTemplate=True)
    assert rendered.objects[0].annotations == {"x": "1e+06 <no value> 8080", "p": "apps/a a config.yaml"}


def test_files_hold_one_object_several_or_none() -> None:
    tree = {"apps/a/config.yaml": "- {name: one}\n- {name: two}\n", "apps/b/config.yaml": "{name: three}\n"}
    assert made(FILES, tree=tree) == ["one", "two", "three"]
    assert made(FILES, tree={"apps/c/config.yaml": ""}, name="{{path.basename}}") == ["c"]
    with pytest.raises(RenderFailure, match=r"apps/d/config\.yaml"):
        made(FILES, tree={"apps/d/config.yaml": "just text\n"})


def directories(*items: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"git": {"repoURL": URL, "revision": "HEAD", "directories": list(items), **more}}


FOLDERS = {f"{folder}/x.yaml": "" for folder in ("apps/a", "apps/b/deep", "apps/old", "apps/.github", ".github/apps")}


def test_edge_65_directories() -> None:
    excluded = directories({"path": "apps/*"}, {"path": "apps/old", "exclude": True}, {"path": "apps/old"})
    assert made(excluded, tree=FOLDERS, name="{{path.basename}}") == ["a", "b"]
    assert made(directories({"path": "apps/**"}), tree=FOLDERS, name="{{path.basename}}") == ["a", "b", "old"]
    assert said(expand(directories({"path": "apps/{a,b}"}), tree=FOLDERS)) == ["generates-nothing"]
    assert said(expand(directories({"path": ".github/*"}, {"path": "*/.github"}), tree=FOLDERS)) == ["generates-nothing"]
    prefixed = directories({"path": "apps/a"}, pathParamPrefix="mine", values={"up": "{{mine.path.basename}}!"})
    rendered = expand(prefixed, tree=FOLDERS, name="{{mine.path.basename}}", annotations={"x": "{{values.up}} {{mine.path[0]}}"})
    assert rendered.objects[0].annotations == {"x": "a! apps"}


def test_edge_66_files_match_as_git_lists_them() -> None:
    tree = dict.fromkeys(("config.json", "apps/a/config.json", "apps/a/sub/config.json"), "")

    def found(*items: Mapping[str, Any]) -> list[str]:
        generator = {"git": {"repoURL": URL, "files": list(items)}}
        rendered = expand(generator, tree=tree, name="{{path.basename}}", annotations={"p": "{{path}}"})
        return sorted(str(obj.annotations["p"]) for obj in rendered.objects)

    assert found({"path": "apps/*/config.json"}) == ["apps/a", "apps/a/sub"]
    assert found({"path": "**/config.json"}) == ["apps/a", "apps/a/sub"]
    assert found({"path": "apps"}, {"path": "apps/a/sub/*", "exclude": True}) == ["apps/a"]
    assert found({"path": "apps/b/../a/*.json"}) == ["apps/a", "apps/a/sub"]
    assert found({"path": "./apps"}, {"path": "."}) == ["apps/a", "apps/a/sub"]


@pytest.mark.parametrize("path", ["/apps/*", "../config.json", "apps/../../x"])
def test_a_path_outside_the_repository_freezes_the_set_as_git_refuses_it(path: str) -> None:
    with pytest.raises(RenderFailure, match=r"git refuses the path .* outside the repository; Argo CD leaves every Application"):
        expand({"git": {"repoURL": URL, "files": [{"path": "**"}, {"path": path, "exclude": True}]}}, tree=FOLDERS)


def test_files_match_by_doublestar_where_the_controller_is_told_so() -> None:
    """util/git/client.go, argo-cd: LsFiles with the new globbing."""
    tree = dict.fromkeys(("config.json", "apps/a/config.json", "apps/a/sub/config.json", "apps/.b/config.json"), "")
    told = kube("ConfigMap", "argocd-cmd-params-cm", api="v1", data={"applicationsetcontroller.enable.new.git.file.globbing": "true"})

    def found(*paths: str, **excluded: str) -> list[str]:
        items = [{"path": path} for path in paths] + [{"path": path, "exclude": True} for path in excluded.values()]
        rendered = expand({"git": {"repoURL": URL, "files": items}}, tree=tree, name="n{{path.basenameNormalized}}", related=[told])
        return sorted(obj.name for obj in rendered.objects)

    assert found("apps/*/config.json") == ["na", "nb"]
    assert found("apps/**/config.json") == ["na", "nb", "nsub"]
    assert found("/apps/{a,c}/*.json", "../config.json") == ["na"]
    assert found("**/config.json", x="apps/**/config.json") == ["n"]
    with pytest.raises(RenderFailure, match=r"'apps/\*' of a git generator matches the folder apps/.b, which is no file"):
        found("apps/*")


def cluster(name: str, **labels: str) -> KubeObject:
    body = kube("Secret", name, api="v1", stringData={"name": name, "server": f"https://{name}.example"})
    metadata: dict[str, Any] = {**body.metadata, "labels": {"argocd.argoproj.io/secret-type": "cluster", **labels}}
    return KubeObject(body={**body.body, "metadata": metadata}, origin=body.origin)


def test_edge_67_the_local_cluster_counts_only_without_a_selector() -> None:
    known = [cluster("prod", env="prod"), cluster("dev", env="dev")]
    assert made({"clusters": {}}, related=known) == ["prod", "dev", "in-cluster"]
    selecting: dict[str, Any] = {"clusters": {"selector": {"matchLabels": {"env": "prod"}}, "values": {"v": "{{metadata.labels.env}}"}}}
    assert made(selecting, related=known, name="{{name}}-{{values.v}}") == ["prod-prod"]
    go: dict[str, Any] = {"goTemplate": True, "name": "{{.name}}", "annotations": {"x": "{{.server}} {{.metadata.labels.env}}"}}
    del selecting["clusters"]["values"]
    assert expand(selecting, related=known, **go).objects[0].annotations == {"x": "https://prod.example prod"}
    assert said(expand({"clusters": {}})) == ["assumed-clusters"]
    with pytest.raises(RenderFailure, match="not expanded: the clusters are not known") as caught:
        expand(selecting)
    assert caught.value.reason is Reason.REMOTE


def test_clusters_whose_names_are_hidden_are_not_guessed() -> None:
    hidden = cluster("prod")
    for name in ("ENC[AES256_GCM,data:x]", "digest:0123"):
        secret = KubeObject(body={**hidden.body, "stringData": {"name": name, "server": "https://x"}}, origin=hidden.origin)
        with pytest.raises(RenderFailure, match="not expanded: the name of cluster Secret prod"):
            expand({"clusters": {}}, related=[secret])


def matrix(*generators: Mapping[str, Any]) -> dict[str, Any]:
    return {"matrix": {"generators": list(generators)}}


def test_edge_68_a_matrix_that_disagrees() -> None:
    both = matrix(elements({"name": "a", "env": "dev"}), elements({"env": "prod"}))
    with pytest.raises(RenderFailure, match="both generators of a matrix set env"):
        expand(both)
    rendered = expand(both, goTemplate=True, name="{{.name}}-{{.env}}")
    assert [obj.name for obj in rendered.objects] == ["a-dev"]


def test_the_second_generator_of_a_matrix_sees_the_first() -> None:
    second = directories({"path": "{{folder}}/*"})
    assert made(matrix(elements({"folder": "apps"}), second), tree=FOLDERS, name="{{path.basename}}") == ["a", "b", "old"]
    nested = matrix(elements({"x": "1"}), matrix(elements({"y": "2"}), elements({"z": "3"})))
    assert made(nested, name="n{{x}}{{y}}{{z}}") == ["n123"]
    with pytest.raises(RenderFailure, match="nested too deeply"):
        made(matrix(elements({}), matrix(elements({}), matrix(elements({}), elements({})))))
    with pytest.raises(RenderFailure, match="exactly two"):
        made(matrix(elements({})))


def merge(*generators: Mapping[str, Any], keys: Sequence[str] = ("name",)) -> dict[str, Any]:
    return {"merge": {"mergeKeys": list(keys), "generators": list(generators)}}


def test_edge_69_a_merge_overrides_what_its_first_generator_has() -> None:
    generator = merge(
        elements({"name": "a", "v": "1"}, {"name": "b", "v": "1"}), elements({"name": "b", "v": "2"}, {"name": "c", "v": "3"})
    )
    assert made(generator, name="{{name}}{{v}}") == ["a1", "b2"]
    with pytest.raises(RenderFailure, match="same merge keys"):
        made(merge(elements({"name": "a"}, {"name": "a"}), elements({"name": "a"})))


def test_edge_70_names_that_are_taken_twice_are_withheld() -> None:
    rendered = expand(elements({"name": "a"}, {"name": "a"}, {"name": "b"}))
    assert ([obj.name for obj in rendered.objects], said(rendered)) == (["b"], ["duplicate-application"])


def test_edge_71_a_template_patch_cannot_change_the_project() -> None:
    patch = "spec:\n  project: other\n  source:\n    helm:\n      valueFiles:\n{{- range .files }}\n      - {{ . }}\n{{- end }}\n"
    rendered = expand(elements({"name": "a", "files": ["x.yaml", "y.yaml"]}), name="{{.name}}", goTemplate=True, templatePatch=patch)
    body: Any = rendered.objects[0].body["spec"]
    assert (body["project"], body["source"]["helm"], body["source"]["path"]) == ("default", {"valueFiles": ["x.yaml", "y.yaml"]}, "app")


@pytest.mark.parametrize("name", ["scmProvider", "pullRequest", "clusterDecisionResource", "plugin"])
def test_edge_72_one_generator_that_is_unknown_freezes_the_set(name: str) -> None:
    with pytest.raises(RenderFailure, match=f"not expanded: its generator {name}") as caught:
        expand(elements({"name": "a"}), {name: {}})
    assert caught.value.reason is Reason.REMOTE


def test_edge_72_generators_that_give_nothing_delete_everything() -> None:
    assert said(expand(elements())) == ["generates-nothing"]
    assert said(expand({"novelty": {}})) == ["unknown-generator", "generates-nothing"]
    safe = expand(elements(), syncPolicy={"applicationsSync": "create-update"})
    assert "none is created" in safe.notes[0].message


def test_selectors_filter_what_a_generator_gives() -> None:
    items = elements({"name": "a", "env": "dev"}, {"name": "b", "env": "prod"}, {"name": "c"})

    def chosen(**selector: Any) -> list[str]:
        return made({**items, "selector": selector})

    assert chosen(matchLabels={"env": "prod"}) == ["b"]
    assert chosen(matchExpressions=[{"key": "env", "operator": "NotIn", "values": ["dev"]}]) == ["b", "c"]
    assert chosen(matchExpressions=[{"key": "env", "operator": "Exists"}]) == ["a", "b"]
    with pytest.raises(RenderFailure, match="not a label key"):
        chosen(matchLabels={"path[0]": "x"})


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ({"key": "a", "operator": "Is", "values": ["x"]}, "not a selector operator"),
        ({"key": "a", "operator": "In"}, "In of a needs values"),
        ({"key": "a", "operator": "Exists", "values": ["x"]}, "Exists of a takes no values"),
    ],
)
def test_a_selector_that_kubernetes_refuses_freezes_the_set_even_with_nothing_to_select(expression: dict[str, Any], why: str) -> None:
    with pytest.raises(RenderFailure, match=why):
        expand({**elements(), "selector": {"matchExpressions": [expression]}})


def test_a_generators_own_template_wins_where_it_says_something() -> None:
    own = {"metadata": {"labels": {"own": "yes"}}, "spec": {"source": {"path": "other"}}}
    rendered = expand({"list": {"elements": [{"name": "a"}], "template": own}})
    body: Any = rendered.objects[0].body
    assert (body["metadata"]["name"], body["metadata"]["labels"], body["spec"]["source"]["path"]) == ("a", {"own": "yes"}, "other")
    assert body["spec"]["source"]["repoURL"] == URL


def test_an_empty_label_of_a_generators_own_template_stays_unless_the_set_fills_it() -> None:
    own = {"metadata": {"labels": {"none": "", "b": ""}}}
    template = {"metadata": {"name": "a", "labels": {"b": "set"}}, "spec": SPEC}
    body: Any = expand({"list": {"elements": [{"x": "y"}], "template": own}}, template=template).objects[0].body
    assert body["metadata"]["labels"] == {"none": "", "b": "set"}


def test_an_empty_set_of_parameters_leaves_the_template_alone() -> None:
    rendered = expand(elements({}), name="fixed", annotations={"x": "{{y}}"})
    assert (rendered.objects[0].annotations, "finalizers" in rendered.objects[0].metadata) == ({"x": "{{y}}"}, False)


def test_numbers_without_go_templates_are_an_error() -> None:
    with pytest.raises(RenderFailure, match="must be text"):
        expand(elements({"name": "a", "n": 1}))
    assert made({"list": {"elements": [], "elementsYaml": "- {name: a, n: 1}\n"}}) == ["a"]


def test_functions_that_we_do_not_do_are_refused_by_name() -> None:
    with pytest.raises(RenderFailure, match="uuidv4 is not supported") as caught:
        expand(elements({"name": "a"}), name="{{uuidv4}}", goTemplate=True)
    assert caught.value.reason is Reason.UNSUPPORTED


def test_git_generators_of_other_repositories_are_unknown() -> None:
    with pytest.raises(RenderFailure, match="https://elsewhere/x") as caught:
        expand({"git": {"repoURL": "https://elsewhere/x", "directories": [{"path": "*"}]}})
    assert caught.value.reason is Reason.REMOTE


GO: dict[str, Any] = {"goTemplate": True, "goTemplateOptions": ["missingkey=error"]}


def shown(*generators: Mapping[str, Any], x: str, **more: Any) -> list[str]:
    """What a Go template prints for each set of parameters."""
    rendered = expand(*generators, name='a{{ .n | default "" | lower }}', annotations={"x": x}, **{**GO, "goTemplateOptions": [], **more})
    return [str(obj.annotations["x"]) for obj in rendered.objects]


def test_clusters_may_stand_in_the_settings() -> None:
    known = [
        ClusterSetting(name="prod", server="https://1.2.3.4", labels={"env": "prod"}, annotations={"region": "eu"}),
        ClusterSetting(name="only-for-flux", kubernetes="1.33"),
        ClusterSetting(name="*", kubernetes="1.32", server="https://any"),
    ]
    assert made({"clusters": {}}, clusters=known) == ["prod", "in-cluster"]
    assert made({"clusters": {"selector": {"matchLabels": {"env": "prod"}}}}, clusters=known) == ["prod"]
    secret = cluster("prod", tier="gold")
    x = "{{.server}} {{.metadata.labels.env}} {{.metadata.labels.tier}} {{.metadata.annotations.region}}"
    selecting = {"clusters": {"selector": {"matchExpressions": [{"key": "tier", "operator": "Exists"}]}}}
    assert shown(selecting, clusters=known, related=[secret], x=x) == ["https://1.2.3.4 prod gold eu"]
    hidden = KubeObject(body={**secret.body, "stringData": {"name": "ENC[x]", "server": "ENC[y]"}}, origin=secret.origin)
    assert shown(selecting, clusters=known, related=[hidden], x="{{.name}} {{.server}}") == ["prod https://1.2.3.4"]
    local = [ClusterSetting(name="in-cluster", labels={"env": "hub"})]
    assert shown({"clusters": {"selector": {"matchLabels": {"env": "hub"}}}}, clusters=local, x="{{.server}}") == [
        "https://kubernetes.default.svc"
    ]


def test_clusters_in_one_list_each_with_its_values() -> None:
    known = [ClusterSetting(name="a", server="https://a"), ClusterSetting(name="b", server="https://b")]
    flat = {"clusters": {"flatList": True, "values": {"v": "{{.name}}!"}}}
    assert shown(flat, clusters=known, x="{{range .clusters}}{{.name}}={{.values.v}} {{end}}") == ["a=a! b=b! in-cluster=in-cluster! "]


def test_labels_and_values_are_maps_of_text_which_have_no_nil() -> None:
    known = [ClusterSetting(name="a", server="https://a", labels={"env": "x"})]
    assert shown(
        {"clusters": {"values": {"v": "1"}, "selector": {"matchLabels": {"env": "x"}}}},
        clusters=known,
        x=('[{{index .metadata.labels "no"}}] [{{index .values "no"}}] {{typeOf .values}} {{hasKey . "values"}}'),
    ) == ["[] [] map[string]string true"]
    segments = shown(directories({"path": "apps/a"}), tree=FOLDERS, x="{{typeOf .path.segments}} {{.path.segments}}")
    assert segments == ["[]string [apps a]"]
    picked = {**directories({"path": "apps/*"}), "selector": {"matchLabels": {"path.segments": "[apps a]"}}}
    assert shown(picked, tree=FOLDERS, x="{{.path.basename}}") == ["a"]


def test_values_of_the_second_generator_of_a_matrix_see_both() -> None:
    second = directories(
        {"path": "apps/a"}, values={"one": "{{.first}}", "both": "{{.path.basename}}", "mixed": "{{.first}}-{{.path.basename}}"}
    )
    found = shown(matrix(elements({"first": "1"}), second), tree=FOLDERS, x="{{.values.one}} {{.values.both}} {{.values.mixed}}")
    assert found == ["1 a <no value>-a"]  # what needs both at once is filled in when the first are no longer there
    flat = directories({"path": "apps/a"}, values={"v": "{{first}}-{{path.basename}}"})
    assert made(matrix(elements({"first": "1"}), flat), tree=FOLDERS, name="n{{values.v}}") == ["n1-a"]


def test_values_inside_a_nested_generator_wait_for_their_own_parameters() -> None:
    """applicationset/utils/utils.go, RenderGeneratorParams: `values` at any depth that cannot be filled in yet are kept."""
    inner = merge(directories({"path": "apps/a"}, values={"v": "{{.path.basename}}-{{.first}}"}), elements({"values": {}}), keys=["values"])
    found = shown(matrix(elements({"first": "1"}), inner), tree=FOLDERS, x="{{.values.v}} {{.first}}")
    assert found == ["a-<no value> 1"]


def test_the_selector_of_the_second_generator_of_a_matrix_is_taken_as_it_is_written() -> None:
    second = {**elements({"n": "a"}, {"n": "b"}), "selector": {"matchLabels": {"n": "{{.pick}}"}}}
    assert shown(matrix(elements({"pick": "a"}), second), x="{{.n}}") == []


def test_values_of_a_generator_take_the_place_of_those_in_a_file() -> None:
    tree = {"apps/a/config.yaml": "values: {x: file, y: file}\n"}
    generator = {"git": {**FILES["git"], "values": {"x": "own"}}}
    assert shown(generator, tree=tree, x='{{.values.x}} {{index .values "y"}}') == ["own "]


def test_null_vanishes_from_maps_of_a_template() -> None:
    spec = {**SPEC, "source": {**SPEC["source"], "helm": {"valuesObject": {"gone": None, "kept": [None, 1], "{{name}}": True}}}}
    declaration = {"list": {"elements": [{"name": "a"}], "template": {"metadata": {}, "spec": spec}}}
    body: Any = expand(declaration).objects[0].body
    assert body["spec"]["source"]["helm"]["valuesObject"] == {"kept": [None, 1], "a": True}


def test_finalizers_of_a_template_patch_join_those_of_the_template() -> None:
    patch = "metadata:\n  finalizers: [other]\n  labels: {x: why}\n"
    metadata: Any = expand(elements({"name": "a"}), templatePatch=patch).objects[0].metadata
    assert (metadata["finalizers"], metadata["labels"]) == (["other", "resources-finalizer.argocd.argoproj.io"], {"x": "why"})


@pytest.mark.parametrize("text", ["{a: 1}", "[1]", "text", "[{a: 1}"])
def test_elements_in_yaml_are_a_list_of_mappings(text: str) -> None:
    with pytest.raises(RenderFailure, match="elementsYaml"):
        expand({"list": {"elements": [], "elementsYaml": text}})


def test_what_outsiders_give_may_stand_in_the_settings() -> None:
    pulls = [{"number": 7, "branch": "Feature/New_Door", "head_sha": "0123456789abcdef", "labels": ["a", "b"]}]
    x = "{{.number}} {{.branch_slug}} {{.head_short_sha}} {{.head_short_sha_7}} {{.labels}} {{.values.v}}"
    found = shown({"pullRequest": {"github": {}, "values": {"v": "pr-{{.number}}"}}}, given={"pullRequest": pulls}, x=x)
    assert found == ["7 feature-new-door 01234567 0123456 [a b] pr-7"]
    repositories = [{"organization": "o", "repository": "r", "branch": "release/1", "sha": "0123456789", "labels": ["a", "b"]}]
    flat = expand({"scmProvider": {}}, given={"scmProvider": repositories}, name="{{repository}}-{{branchNormalized}}-{{short_sha}}")
    assert [obj.name for obj in flat.objects] == ["r-release-1-01234567"]
    known = [ClusterSetting(name="prod", server="https://p")]
    decisions = {"clusterDecisionResource": [{"clusterName": "prod", "reason": ""}]}
    generator = {"clusterDecisionResource": {"values": {"v": "{{name}}"}}}
    decided = expand(generator, given=decisions, clusters=known, name="{{clusterName}}", annotations={"x": "{{server}} {{values.v}}"})
    assert decided.objects[0].annotations == {"x": "https://p {{name}}"}
    plugin = {"plugin": {"input": {"parameters": {"key": "k"}}}}
    answer = {"plugin": [{"n": "P", "map": {"deep": 1}}]}
    assert shown(plugin, given=answer, x="{{.map.deep}} {{.generator.input.parameters.key}}") == ["1 k"]
    assert made(plugin, given=answer, name="x{{map.deep}}") == ["x1"]
    assert said(expand({"pullRequest": {}}, given={"pullRequest": []})) == ["generates-nothing"]


def test_what_outsiders_give_is_not_guessed() -> None:
    given = {"plugin": [{"n": "a"}]}
    with pytest.raises(RenderFailure, match="several such generators"):
        expand({"plugin": {}}, matrix(elements({"x": "y"}), {"plugin": {}}), given=given)
    asking = {"plugin": {"input": {"parameters": {"key": "{{.x}}"}}}}
    with pytest.raises(RenderFailure, match="each time by the parameters of another"):
        expand(matrix(elements({"x": "y"}), asking), given=given, **GO)
    with pytest.raises(RenderFailure, match="whose server is not known"):
        expand({"clusterDecisionResource": {}}, given={"clusterDecisionResource": [{"clusterName": "x"}]})


@pytest.mark.parametrize(
    "patch",
    [
        "metadata: {labels: {x: y}}",
        "spec: {source: {targetRevision: {{v}}}}",
        "spec: {source: {helm: {parameters: [{name: replicas, value: 3}]}}}",
        "spec: {sources: [{helm: {valueFiles: [1]}}]}",
    ],
)
def test_a_template_patch_with_a_number_or_truth_value_for_text_freezes_the_set(patch: str) -> None:
    with pytest.raises(RenderFailure, match="which is no text; put it in quotes; Argo CD leaves every Application"):
        expand(elements({"name": "a", "v": "1.10"}), templatePatch=patch)


@pytest.mark.parametrize(
    ("patch", "why"),
    [
        ("spec: {revisionHistoryLimit: '{{v}}'}", "spec.revisionHistoryLimit the value '5', which is no whole number"),
        ("spec: {syncPolicy: {automated: {prune: 'true'}}}", "spec.syncPolicy.automated.prune the value 'true', which is no truth value"),
        ("spec: {source: {helm: {valueFiles: a.yaml}}}", "spec.source.helm.valueFiles the value 'a.yaml', which is no list"),
        ("spec: {syncPolicy: {retry: 3}}", "spec.syncPolicy.retry the value 3, which is no mapping"),
        ("spec: {source: {kustomize: {patches: [{options: {allowNameChange: 1}}]}}}", "allowNameChange the value 1, which is no truth"),
    ],
)
def test_a_template_patch_that_is_no_application_freezes_the_set(patch: str, why: str) -> None:
    with pytest.raises(RenderFailure, match=re.escape(why)):
        expand(elements({"name": "a", "v": "5"}), templatePatch=patch)


def test_a_template_patch_may_hold_null_and_fields_that_nobody_knows() -> None:
    patch = "spec: {source: {helm: null, novelty: 1}, syncPolicy: {retry: {limit: 5}}}"
    body: Any = expand(elements({"name": "a"}), templatePatch=patch).objects[0].body
    assert body["spec"]["syncPolicy"] == {"retry": {"limit": 5}}
