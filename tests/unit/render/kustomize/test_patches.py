"""Strategic merge and JSON patches: merge keys, directives, targets, and what depends on how values are written."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest

from checker.model.units import RenderFailure
from tests.unit.render.kustomize.helpers import DEPLOYMENT, bodies, one

HEAD = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"


def merged(patch: str, resource: str = DEPLOYMENT) -> dict:
    return one("patches: [{path: p.yaml}]", resource, **{"p.yaml": HEAD + patch})


def container(patch: str, resource: str = DEPLOYMENT) -> dict:
    return merged("spec: {template: {spec: {containers: [{name: main, " + patch + "}]}}}", resource)["spec"]["template"]["spec"][
        "containers"
    ][0]


def test_lists_merge_by_key_with_the_patch_first():
    assert container("env: [{name: B, value: '2'}, {name: A, value: '3'}]")["env"] == [
        {"name": "B", "value": "2"},
        {"name": "A", "value": "3"},
    ]


def test_lists_merge_by_two_keys():
    ports = container("ports: [{containerPort: 80, protocol: UDP}]")["ports"]
    assert ports == [{"containerPort": 80, "protocol": "UDP"}, {"containerPort": 80, "protocol": "TCP"}]


def test_lists_without_keys_are_replaced():
    assert container("args: [b]", DEPLOYMENT.replace("image:", "args: [a]\n        image:"))["args"] == ["b"]


def test_custom_kinds_have_no_merge_keys():
    widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {containers: [{name: a}, {name: b}]}"
    body = one(
        "patches: [{patch: '{apiVersion: example.com/v1, kind: Widget, metadata: {name: w}, spec: {containers: [{name: b, x: 1}]}}'}]",
        widget,
    )
    assert body["spec"]["containers"] == [{"name": "b", "x": 1}]


def test_null_and_delete_directives_remove():
    assert "env" not in container("env: null")
    assert container("env: [{name: A, $patch: delete}]")["env"] == []
    assert (
        bodies(
            {
                "kustomization.yaml": (
                    "resources: [r.yaml]\n"
                    "patches: [{patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, $patch: delete}'}]"
                ),
                "r.yaml": DEPLOYMENT,
            }
        )
        == {}
    )


def test_replace_directive_replaces():
    assert merged("spec: {$patch: replace, paused: true}")["spec"] == {"paused": True}
    with pytest.raises(RenderFailure, match="none of delete, replace, merge"):
        merged("spec: {$patch: remove}")


def test_a_number_over_quoted_text_stays_text():
    quoted = DEPLOYMENT.replace("image:", "resources: {limits: {cpu: '1'}}\n        image:")
    assert container("resources: {limits: {cpu: 2}}", quoted)["resources"]["limits"]["cpu"] == "2"
    plain = DEPLOYMENT.replace("image:", "resources: {limits: {cpu: 100m}}\n        image:")
    assert container("resources: {limits: {cpu: 2}}", plain)["resources"]["limits"]["cpu"] == 2


@pytest.mark.parametrize(("first", "then"), [("several\\nlines", "7"), ("1", "7"), ("plain", 7)])
def test_a_number_over_a_label_that_a_patch_has_set_stays_text_where_that_needed_quotes(first: str, then: object):
    """As kubectl 1.37 (kustomize 5.8.1) builds it."""
    patches = [HEAD.replace("web}", f'web, labels: {{app: "{first}"}}}}'), HEAD.replace("web}", "web, labels: {app: 7}}")]
    fields = "patchesStrategicMerge: [one.yaml]\npatches: [{path: two.yaml}]"
    assert one(fields, DEPLOYMENT, **{"one.yaml": patches[0], "two.yaml": patches[1]})["metadata"]["labels"]["app"] == then


def test_an_empty_value_vanishes_beside_a_patch_and_a_written_null_stays():
    resource = DEPLOYMENT.replace("spec:\n  template", "spec:\n  a:\n  b: null\n  template")
    assert merged("spec: {replicas: 1}", resource)["spec"].keys() == {"b", "replicas", "template"}


def test_json_patches_need_a_target_and_change_what_they_select():
    patch = (
        "patches:\n- target: {kind: Dep.*}\n  patch: |-\n"
        "    - {op: replace, path: /spec/template/spec/containers/0/image, value: x}\n"
        "    - {op: add, path: /metadata/annotations/a~1b, value: 1}"
    )
    body = one(patch)
    assert body["spec"]["template"]["spec"]["containers"][0]["image"] == "x"
    with pytest.raises(RenderFailure, match="needs a `target`"):
        one('patches:\n- patch: \'[{"op": "remove", "path": "/spec"}]\'')


@pytest.mark.parametrize(
    ("target", "hit"),
    [
        ("name: web", True),
        ("name: we", False),
        ("name: we.*", True),
        ("labelSelector: app=x", False),
        ("labelSelector: '!app'", True),
        ("version: v1, group: apps", True),
    ],
)
def test_targets(target: str, hit: bool):
    body = one(f'patches:\n- target: {{{target}}}\n  patch: \'[{{"op": "add", "path": "/hit", "value": true}}]\'')
    assert ("hit" in body) is hit


def test_regular_expressions_that_go_lacks_are_refused():
    with pytest.raises(RenderFailure, match="Go"):
        one('patches:\n- target: {name: \'(?=w).*\'}\n  patch: \'[{"op": "add", "path": "/hit", "value": true}]\'')


def test_a_patch_for_nothing_says_what_is_there():
    with pytest.raises(RenderFailure, match="did you mean web"):
        one("patches: [{patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: wep}}'}]")


def test_names_and_kinds_change_only_when_allowed():
    patch = "patches:\n- target: {kind: Deployment}\n  patch: '{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: other}}'\n"
    assert (one(patch)["kind"], one(patch)["metadata"]["name"]) == ("Deployment", "web")
    body = one(patch + "  options: {allowNameChange: true, allowKindChange: true}")
    assert (body["kind"], body["metadata"]["name"]) == ("StatefulSet", "other")


def test_legacy_patch_fields():
    body = one(
        (
            "patchesStrategicMerge: [p.yaml]\npatchesJson6902:\n"
            "- target: {version: v1, group: apps, kind: Deployment, name: web}\n  path: j.json"
        ),
        **{
            "p.yaml": HEAD + "spec: {replicas: 2}",
            "j.json": '[{"op": "test", "path": "/spec/replicas", "value": 2}, {"op": "add", "path": "/spec/x", "value": 1}]',
        },
    )
    assert (body["spec"]["replicas"], body["spec"]["x"]) == (2, 1)


def test_nothing_inside_brackets_deletes_like_null_and_is_printed_as_empty_text():
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: x, b: }"
    assert one("patches: [{patch: '{apiVersion: v1, kind: Other, metadata: {name: c}}', target: {name: none}}]", text)["data"] == {
        "a": "x",
        "b": "",
    }
    assert one("patches: [{patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: }}'}]", text)["data"] == {}


def test_a_json_patch_that_copies_all_annotations_copies_what_kustomize_notes_there():
    operation = '[{"op": "copy", "from": "/metadata/annotations", "path": "/noted"}]'
    entry = f"patches: [{{target: {{kind: Deployment}}, patch: '{operation}'}}]\nnamePrefix: a-"
    assert one(entry)["noted"] == {
        "internal.config.kubernetes.io/previousNames": "web",
        "internal.config.kubernetes.io/previousNamespaces": "default",
        "internal.config.kubernetes.io/previousKinds": "Deployment",
    }
    assert one(entry)["metadata"] == {"name": "a-web"}


def test_items_of_a_list_of_one_kind_are_text_in_quotes():
    item = "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: ns}}"
    patch = "patches: [{patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: ns}, data: {a: b}}'}]\n"
    change = "replacements: [{sourceValue: '5', targets: [{select: {kind: ConfigMap}, fieldPaths: [metadata.namespace]}]}]"
    listed = f"apiVersion: v1\nkind: ConfigMapList\nitems:\n- {item}"
    assert one(patch + change, listed)["metadata"]["namespace"] == "5"
    assert one(patch + change, item)["metadata"]["namespace"] == 5


def test_text_that_would_read_as_a_comment_is_in_quotes_once_a_patch_passes_it():
    patches = "".join(
        f"- {{patch: '{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web, labels: {{{label}}}}}}}'}}\n"
        for label in ('a: "#no"', "b: x", "a: 0")
    )
    assert one("patches:\n" + patches, DEPLOYMENT.replace("name: web", "name: web\n  labels: {a: green}"))["metadata"]["labels"]["a"] == "0"


def test_a_test_of_a_position_that_is_not_there_fails():
    operation = '[{"op": "test", "path": "/spec/template/spec/containers/PLACE", "value": null}]'
    for place in ("-", "7"):
        with pytest.raises(RenderFailure, match="operation test"):
            one(f"patches: [{{target: {{kind: Deployment}}, patch: '{operation.replace('PLACE', place)}'}}]")
    assert one(
        f"patches: [{{target: {{kind: Deployment}}, patch: '{operation.replace('/spec/template/spec/containers/PLACE', '/none')}'}}]"
    )


@pytest.mark.parametrize(("written", "same"), [("<b", False), ("\\u003cb", True)])
def test_a_json_patch_that_tests_compares_the_spelling(written: str, same: bool):
    patch = json.dumps(f'[{{"op": "test", "path": "/data/a", "value": "{written}"}}]')
    files = {
        "kustomization.yaml": f"resources: [r.yaml]\npatches: [{{target: {{kind: ConfigMap}}, patch: {patch}}}]\n",
        "r.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: <b}\n",
    }
    with nullcontext() if same else pytest.raises(RenderFailure, match="the value at '/data/a' is another"):
        bodies(files)
