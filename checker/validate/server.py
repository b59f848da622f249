"""What the API server refuses beyond OpenAPI: literal tables of checks, each an object in and remarks out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from checker.model.objects import KubeObject
from checker.validate.findings import Remark
from checker.validate.names import check_metadata, check_no_namespace
from checker.validate.options import ValidateOptions
from checker.validate.pods import POD_AT, check_pod
from checker.validate.workloads import (
    check_autoscaler,
    check_claim,
    check_encoded,
    check_enumerations,
    check_ingress,
    check_quota,
    check_selector,
    check_service,
)

Check = Callable[[KubeObject, ValidateOptions], Iterator[Remark]]

MOST_REMARKS = 200
"""Of one check about one object: past it nobody reads on."""
COMMON: tuple[Check, ...] = (check_metadata,)
"""For every kind that has a schema."""
CLUSTER_WIDE: tuple[Check, ...] = (check_no_namespace,)
"""For kinds outside namespaces."""
BY_KIND: Mapping[tuple[str, str], tuple[Check, ...]] = {
    **dict.fromkeys(POD_AT, (check_pod,)),
    ("apps", "Deployment"): (check_selector, check_pod),
    ("apps", "DaemonSet"): (check_selector, check_pod),
    ("apps", "ReplicaSet"): (check_selector, check_pod),
    ("apps", "StatefulSet"): (check_selector, check_pod, check_enumerations),
    ("batch", "CronJob"): (check_pod, check_enumerations),
    ("", "Service"): (check_service, check_enumerations),
    ("networking.k8s.io", "Ingress"): (check_ingress,),
    ("", "PersistentVolumeClaim"): (check_claim, check_enumerations),
    ("", "PersistentVolume"): (check_claim, check_enumerations),
    ("", "ResourceQuota"): (check_quota,),
    ("", "Secret"): (check_encoded,),
    ("", "ConfigMap"): (check_encoded,),
    ("autoscaling", "HorizontalPodAutoscaler"): (check_autoscaler,),
    ("scheduling.k8s.io", "PriorityClass"): (check_enumerations,),
    ("storage.k8s.io", "StorageClass"): (check_enumerations,),
}
"""Beside the common ones, by group and kind."""


def server_remarks(obj: KubeObject, checks: tuple[Check, ...], options: ValidateOptions) -> list[Remark]:
    found: list[Remark] = []
    for check in checks:
        found.extend(islice(check(obj, options), MOST_REMARKS))
    return found


def checks_of(api_version: str, kind: str, scope: str | None) -> tuple[Check, ...]:
    """What every object of the kind is asked."""
    group = api_version.rpartition("/")[0]
    return (*COMMON, *(CLUSTER_WIDE if scope == "Cluster" else ()), *BY_KIND.get((group, kind), ()))
