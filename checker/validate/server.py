"""What the API server refuses beyond OpenAPI: literal tables of checks, each an object in and remarks out."""

from __future__ import annotations

from itertools import islice

from checker.model.objects import KubeObject
from checker.tools.schema_accept import NOTHING
from checker.validate.findings import Remark
from checker.validate.limits import POD_AT
from checker.validate.names import check_metadata, check_no_namespace
from checker.validate.options import ValidateOptions
from checker.validate.pods import check_pod
from checker.validate.workloads import (
    check_autoscaler,
    check_claim,
    check_encoded,
    check_ingress,
    check_quota,
    check_selector,
    check_service,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import TypeAlias

    from checker.tools.schema_accept import Asked

Check: TypeAlias = "Callable[[KubeObject, ValidateOptions], Iterable[Remark]]"

MOST_REMARKS = 200
"""Of one check about one object: past it nobody reads on."""


def check_definition(obj: KubeObject, _options: ValidateOptions) -> Iterable[Remark]:
    """Loaded when the first definition of custom resources is met."""
    from checker.validate.structural import check_schemas

    return check_schemas(obj)


COMMON: tuple[Check, ...] = (check_metadata,)
"""For every kind that has a schema."""
CLUSTER_WIDE: tuple[Check, ...] = (check_no_namespace,)
"""For kinds outside namespaces."""
BY_KIND: Mapping[tuple[str, str], tuple[Check, ...]] = {
    **dict.fromkeys(POD_AT, (check_pod,)),
    ("apps", "Deployment"): (check_selector, check_pod),
    ("apps", "DaemonSet"): (check_selector, check_pod),
    ("apps", "ReplicaSet"): (check_selector, check_pod),
    ("apps", "StatefulSet"): (check_selector, check_pod),
    ("", "Service"): (check_service,),
    ("networking.k8s.io", "Ingress"): (check_ingress,),
    ("", "PersistentVolumeClaim"): (check_claim,),
    ("", "PersistentVolume"): (check_claim,),
    ("", "ResourceQuota"): (check_quota,),
    ("", "Secret"): (check_encoded,),
    ("", "ConfigMap"): (check_encoded,),
    ("autoscaling", "HorizontalPodAutoscaler"): (check_autoscaler,),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (check_definition,),
}
"""Beside the common ones, by group and kind."""


def server_remarks(obj: KubeObject, checks: tuple[Check, ...], options: ValidateOptions) -> list[Remark]:
    found: list[Remark] = []
    for check in checks:
        found.extend(islice(check(obj, options), MOST_REMARKS))
    return found


def field_remarks(obj: KubeObject, asked: Asked, options: ValidateOptions) -> Iterable[Remark]:
    """What the tables say of the object's fields."""
    if asked is NOTHING:
        return ()
    from checker.validate.limits.rows import remarks_of

    return islice(remarks_of(asked, obj.body, options), MOST_REMARKS)


def checks_of(api_version: str, kind: str, scope: str | None) -> tuple[Check, ...]:
    """What every object of the kind is asked."""
    group = api_version.rpartition("/")[0]
    return (*COMMON, *(CLUSTER_WIDE if scope == "Cluster" else ()), *BY_KIND.get((group, kind), ()))
