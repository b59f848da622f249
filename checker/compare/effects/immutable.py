"""Fields that cannot change after creation, as a table, and what becomes of a change to one: refused, or replaced where the
controller was told to force it.

Facts: the validation of each kind in Kubernetes 1.36 (`ValidateStatefulSetUpdate` and its like in
pkg/apis/*/validation/validation.go, and pkg/apis/apiextensions/validation of apiextensions-apiserver).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from checker.compare.effects.catalogue import effect
from checker.compare.effects.subject import Mapped, Subject
from checker.compare.pruning import flux_marks, is_hook, sync_options
from checker.model.diff import Effect, FieldChange
from checker.model.findings import Severity
from checker.model.objects import dig, mapping
from checker.model.units import Controller

_VOLUME_SOURCES = (
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "csi",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "glusterfs",
    "hostPath",
    "iscsi",
    "local",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
)
IMMUTABLE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "PersistentVolume"): (*(f"spec.{source}" for source in _VOLUME_SOURCES), "spec.volumeMode", "spec.nodeAffinity"),
    ("", "PersistentVolumeClaim"): ("spec",),
    ("", "Pod"): ("spec",),
    ("", "ResourceQuota"): ("spec.scopes",),
    ("", "Secret"): ("type",),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): ("spec.group", "spec.scope", "spec.names.kind", "spec.names.plural"),
    ("apps", "ControllerRevision"): ("data",),
    ("apps", "DaemonSet"): ("spec.selector",),
    ("apps", "Deployment"): ("spec.selector",),
    ("apps", "ReplicaSet"): ("spec.selector",),
    ("apps", "StatefulSet"): ("spec",),
    ("batch", "Job"): (
        "spec.backoffLimitPerIndex",
        "spec.completionMode",
        "spec.managedBy",
        "spec.podFailurePolicy",
        "spec.selector",
        "spec.successPolicy",
        "spec.template",
    ),
    ("certificates.k8s.io", "CertificateSigningRequest"): ("spec",),
    ("certificates.k8s.io", "ClusterTrustBundle"): ("spec.signerName",),
    ("discovery.k8s.io", "EndpointSlice"): ("addressType",),
    ("networking.k8s.io", "IPAddress"): ("spec.parentRef",),
    ("networking.k8s.io", "IngressClass"): ("spec.controller",),
    ("node.k8s.io", "RuntimeClass"): ("handler",),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): ("roleRef",),
    ("rbac.authorization.k8s.io", "RoleBinding"): ("roleRef",),
    ("resource.k8s.io", "ResourceClaim"): ("spec",),
    ("resource.k8s.io", "ResourceClaimTemplate"): ("spec",),
    ("scheduling.k8s.io", "PriorityClass"): ("value", "preemptionPolicy"),
    ("storage.k8s.io", "CSIDriver"): ("spec.attachRequired", "spec.volumeLifecycleModes"),
    ("storage.k8s.io", "CSIStorageCapacity"): ("nodeTopology", "storageClassName"),
    ("storage.k8s.io", "StorageClass"): ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"),
    ("storage.k8s.io", "VolumeAttributesClass"): ("driverName", "parameters"),
}
MUTABLE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "PersistentVolume"): ("spec.csi.controllerExpandSecretRef",),
    ("", "PersistentVolumeClaim"): ("spec.resources.requests.storage", "spec.volumeAttributesClassName"),
    ("apps", "StatefulSet"): (
        "spec.minReadySeconds",
        "spec.ordinals",
        "spec.persistentVolumeClaimRetentionPolicy",
        "spec.replicas",
        "spec.revisionHistoryLimit",
        "spec.template",
        "spec.updateStrategy",
    ),
}
"""Exceptions below the immutable paths."""


def immutable_fields(subject: Subject) -> Iterator[Effect]:
    if not subject.both:
        return
    hits = list(dict.fromkeys(change.path for change in subject.changes if _is_immutable(subject, change)))
    if not hits or _made_anew(subject):
        return
    shown = ", ".join(hits[:3]) + (f" and {len(hits) - 3} more" if len(hits) > 3 else "")
    why = _forced(subject)
    unless = _allowed_if(subject, hits)
    if why:
        yield effect("replaced", f"{shown} cannot change, so {subject.obj.kind} {subject.obj.name} is deleted and created again ({why})")
    elif unless:
        yield effect(
            "immutable-field", f"{shown} of {subject.obj.kind} {subject.obj.name} cannot change; refused unless {unless}", Severity.WARNING
        )
    else:
        yield effect(
            "immutable-field",
            f"{shown} of {subject.obj.kind} {subject.obj.name} cannot change after creation; the API server refuses the update",
        )


def _allowed_if(subject: Subject, hits: list[str]) -> str:
    """What only the cluster knows and would let the change through; empty where nothing does."""
    if subject.kind == ("batch", "Job") and dig(subject.before, "spec", "ttlSecondsAfterFinished") is not None:
        return "the finished Job is gone by then"
    filled_in = ("spec.storageClassName", "spec.volumeName")
    if subject.kind == ("", "PersistentVolumeClaim") and all(path in filled_in for path in hits):
        unset = all(dig(subject.before, *path.split(".")) in (None, "") for path in hits)
        return "that is what the cluster has filled in" if unset else ""
    return ""


def _made_anew(subject: Subject) -> bool:
    """A hook is deleted before it is made again, unless told otherwise.

    https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/#hook-lifecycle-and-cleanup and https://helm.sh/docs/topics/charts_hooks/.
    """
    controller, after = subject.pair.unit.unit.controller, subject.pair.after
    runs_hooks = controller in (Controller.ARGOCD_APPLICATION, Controller.FLUX_HELMRELEASE, Controller.CHART)
    return runs_hooks and after is not None and is_hook(after)


def _is_immutable(subject: Subject, change: FieldChange) -> bool:
    special = _SPECIAL.get(subject.kind)
    verdict = special(subject, change) if special is not None else None
    if verdict is not None:
        return verdict
    if not any(_below(change.path, path) for path in IMMUTABLE.get(subject.kind, ())):
        return False
    return not any(_below(change.path, path) for path in MUTABLE.get(subject.kind, ()))


def _below(path: str, top: str) -> bool:
    return path == top or path.startswith((f"{top}.", f"{top}[", f"{top} "))


def _service(subject: Subject, change: FieldChange) -> bool:
    """`clusterIP` is given by the API server where it is left out, so setting it later is a change; leaving it out keeps it.

    An external name has no address, so one may come or go with that type. A load balancer's class stays as long as its type.
    """
    types = [dig(body, "spec", "type") for body in (subject.before, subject.after)]
    match change.path:
        case "spec.clusterIP" | "spec.clusterIPs[0]":
            return bool(change.after) and "ExternalName" not in types
        case "spec.ipFamilies[0]":
            return change.before_present and change.after_present and "ExternalName" not in types and not _headless(subject)
        case "spec.loadBalancerClass":
            return types == ["LoadBalancer", "LoadBalancer"]
        case "spec.healthCheckNodePort":
            return bool(change.before) and bool(change.after)
        case _:
            return False


def _headless(subject: Subject) -> bool:
    return "None" in (dig(subject.before, "spec", "clusterIP"), dig(subject.after, "spec", "clusterIP"))


def _job(subject: Subject, change: FieldChange) -> bool | None:
    """Completions may change together with parallelism, for a Job that is indexed; where a suspended Job will run may change."""
    if change.path == "spec.completions":
        spec = mapping(subject.after.get("spec"))
        return not (spec.get("completionMode") == "Indexed" and spec.get("completions") == spec.get("parallelism"))
    if dig(subject.before, "spec", "suspend") is True and _below_any(change.path, _PLACEMENT):
        return False
    return None


_PLACEMENT = (
    "spec.template.metadata.annotations",
    "spec.template.metadata.labels",
    "spec.template.spec.affinity.nodeAffinity",
    "spec.template.spec.nodeSelector",
    "spec.template.spec.schedulingGates",
    "spec.template.spec.tolerations",
)


def _pod(_subject: Subject, change: FieldChange) -> bool | None:
    """Another image may run, a deadline may come nearer, tolerations may be added and gates be lifted: nothing else."""
    if re.fullmatch(r"spec\.(?:initC|c)ontainers\[.*\]\.image", change.path):
        return False
    if change.path == "spec.activeDeadlineSeconds":
        return change.before_present and not (isinstance(change.after, int) and change.after <= _number(change.before))
    if _below(change.path, "spec.tolerations"):
        return change.before_present
    if _below(change.path, "spec.schedulingGates"):
        return change.after_present
    return None


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _volume(_subject: Subject, change: FieldChange) -> bool | None:
    """Node affinity may be given to a volume that has none."""
    return False if change.path == "spec.nodeAffinity" and not change.before_present else None


def _frozen_config(subject: Subject, change: FieldChange) -> bool | None:
    frozen = subject.before.get("immutable") is True and _below_any(change.path, ("data", "binaryData", "stringData", "immutable"))
    return True if frozen else None


def _below_any(path: str, tops: tuple[str, ...]) -> bool:
    return any(_below(path, top) for top in tops)


_SPECIAL: Mapping[tuple[str, str], Callable[[Subject, FieldChange], bool | None]] = {
    ("", "ConfigMap"): _frozen_config,
    ("", "PersistentVolume"): _volume,
    ("", "Pod"): _pod,
    ("", "Secret"): _frozen_config,
    ("", "Service"): _service,
    ("batch", "Job"): _job,
}
"""What depends on more than the path; None leaves it to the tables."""


def _forced(subject: Subject) -> str:
    """Why the controller would delete and create rather than fail.

    Not for a HelmRelease with `upgrade.force`: Helm then sends the whole object (PUT), which the API server refuses all the same
    (https://github.com/helm/helm/issues/7173).
    """
    after = subject.pair.after
    unit = subject.pair.unit.head
    if after is None or unit is None:
        return ""
    spec: Mapped = mapping(unit.unit.declaration.body.get("spec")) if unit.unit.declaration is not None else {}
    match unit.unit.controller:
        case Controller.FLUX_KUSTOMIZATION if spec.get("force") is True:
            return "spec.force of the Kustomization"
        case Controller.FLUX_KUSTOMIZATION if "enabled" in flux_marks(after, "force"):
            return "it is marked kustomize.toolkit.fluxcd.io/force: enabled"
        case Controller.ARGOCD_APPLICATION:
            app = dig(spec, "syncPolicy", "syncOptions")
            options = (*sync_options(after), *(app if isinstance(app, list) else ()))
            return "sync option Force=true" if "Force=true" in options else ""
        case _:
            return ""
