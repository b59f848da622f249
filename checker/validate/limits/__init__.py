"""Literal tables of what the API server asks of single fields beyond the schema: a group and kind in, its rows out.

Adding a rule: a row in the table of its kind; adding a kind: its name in `TABLES`, its rows in `LIMITS` of the module named there.
"""

from __future__ import annotations

from importlib import import_module

from checker.model.cached import cache
from checker.tools.schema_accept import NOTHING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from checker.tools.schema_accept import Asked

TABLES: Mapping[tuple[str, str], str] = {
    ("", "Pod"): "workloads",
    ("apps", "Deployment"): "workloads",
    ("apps", "StatefulSet"): "workloads",
    ("apps", "DaemonSet"): "workloads",
    ("apps", "ReplicaSet"): "workloads",
    ("apps", "ControllerRevision"): "workloads",
    ("batch", "Job"): "workloads",
    ("batch", "CronJob"): "workloads",
    ("autoscaling", "HorizontalPodAutoscaler"): "workloads",
    ("policy", "PodDisruptionBudget"): "workloads",
    ("", "Service"): "network",
    ("networking.k8s.io", "Ingress"): "network",
    ("networking.k8s.io", "NetworkPolicy"): "network",
    ("discovery.k8s.io", "EndpointSlice"): "network",
    ("", "PersistentVolumeClaim"): "storage",
    ("", "PersistentVolume"): "storage",
    ("storage.k8s.io", "StorageClass"): "storage",
    ("", "LimitRange"): "quotas",
    ("", "ResourceQuota"): "quotas",
    ("scheduling.k8s.io", "PriorityClass"): "quotas",
    ("", "Secret"): "storage",
    ("", "ConfigMap"): "storage",
    ("rbac.authorization.k8s.io", "Role"): "access",
    ("rbac.authorization.k8s.io", "ClusterRole"): "access",
    ("rbac.authorization.k8s.io", "RoleBinding"): "access",
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): "access",
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): "access",
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): "access",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "definitions",
}

_TEMPLATE = ("spec", "template")
POD_AT: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "Pod"): (),
    ("", "PodTemplate"): ("template",),
    ("", "ReplicationController"): _TEMPLATE,
    ("apps", "Deployment"): _TEMPLATE,
    ("apps", "DaemonSet"): _TEMPLATE,
    ("apps", "ReplicaSet"): _TEMPLATE,
    ("apps", "StatefulSet"): _TEMPLATE,
    ("batch", "Job"): _TEMPLATE,
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
}
"""Where the pod, or its template, stands in each kind."""


@cache
def limits_of(group: str, kind: str) -> Asked:
    """What is asked of a kind's own fields and of its pod's; a table is loaded when the first object of it is met."""
    module, at = TABLES.get((group, kind)), POD_AT.get((group, kind))
    if module is None and at is None:
        return NOTHING
    from checker.validate.limits.rows import both, compiled, placed

    own = compiled(import_module(f"checker.validate.limits.{module}").LIMITS[group, kind]()) if module else NOTHING
    if at is None:
        return own
    from checker.validate.limits.pods import POD

    return both(own, placed(POD, (*at, "spec")))
