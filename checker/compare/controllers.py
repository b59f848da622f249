"""Fields of what declares a unit that steer its controller and have no part in the objects it renders.

From the API of the controllers: fluxcd.io/flux/components/helm/helmreleases, .../kustomize/kustomizations, .../source. What
decides whether live objects are put back or made anew (driftDetection, force, suspend) is not among them.
"""

from __future__ import annotations

from collections.abc import Iterator

from checker.model.objects import JSONValue, KubeObject, dig
from checker.model.units import DeployUnit

_SOURCE = ("interval", "timeout", "secretRef", "certSecretRef", "proxySecretRef", "serviceAccountName")
_ACTION = ("remediation", "timeout", "retries", "disableWait", "disableWaitForJobs")
STEERING: dict[str, tuple[str, ...]] = {
    "HelmRelease": (
        *("interval", "timeout", "maxHistory", "dependsOn", "serviceAccountName", "rollback", "uninstall", "chart.spec.interval"),
        *(f"{action}.{field}" for action in ("install", "upgrade") for field in _ACTION),
        *("test.timeout", "test.ignoreFailures"),
    ),
    "Kustomization": (
        "interval",
        "retryInterval",
        "timeout",
        "wait",
        "dependsOn",
        "healthChecks",
        "healthCheckExprs",
        "serviceAccountName",
    ),
    **dict.fromkeys(("HelmRepository", "OCIRepository", "GitRepository", "Bucket", "HelmChart"), _SOURCE),
}


def rendering(unit: DeployUnit) -> list[JSONValue]:
    """The objects that the unit is rendered from, without what only steers its controller."""
    return [_without(obj) for obj in _objects(unit)]


def steering_changes(one: DeployUnit, two: DeployUnit) -> list[str]:
    """Which of those fields differ, as people write them."""
    pairs = zip(_objects(one), _objects(two), strict=False)
    return [
        f"spec.{field} of {after.kind} {after.name}"
        for before, after in pairs
        if before.kind == after.kind
        for field in _fields(after)
        if _value(before, field) != _value(after, field)
    ]


def _objects(unit: DeployUnit) -> Iterator[KubeObject]:
    if unit.declaration is not None:
        yield unit.declaration
    yield from unit.related


def _fields(obj: KubeObject) -> tuple[str, ...]:
    return STEERING.get(obj.kind, ()) if obj.group.endswith("fluxcd.io") else ()


def _value(obj: KubeObject, field: str) -> JSONValue:
    return dig(obj.body, "spec", *field.split("."))


def _without(obj: KubeObject) -> JSONValue:
    spec: JSONValue = obj.body.get("spec")
    for field in _fields(obj):
        spec = _pruned(spec, field.split("."))
    return {**obj.body, "spec": spec}


def _pruned(value: JSONValue, path: list[str]) -> JSONValue:
    """What becomes empty goes with it: `install: {timeout: 5m}` says no more than none."""
    if not isinstance(value, dict) or path[0] not in value:
        return value
    inner = _pruned(value[path[0]], path[1:]) if path[1:] else None
    return {name: inner if name == path[0] else item for name, item in value.items() if name != path[0] or inner}
