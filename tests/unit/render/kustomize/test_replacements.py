"""Replacements and vars: paths, delimiters, types, and what they refuse."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from checker.model.units import Reason, RenderFailure
from tests.unit.render.kustomize.helpers import DEPLOYMENT, bodies, one

SOURCE = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {host: db.example:5432, port: '80'}\n---\n"


def replaced(source: str, target: str) -> dict:
    text = f"replacements:\n- source: {{kind: ConfigMap, {source}}}\n  targets:\n  - {{select: {{kind: Deployment}}, {target}}}\n"
    return bodies({"kustomization.yaml": "resources: [r.yaml]\n" + text, "r.yaml": SOURCE + DEPLOYMENT})["Deployment web"]


def test_a_field_keeps_its_type():
    body = replaced("fieldPath: data.port", "fieldPaths: ['spec.template.spec.containers.[name=main].ports.0.containerPort']")
    assert body["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"] == 80
    body = replaced("fieldPath: data.port", "fieldPaths: ['spec.template.spec.containers.*.env.[name=A].value']")
    assert body["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] == "80"


def test_how_the_source_was_written_does_not_go_with_its_text():
    generated = "secretGenerator:\n- {name: a, literals: [k=v], options: {disableNameSuffixHash: true}}\n"
    copied = "- source: {kind: Secret}\n  targets: [{select: {kind: Secret}, fieldPaths: [data.k]}]\n"
    given = "- sourceValue: 'true'\n  targets: [{select: {kind: Secret}, fieldPaths: [data.k]}]\n"
    files = {
        "base/kustomization.yaml": generated,
        "kustomization.yaml": f"resources: [base]\nnamePrefix: b-\nreplacements:\n{copied}{given}",
    }
    assert bodies(files)["Secret b-a"]["data"] == {"k": "true"}


def test_delimiters_and_creation():
    body = replaced(
        "fieldPath: data.host, options: {delimiter: ':', index: 0}", "fieldPaths: [metadata.annotations.host], options: {create: true}"
    )
    assert body["metadata"]["annotations"] == {"host": "db.example"}
    body = replaced("fieldPath: data.port", "fieldPaths: ['spec.template.spec.containers.0.image'], options: {delimiter: ':', index: 1}")
    assert body["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:80"


@pytest.mark.parametrize(
    ("source", "target", "words"),
    [
        ("fieldPath: data.no", "fieldPaths: [metadata.name]", "leads to nothing"),
        ("name: other", "fieldPaths: [metadata.name]", "selects no resource"),
        ("fieldPath: data.port", "fieldPaths: [spec.no]", "there is no field"),
        ("fieldPath: data.host", "fieldPaths: ['spec.template.spec.containers.0.ports.0.containerPort']", "cannot take the place"),
    ],
)
def test_what_cannot_be_replaced_is_told(source: str, target: str, words: str):
    with pytest.raises(RenderFailure, match=words):
        replaced(source, target)


def written_inside(text: str, path: str, value: str = "v") -> str:
    resource = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"t": text}}
    entry = f"replacements:\n- sourceValue: '{value}'\n  targets: [{{select: {{kind: ConfigMap}}, fieldPaths: ['data.t.{path}']}}]"
    return one(entry, json.dumps(resource))["data"]["t"]


@pytest.mark.parametrize(
    ("text", "path", "value", "expected"),
    [
        ('{"a": {"b": 1, "c": "x"}}', "a.c", "v", '{"a":{"b":1,"c":"v"}}'),
        ("a: b\nl:\n  - {n: x, v: 'w'}\n", "l.[n=x].v", "v", "a: b\nl:\n- {n: x, v: 'v'}"),
        ("# top\na: b # why\n# next\nc:\n    d: 1\n", "a", "5", '# top\na: "5" # why\n# next\nc:\n  d: 1'),
        ("a: 1", "a", "2", "a: 2"),
        ("a: {b: c}", "a.b", "x: y", "a: {b: 'x: y'}"),
        ("a: '{\"b\": 1}'\nc:   d", "a.b", "2", "a: '{\"b\": 1}'\nc: d"),  # a text in a text is looked into, and not written to
    ],
)
def test_structured_text_is_written_into_and_printed_as_go_yaml_prints_it(text: str, path: str, value: str, expected: str):
    assert written_inside(text, path, value) == expected


@pytest.mark.parametrize("text", ["a: &x b\nc: *x", "a: b\n\n# alone\n\nc: d", "a: 1", "a: >\n  b\n"])
def test_text_that_may_come_out_otherwise_is_refused_by_name(text: str):
    with pytest.raises(RenderFailure) as caught:
        written_inside(text, "a", "word")
    assert caught.value.reason is Reason.UNSUPPORTED


def test_what_is_created_in_a_null_is_lost():
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, labels: null}"
    target = "{select: {kind: ConfigMap}, fieldPaths: [metadata.labels.a], options: {create: true}}"
    entry = f"replacements:\n- sourceValue: v\n  targets: [{target}]"
    assert one(entry, text)["metadata"] == {"name": "c", "labels": None}


def test_dates_are_copied_as_they_are_written():
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: 2001-02-03, b: x}"
    entry = "replacements:\n- source: {kind: ConfigMap, fieldPath: data.a}\n  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.b]}]"
    assert one(entry, text)["data"] == {"a": "2001-02-03T00:00:00Z", "b": "2001-02-03"}


def test_vars_take_values_with_their_types():
    text = DEPLOYMENT.replace('value: "1"', 'value: "$(PORT) $$(X) $(NO)"').replace("spec:\n  template", "spec:\n  port: 8080\n  template")
    body = one("vars:\n- {name: PORT, objref: {apiVersion: apps/v1, kind: Deployment, name: web}, fieldref: {fieldPath: spec.port}}", text)
    assert body["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] == "8080 $(X) $(NO)"


@pytest.mark.parametrize("text", ["", "null", "5"])
def test_a_given_value_is_text_where_text_stands(text: str):
    path = "spec.template.spec.containers.0.env.0.value"
    entry = f"replacements:\n- sourceValue: '{text}'\n  targets: [{{select: {{kind: Deployment}}, fieldPaths: [{path}]}}]"
    assert one(entry)["spec"]["template"]["spec"]["containers"][0]["env"][0]["value"] == text


def test_the_source_is_looked_at_anew_for_every_target():
    names = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a-x}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b-y}"
    entry = """
        replacements:
        - source: {kind: ConfigMap, name: a-x}
          targets: [{select: {kind: ConfigMap}, options: {delimiter: '-', index: 1}}]
        """
    files = {"kustomization.yaml": "resources: [r.yaml]\n" + dedent(entry), "r.yaml": names}
    assert set(bodies(files)) == {"ConfigMap a-a-x", "ConfigMap b-a-a-x"}
