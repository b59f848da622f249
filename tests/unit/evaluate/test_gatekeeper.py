"""Gatekeeper templates and constraints on rendered objects: what matches, what is passed in, what is said."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from checker.evaluate import EvaluateOptions, EvaluationInput, Meaning, PolicySet, evaluate_objects
from checker.evaluate.constraints import defaulted
from checker.evaluate.matching import Subject, UnknownNamespaceError, matches
from checker.model.findings import Checked, Counts, Outcome, Severity
from checker.model.objects import JSONValue, KubeObject, Origin
from checker.model.paths import RepoPath

REGO = """package anything
import data.lib.labels.missing

violation[{"msg": msg, "details": {"missing": absent}}] {
	absent := missing(input.review.object, input.parameters.labels)
	count(absent) > 0
	msg := sprintf("%s %s lacks %v", [input.review.kind.kind, input.review.name, absent])
}
"""
LIBRARY = """package lib.labels
missing(object, wanted) = absent {
	absent := {label | label := wanted[_]; not object.metadata.labels[label]}
}
"""


def obj(kind: str, name: str, api: str = "v1", namespace: str = "", **fields: JSONValue) -> KubeObject:
    metadata: dict[str, JSONValue] = {"name": name, **({"namespace": namespace} if namespace else {})}
    return KubeObject(
        body={"apiVersion": api, "kind": kind, "metadata": metadata, **fields}, origin=Origin(path=RepoPath(f"{name}.yaml"), line=2)
    )


def template(
    kind: str = "RequiredLabels", target: Mapping[str, JSONValue] | None = None, schema: Mapping[str, JSONValue] | None = None
) -> KubeObject:
    chosen = dict(target or {"target": "admission.k8s.gatekeeper.sh", "rego": REGO, "libs": [LIBRARY]})
    spec: JSONValue = {
        "crd": {"spec": {"names": {"kind": kind}, "validation": {"openAPIV3Schema": dict(schema or {})}}},
        "targets": [chosen],
    }
    return obj("ConstraintTemplate", kind.lower(), "templates.gatekeeper.sh/v1", spec=spec)


def constraint(kind: str = "RequiredLabels", name: str = "owner", **spec: JSONValue) -> KubeObject:
    return obj(kind, name, "constraints.gatekeeper.sh/v1beta1", spec={"parameters": {"labels": ["owner"]}, **spec})


def evaluated(policies: list[KubeObject], objects: list[KubeObject]) -> Checked:
    inputs = [EvaluationInput(object=item, environment="production") for item in objects]
    return evaluate_objects(inputs, [PolicySet(name="gatekeeper", meaning=Meaning.GATEKEEPER, objects=tuple(policies))], EvaluateOptions())


def test_a_violation_names_constraint_object_and_place() -> None:
    checked = evaluated([template(), constraint()], [obj("Namespace", "shop")])
    (finding,) = checked.findings
    assert (finding.rule, finding.severity, finding.message) == ("RequiredLabels/owner", Severity.ERROR, 'Namespace shop lacks {"owner"}')
    assert (finding.location.path, finding.location.line, finding.environments) == ("shop.yaml", 2, ("production",))
    assert checked.counts == Counts(failed=1)


@pytest.mark.parametrize(
    ("spec", "severity"),
    [
        ({"enforcementAction": "deny"}, Severity.ERROR),
        ({"enforcementAction": "warn"}, Severity.WARNING),
        ({"enforcementAction": "dryrun"}, Severity.NOTE),
        ({"enforcementAction": "scoped", "scopedEnforcementActions": [{"action": "warn"}, {"action": "deny"}]}, Severity.ERROR),
    ],
)
def test_enforcement_is_severity(spec: dict[str, JSONValue], severity: Severity) -> None:
    (finding,) = evaluated([template(), constraint(**spec)], [obj("Namespace", "shop")]).findings
    assert finding.severity is severity


def test_two_templates_may_have_libraries_of_one_name() -> None:
    other = LIBRARY.replace("not object", "object")
    second = template("ForbiddenLabels", {"target": "t", "rego": REGO, "libs": [other]})
    checked = evaluated([template(), second, constraint(), constraint("ForbiddenLabels", "none")], [obj("Namespace", "shop")])
    assert [finding.rule for finding in checked.findings] == ["RequiredLabels/owner"]
    assert checked.counts == Counts(failed=1, passed=1)


def test_policies_deployed_with_the_objects_are_found() -> None:
    checked = evaluated([], [template(), constraint(), obj("Namespace", "shop")])
    assert [finding.rule for finding in checked.findings] == ["RequiredLabels/owner"]


def test_the_inventory_is_what_the_environment_renders() -> None:
    rego = """package unique
violation[{"msg": msg}] {
	other := data.inventory.namespace[ns]["networking.k8s.io/v1"]["Ingress"][name]
	name != input.review.name
	other.spec.host == input.review.object.spec.host
	msg := sprintf("host also in %s/%s", [ns, name])
}
violation[{"msg": "no class"}] { not data.inventory.cluster["networking.k8s.io/v1"]["IngressClass"]["nginx"] }
"""
    ingresses = [obj("Ingress", name, "networking.k8s.io/v1", "shop", spec={"host": "a.example"}) for name in ("one", "two")]
    beside = obj("IngressClass", "nginx", "networking.k8s.io/v1")
    rule = constraint("Unique", "hosts", match={"kinds": [{"apiGroups": ["networking.k8s.io"], "kinds": ["Ingress"]}]})
    checked = evaluated([template("Unique", {"rego": rego}), rule], [*ingresses, beside])
    assert sorted(finding.message for finding in checked.findings) == ["host also in shop/one", "host also in shop/two"]


def test_code_of_another_engine_alone_is_not_checked_and_says_so() -> None:
    checked = evaluated([template(target={"code": [{"engine": "Starlark", "source": {}}]}), constraint()], [obj("Namespace", "shop")])
    (finding,) = checked.findings
    assert finding.outcome is Outcome.NOT_CHECKED
    assert "Starlark" in finding.message


def test_rego_beside_another_engine_is_used() -> None:
    code: JSONValue = [{"engine": "K8sNativeValidation", "source": {}}, {"engine": "Rego", "source": {"rego": REGO, "libs": [LIBRARY]}}]
    assert len(evaluated([template(target={"code": code}), constraint()], [obj("Namespace", "shop")]).findings) == 1


def test_rego_of_version_one() -> None:
    rego = 'package new\nviolation contains {"msg": "x"} if input.review.object.kind == "Namespace"\n'
    code: JSONValue = [{"engine": "Rego", "source": {"rego": rego, "version": "v1"}}]
    assert [
        finding.message for finding in evaluated([template(target={"code": code}), constraint()], [obj("Namespace", "a")]).findings
    ] == ["x"]


def test_a_constraint_without_template_is_not_checked() -> None:
    (finding,) = evaluated([template(), constraint("Unknown")], [obj("Namespace", "shop")]).findings
    assert (finding.outcome, finding.location.path) == (Outcome.NOT_CHECKED, "owner.yaml")


def test_a_template_that_does_not_compile_leaves_the_others() -> None:
    broken = template("Broken", {"rego": "package broken\nviolation[{"})
    checked = evaluated([broken, template(), constraint(), constraint("Broken", "b")], [obj("Namespace", "shop")])
    assert [finding.rule for finding in checked.findings if finding.outcome is Outcome.FAILED] == ["RequiredLabels/owner"]
    assert any("was not run" in finding.message and finding.location.path == "broken.yaml" for finding in checked.findings)
    assert checked.counts.not_checked == 1


def test_a_selector_on_an_unknown_namespace_is_not_checked() -> None:
    selecting = constraint(match={"namespaceSelector": {"matchLabels": {"team": "a"}}})
    checked = evaluated([template(), selecting], [obj("ConfigMap", "c", namespace="elsewhere")])
    (finding,) = checked.findings
    assert finding.outcome is Outcome.NOT_CHECKED
    assert "namespace elsewhere" in finding.message


POD = Subject(group="", kind="Pod", name="web-1", namespace="shop-prod", labels={"app": "web"}, namespace_labels={"team": "a"})
NODE = Subject(group="", kind="Node", name="n1", namespace="", labels={})
SPACE = Subject(group="", kind="Namespace", name="kube-system", namespace="", labels={"team": "a"})


@pytest.mark.parametrize(
    ("match", "subject", "expected"),
    [
        ({}, POD, True),
        ({"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}, POD, True),
        ({"kinds": [{"apiGroups": ["apps"], "kinds": ["*"]}]}, POD, False),
        ({"kinds": [{"apiGroups": ["*"], "kinds": ["*"]}]}, NODE, True),
        ({"kinds": [{"kinds": ["Pod"]}]}, POD, True),
        ({"scope": "Cluster"}, POD, False),
        ({"scope": "Namespaced"}, NODE, False),
        ({"scope": "*"}, NODE, True),
        ({"namespaces": ["shop-*"]}, POD, True),
        ({"namespaces": ["*-prod"]}, POD, True),
        ({"namespaces": ["*op-pr*"]}, POD, True),
        ({"namespaces": ["shop"]}, POD, False),
        ({"namespaces": ["shop"]}, NODE, True),
        ({"namespaces": ["kube-system"]}, SPACE, True),
        ({"excludedNamespaces": ["kube-*"]}, SPACE, False),
        ({"excludedNamespaces": ["shop-prod"]}, POD, False),
        ({"excludedNamespaces": ["shop"]}, POD, True),
        ({"name": "web-*"}, POD, True),
        ({"name": "db"}, POD, False),
        ({"labelSelector": {"matchLabels": {"app": "web"}}}, POD, True),
        ({"labelSelector": {"matchLabels": {"app": "db"}}}, POD, False),
        ({"labelSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "api"]}]}}, POD, True),
        ({"labelSelector": {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}}, POD, False),
        ({"labelSelector": {"matchExpressions": [{"key": "x", "operator": "Exists"}]}}, POD, False),
        ({"labelSelector": {"matchExpressions": [{"key": "x", "operator": "DoesNotExist"}]}}, POD, True),
        ({"labelSelector": {"matchExpressions": [{"key": "x", "operator": "Near"}]}}, POD, False),
        ({"namespaceSelector": {"matchLabels": {"team": "a"}}}, POD, True),
        ({"namespaceSelector": {"matchLabels": {"team": "b"}}}, POD, False),
        ({"namespaceSelector": {"matchLabels": {"team": "b"}}}, NODE, True),
        ({"namespaceSelector": {"matchLabels": {"team": "b"}}}, SPACE, False),
        ({"source": "Generated"}, POD, False),
        ({"source": "Original"}, POD, True),
    ],
)
def test_match(match: dict[str, JSONValue], subject: Subject, expected: bool) -> None:
    assert matches(match, subject) is expected


def test_an_unknown_namespace_is_asked_for_last() -> None:
    stranger = Subject(group="", kind="Pod", name="a", namespace="x", labels={})
    selector: dict[str, JSONValue] = {"namespaceSelector": {"matchLabels": {"team": "a"}}}
    assert matches({**selector, "name": "b"}, stranger) is False
    with pytest.raises(UnknownNamespaceError):
        matches(selector, stranger)


def test_defaults_go_where_the_api_server_puts_them() -> None:
    schema: dict[str, JSONValue] = {
        "properties": {
            "limit": {"type": "integer", "default": 3},
            "nested": {"properties": {"on": {"default": True}}},
            "list": {"items": {"properties": {"kind": {"default": "x"}}}},
            "made": {"default": {}, "properties": {"deep": {"default": 1}}},
        },
        "additionalProperties": {"properties": {"free": {"default": "y"}}},
    }
    assert defaulted({"list": [{}], "other": {}}, schema) == {
        "limit": 3,
        "list": [{"kind": "x"}],
        "made": {"deep": 1},
        "other": {"free": "y"},
    }
    assert defaulted(None, schema) is None


CEL_ONLY = """
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: k8slabels}
spec:
  crd: {spec: {names: {kind: K8sLabels}, validation: {openAPIV3Schema: {type: object, properties: {label: {type: string, default: team}}}}}}
  targets:
    - target: admission.k8s.gatekeeper.sh
      code:
        - engine: K8sNativeValidation
          source:
            variables: [{name: labels, expression: "has(variables.anyObject.metadata.labels) ? variables.anyObject.metadata.labels : {}"}]
            validations:
              - expression: variables.params.label in variables.labels || has(request.operation)
                messageExpression: "'give it a label ' + variables.params.label"
"""


def test_a_template_with_cel_alone_is_evaluated_with_its_place() -> None:
    from checker.tools.yaml import read_objects

    constraint = "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: K8sLabels\nmetadata: {name: labels}\nspec: {parameters: {}}\n"
    objects = read_objects(f"{CEL_ONLY}---\n{constraint}".encode(), RepoPath("p.yaml")).objects
    pods = [
        EvaluationInput(
            object=KubeObject(body={"apiVersion": "v1", "kind": "Pod", "metadata": metadata}, origin=Origin(path=RepoPath("x")))
        )
        for metadata in ({"name": "a"}, {"name": "b", "labels": {"team": "x"}})
    ]
    checked = evaluate_objects(pods, [PolicySet(name="p", meaning=Meaning.GATEKEEPER, objects=objects)], EvaluateOptions())
    assert [(finding.rule, finding.message) for finding in checked.findings] == [("K8sLabels/labels", "give it a label team")]
    assert (checked.counts.failed, checked.counts.passed) == (1, 1)
