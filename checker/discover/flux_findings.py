"""Built Flux units -> what the controllers would only say after the merge, because it takes several units to see it.

An object named in `dependsOn` that the repository does not hold may still live in the cluster, so its absence is a warning.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from checker.discover.flux import FLUX_CONTROLLERS
from checker.discover.flux_cluster import chart_reference, source_reference
from checker.model.findings import Finding, Severity
from checker.model.objects import ObjectKey, dig, mapping, sequence, text
from checker.model.paths import RepoPath, is_within
from checker.model.units import BuiltUnit, Controller, Failure, Reason, UnitKey

CLUSTER_KINDS = frozenset(
    {
        *("ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace", "PriorityClass", "StorageClass", "IngressClass"),
        *("APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "PersistentVolume", "RuntimeClass", "CSIDriver"),
    }
)


def find_conflicts(built: Sequence[BuiltUnit]) -> tuple[Finding, ...]:
    """Sources that nothing declares, unresolved and circular `dependsOn`, and objects that two units apply to one cluster."""
    units = {unit.unit.key: unit for unit in built if unit.unit.controller in FLUX_CONTROLLERS and not _is_set_aside(unit)}
    wanted = {key: tuple(_depends_on(unit)) for key, unit in units.items()}
    hidden = frozenset(unit.unit.cluster for unit in units.values() if _hides(unit))
    return (*_sourceless(units, hidden), *_missing(units, wanted, hidden), *_circles(units, wanted), *_owned_twice(units.values()))


def find_unreleased(base: Sequence[BuiltUnit], head: Sequence[BuiltUnit]) -> tuple[Finding, ...]:
    """HelmReleases whose chart in Git changes under an unchanged version: source-controller keeps the chart it has packed."""
    before = {unit.unit.key: unit.result.reads for unit in base}
    return tuple(
        _finding(
            "chart-version-unchanged",
            Severity.WARNING,
            f"{unit.unit.key}: {changed} changes and {unit.unit.path}/Chart.yaml does not, so Flux rolls out nothing; "
            "raise the chart's version, or set reconcileStrategy: Revision",
            unit,
        )
        for unit in head
        if unit.unit.key in before and _is_versioned(unit) and (changed := _changed_below(unit, before[unit.unit.key]))
    )


def _is_versioned(unit: BuiltUnit) -> bool:
    """Whether the chart is a folder of a repository that is packed anew only for a new version."""
    if unit.unit.declaration is None or unit.unit.controller is not Controller.FLUX_HELMRELEASE:
        return False
    chart = mapping(dig(unit.unit.declaration.body, "spec", "chart", "spec"))
    kind = text(dig(chart, "sourceRef", "kind"))
    return kind in ("GitRepository", "Bucket") and text(chart.get("reconcileStrategy"), "ChartVersion") == "ChartVersion"


def _changed_below(unit: BuiltUnit, before: Mapping[str, str | None]) -> str:
    """A file that went into the chart and differs, empty where none does or Chart.yaml does too."""
    now = unit.result.reads
    version = f"{unit.unit.path}/Chart.yaml"
    if now.get(version) is None or now[version] != before.get(version):
        return ""
    both = sorted(path for path in {*now, *before} if not path.endswith("/") and is_within(RepoPath(path), RepoPath(unit.unit.path or "")))
    return next((path for path in both if now.get(path) != before.get(path)), "")


def _is_set_aside(unit: BuiltUnit) -> bool:
    """A release in a folder that nothing of Flux reaches: where it is deployed, and beside what, is not known."""
    return unit.unit.parent is not None and unit.unit.parent.controller in (Controller.KUSTOMIZATION, Controller.DIRECTORY)


def _depends_on(unit: BuiltUnit) -> Iterator[UnitKey]:
    """Each names a unit of the same kind, in the same namespace unless it says another."""
    key = unit.unit.key
    declaration = unit.unit.declaration
    for item in sequence(dig(declaration.body, "spec", "dependsOn")) if declaration is not None else ():
        reference = mapping(item)
        if text(reference.get("kind")) in ("", declaration.kind if declaration is not None else ""):
            yield UnitKey(key.cluster, key.controller, text(reference.get("namespace")) or key.namespace, text(reference.get("name")))


def _hides(unit: BuiltUnit) -> bool:
    """Whether it may declare sources and units that nobody has seen. Charts do so too rarely to be silent about all others."""
    return not unit.objects and not unit.suspended and unit.unit.controller is not Controller.FLUX_HELMRELEASE


def _sourceless(units: Mapping[UnitKey, BuiltUnit], hidden: Container[str]) -> Iterator[Finding]:
    """Units that were not rendered because nothing declares the source they name. It may live in the cluster only."""
    for key, unit in units.items():
        declaration = unit.unit.declaration
        if declaration is None or not isinstance(unit.result, Failure) or unit.result.reason is not Reason.REMOTE:
            continue
        named = {Controller.FLUX_KUSTOMIZATION: source_reference, Controller.FLUX_HELMRELEASE: chart_reference}.get(key.controller)
        reference = named(declaration) if named is not None else None
        # a unit that makes others hides only itself here
        others = key.cluster in hidden and not _hides(unit)
        if reference is None or others or any((obj.kind, obj.namespace, obj.name) == reference for obj in unit.unit.related):
            continue
        message = f"{key} is made from {reference}, which nothing in this repository declares"
        yield _finding("source-missing", Severity.WARNING, message, unit)


def _missing(
    units: Mapping[UnitKey, BuiltUnit], wanted: Mapping[UnitKey, tuple[UnitKey, ...]], hidden: Container[str]
) -> Iterator[Finding]:
    for key, dependencies in wanted.items():
        for dependency in dependencies:
            if dependency not in units and key.cluster not in hidden:
                yield _finding(
                    "dependency-missing",
                    Severity.WARNING,
                    f"{key} depends on {dependency}, which nothing in this repository declares",
                    units[key],
                )


def _circles(units: Mapping[UnitKey, BuiltUnit], wanted: Mapping[UnitKey, tuple[UnitKey, ...]]) -> Iterator[Finding]:
    """Each circle once, told from its first member in order."""
    told: set[frozenset[UnitKey]] = set()
    for start in sorted(wanted):
        circle = _circle(start, wanted)
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            way = " -> ".join(str(key) for key in (*circle, circle[0]))
            yield _finding(
                "dependency-cycle",
                Severity.ERROR,
                f"dependsOn goes round in a circle, so none of these is ever applied: {way}",
                units[start],
            )


def _circle(start: UnitKey, wanted: Mapping[UnitKey, tuple[UnitKey, ...]]) -> tuple[UnitKey, ...]:
    """A shortest way from a unit back to itself, empty where there is none."""
    ways: list[tuple[UnitKey, ...]] = [(start,)]
    seen = {start}
    while ways:
        way = ways.pop(0)
        for following in wanted.get(way[-1], ()):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                ways.append((*way, following))
    return ()


def _owned_twice(units: Iterable[BuiltUnit]) -> Iterator[Finding]:
    owners: dict[tuple[str, ObjectKey], list[BuiltUnit]] = {}
    for unit in units:
        if unit.suspended or _is_elsewhere(unit):
            continue
        for key in dict.fromkeys(_applied_key(key, unit) for key in unit.keys):
            owners.setdefault((unit.unit.cluster, key), []).append(unit)
    for (_, key), both in sorted(owners.items()):
        if len(both) > 1:
            names = " and ".join(str(unit.unit.key) for unit in both)
            obj = next(obj for obj in both[1].objects if _applied_key(obj.key, both[1]) == key)
            yield Finding(
                rule="owned-twice",
                severity=Severity.WARNING,
                message=f"{key} is applied by {names}: each overwrites the other, and removing it from one deletes it",
                location=obj.origin.location,
                object=key,
                unit=both[1].unit.key,
                environments=(both[1].unit.environment,) if both[1].unit.environment else (),
            )


def _applied_key(key: ObjectKey, unit: BuiltUnit) -> ObjectKey:
    """Helm applies an object that names no namespace to the release's."""
    declaration = unit.unit.declaration
    if unit.unit.controller is not Controller.FLUX_HELMRELEASE or key.namespace or key.kind in CLUSTER_KINDS or declaration is None:
        return key
    return key._replace(namespace=text(dig(declaration.body, "spec", "targetNamespace")) or unit.unit.namespace)


def _is_elsewhere(unit: BuiltUnit) -> bool:
    """Applied to another cluster than the one that declares it."""
    declaration = unit.unit.declaration
    return declaration is not None and bool(dig(declaration.body, "spec", "kubeConfig"))


def _finding(rule: str, severity: Severity, message: str, unit: BuiltUnit) -> Finding:
    environments = (unit.unit.environment,) if unit.unit.environment else ()
    return Finding(
        rule=rule, severity=severity, message=message, location=unit.unit.origin.location, unit=unit.unit.key, environments=environments
    )
