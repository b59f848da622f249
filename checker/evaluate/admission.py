"""ValidatingAdmissionPolicies and their bindings as values: what they match, their parameters, how severe a violation is.

Facts: kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy and the API reference of both kinds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checker.evaluate.cel_rules import CelRules, read_rules
from checker.evaluate.matching import UnknownNamespaceError, selected
from checker.model.findings import Severity
from checker.model.objects import JSONValue, KubeObject, dig, mapping, sequence, text
from checker.model.records import dataclass

GROUP = "admissionregistration.k8s.io"
POLICY, BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
_ACTIONS = {"Deny": Severity.ERROR, "Warn": Severity.WARNING, "Audit": Severity.NOTE}
_PLURALS = {"Endpoints": "endpoints"}
_NAME_LABEL = "kubernetes.io/metadata.name"


@dataclass(frozen=True, kw_only=True)
class Policy:
    name: str
    rules: CelRules
    constraints: Mapping[str, JSONValue]
    params: tuple[str, str] | None
    """apiVersion and kind of its parameters."""
    object: KubeObject


@dataclass(frozen=True, kw_only=True)
class Binding:
    name: str
    policy: str
    resources: Mapping[str, JSONValue]
    param_ref: Mapping[str, JSONValue]
    severity: Severity
    object: KubeObject


@dataclass(frozen=True, kw_only=True)
class Target:
    """An object under judgement. `namespace` is its Namespace, None where nothing declares it; `exists` whether it is deployed already."""

    object: KubeObject
    plural: str
    namespace: KubeObject | None
    exists: bool


def is_admission(obj: KubeObject) -> bool:
    return obj.group == GROUP and obj.kind in (POLICY, BINDING)


def read_policy(obj: KubeObject) -> Policy:
    spec = mapping(obj.body.get("spec"))
    kind = mapping(spec.get("paramKind"))
    return Policy(
        name=obj.name,
        rules=read_rules(spec),
        constraints=mapping(spec.get("matchConstraints")),
        params=(text(kind.get("apiVersion")), text(kind.get("kind"))) if kind else None,
        object=obj,
    )


def read_binding(obj: KubeObject) -> Binding:
    spec = mapping(obj.body.get("spec"))
    actions = [_ACTIONS[action] for action in map(text, sequence(spec.get("validationActions"))) if action in _ACTIONS]
    return Binding(
        name=obj.name,
        policy=text(spec.get("policyName")),
        resources=mapping(spec.get("matchResources")),
        param_ref=mapping(spec.get("paramRef")),
        severity=max(actions, default=Severity.NOTE),
        object=obj,
    )


def plural_of(obj: KubeObject, definitions: Mapping[tuple[str, str], str]) -> str:
    """The resource of a kind: what its definition says, else as the API machinery guesses."""
    known = definitions.get((obj.group, obj.kind)) or _PLURALS.get(obj.kind)
    if known:
        return known
    name = obj.kind.lower()
    if name.endswith(("s", "x", "ch", "sh")):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") and name[-2:-1] not in ("a", "e", "o") else f"{name}s"


def definitions(objects: Iterable[KubeObject]) -> dict[tuple[str, str], str]:
    """The plural of every kind that a CustomResourceDefinition defines."""
    found = {}
    for obj in objects:
        if obj.kind == "CustomResourceDefinition":
            names = mapping(dig(obj.body, "spec", "names"))
            found[text(dig(obj.body, "spec", "group")), text(names.get("kind"))] = text(names.get("plural"))
    return found


def operation(policy: Policy, binding: Binding, target: Target) -> str:
    """CREATE or UPDATE, empty where the policy or its binding does not match. Raises UnknownNamespaceError when all else does.

    What is deployed already is judged as an update; where only creations are, as if it were created now.
    """
    for wanted in ("UPDATE", "CREATE") if target.exists else ("CREATE",):
        if _rules(policy.constraints, target, wanted, needed=True) and _rules(binding.resources, target, wanted, needed=False):
            selectors = (policy.constraints, binding.resources)
            if all(_objects(one, target) for one in selectors) and all(_namespaces(one, target) for one in selectors):
                return wanted
            return ""
    return ""


def _rules(match: Mapping[str, JSONValue], target: Target, wanted: str, *, needed: bool) -> bool:
    included = [mapping(rule) for rule in sequence(match.get("resourceRules"))]
    if (included or needed) and not any(_rule(rule, target, wanted) for rule in included):
        return False
    return not any(_rule(mapping(rule), target, wanted) for rule in sequence(match.get("excludeResourceRules")))


def _rule(rule: Mapping[str, JSONValue], target: Target, wanted: str) -> bool:
    obj = target.object
    names = sequence(rule.get("resourceNames"))
    scope = text(rule.get("scope"), "*")
    return (
        _listed(rule.get("apiGroups"), obj.group)
        and _listed(rule.get("apiVersions"), obj.version)
        and _listed(rule.get("operations"), wanted)
        and any(entry in ("*", "*/*", target.plural, f"{target.plural}/*") for entry in sequence(rule.get("resources")))
        and (not names or obj.name in names)
        and (scope == "*" or (scope == "Namespaced") == bool(obj.namespace))
    )


def _listed(entries: JSONValue, wanted: str) -> bool:
    return any(entry in ("*", wanted) for entry in sequence(entries))


def _objects(match: Mapping[str, JSONValue], target: Target) -> bool:
    return selected(mapping(match.get("objectSelector")), target.object.labels)


def _namespaces(match: Mapping[str, JSONValue], target: Target) -> bool:
    selector = mapping(match.get("namespaceSelector"))
    obj = target.object
    itself = obj.kind == "Namespace" and not obj.group
    if not selector or not (obj.namespace or itself):
        return True
    space = obj if itself else target.namespace
    asked = {*mapping(selector.get("matchLabels")), *(mapping(one).get("key") for one in sequence(selector.get("matchExpressions")))}
    if space is None and asked - {_NAME_LABEL}:
        raise UnknownNamespaceError(f"its namespaceSelector asks for labels of namespace {obj.namespace}, which nothing here declares")
    labels = dict(space.labels) if space is not None else {}
    return selected(selector, {**labels, _NAME_LABEL: obj.name if itself else obj.namespace})
