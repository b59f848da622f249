"""apiVersions that a Kubernetes version still serves and will stop to: the table of their last versions.

From the `APILifecycle` functions of k8s.io/api v0.37 (zz_generated.prerelease-lifecycle.go of each package), as far as a bundled
version serves them. What no version serves any more is in `unserved`.
"""

from __future__ import annotations

_LIFE: dict[tuple[str, str], tuple[str, str, str]] = {
    ("admissionregistration.k8s.io/v1alpha1", "ValidatingAdmissionPolicy"): ("1.29", "1.32", "admissionregistration.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1alpha1", "ValidatingAdmissionPolicyBinding"): ("1.29", "1.32", "admissionregistration.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1alpha1", "MutatingAdmissionPolicy"): ("1.35", "1.38", "admissionregistration.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1alpha1", "MutatingAdmissionPolicyBinding"): ("1.35", "1.38", "admissionregistration.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicy"): ("1.31", "1.34", "admissionregistration.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicyBinding"): ("1.31", "1.34", "admissionregistration.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicy"): ("1.37", "1.40", "admissionregistration.k8s.io/v1"),
    ("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicyBinding"): ("1.37", "1.40", "admissionregistration.k8s.io/v1"),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler"): ("1.23", "1.26", "autoscaling/v2"),
    ("certificates.k8s.io/v1alpha1", "ClusterTrustBundle"): ("1.34", "1.37", "certificates.k8s.io/v1beta1"),
    ("certificates.k8s.io/v1beta1", "ClusterTrustBundle"): ("1.37", "1.40", "certificates.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema"): ("1.23", "1.26", "flowcontrol.apiserver.k8s.io/v1beta3"),
    ("flowcontrol.apiserver.k8s.io/v1beta1", "PriorityLevelConfiguration"): ("1.23", "1.26", "flowcontrol.apiserver.k8s.io/v1beta3"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema"): ("1.26", "1.29", "flowcontrol.apiserver.k8s.io/v1beta3"),
    ("flowcontrol.apiserver.k8s.io/v1beta2", "PriorityLevelConfiguration"): ("1.26", "1.29", "flowcontrol.apiserver.k8s.io/v1beta3"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema"): ("1.29", "1.32", "flowcontrol.apiserver.k8s.io/v1"),
    ("flowcontrol.apiserver.k8s.io/v1beta3", "PriorityLevelConfiguration"): ("1.29", "1.32", "flowcontrol.apiserver.k8s.io/v1"),
    ("networking.k8s.io/v1beta1", "IPAddress"): ("1.34", "1.37", "networking.k8s.io/v1"),
    ("networking.k8s.io/v1beta1", "ServiceCIDR"): ("1.34", "1.37", "networking.k8s.io/v1"),
    ("resource.k8s.io/v1beta1", "DeviceClass"): ("1.35", "1.38", "resource.k8s.io/v1"),
    ("resource.k8s.io/v1beta1", "ResourceClaim"): ("1.35", "1.38", "resource.k8s.io/v1"),
    ("resource.k8s.io/v1beta1", "ResourceClaimTemplate"): ("1.35", "1.38", "resource.k8s.io/v1"),
    ("resource.k8s.io/v1beta1", "ResourceSlice"): ("1.35", "1.38", "resource.k8s.io/v1"),
    ("resource.k8s.io/v1beta2", "DeviceClass"): ("1.36", "1.39", "resource.k8s.io/v1"),
    ("resource.k8s.io/v1beta2", "ResourceClaim"): ("1.36", "1.39", "resource.k8s.io/v1"),
    ("resource.k8s.io/v1beta2", "ResourceClaimTemplate"): ("1.36", "1.39", "resource.k8s.io/v1"),
    ("resource.k8s.io/v1beta2", "ResourceSlice"): ("1.36", "1.39", "resource.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "CSIStorageCapacity"): ("1.24", "1.27", "storage.k8s.io/v1"),
    ("storage.k8s.io/v1alpha1", "VolumeAttributesClass"): ("1.32", "1.35", "storage.k8s.io/v1"),
    ("storage.k8s.io/v1beta1", "VolumeAttributesClass"): ("1.34", "1.37", "storage.k8s.io/v1"),
    ("storagemigration.k8s.io/v1beta1", "StorageVersionMigration"): ("1.37", "1.40", "storagemigration.k8s.io/v1"),
}
"""Deprecated since, gone from, and what to use then."""


def deprecation(api_version: str, kind: str, version: str) -> str | None:
    """What to say of a kind that the version serves and deprecates, None for all others."""
    life = _LIFE.get((api_version, kind))
    if life is None or _number(version) < _number(life[0]):
        return None
    since, gone, instead = life
    return f"{kind} {api_version} is deprecated since Kubernetes {since} and gone from {gone}; use {instead}"


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
