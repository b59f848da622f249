"""ValidatingAdmissionPolicies: the examples of Kubernetes' documentation, and each part of what a policy and its binding say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from checker.evaluate import EvaluateOptions, EvaluationInput, Meaning, PolicySet, evaluate_objects
from checker.evaluate.admission import plural_of
from checker.model.findings import Checked, Outcome, Severity
from checker.model.objects import KubeObject, Location, Origin
from checker.model.paths import RepoPath
from checker.pipeline.deployed import deployed_sets
from checker.tools.yaml import read_objects

POLICY = """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: demo}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
      - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}
  validations:
    - expression: object.spec.replicas <= 5
"""
BINDING = """
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: demo-binding}
spec:
  policyName: demo
  validationActions: [Deny]
"""


def parsed(text: str) -> list[KubeObject]:
    return list(read_objects(text.encode(), RepoPath("policy.yaml")).objects)


def item(body: dict[str, Any], base: Mapping[str, Any] | None = None) -> EvaluationInput:
    full = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        **body,
        "metadata": {"name": "web", "namespace": "shop", **body.get("metadata", {})},
    }
    return EvaluationInput(object=KubeObject(body=full, origin=Origin(path=RepoPath("web.yaml"), line=1)), base=base)


def judged(*texts: str, inputs: list[EvaluationInput]) -> Checked:
    objects = tuple(obj for text in texts for obj in parsed(text))
    options = EvaluateOptions(locate=lambda obj, pointer, _key: Location(path=obj.origin.path, line=len(pointer)))
    return evaluate_objects(inputs, [PolicySet(name="p", meaning=Meaning.ADMISSION, objects=objects, deployed=True)], options)


def said(checked: Checked, outcome: Outcome = Outcome.FAILED) -> list[str]:
    return [finding.message for finding in checked.findings if finding.outcome is outcome]


def test_the_first_example_with_the_place_of_the_field() -> None:
    checked = judged(POLICY, BINDING, inputs=[item({"spec": {"replicas": 6}}), item({"spec": {"replicas": 5}})])
    (found,) = checked.findings
    assert (found.rule, found.severity) == ("ValidatingAdmissionPolicy/demo", Severity.ERROR)
    assert (found.message, found.pointer) == ("failed expression: object.spec.replicas <= 5", "/spec/replicas")
    assert (checked.counts.failed, checked.counts.passed) == (1, 1)


@pytest.mark.parametrize(
    ("action", "severity"),
    [("Deny", Severity.ERROR), ("Warn", Severity.WARNING), ("Audit", Severity.NOTE), ("Warn, Audit", Severity.WARNING)],
)
def test_actions_are_severities(action: str, severity: Severity) -> None:
    (found,) = judged(POLICY, BINDING.replace("Deny", action), inputs=[item({"spec": {"replicas": 6}})]).findings
    assert found.severity is severity


@pytest.mark.parametrize(
    ("change", "body", "failures"),
    [
        (("resources: [deployments]", "resources: ['*']"), {"apiVersion": "apps/v1", "kind": "StatefulSet"}, 1),
        (("resources: [deployments]", "resources: [statefulsets/scale]"), {"kind": "StatefulSet"}, 0),
        (("resources: [deployments]", "resources: [deployments], scope: Cluster"), {}, 0),
        (("resources: [deployments]", "resources: [deployments], scope: Namespaced"), {}, 1),
        (("resources: [deployments]", "resources: [deployments], resourceNames: [api]"), {}, 0),
        (("apiGroups: [apps]", "apiGroups: ['*']"), {}, 1),
        (("apiGroups: [apps]", "apiGroups: ['']"), {}, 0),
        (("apiVersions: [v1]", "apiVersions: [v1beta1]"), {}, 0),
        (("operations: [CREATE, UPDATE]", "operations: [DELETE]"), {}, 0),
        (("operations: [CREATE, UPDATE]", "operations: [UPDATE]"), {}, 0),
        (("operations: [CREATE, UPDATE]", "operations: ['*']"), {}, 1),
        (("    resourceRules:", "    objectSelector: {matchLabels: {a: b}}\n    resourceRules:"), {}, 0),
        (("    resourceRules:", "    objectSelector: {matchLabels: {a: b}}\n    resourceRules:"), {"metadata": {"labels": {"a": "b"}}}, 1),
        (("    resourceRules:", "    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}\n    resourceRules:"), {}, 1),
        (("    resourceRules:", "    namespaceSelector: {matchLabels: {team: a}}\n    resourceRules:"), {}, 1),
        (("    resourceRules:", "    namespaceSelector: {matchLabels: {team: b}}\n    resourceRules:"), {}, 0),
    ],
)
def test_what_a_policy_matches(change: tuple[str, str], body: dict[str, Any], failures: int) -> None:
    space = item({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "namespace": "", "labels": {"team": "a"}}})
    checked = judged(POLICY.replace(*change), BINDING, inputs=[space, item({"spec": {"replicas": 6}, **body})])
    assert checked.counts.failed == failures


def test_a_binding_narrows_and_excludes() -> None:
    inputs = [item({"spec": {"replicas": 6}})]
    narrow = (
        BINDING
        + "  matchResources: {excludeResourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: ['*'], resources: ['*']}]}\n"
    )
    assert judged(POLICY, narrow, inputs=inputs).counts.failed == 0


def test_an_unknown_namespace_is_not_checked() -> None:
    policy = POLICY.replace("    resourceRules:", "    namespaceSelector: {matchLabels: {team: a}}\n    resourceRules:")
    checked = judged(policy, BINDING, inputs=[item({"spec": {"replicas": 6}})])
    assert "labels of namespace shop, which nothing here declares" in said(checked, Outcome.NOT_CHECKED)[0]


UPDATE = POLICY.replace("object.spec.replicas <= 5", "oldObject == null || object.spec.replicas >= oldObject.spec.replicas")


def test_what_is_deployed_is_an_update_of_the_base_version() -> None:
    now = {"spec": {"replicas": 2}}
    assert judged(UPDATE, BINDING, inputs=[item(now)]).counts.failed == 0
    assert judged(UPDATE, BINDING, inputs=[item(now, base={"spec": {"replicas": 3}})]).counts.failed == 1
    creating = POLICY.replace("CREATE, UPDATE", "CREATE").replace("object.spec.replicas <= 5", "request.operation == 'CREATE'")
    assert judged(creating, BINDING, inputs=[item(now, base=now)]).counts.passed == 1


# kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy: "Variable composition" and "Message expression"
VARIABLES = POLICY.replace(
    "  validations:\n    - expression: object.spec.replicas <= 5",
    """  variables:
    - name: environment
      expression: >-
        'environment' in namespaceObject.metadata.labels ? namespaceObject.metadata.labels['environment'] : 'prod'
    - {name: exempt, expression: "'exempt' in object.metadata.labels && object.metadata.labels['exempt'] == 'true'"}
    - {name: containers, expression: "object.spec.template.spec.containers"}
    - {name: containersToCheck, expression: "variables.containers.filter(c, c.image.contains('example.com/'))"}
  validations:
    - expression: "variables.exempt || variables.containersToCheck.all(c, c.image.startsWith(variables.environment + '.'))"
      messageExpression: "'only ' + variables.environment + ' images are allowed in namespace ' + namespaceObject.metadata.name"
""",
)


@pytest.mark.parametrize(
    ("image", "labels", "expected"),
    [
        ("prod.example.com/nginx", {}, []),
        ("invalid", {}, []),
        ("dev.example.com/nginx", {}, ["only prod images are allowed in namespace shop"]),
        ("dev.example.com/nginx", {"exempt": "true"}, []),
    ],
)
def test_variables_and_messages(image: str, labels: dict[str, str], expected: list[str]) -> None:
    space = item({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "namespace": "", "labels": {}}})
    spec = {"template": {"spec": {"containers": [{"name": "a", "image": image}]}}}
    checked = judged(VARIABLES, BINDING, inputs=[space, item({"metadata": {"labels": labels}, "spec": spec})])
    assert said(checked) == expected
    assert checked.counts.not_checked == 0


PARAMETERS = POLICY.replace(
    "  failurePolicy: Fail", "  failurePolicy: Fail\n  paramKind: {apiVersion: rules.example.com/v1, kind: ReplicaLimit}"
).replace("object.spec.replicas <= 5", "object.spec.replicas <= params.maxReplicas\n      message: too many")
LIMIT = {
    "apiVersion": "rules.example.com/v1",
    "kind": "ReplicaLimit",
    "metadata": {"name": "limit", "labels": {"a": "b"}},
    "maxReplicas": 3,
}


@pytest.mark.parametrize(
    ("reference", "expected", "unknown"),
    [
        ("{name: limit, parameterNotFoundAction: Deny}", ["too many"], 0),
        ("{name: limit, namespace: shop, parameterNotFoundAction: Deny}", ["too many"], 0),
        ("{selector: {matchLabels: {a: b}}, parameterNotFoundAction: Deny}", ["too many"], 0),
        ("{name: limit, namespace: other, parameterNotFoundAction: Deny}", [], 1),
        ("{name: other, parameterNotFoundAction: Allow}", [], 0),
    ],
)
def test_parameters(reference: str, expected: list[str], unknown: int) -> None:
    checked = judged(PARAMETERS, f"{BINDING}  paramRef: {reference}\n", inputs=[item(LIMIT), item({"spec": {"replicas": 4}})])
    assert said(checked) == expected
    assert checked.counts.not_checked == unknown


def test_conditions_leave_objects_out() -> None:
    policy = POLICY.replace(
        "  validations:", "  matchConditions:\n    - {name: not-web, expression: object.metadata.name != 'web'}\n  validations:"
    )
    checked = judged(policy, BINDING, inputs=[item({"spec": {"replicas": 6}})])
    assert checked.counts == type(checked.counts)()


def test_what_has_no_value_is_not_checked_or_ignored() -> None:
    inputs = [item({"spec": {}}), item({"spec": {}})]
    (reason,) = said(judged(POLICY, BINDING, inputs=inputs), Outcome.NOT_CHECKED)
    assert reason == (
        "ValidatingAdmissionPolicy/demo: not checked on Deployment shop/web and 1 more: object.spec.replicas <= 5: "
        "it reads replicas, which is not set"
    )
    assert judged(POLICY.replace("Policy: Fail", "Policy: Ignore"), BINDING, inputs=inputs).counts.passed == 2
    (reason,) = said(
        judged(POLICY.replace("object.spec.replicas <= 5", "authorizer.path('/').check('get').allowed()"), BINDING, inputs=inputs[:1]),
        Outcome.NOT_CHECKED,
    )
    assert "it uses authorizer, which is not known here" in reason


def test_without_the_library_it_is_said_at_the_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.tools.cel.is_installed", lambda: False)
    checked = judged(POLICY, BINDING, inputs=[item({"spec": {"replicas": 6}})])
    (found,) = checked.findings
    assert (found.rule, found.severity, found.location.path) == ("policies-not-run", Severity.WARNING, "policy.yaml")
    assert "pip install 'gitops-check[cel]'" in found.message
    assert checked.counts.not_checked == 1


def test_a_half_without_the_other_is_said() -> None:
    inputs = [item({"spec": {"replicas": 6}})]
    assert said(judged(POLICY, inputs=inputs), Outcome.SKIPPED) == ["policy demo has no binding, so the API server does not apply it"]
    assert said(judged(BINDING, inputs=inputs), Outcome.NOT_CHECKED) == ["binding demo-binding names policy demo, which is not here"]


@pytest.mark.parametrize(
    ("kind", "plural"),
    [
        ("Deployment", "deployments"),
        ("Ingress", "ingresses"),
        ("NetworkPolicy", "networkpolicies"),
        ("Endpoints", "endpoints"),
        ("Gateway", "gateways"),
    ],
)
def test_plurals(kind: str, plural: str) -> None:
    obj = KubeObject(body={"apiVersion": "x/v1", "kind": kind}, origin=Origin(path=RepoPath("a")))
    assert plural_of(obj, {}) == plural
    assert plural_of(obj, {("x", kind): "others"}) == "others"


def test_a_deployed_policy_judges_where_it_is_deployed_by_the_version_of_the_base() -> None:
    def at(environment: str, text: str) -> list[EvaluationInput]:
        return [EvaluationInput(object=obj, environment=environment) for obj in parsed(text)]

    looser = POLICY.replace("<= 5", "<= 50")
    head = [*parsed(looser), *parsed(BINDING)]
    (one,) = deployed_sets([("/production", obj) for obj in (*head, *parsed(POLICY))], [])
    assert (one.name, one.meaning, one.scopes) == (
        "admission policies deployed to production",
        Meaning.ADMISSION,
        frozenset({"/production"}),
    )
    big = item({"spec": {"replicas": 6}})
    for environment, failures in (("production", 1), ("staging", 0)):
        inputs = [EvaluationInput(object=big.object, environment=environment)]
        assert evaluate_objects(inputs, [one], EvaluateOptions()).counts.failed == failures
    (everywhere,) = deployed_sets([("/", obj) for obj in parsed(POLICY)], [])
    assert everywhere.scopes is None
