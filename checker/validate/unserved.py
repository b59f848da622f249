"""Kinds of Kubernetes' own groups that the chosen version does not serve: misspelt, removed, or not there yet.

Which version serves what is read from the bundles; what left before the oldest of them stands in a table, after
kubernetes.io/docs/reference/using-api/deprecation-guide.
"""

from __future__ import annotations

from checker.model.cached import cache
from checker.model.patterns import pattern
from checker.model.records import dataclass
from checker.validate import bundles

_NUMBER = pattern(r"\d+")
_REMOVED: dict[str, dict[str, tuple[str, ...]]] = {
    "extensions/v1beta1": {
        "1.16": ("DaemonSet", "Deployment", "NetworkPolicy", "PodSecurityPolicy", "ReplicaSet"),
        "1.22": ("Ingress",),
    },
    "apps/v1beta1": {"1.16": ("Deployment", "StatefulSet", "ControllerRevision")},
    "apps/v1beta2": {"1.16": ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet", "ControllerRevision")},
    "admissionregistration.k8s.io/v1beta1": {"1.22": ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")},
    "apiextensions.k8s.io/v1beta1": {"1.22": ("CustomResourceDefinition",)},
    "apiregistration.k8s.io/v1beta1": {"1.22": ("APIService",)},
    "authentication.k8s.io/v1beta1": {"1.22": ("TokenReview",)},
    "authorization.k8s.io/v1beta1": {
        "1.22": ("LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview")
    },
    "certificates.k8s.io/v1beta1": {"1.22": ("CertificateSigningRequest",)},
    "coordination.k8s.io/v1beta1": {"1.22": ("Lease",)},
    "networking.k8s.io/v1beta1": {"1.22": ("Ingress", "IngressClass")},
    "rbac.authorization.k8s.io/v1beta1": {"1.22": ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")},
    "rbac.authorization.k8s.io/v1alpha1": {"1.23": ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")},
    "scheduling.k8s.io/v1beta1": {"1.22": ("PriorityClass",)},
    "storage.k8s.io/v1beta1": {"1.22": ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment")},
    "batch/v1beta1": {"1.25": ("CronJob",)},
    "batch/v2alpha1": {"1.21": ("CronJob",)},
    "discovery.k8s.io/v1beta1": {"1.25": ("EndpointSlice",)},
    "events.k8s.io/v1beta1": {"1.25": ("Event",)},
    "autoscaling/v2beta1": {"1.25": ("HorizontalPodAutoscaler",)},
    "autoscaling/v2beta2": {"1.26": ("HorizontalPodAutoscaler",)},
    "policy/v1beta1": {"1.25": ("PodDisruptionBudget", "PodSecurityPolicy")},
    "node.k8s.io/v1beta1": {"1.25": ("RuntimeClass",)},
}
_SHORT_GROUPS = frozenset(("", "apps", "autoscaling", "batch", "extensions", "policy"))
"""Kubernetes' own groups without a dot, past ones included."""


@dataclass(frozen=True, slots=True)
class Unserved:
    """`rule` is removed-api or unknown-kind; `field` is what to change in the object; `certain` that no cluster has it,
    and `elsewhere` that other versions of Kubernetes do."""

    rule: str
    message: str
    field: str
    certain: bool = True
    elsewhere: bool = False


def removed_in(api_version: str, kind: str) -> str | None:
    """The version that stopped serving it, where it is in the table."""
    return next((version for version, kinds in _REMOVED.get(api_version, {}).items() if kind in kinds), None)


def unserved(api_version: str, kind: str, version: str) -> Unserved | None:
    """Why the version does not serve the kind; None for a group that is not Kubernetes' own."""
    group = api_version.rpartition("/")[0]
    served = bundles.load_bundle(version).kinds
    if not is_builtin_group(group) and ("." in group or not _is_close(api_version, served)):
        return None
    instead = _instead(api_version, kind, served)
    use = f"; use {instead}" if instead else ""
    said = f"{kind} {api_version}"
    removed = removed_in(api_version, kind)
    others = [bundle.version for bundle in bundles.newest_first(bundles.bundled_versions()) if kind in bundle.kinds.get(api_version, {})]
    if removed is not None:
        return Unserved("removed-api", f"{said} was removed in Kubernetes {removed}{use}", "apiVersion", elsewhere=bool(others))
    if others and _number(others[-1]) > _number(version):
        newer = f"{use} or," if use else ";"
        message = f"{said} is served from Kubernetes {others[-1]}, not by {version}{newer} for newer clusters"
        message += ", name their version as `kubernetes`"
        return Unserved("removed-api", message, "apiVersion", elsewhere=True)
    if others:
        message = f"{said} is no longer served by Kubernetes {version}, last by {others[0]}{use}"
        return Unserved("removed-api", message, "apiVersion", elsewhere=True)
    if instead:
        return Unserved("unknown-kind", f"{kind} is not in {api_version}{use}", "apiVersion")
    return _misspelt(api_version, kind, served, version)


def _is_close(api_version: str, served: bundles.Kinds) -> bool:
    """A group without a dot is no custom one; it is a slip, or the file of some tool that borrows the form."""
    from checker.tools.schema_words import nearest

    return nearest(api_version, served) is not None


def _misspelt(api_version: str, kind: str, served: bundles.Kinds, version: str) -> Unserved:
    from checker.tools.schema_words import nearest

    if api_version in served:
        near = nearest(kind, served[api_version]) or nearest(kind, (name for kinds in served.values() for name in kinds))
        hint = f"; did you mean {near}?" if near else ""
        return Unserved("unknown-kind", f"{kind} is not a kind of {api_version}{hint}", "kind")
    near = nearest(api_version, served)
    hint = f"; did you mean {near}?" if near else ""
    return Unserved("unknown-kind", f"Kubernetes {version} does not serve {api_version}{hint}", "apiVersion")


def _instead(api_version: str, kind: str, served: bundles.Kinds) -> str:
    """Where the version serves the kind: the same group first, stable versions first."""
    group = api_version.rpartition("/")[0]
    found = [other for other, kinds in served.items() if kind in kinds and other != api_version]
    return min(found, key=lambda other: (other.rpartition("/")[0] != group, *_age(other.rpartition("/")[2])), default="")


def _age(version: str) -> tuple[bool, bool, tuple[int, ...]]:
    """Orders API versions as Kubernetes does: stable, beta, alpha, in each the newest first."""
    numbers = tuple(-int(number) for number in _NUMBER.findall(version))
    return ("alpha" in version, "beta" in version, numbers)


@cache
def is_builtin_group(group: str) -> bool:
    """Whether Kubernetes itself serves, or served, the group."""
    if "." not in group:
        return group in _SHORT_GROUPS
    return any(
        api_version.rpartition("/")[0] == group
        for version in bundles.bundled_versions()
        for api_version in bundles.load_bundle(version).kinds
    )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
