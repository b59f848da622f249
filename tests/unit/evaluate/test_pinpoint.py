"""Violations find their field although the policy names none."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from checker.evaluate import EvaluateOptions, EvaluationInput, Meaning, PolicySet, evaluate_objects
from checker.evaluate.pinpoint import MAX_CASES, MAX_CHILDREN
from checker.model.objects import JSONValue, KubeObject, Origin
from checker.model.paths import RepoPath
from checker.tools.rego import Answer, Engine, Module, Request

BODY: dict[str, JSONValue] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "shop", "labels": {"a/b": "x", "team": "t"}},
    "spec": {
        "replicas": 1,
        "template": {"spec": {"containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:latest"}], "hostNetwork": True}},
    },
}


def pointer(rule: str, body: dict[str, JSONValue] | None = None) -> str:
    item = EvaluationInput(object=KubeObject(body=body or BODY, origin=Origin(path=RepoPath("a.yaml"))))
    policies = PolicySet(name="p", modules=(Module("p.rego", f"package main\nimport rego.v1\n{rule}"),))
    (finding,) = evaluate_objects([item], [policies], EvaluateOptions()).findings
    return finding.pointer


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            'deny contains "x" if { some c in input.spec.template.spec.containers; endswith(c.image, ":latest") }',
            "/spec/template/spec/containers/1/image",
        ),
        ('deny contains "x" if input.spec.replicas < 2', "/spec/replicas"),
        ('deny contains "x" if { input.metadata.labels.team; input.spec.template.spec.hostNetwork }', "/spec/template/spec/hostNetwork"),
        ('deny contains "x" if input.metadata.labels["a/b"] == "x"', "/metadata/labels/a~1b"),
        ('deny contains "x" if not input.metadata.labels.owner', ""),
        ('deny contains "x" if input.kind == "Deployment"', ""),
        ('deny contains "x" if { input.spec.replicas < 2; input.spec.template.spec.hostNetwork }', "/spec"),
        ('deny contains {"msg": "x", "path": "spec.template.spec.containers[1].image"}', "/spec/template/spec/containers/1/image"),
        ('deny contains {"msg": "x", "details": {"field": ["spec", "replicas"]}}', "/spec/replicas"),
        ('deny contains {"msg": "x", "pointer": "/metadata"} if input.spec.replicas < 2', "/metadata"),
    ],
)
def test_the_field_without_which_nothing_is_said(rule: str, expected: str) -> None:
    assert pointer(rule) == expected


def test_a_wide_object_is_not_searched() -> None:
    data: dict[str, JSONValue] = {f"k{number}": "v" for number in range(MAX_CHILDREN + 1)}
    assert pointer('deny contains "x" if input.data.k3', {"kind": "ConfigMap", "data": data}) == "/data"


def test_only_findings_are_searched_and_no_more_than_some(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    evaluate = Engine.evaluate

    def counted(engine: Engine, requests: Sequence[Request]) -> list[Answer]:
        asked.append(len(requests))
        return evaluate(engine, requests)

    monkeypatch.setattr(Engine, "evaluate", counted)
    bodies: list[dict[str, JSONValue]] = [
        {"kind": "Pod", "metadata": {"name": str(number)}, "spec": {"a": 1, "b": {"c": 1, "d": number % 2}}} for number in range(300)
    ]
    items = [EvaluationInput(object=KubeObject(body=body, origin=Origin(path=RepoPath("a.yaml")))) for body in bodies]
    policies = PolicySet(name="p", modules=(Module("p.rego", 'package main\nimport rego.v1\ndeny contains "x" if input.spec.b.d == 1'),))
    found = evaluate_objects(items, [policies], EvaluateOptions()).findings
    assert asked == [300, MAX_CASES * 2, MAX_CASES * 2, MAX_CASES * 2], "objects; metadata and spec; a and b; c and d"
    assert [finding.pointer for finding in found].count("/spec/b/d") == MAX_CASES
    assert len(found) == 150


def test_gatekeeper_violations_too() -> None:
    rego = 'package x\nviolation[{"msg": "host network"}] { input.review.object.spec.template.spec.hostNetwork }'
    template: dict[str, JSONValue] = {
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {"name": "x"},
        "spec": {"crd": {"spec": {"names": {"kind": "X"}}}, "targets": [{"rego": rego}]},
    }
    constraint: dict[str, JSONValue] = {"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "X", "metadata": {"name": "y"}}
    objects = tuple(KubeObject(body=body, origin=Origin(path=RepoPath("g.yaml"))) for body in (template, constraint))
    policies = PolicySet(name="g", meaning=Meaning.GATEKEEPER, objects=objects)
    item = EvaluationInput(object=KubeObject(body=BODY, origin=Origin(path=RepoPath("a.yaml"))))
    (finding,) = evaluate_objects([item], [policies], EvaluateOptions()).findings
    assert finding.pointer == "/spec/template/spec/hostNetwork"
