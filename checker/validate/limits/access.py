"""Roles and bindings, and webhooks: what the API server asks of their fields, as rows.

After the validation.go of their groups in k8s.io/kubernetes/pkg/apis (1.36).
"""

from __future__ import annotations

from checker.model.objects import mapping
from checker.tools.schema_words import quoted
from checker.validate.limits.pods import selector
from checker.validate.limits.rows import (
    Fault,
    between,
    encoded,
    exactly_one,
    filled,
    given,
    matches,
    named,
    one_of,
    requires,
    unique,
    version_names,
    without_gaps,
)
from checker.validate.names import name_fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from checker.validate.limits.rows import Rule

_RBAC = "rbac.authorization.k8s.io"


def _rule(value: Any) -> str | Fault | None:
    """An entry of `rules` of a role."""
    body = mapping(value)
    if body.get("nonResourceURLs"):
        others = [name for name in ("apiGroups", "resources", "resourceNames") if body.get(name)]
        return f"nonResourceURLs and {others[0]} exclude each other" if others else None
    return requires("apiGroups", "resources")(value) if body else None


def _rules() -> Iterator[tuple[str, Rule]]:
    yield "rules", without_gaps
    yield "rules[]", _rule
    yield "rules[].verbs", filled


def _namespaced_rule(value: Any) -> Fault | None:
    return Fault("is for a ClusterRole only", ("nonResourceURLs",)) if mapping(value).get("nonResourceURLs") else None


_SUBJECT_GROUPS = {"ServiceAccount": "", "User": _RBAC, "Group": _RBAC}


def _subject(value: Any) -> str | Fault | None:
    body = mapping(value)
    kind, group, name = body.get("kind"), body.get("apiGroup"), body.get("name")
    if kind == "ServiceAccount" and isinstance(name, str) and name and (fault := name_fault(name, "subdomain")):
        return Fault(f"{quoted(name)} {fault}", ("name",))
    if isinstance(kind, str) and kind in _SUBJECT_GROUPS and isinstance(group, str) and group and group != _SUBJECT_GROUPS[kind]:
        wanted = _SUBJECT_GROUPS[kind]
        return Fault(f"has to be {wanted} for a {kind}" if wanted else f"has to be left out for a {kind}", ("apiGroup",))
    return None


def _account_namespace(value: Any) -> Fault | None:
    body = mapping(value)
    return Fault(missing="namespace") if body.get("kind") == "ServiceAccount" and not body.get("namespace") else None


def _binding(*kinds: str) -> Iterator[tuple[str, Rule]]:
    yield "roleRef.kind", filled
    yield "roleRef.kind", one_of(*kinds)
    yield "roleRef.apiGroup", one_of(_RBAC)
    yield "roleRef", given
    yield "roleRef.name", filled
    yield "roleRef.name", named("segment")
    yield "subjects", without_gaps
    yield "subjects[].kind", filled
    yield "subjects[].kind", one_of(*_SUBJECT_GROUPS)
    yield "subjects[].name", filled
    yield "subjects[]", _subject


def _all_or_some(value: Any) -> str:
    return "* excludes every other entry" if isinstance(value, list) and len(value) > 1 and "*" in value else ""


def _some_resources(value: Any) -> str | Fault | None:
    """`*` is every resource, `*/*` every one with its subresources."""
    names = [name for name in value if isinstance(name, str)] if isinstance(value, list) else []
    if "*/*" in names and len(names) > 1:
        return "*/* excludes every other entry"
    if "*" in names and any(name != "*" and "/" not in name for name in names):
        return "* excludes every other resource"
    return Fault("may not be empty", (names.index(""),)) if "" in names else None


def _webhooks() -> Iterator[tuple[str, Rule]]:
    yield "webhooks", unique("name")
    yield "webhooks", without_gaps
    at = "webhooks[]"
    yield (
        f"{at}.name",
        matches(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?){2,}", "is no domain name of three parts or more"),
    )
    for name in ("sideEffects", "failurePolicy", "matchPolicy"):
        yield f"{at}.{name}", filled
    yield f"{at}.sideEffects", one_of("None", "NoneOnDryRun")
    yield f"{at}.admissionReviewVersions", filled
    yield f"{at}.admissionReviewVersions", version_names
    yield f"{at}.timeoutSeconds", between(1, 30)
    yield f"{at}.failurePolicy", one_of("Fail", "Ignore")
    yield f"{at}.matchPolicy", one_of("Equivalent", "Exact")
    yield f"{at}.clientConfig", given
    yield f"{at}.clientConfig", exactly_one("service", "url")
    yield f"{at}.clientConfig.caBundle", encoded
    yield f"{at}.clientConfig.service", requires("name", "namespace")
    yield f"{at}.clientConfig.service.port", between(1, 65535)
    yield f"{at}.clientConfig.url", matches(r"https://.*", "has to be an https address")
    yield f"{at}.clientConfig.service.path", matches(r"(/.*)?", "must start with /")
    yield f"{at}.rules[]", requires("operations", "apiGroups", "apiVersions", "resources")
    yield f"{at}.rules", without_gaps
    yield f"{at}.rules[].operations", _all_or_some
    yield f"{at}.rules[].apiGroups", _all_or_some
    yield f"{at}.rules[].apiVersions", _all_or_some
    yield f"{at}.rules[].resources", _some_resources
    yield f"{at}.rules[].operations[]", filled
    yield f"{at}.rules[].operations[]", one_of("*", "CONNECT", "CREATE", "DELETE", "UPDATE")
    yield f"{at}.rules[].scope", one_of("*", "Cluster", "Namespaced")
    yield from selector(f"{at}.namespaceSelector")
    yield from selector(f"{at}.objectSelector")


LIMITS: Mapping[tuple[str, str], Callable[[], Iterable[tuple[str, Rule]]]] = {
    (_RBAC, "Role"): lambda: [*_rules(), ("rules[]", _namespaced_rule)],
    (_RBAC, "ClusterRole"): lambda: [*_rules(), ("aggregationRule.clusterRoleSelectors", filled)],
    (_RBAC, "RoleBinding"): lambda: _binding("ClusterRole", "Role"),
    (_RBAC, "ClusterRoleBinding"): lambda: [*_binding("ClusterRole"), ("subjects[]", _account_namespace)],
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): _webhooks,
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): _webhooks,
}
