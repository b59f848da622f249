"""What the API server refuses beyond OpenAPI: literal tables of checks, each an object in and remarks out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from checker.model.objects import KubeObject, dig
from checker.validate.findings import Remark
from checker.validate.limits import limits_of
from checker.validate.names import check_metadata, check_no_namespace
from checker.validate.options import ValidateOptions
from checker.validate.pods import POD_AT, check_pod
from checker.validate.unserved import is_builtin_group
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
    from collections.abc import Iterator, Mapping

    from checker.validate.limits.rows import Node

Check = Callable[[KubeObject, ValidateOptions], Iterable[Remark]]

MOST_REMARKS = 200
"""Of one check about one object: past it nobody reads on."""


def _checks_of_fields(group: str, kind: str) -> Iterator[Check]:
    """What the tables say of the kind's own fields, and of its pod's."""
    own, at = limits_of(group, kind), POD_AT.get((group, kind))
    if own is not None:
        yield _held(own, ())
    if at is not None:
        from checker.validate.limits.pods import POD

        yield _held(POD, (*at, "spec"))


def _held(table: Node, at: tuple[str, ...]) -> Check:
    from checker.validate.limits.rows import hold

    def check_fields(obj: KubeObject, options: ValidateOptions) -> list[Remark]:
        found: list[Remark] = []
        value = dig(obj.body, *at)
        if isinstance(value, dict):
            hold(table, value, [*at], options, found)
        return found

    return check_fields


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
    own = (*BY_KIND.get((group, kind), ()), *(_checks_of_fields(group, kind) if is_builtin_group(group) else ()))
    return (*COMMON, *(CLUSTER_WIDE if scope == "Cluster" else ()), *own)
