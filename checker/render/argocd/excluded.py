"""The kinds that Argo CD leaves alone, in every cluster or in some: resource.exclusions and resource.inclusions of argocd-cm.

util/settings/resources_filter.go and filtered_resource.go, argo-cd; https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from checker.model.objects import JSONValue, KubeObject, mapping, sequence, text
from checker.tools.argocd import any_glob

Rule = Mapping[str, JSONValue]
"""A list that is left out or empty stands for all."""

CORE: tuple[Rule, ...] = (
    {"apiGroups": ["events.k8s.io", "metrics.k8s.io"]},
    {"apiGroups": [""], "kinds": ["Event"]},
    {"apiGroups": ["coordination.k8s.io"], "kinds": ["Lease"]},
)
INSTALLED: tuple[Rule, ...] = (
    {"apiGroups": [""], "kinds": ["Endpoints"]},
    {"apiGroups": ["discovery.k8s.io"], "kinds": ["EndpointSlice"]},
    {"apiGroups": ["authentication.k8s.io"], "kinds": ["SelfSubjectReview", "TokenReview"]},
    {
        "apiGroups": ["authorization.k8s.io"],
        "kinds": ["LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"],
    },
    {"apiGroups": ["certificates.k8s.io"], "kinds": ["CertificateSigningRequest"]},
    {"apiGroups": ["cert-manager.io"], "kinds": ["CertificateRequest"]},
    {"apiGroups": ["cilium.io"], "kinds": ["CiliumIdentity", "CiliumEndpoint", "CiliumEndpointSlice"]},
    {
        "apiGroups": ["kyverno.io"],
        "kinds": [
            "PolicyReport",
            "ClusterPolicyReport",
            "EphemeralReport",
            "ClusterEphemeralReport",
            "AdmissionReport",
            "ClusterAdmissionReport",
            "BackgroundScanReport",
            "ClusterBackgroundScanReport",
            "UpdateRequest",
        ],
    },
)
"""What Argo CD is installed with (manifests/base/config/argocd-cm.yaml), where the repository does not say otherwise."""


def excluded(related: Sequence[KubeObject], server: str) -> Callable[[KubeObject], bool]:
    """Whether an object is left alone in the cluster at this server: exclusions go before inclusions."""
    settings = mapping(next((obj.body.get("data") for obj in related if obj.kind == "ConfigMap" and obj.name == "argocd-cm"), None))
    operator = mapping(next((obj.body.get("spec") for obj in related if obj.kind == "ArgoCD"), None))
    exclusions = _rules(settings.get("resource.exclusions", operator.get("resourceExclusions")))
    inclusions = _rules(settings.get("resource.inclusions", operator.get("resourceInclusions"))) or ()
    left_out = (*CORE, *(INSTALLED if exclusions is None else exclusions))
    is_closed = any(_matches(rule, "clusters", server) for rule in inclusions)

    def test(obj: KubeObject) -> bool:
        if any(_covers(rule, obj, server) for rule in left_out):
            return True
        return is_closed and not any(_covers(rule, obj, server) for rule in inclusions)

    return test


def _rules(written: JSONValue) -> tuple[Rule, ...] | None:
    """None for what is not written or no list of rules."""
    from checker.tools.yaml import load_documents

    if not isinstance(written, str):
        return None
    document = next(iter(load_documents(written.encode("utf-8", "surrogateescape"))), None)
    if document is None or document.error is not None:
        return None
    return tuple(map(mapping, sequence(document.value)))


def _covers(rule: Rule, obj: KubeObject, server: str) -> bool:
    kinds = [text(kind) for kind in sequence(rule.get("kinds"))]
    return (
        _matches(rule, "apiGroups", obj.group) and (not kinds or "*" in kinds or obj.kind in kinds) and _matches(rule, "clusters", server)
    )


def _matches(rule: Rule, field: str, value: str) -> bool:
    patterns = [text(pattern) for pattern in sequence(rule.get(field))]
    return not patterns or any_glob(patterns, value)
