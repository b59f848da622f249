"""Fields that cannot change after creation, as a table, and what becomes of a change to one: refused, or replaced where the
controller was told to force it.

Facts: the validation of each kind in Kubernetes (`ValidateStatefulSetUpdate` and its like), documented with the kinds
(https://kubernetes.io/docs/reference/kubernetes-api/).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from checker.compare.effects.catalogue import effect
from checker.compare.effects.subject import Mapped, Subject
from checker.compare.pruning import flux_marks, sync_options
from checker.model.diff import Effect, FieldChange
from checker.model.objects import dig, mapping
from checker.model.units import Controller

IMMUTABLE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "PersistentVolume"): ("spec.csi", "spec.nfs", "spec.hostPath", "spec.local", "spec.volumeMode", "spec.nodeAffinity"),
    ("", "PersistentVolumeClaim"): ("spec",),
    ("", "Pod"): ("spec",),
    ("", "Secret"): ("type",),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): ("spec.group", "spec.scope", "spec.names.kind", "spec.names.plural"),
    ("apps", "DaemonSet"): ("spec.selector",),
    ("apps", "Deployment"): ("spec.selector",),
    ("apps", "ReplicaSet"): ("spec.selector",),
    ("apps", "StatefulSet"): ("spec",),
    ("batch", "Job"): ("spec.selector", "spec.template", "spec.completionMode", "spec.podFailurePolicy", "spec.manualSelector"),
    ("networking.k8s.io", "IngressClass"): ("spec.controller",),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): ("roleRef",),
    ("rbac.authorization.k8s.io", "RoleBinding"): ("roleRef",),
    ("scheduling.k8s.io", "PriorityClass"): ("value", "preemptionPolicy"),
    ("storage.k8s.io", "CSIDriver"): ("spec.attachRequired", "spec.fsGroupPolicy", "spec.volumeLifecycleModes"),
    ("storage.k8s.io", "StorageClass"): ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"),
}
MUTABLE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "PersistentVolumeClaim"): ("spec.resources", "spec.volumeAttributesClassName"),
    ("", "Pod"): ("spec.activeDeadlineSeconds", "spec.tolerations", "spec.schedulingGates", "spec.terminationGracePeriodSeconds"),
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
    if not hits:
        return
    shown = ", ".join(hits[:3]) + (f" and {len(hits) - 3} more" if len(hits) > 3 else "")
    why = _forced(subject)
    if why:
        yield effect("replaced", f"{shown} cannot change, so {subject.obj.kind} {subject.obj.name} is deleted and created again ({why})")
    else:
        yield effect(
            "immutable-field",
            f"{shown} of {subject.obj.kind} {subject.obj.name} cannot change after creation; the API server refuses the update",
        )


def _is_immutable(subject: Subject, change: FieldChange) -> bool:
    special = _SPECIAL.get(subject.kind)
    if special is not None and special(subject, change):
        return True
    if not any(_below(change.path, path) for path in IMMUTABLE.get(subject.kind, ())):
        return False
    if subject.kind == ("", "Pod") and change.path.startswith("spec.") and change.path.endswith(".image"):
        return False
    return not any(_below(change.path, path) for path in MUTABLE.get(subject.kind, ()))


def _below(path: str, top: str) -> bool:
    return path == top or path.startswith((f"{top}.", f"{top}[", f"{top} "))


def _service(subject: Subject, change: FieldChange) -> bool:
    """`clusterIP` may be set by the API server, or dropped for an external name; only a change between two addresses is refused."""
    return (
        change.path == "spec.clusterIP"
        and bool(change.before)
        and bool(change.after)
        and "ExternalName"
        not in (
            dig(subject.before, "spec", "type"),
            dig(subject.after, "spec", "type"),
        )
    )


def _frozen_config(subject: Subject, change: FieldChange) -> bool:
    return subject.before.get("immutable") is True and _below_any(change.path, ("data", "binaryData", "stringData", "immutable"))


def _below_any(path: str, tops: tuple[str, ...]) -> bool:
    return any(_below(path, top) for top in tops)


_SPECIAL: Mapping[tuple[str, str], Callable[[Subject, FieldChange], bool]] = {
    ("", "ConfigMap"): _frozen_config,
    ("", "Secret"): _frozen_config,
    ("", "Service"): _service,
}


def _forced(subject: Subject) -> str:
    """Why the controller would delete and create rather than fail."""
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
        case Controller.FLUX_HELMRELEASE if dig(spec, "upgrade", "force") is True:
            return "spec.upgrade.force of the HelmRelease"
        case Controller.ARGOCD_APPLICATION:
            app = dig(spec, "syncPolicy", "syncOptions")
            options = (*sync_options(after), *(app if isinstance(app, list) else ()))
            return "sync option Force=true" if "Force=true" in options else ""
        case _:
            return ""
