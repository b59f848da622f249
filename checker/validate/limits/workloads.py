"""Controllers of pods, jobs and their scaling: what the API server asks of their fields, as rows.

After the validation.go of their groups in k8s.io/kubernetes/pkg/apis (1.36).
"""

from __future__ import annotations

from checker.model.objects import mapping
from checker.tools.schema_words import quoted
from checker.validate.limits.pods import selector
from checker.validate.limits.rows import Fault, amount, between, filled, given, matches, named, one_of, positive, requires, without_gaps
from checker.validate.limits.storage import claim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from checker.validate.limits.rows import Rule

_PERCENT = matches(r"\d+%", "is neither a number nor a percentage such as 25%")


_LONGEST_WINDOW = 3600


def _zero(value: Any) -> bool:
    return value in (0, "0", "0%") and value is not False


def _rollout(value: Any) -> str | Fault:
    body = mapping(value)
    rolling = mapping(body.get("rollingUpdate"))
    if body.get("type") == "Recreate" and body.get("rollingUpdate") is not None:
        return Fault("is for the type RollingUpdate only", ("rollingUpdate",))
    if _zero(rolling.get("maxSurge")) and _zero(rolling.get("maxUnavailable")):
        return Fault("may not be 0 where maxSurge is 0", ("rollingUpdate", "maxUnavailable"))
    return ""


def _daemon_rollout(value: Any) -> Fault | None:
    rolling = mapping(mapping(value).get("rollingUpdate"))
    surge, away = rolling.get("maxSurge", 0), rolling.get("maxUnavailable", 1)
    if _zero(away) and _zero(surge):
        return Fault("may not be 0 where maxSurge is 0", ("rollingUpdate", "maxUnavailable"))
    if not _zero(surge) and not _zero(away) and None not in (surge, away):
        return Fault("may not be set where maxUnavailable is not 0", ("rollingUpdate", "maxSurge"))
    return None


def _set_rollout(value: Any) -> Fault | None:
    body = mapping(value)
    wrong = body.get("type") == "OnDelete" and body.get("rollingUpdate") is not None
    return Fault("is for the type RollingUpdate only", ("rollingUpdate",)) if wrong else None


def _deadline(value: Any) -> Fault | None:
    body = mapping(value)
    deadline, ready = body.get("progressDeadlineSeconds"), body.get("minReadySeconds") or 0
    if isinstance(deadline, int) and isinstance(ready, int) and deadline <= ready:
        return Fault(f"{deadline} is not more than minReadySeconds {ready}", ("progressDeadlineSeconds",))
    return None


def _share(value: Any) -> str:
    """A number or a percentage."""
    return between(0)(value) if isinstance(value, int) else str(_PERCENT(value) or "")  # type: ignore[return-value]


def _whole(value: Any) -> str:
    """A share of what there is."""
    return str(_share(value) or ("is more than 100%" if isinstance(value, str) and int(value[:-1]) > 100 else ""))


def _template(*path: str) -> Iterator[tuple[str, Rule]]:
    """A pod's template: the schema asks for it, and not for what is in it."""
    at = ".".join(path)
    yield at, requires("spec")


def _workload(*more: tuple[str, Rule], kind: str) -> Iterator[tuple[str, Rule]]:
    yield "", requires("spec")
    yield from _template("spec", "template")
    for name in ("replicas", "minReadySeconds"):
        yield f"spec.{name}", between(0)
    yield (
        "spec.selector",
        lambda value: Fault("is empty and selects nothing that could be told apart") if value in ({}, None) else _empty(value),
    )
    yield from selector("spec.selector")
    yield "spec.template.spec.activeDeadlineSeconds", lambda value: f"is not for a {kind}" if value is not None else ""
    yield "spec.template.spec.ephemeralContainers", _not_in_templates
    yield from more


def _empty(value: Any) -> str:
    body = mapping(value)
    return (
        "is empty and selects nothing that could be told apart" if not body.get("matchLabels") and not body.get("matchExpressions") else ""
    )


def _not_in_templates(value: Any) -> str:
    return "is not for a pod's template" if value else ""


def _job(at: str) -> Iterator[tuple[str, Rule]]:
    yield from _template(at, "template")
    for name in ("parallelism", "completions", "backoffLimit", "ttlSecondsAfterFinished", "activeDeadlineSeconds"):
        yield f"{at}.{name}", between(0)
    yield f"{at}.completionMode", one_of("Indexed", "NonIndexed")
    yield f"{at}.template.spec.ephemeralContainers", _not_in_templates


def _own_selector(value: Any) -> Fault | None:
    body = mapping(value)
    if body.get("selector") and body.get("manualSelector") is not True:
        return Fault("is made by the controller; leave it out, or set manualSelector", ("selector",))
    return None


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


_CRON = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)


_DESCRIPTORS = ("@annually", "@daily", "@hourly", "@midnight", "@monthly", "@weekly", "@yearly")


def _schedule(value: Any) -> str:
    """As github.com/robfig/cron/v3 reads it."""
    if not isinstance(value, str) or not value:
        return ""
    if value.startswith(("TZ=", "CRON_TZ=")):
        return "the time zone stands in timeZone"
    if value.startswith("@"):
        return "" if value in _DESCRIPTORS or value.startswith("@every ") else f"{quoted(value)} is not one of {', '.join(_DESCRIPTORS)}"
    fields = value.split()
    if len(fields) != len(_CRON):
        return f"{quoted(value)} has {len(fields)} fields; minute, hour, day of the month, month and day of the week are five"
    for field, (name, least, most, names) in zip(fields, _CRON, strict=True):
        for part in field.split(","):
            if not _holds(part, least, most, names):
                return f"{quoted(part)} is no {name}, which is {least} to {most}"
    return ""


def _holds(part: str, least: int, most: int, names: tuple[str, ...]) -> bool:
    span, slash, step = part.partition("/")
    if slash and not (step.isascii() and step.isdigit() and int(step) > 0):
        return False
    if span in ("*", "?"):
        return True
    first, dash, last = span.partition("-")
    numbers = [_cron_number(one, names, least) for one in ([first, last] if dash else [first])]
    return all(number is not None and least <= number <= most for number in numbers) and numbers == sorted(numbers)  # type: ignore[type-var]


def _cron_number(text: str, names: tuple[str, ...], first: int) -> int | None:
    if text.lower() in names:
        return names.index(text.lower()) + first
    return int(text) if text.isascii() and text.isdigit() else None


def _time_zone(value: Any) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if not isinstance(value, str):
        return ""
    if not value or value.lower() == "local":
        return f"{quoted(value)} is no time zone"
    try:
        ZoneInfo("Etc/UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ""  # this machine knows no time zones
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"{quoted(value)} is no time zone"
    return ""


_METRICS = {"ContainerResource": "containerResource", "External": "external", "Object": "object", "Pods": "pods", "Resource": "resource"}


def _metric(value: Any) -> str | Fault | None:
    body = mapping(value)
    block = _METRICS.get(str(body.get("type")))
    if block is None:
        return None
    if body.get(block) is None:
        return Fault(missing=block)
    other = next((name for name in _METRICS.values() if name != block and body.get(name) is not None), None)
    return Fault(f"is not for a metric of type {body['type']}", (other,)) if other else None


def _target(value: Any) -> str | Fault | None:
    body = mapping(value)
    none = body.get("averageUtilization") is None and body.get("averageValue") is None
    return Fault(missing="averageValue" if body.get("type") == "AverageValue" else "averageUtilization") if none else None


def _to_zero(value: Any) -> Fault | None:
    body = mapping(value)
    metrics = body.get("metrics")
    outside = any(mapping(metric).get("type") in ("External", "Object") for metric in (metrics if isinstance(metrics, list) else ()))
    if body.get("minReplicas") == 0 and body["minReplicas"] is not False and not outside:
        return Fault("0 needs a metric of type External or Object", ("minReplicas",))
    return None


def _autoscaler() -> Iterator[tuple[str, Rule]]:
    yield "spec", given
    yield "spec", _to_zero
    yield "spec.minReplicas", between(0)
    yield "spec.metrics", without_gaps
    for name in ("kind", "name"):
        yield f"spec.scaleTargetRef.{name}", named("segment")
    yield "spec.maxReplicas", between(1)
    yield "spec.scaleTargetRef", given
    yield "spec.scaleTargetRef.kind", filled
    yield "spec.scaleTargetRef.name", filled
    yield "spec.metrics[]", _metric
    yield "spec.metrics[].type", one_of(*_METRICS)
    for block in ("resource", "containerResource"):
        yield f"spec.metrics[].{block}.target", _target
    for block in _METRICS.values():
        yield f"spec.metrics[].{block}.target.type", one_of("AverageValue", "Utilization", "Value")
        yield f"spec.metrics[].{block}.target.averageUtilization", between(1)
        for name in ("averageValue", "value"):
            yield f"spec.metrics[].{block}.target.{name}", lambda value: amount(value) or positive(value)
    for direction in ("scaleDown", "scaleUp"):
        at = f"spec.behavior.{direction}"
        yield f"{at}.stabilizationWindowSeconds", between(0, _LONGEST_WINDOW)
        yield f"{at}.selectPolicy", one_of("Disabled", "Max", "Min")
        yield f"{at}.policies", filled
        yield f"{at}.policies[].type", one_of("Percent", "Pods")
        yield f"{at}.policies[].value", between(1)
        yield f"{at}.policies[].periodSeconds", between(1, 1800)


def _is_both(value: Any) -> bool:
    return mapping(value).get("minAvailable") is not None and mapping(value).get("maxUnavailable") is not None


LIMITS: Mapping[tuple[str, str], Callable[[], Iterable[tuple[str, Rule]]]] = {
    ("apps", "Deployment"): lambda: _workload(
        ("spec.strategy.type", one_of("Recreate", "RollingUpdate")),
        ("spec.strategy", _rollout),
        ("spec.strategy.rollingUpdate.maxSurge", _share),
        ("spec.strategy.rollingUpdate.maxUnavailable", _whole),
        ("spec", _deadline),
        ("spec.revisionHistoryLimit", between(0)),
        kind="Deployment",
    ),
    ("apps", "StatefulSet"): lambda: _workload(
        ("spec.podManagementPolicy", one_of("OrderedReady", "Parallel")),
        ("spec.updateStrategy.type", one_of("OnDelete", "RollingUpdate")),
        ("spec.updateStrategy", _set_rollout),
        ("spec.updateStrategy.rollingUpdate.partition", between(0)),
        ("spec.serviceName", named("label")),
        ("spec.persistentVolumeClaimRetentionPolicy.whenDeleted", one_of("Delete", "Retain")),
        ("spec.persistentVolumeClaimRetentionPolicy.whenScaled", one_of("Delete", "Retain")),
        *claim("spec.volumeClaimTemplates[].spec"),
        kind="StatefulSet",
    ),
    ("apps", "DaemonSet"): lambda: _workload(
        ("spec.updateStrategy.type", one_of("OnDelete", "RollingUpdate")),
        ("spec.updateStrategy", _daemon_rollout),
        kind="DaemonSet",
    ),
    ("", "Pod"): lambda: [("", requires("spec"))],
    ("apps", "ReplicaSet"): lambda: _workload(kind="ReplicaSet"),
    ("apps", "ControllerRevision"): lambda: [("", requires("data"))],
    ("batch", "Job"): lambda: [("", requires("spec")), ("spec", _own_selector), *_job("spec")],
    ("batch", "CronJob"): lambda: [
        ("spec", given),
        ("spec.jobTemplate", given),
        ("spec.jobTemplate.spec", given),
        ("spec.schedule", filled),
        ("spec.schedule", _schedule),
        ("spec.timeZone", _time_zone),
        ("spec.concurrencyPolicy", one_of("Allow", "Forbid", "Replace")),
        *((f"spec.{name}", between(0)) for name in ("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit")),
        *_job("spec.jobTemplate.spec"),
    ],
    ("autoscaling", "HorizontalPodAutoscaler"): _autoscaler,
    ("policy", "PodDisruptionBudget"): lambda: [
        ("spec", lambda value: "minAvailable and maxUnavailable exclude each other" if _is_both(value) else ""),
        ("spec.minAvailable", _whole),
        ("spec.maxUnavailable", _whole),
        ("spec.unhealthyPodEvictionPolicy", one_of("AlwaysAllow", "IfHealthyBudget")),
        *selector("spec.selector"),
    ],
}
