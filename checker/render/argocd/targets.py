"""What the sources generate -> what Argo CD would apply: namespaces filled in, duplicates and excluded kinds dropped.

Duplicates are found after namespaces are filled in, by group, kind, namespace and name; the last one wins
(controller/state.go, argo-cd). Tracking metadata is left out: it is the same on both sides of a comparison.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from checker.model.objects import KubeObject, ObjectKey, dig, text
from checker.model.records import replace
from checker.model.units import DeployUnit, Note
from checker.render.argocd.hooks import is_applied
from checker.render.argocd.scope import is_cluster_scoped

CRD_GROUP = "apiextensions.k8s.io"
EXCLUDED_GROUPS = frozenset({"events.k8s.io", "metrics.k8s.io"})
EXCLUDED = frozenset(
    {
        ("", "Event"),
        ("coordination.k8s.io", "Lease"),
        ("", "Endpoints"),
        ("discovery.k8s.io", "EndpointSlice"),
        ("authentication.k8s.io", "SelfSubjectReview"),
        ("authentication.k8s.io", "TokenReview"),
        ("authorization.k8s.io", "LocalSubjectAccessReview"),
        ("authorization.k8s.io", "SelfSubjectAccessReview"),
        ("authorization.k8s.io", "SelfSubjectRulesReview"),
        ("authorization.k8s.io", "SubjectAccessReview"),
        ("certificates.k8s.io", "CertificateSigningRequest"),
        ("cert-manager.io", "CertificateRequest"),
        ("cilium.io", "CiliumIdentity"),
        ("cilium.io", "CiliumEndpoint"),
        ("cilium.io", "CiliumEndpointSlice"),
        ("kyverno.io", "PolicyReport"),
        ("kyverno.io", "ClusterPolicyReport"),
        ("kyverno.io", "EphemeralReport"),
        ("kyverno.io", "ClusterEphemeralReport"),
        ("kyverno.io", "AdmissionReport"),
        ("kyverno.io", "ClusterAdmissionReport"),
        ("kyverno.io", "BackgroundScanReport"),
        ("kyverno.io", "ClusterBackgroundScanReport"),
        ("kyverno.io", "UpdateRequest"),
    }
)
"""Built in, and in the settings that Argo CD is installed with (manifests/base/config/argocd-cm.yaml)."""


def targets(generated: Sequence[KubeObject], unit: DeployUnit) -> tuple[tuple[KubeObject, ...], tuple[Note, ...]]:
    """The objects in the order of their sources, and a note for each that was dropped."""
    assert unit.declaration is not None
    namespace = text(dig(unit.declaration.body, "spec", "destination", "namespace"))
    cluster_kinds = cluster_scoped_kinds((*unit.related, *generated))
    placed = [_placed(obj, namespace, cluster_kinds) for obj in generated]
    kept, notes = _deduplicated(placed, unit)
    allowed = tuple(obj for obj in kept if not is_excluded(obj) and is_applied(obj))
    notes = [*notes, *(_excluded_note(obj) for obj in kept if is_excluded(obj))]
    return allowed, tuple(notes)


def cluster_scoped_kinds(objects: Iterable[KubeObject]) -> frozenset[tuple[str, str]]:
    """The kinds that CustomResourceDefinitions among the objects declare as cluster-scoped."""
    return frozenset(
        (text(dig(obj.body, "spec", "group")), text(dig(obj.body, "spec", "names", "kind")))
        for obj in objects
        if obj.kind == "CustomResourceDefinition" and obj.group == CRD_GROUP and dig(obj.body, "spec", "scope") == "Cluster"
    )


def is_excluded(obj: KubeObject) -> bool:
    return obj.group in EXCLUDED_GROUPS or (obj.group, obj.kind) in EXCLUDED


def _placed(obj: KubeObject, namespace: str, cluster_kinds: frozenset[tuple[str, str]]) -> KubeObject:
    """Namespaced and unknown kinds get the destination namespace; cluster-scoped ones lose theirs."""
    if is_cluster_scoped(obj.group, obj.kind) or (obj.group, obj.kind) in cluster_kinds:
        if "namespace" not in obj.metadata:
            return obj
        metadata = {key: value for key, value in obj.metadata.items() if key != "namespace"}
    elif namespace and not obj.namespace:
        metadata = {**obj.metadata, "namespace": namespace}
    else:
        return obj
    return replace(obj, body={**obj.body, "metadata": metadata})


def _deduplicated(objects: Sequence[KubeObject], unit: DeployUnit) -> tuple[list[KubeObject], list[Note]]:
    def key(number: int, obj: KubeObject) -> tuple[ObjectKey, int]:
        return (obj.key, -1 if obj.metadata.get("name") else number)

    last = {key(number, obj): number for number, obj in enumerate(objects)}
    kept = [obj for number, obj in enumerate(objects) if last[key(number, obj)] == number]
    return kept, list(_repeated(objects, unit))


def _repeated(objects: Sequence[KubeObject], unit: DeployUnit) -> Iterator[Note]:
    counts = Counter(obj.key for obj in objects if obj.metadata.get("name"))
    for obj in objects:
        count = counts.pop(obj.key, 1)
        if count > 1:
            times = "twice" if count == 2 else f"{count} times"
            message = f"{obj.key} appears {times} among the sources of {unit.name}; Argo CD applies the last one"
            yield Note(id="repeated-resource", message=message, location=obj.origin.location)


def _excluded_note(obj: KubeObject) -> Note:
    message = f"Argo CD leaves {obj.kind} objects alone: {obj.name} is not applied"
    return Note(id="excluded-resource", message=message, location=obj.origin.location)
