"""Limits, quotas and priorities: what the API server asks of their fields, as rows.

After ValidateLimitRange and ValidateResourceQuotaSpec in k8s.io/kubernetes/pkg/apis/core/validation, and the scheduling group's (1.36).
"""

from __future__ import annotations

from checker.model.objects import mapping
from checker.tools.schema_words import quoted
from checker.validate.limits.rows import Fault, amount, between, matches, one_of, unique, without_gaps
from checker.validate.names import key_fault
from checker.validate.values import amount as amount_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from checker.validate.limits.rows import Rule

_BOUNDS = ("min", "max", "default", "defaultRequest", "maxLimitRequestRatio")
_NO_MORE = (
    *(("min", "max"), ("min", "default"), ("min", "defaultRequest")),
    *(("default", "max"), ("defaultRequest", "max"), ("defaultRequest", "default")),
)
"""Which of two bounds may not be more than the other."""


def _amounts(value: Any) -> Fault | None:
    for name, given in mapping(value).items():
        if fault := amount(given):
            return Fault(fault, (name,))
    return None


def _limits(value: Any) -> str | Fault | None:
    body = mapping(value)
    if body.get("type") == "Pod":
        given = next((name for name in ("default", "defaultRequest") if body.get(name)), None)
        if given:
            return Fault("is not for the type Pod", (given,))
    if body.get("type") == "PersistentVolumeClaim" and not any("storage" in mapping(body.get(name)) for name in ("min", "max")):
        return "needs the least or the most storage"
    for less, more in _NO_MORE:
        for name, least in mapping(body.get(less)).items():
            low, high = amount_of(least), amount_of(mapping(body.get(more)).get(name))
            if low is not None and high is not None and low > high:
                return Fault(f"{least} is more than the {mapping(body[more])[name]} of {more}", (less, name))
    for name, most in mapping(body.get("maxLimitRequestRatio")).items():
        if (ratio := amount_of(most)) is not None and ratio < 1:
            return Fault(f"{most} is less than 1", ("maxLimitRequestRatio", name))
    return None


_PLAIN = ("cpu", "memory", "ephemeral-storage", "storage")
_COUNTED = (
    *("configmaps", "persistentvolumeclaims", "pods", "replicationcontrollers", "resourcequotas", "secrets", "services"),
    *("services.loadbalancers", "services.nodeports"),
)
_QUOTAS = frozenset(
    {"cpu", "memory", "ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", *_COUNTED}
    | {f"requests.{name}" for name in _PLAIN}
)
_SCOPES = (
    *("BestEffort", "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass", "Terminating"),
    "VolumeAttributesClass",
)
_HUGE = ("hugepages-", "requests.hugepages-")


def _quota(value: Any) -> Fault | None:
    for name, given in mapping(value).items():
        if "/" not in name and name not in _QUOTAS and not name.startswith(_HUGE):
            return Fault("is no resource that a quota counts; others than Kubernetes' own have a domain", (name,))
        if fault := key_fault(name):
            return Fault(fault, (name,))
        number = amount_of(given)
        if number is not None and number < 0:
            return Fault(f"{given} is less than 0", (name,))
        if number is not None and name in _COUNTED and number != int(number):
            return Fault(f"{given} is no whole number", (name,))
    return None


def _scope(value: Any) -> str:
    return "" if not isinstance(value, str) or value in _SCOPES else f"{quoted(value)} is not one of {', '.join(_SCOPES)}"


def _scopes(value: Any) -> str:
    for scope in ("BestEffort", "Terminating"):
        if isinstance(value, list) and scope in value and f"Not{scope}" in value:
            return f"{scope} and Not{scope} exclude each other"
    return ""


def _priority_name(value: Any) -> str:
    own = ("system-cluster-critical", "system-node-critical")
    return "system- is for the system's own" if str(value).startswith("system-") and value not in own else ""


LIMITS: Mapping[tuple[str, str], Callable[[], Iterable[tuple[str, Rule]]]] = {
    ("", "LimitRange"): lambda: [
        ("spec.limits", without_gaps),
        ("spec.limits", unique("type")),
        (
            "spec.limits[].type",
            matches(r"Container|Pod|PersistentVolumeClaim|.+/.+", "is not one of Container, Pod, PersistentVolumeClaim"),
        ),
        *((f"spec.limits[].{name}", _amounts) for name in _BOUNDS),
        ("spec.limits[]", _limits),
    ],
    ("", "ResourceQuota"): lambda: [("spec.hard", _quota), ("spec.scopes[]", _scope), ("spec.scopes", _scopes)],
    ("scheduling.k8s.io", "PriorityClass"): lambda: [
        ("value", between(-(2**31), 10**9)),
        ("metadata.name", _priority_name),
        ("preemptionPolicy", one_of("Never", "PreemptLowerPriority")),
    ],
}
