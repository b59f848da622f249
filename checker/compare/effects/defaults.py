"""What the API server fills in where a manifest says nothing, as far as writing it out would look like a change that acts.

Facts: the `SetDefaults_*` functions of Kubernetes 1.36 (pkg/apis/*/v1/defaults.go).
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.compare.shapes import POD_SPECS
from checker.model.diff import FieldChange
from checker.model.objects import JSONValue

DEFAULTS: Mapping[tuple[str, str], Mapping[str, JSONValue]] = {
    ("", "PersistentVolume"): {"spec.persistentVolumeReclaimPolicy": "Retain", "spec.volumeMode": "Filesystem"},
    ("", "PersistentVolumeClaim"): {"spec.volumeMode": "Filesystem"},
    ("", "Secret"): {"type": "Opaque"},
    ("", "Service"): {"spec.type": "ClusterIP"},
    ("apps", "StatefulSet"): {"spec.podManagementPolicy": "OrderedReady"},
    ("batch", "Job"): {"spec.completionMode": "NonIndexed"},
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): {"roleRef.apiGroup": "rbac.authorization.k8s.io"},
    ("rbac.authorization.k8s.io", "RoleBinding"): {"roleRef.apiGroup": "rbac.authorization.k8s.io"},
    ("scheduling.k8s.io", "PriorityClass"): {"preemptionPolicy": "PreemptLowerPriority"},
    ("storage.k8s.io", "CSIDriver"): {"spec.attachRequired": True, "spec.volumeLifecycleModes": ["Persistent"]},
    ("storage.k8s.io", "StorageClass"): {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"},
}
POD_DEFAULTS: Mapping[str, JSONValue] = {
    "dnsPolicy": "ClusterFirst",
    "enableServiceLinks": True,
    "protocol": "TCP",
    "schedulerName": "default-scheduler",
    "securityContext": {},
    "terminationGracePeriodSeconds": 30,
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}
"""By field name, wherever in a PodSpec. Not `restartPolicy`: an init container may have one too, and there it means another thing."""


def only_writes_default(kind: tuple[str, str], change: FieldChange) -> bool:
    """Whether the field is left out on one side and says on the other what the API server would have filled in."""
    if change.before_present == change.after_present:
        return False
    written = change.before if change.before_present else change.after
    pod = POD_SPECS.get(kind)
    table, name = DEFAULTS.get(kind, {}), change.path
    if pod is not None and change.path.startswith(f"{pod}."):
        table, name = POD_DEFAULTS, change.path.rpartition(".")[2]
    return name in table and table[name] == written and isinstance(written, bool) == isinstance(table[name], bool)
