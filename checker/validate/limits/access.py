"""Roles and bindings, webhooks and definitions of custom resources: what the API server asks of their fields, as rows.

After the validation.go of their groups in k8s.io/kubernetes/pkg/apis (1.36); definitions after k8s.io/apiextensions-apiserver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from checker.model.objects import mapping
from checker.validate.limits.pods import selector
from checker.validate.limits.rows import Fault, Rule, between, exactly_one, filled, matches, named, one_of, requires, unique

_RBAC = "rbac.authorization.k8s.io"


def _rule(value: Any) -> str | Fault | None:
    """An entry of `rules` of a role."""
    body = mapping(value)
    if body.get("nonResourceURLs"):
        others = [name for name in ("apiGroups", "resources", "resourceNames") if body.get(name)]
        return f"nonResourceURLs and {others[0]} exclude each other" if others else None
    return requires("apiGroups", "resources")(value) if body else None


def _namespaced_rule(value: Any) -> Fault | None:
    return Fault("is for a ClusterRole only", ("nonResourceURLs",)) if mapping(value).get("nonResourceURLs") else None


_SUBJECT_GROUPS = {"ServiceAccount": "", "User": _RBAC, "Group": _RBAC}


def _subject(value: Any) -> Fault | None:
    body = mapping(value)
    kind, group = body.get("kind"), body.get("apiGroup")
    if kind in _SUBJECT_GROUPS and isinstance(group, str) and group and group != _SUBJECT_GROUPS[kind]:
        wanted = _SUBJECT_GROUPS[kind]
        return Fault(f"has to be {wanted} for a {kind}" if wanted else f"has to be left out for a {kind}", ("apiGroup",))
    return None


def _account_namespace(value: Any) -> Fault | None:
    body = mapping(value)
    return Fault(missing="namespace") if body.get("kind") == "ServiceAccount" and not body.get("namespace") else None


def _binding(*kinds: str) -> Iterator[tuple[str, Rule]]:
    yield "roleRef.kind", one_of(*kinds)
    yield "roleRef.apiGroup", one_of(_RBAC)
    yield "roleRef.name", filled
    yield "subjects[].kind", one_of(*_SUBJECT_GROUPS)
    yield "subjects[].name", filled
    yield "subjects[]", _subject


def _webhooks() -> Iterator[tuple[str, Rule]]:
    yield "webhooks", unique("name")
    at = "webhooks[]"
    yield (
        f"{at}.name",
        matches(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?){2,}", "is no domain name of three parts or more"),
    )
    yield f"{at}.sideEffects", one_of("None", "NoneOnDryRun")
    yield f"{at}.admissionReviewVersions", filled
    yield f"{at}.timeoutSeconds", between(1, 30)
    yield f"{at}.failurePolicy", one_of("Fail", "Ignore")
    yield f"{at}.matchPolicy", one_of("Equivalent", "Exact")
    yield f"{at}.clientConfig", exactly_one("service", "url")
    yield f"{at}.clientConfig.url", matches(r"https://.*", "has to be an https address")
    yield f"{at}.clientConfig.service.path", matches(r"(/.*)?", "must start with /")
    yield f"{at}.rules[]", requires("operations", "apiGroups", "apiVersions", "resources")
    yield f"{at}.rules[].operations[]", one_of("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
    yield f"{at}.rules[].scope", one_of("*", "Cluster", "Namespaced")
    yield from selector(f"{at}.namespaceSelector")
    yield from selector(f"{at}.objectSelector")


def _definition(value: Any) -> Fault | None:
    spec = mapping(mapping(value).get("spec"))
    names, given = mapping(spec.get("names")), spec.get("versions")
    versions = [mapping(version) for version in given] if isinstance(given, list) else []
    name, wanted = mapping(mapping(value).get("metadata")).get("name"), f"{names.get('plural')}.{spec.get('group')}"
    if names.get("plural") and spec.get("group") and isinstance(name, str) and name != wanted:
        return Fault(f"has to be {wanted}", ("metadata", "name"), rule="invalid-name")
    stored = sum(version.get("storage") is True for version in versions)
    if versions and stored != 1:
        return Fault(f"{stored} versions are stored, exactly one has to be", ("spec", "versions"))
    if spec.get("preserveUnknownFields") is True:
        return Fault("may not be true; mark the schema with x-kubernetes-preserve-unknown-fields", ("spec", "preserveUnknownFields"))
    return None


def _definition_rows() -> Iterator[tuple[str, Rule]]:
    yield "", _definition
    yield "spec.scope", one_of("Cluster", "Namespaced")
    yield "spec.names.plural", named("label-1035")
    yield "spec.names.shortNames[]", named("label-1035")
    yield "spec.versions", unique("name")
    yield "spec.versions[].name", named("label-1035")
    yield "spec.versions[]", requires("schema")
    yield "spec.versions[].schema", requires("openAPIV3Schema")
    yield "spec.versions[].schema.openAPIV3Schema", _root
    yield "spec.versions[].additionalPrinterColumns[].type", one_of("boolean", "date", "integer", "number", "string")
    yield "spec.conversion.strategy", one_of("None", "Webhook")


def _root(value: Any) -> str | Fault | None:
    kind = mapping(value).get("type")
    if not kind:
        return Fault(missing="type") if value else None
    return Fault(f"{kind} is not object, as it has to be at the outermost level", ("type",)) if kind != "object" else None


LIMITS: Mapping[tuple[str, str], Callable[[], Iterable[tuple[str, Rule]]]] = {
    (_RBAC, "Role"): lambda: [("rules[]", _rule), ("rules[]", _namespaced_rule), ("rules[].verbs", filled)],
    (_RBAC, "ClusterRole"): lambda: [("rules[]", _rule), ("rules[].verbs", filled), ("aggregationRule.clusterRoleSelectors", filled)],
    (_RBAC, "RoleBinding"): lambda: _binding("ClusterRole", "Role"),
    (_RBAC, "ClusterRoleBinding"): lambda: [*_binding("ClusterRole"), ("subjects[]", _account_namespace)],
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): _webhooks,
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): _webhooks,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _definition_rows,
}
