"""Report -> what every human format tells alike: order, titles, what is the same, what is dangerous, and the verdict in a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from checker.model.diff import Change, Effect, EnvironmentDiff, ObjectDiff, UnitDiff
from checker.model.findings import Finding, Severity
from checker.model.objects import Location, ObjectKey
from checker.model.report import Report, RuleVerdict, Verdict
from checker.model.units import Controller, DeployUnit, UnitKey
from checker.report.clean import shown
from checker.report.options import FormatOptions

CONTROLLERS: Mapping[Controller, str] = {
    Controller.FLUX_KUSTOMIZATION: "Kustomization",
    Controller.FLUX_HELMRELEASE: "HelmRelease",
    Controller.FLUX_RESOURCESET: "ResourceSet",
    Controller.ARGOCD_APPLICATION: "Application",
    Controller.ARGOCD_APPLICATIONSET: "ApplicationSet",
    Controller.KUSTOMIZATION: "kustomization",
    Controller.CHART: "chart",
    Controller.DIRECTORY: "folder",
}

SYMBOLS: Mapping[Change, str] = {
    Change.CREATED: "+",
    Change.CHANGED: "~",
    Change.DELETED: "-",
    Change.ORPHANED: "o",
    Change.RENAMED: "~",
    Change.MOVED: ">",
}


def plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listing(names: Sequence[str], most: int = 3) -> str:
    """`a, b and c`; past `most`, `a, b, c and 4 more`."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most:,} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def place(location: Location) -> str:
    """`file:line:column`, as far as it is known, in the form that editors and terminals open."""
    parts = [shown(location.path) or "."]
    if location.line is not None:
        parts.append(str(location.line))
        if location.column is not None:
            parts.append(str(location.column))
    return ":".join(parts)


def object_name(key: ObjectKey) -> str:
    return shown(str(key))


class Units:
    """Titles of units by where they hang: `cluster production > apps > podinfo (HelmRelease podinfo/podinfo)`."""

    def __init__(self, report: Report) -> None:
        self._units = {built.unit.key: built.unit for built in report.units}

    def title(self, unit: DeployUnit) -> str:
        names = [shown(name) for name in self._ancestors(unit)]
        own = f"{unit.namespace}/{unit.name}" if unit.namespace else unit.name
        where = [f"cluster {shown(unit.cluster)}"] if unit.cluster else []
        return f"{' > '.join([*where, *names, shown(unit.name)])} ({CONTROLLERS[unit.controller]} {shown(own)})"

    def short(self, unit: DeployUnit) -> str:
        """Without its ancestors."""
        return f"{shown(unit.cluster)} > {shown(unit.name)}" if unit.cluster else shown(unit.name)

    def _ancestors(self, unit: DeployUnit) -> list[str]:
        names: list[str] = []
        seen: set[UnitKey] = {unit.key}
        parent = unit.parent
        while parent is not None and parent not in seen:
            seen.add(parent)
            names.append(parent.name)
            above = self._units.get(parent)
            parent = above.parent if above is not None else None
        return names[::-1]


@dataclass(frozen=True, slots=True)
class Told:
    """A moving unit, and the one told before it that changes in the same way (its environment and itself), if any."""

    diff: UnitDiff
    twin: tuple[str, UnitDiff] | None
    namespaces: tuple[str, ...] = ()
    """Namespaces here, where they differ from the twin's."""


def shown_environments(report: Report, options: FormatOptions) -> list[EnvironmentDiff]:
    return [diff for diff in report.environments or () if not options.environments or diff.environment in options.environments]


def told_units(environments: Iterable[EnvironmentDiff], *, show_noise: bool = False, once: bool = True) -> dict[str, list[Told]]:
    """Per environment its moving units in order; with `once` a change met before points to where it was told."""
    buckets: dict[object, list[tuple[str, UnitDiff]]] = {}
    told: dict[str, list[Told]] = {}
    for environment in environments:
        units = told.setdefault(environment.environment, [])
        for diff in environment.units:
            if not diff.moves and not (show_noise and diff.objects):
                continue
            bucket = buckets.setdefault(_outline(diff), [])
            twin, here = next(((known, names) for known in bucket if (names := _alike(known[1], diff)) is not None), (None, ()))
            if twin is None or not once:
                bucket.append((environment.environment, diff))
                units.append(Told(diff, None))
            else:
                units.append(Told(diff, twin, here or ()))
    return told


def _outline(diff: UnitDiff) -> object:
    objects = tuple(
        (item.key.group, item.key.kind, item.key.name, item.change, len(item.fields)) for item in diff.objects if not item.is_noise
    )
    return diff.change, diff.state, diff.prune, objects


def _alike(known: UnitDiff, diff: UnitDiff) -> tuple[str, ...] | None:
    """The namespaces of the second where the two change alike but for their namespaces; None where they do not."""
    namespaces: dict[str, str] = {}
    left = [item for item in known.objects if not item.is_noise]
    right = [item for item in diff.objects if not item.is_noise]
    for one, other in zip(left, right, strict=True):
        if one.fields != other.fields or one.effects != other.effects:
            return None
        if one.change is Change.CREATED and one.key.namespace == other.key.namespace and one.after != other.after:
            return None
        if namespaces.setdefault(one.key.namespace, other.key.namespace) != other.key.namespace:
            return None
    return tuple(sorted({new for old, new in namespaces.items() if old != new}))


def object_groups(objects: Iterable[ObjectDiff], least: int = 4) -> list[list[ObjectDiff]]:
    """Objects that change in exactly the same way together, in order of the first; fewer than `least` stay apart."""
    groups: dict[object, list[ObjectDiff]] = {}
    for diff in objects:
        alike: object = (diff.change, repr(diff.fields), diff.effects, diff.is_noise, diff.moved_from)
        if diff.change is Change.RENAMED:
            alike = diff.key
        groups.setdefault(alike, []).append(diff)
    return [part for group in groups.values() for part in ([group] if len(group) >= least else [[diff] for diff in group])]


def said_once(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Worst first; notes that say the same of several places together, errors and warnings each alone."""
    groups: dict[object, list[Finding]] = {}
    for number, finding in enumerate(findings):
        quiet = finding.severity is Severity.NOTE
        groups.setdefault((finding.rule, finding.message) if quiet else number, []).append(finding)
    return sorted(groups.values(), key=lambda alike: -alike[0].severity)


def change_counts(units: Iterable[UnitDiff]) -> Counter[Change]:
    return Counter(item.change for unit in units for item in unit.objects if not item.is_noise)


def folded_count(units: Iterable[UnitDiff]) -> int:
    """Objects that differ in noise alone."""
    return sum(item.is_noise for unit in units for item in unit.objects)


@dataclass(frozen=True, slots=True)
class Danger:
    """An effect that somebody should look at, on every object and environment that it has."""

    effect: Effect
    objects: tuple[tuple[str, ObjectKey], ...]
    """Environment and object."""

    @property
    def environments(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(environment for environment, _ in self.objects))

    @property
    def keys(self) -> tuple[ObjectKey, ...]:
        return tuple(dict.fromkeys(key for _, key in self.objects))


def dangers(environments: Iterable[EnvironmentDiff], least: Severity = Severity.WARNING) -> list[Danger]:
    """Effects of at least this severity, worst first, the same one on several objects said once."""
    found: dict[Effect, list[tuple[str, ObjectKey]]] = {}
    for environment in environments:
        for unit in environment.units:
            for item in unit.objects:
                for effect in item.effects:
                    if effect.severity >= least:
                        found.setdefault(effect, []).append((environment.environment, item.key))
    merged = [Danger(effect, tuple(objects)) for effect, objects in found.items()]
    return sorted(merged, key=lambda danger: -danger.effect.severity)


_ORDER: Mapping[Verdict, int] = {Verdict.BROKEN: 0, Verdict.UNKNOWN: 1, Verdict.BYPASSED: 2, Verdict.PASSED: 3}


def ordered_rules(report: Report) -> list[RuleVerdict]:
    """What stops the merge first, then what warns, what was lifted, what holds."""
    return sorted(report.rules or (), key=lambda rule: (-(rule.severity or 0), _ORDER[rule.verdict]))


def headline(report: Report) -> str:
    """The verdict in a sentence."""
    errors = sum(finding.severity is Severity.ERROR for finding in report.findings)
    stopped = [rule for rule in ordered_rules(report) if rule.severity is Severity.ERROR]
    if report.environments is None:
        return _headline_of_files(report, errors, stopped)
    moving = [shown(diff.environment) or "the cluster" for diff in report.environments if diff.moves]
    unknown = sum(item.affected for item in report.not_rendered)
    if moving:
        start = f"{listing(moving)} would change"
    else:
        start = "no other unit would change" if unknown else "nothing would change in any cluster"
    trouble = _rules_clauses(stopped, moves=bool(moving)) + ([f"{plural(errors, 'error')} to fix"] if errors else [])
    serious = sorted({danger.effect.id for danger in dangers(report.environments, Severity.ERROR)})
    trouble += [f"beware of {listing([shown(name) for name in serious])}"] if serious else []
    if moving and report.rules and not serious and not any(rule.severity for rule in report.rules):
        trouble.append("every rule allows it")
    gap = [f"{plural(unknown, 'unit')} could not be rendered and may change"] if unknown else []
    return "; ".join([*gap, start, *trouble])


def _headline_of_files(report: Report, errors: int, stopped: Sequence[RuleVerdict]) -> str:
    clauses = _rules_clauses(stopped, moves=False)
    if errors:
        files = len({finding.location.path for finding in report.findings if finding.severity is Severity.ERROR})
        clauses.append(f"{plural(errors, 'error')} in {plural(files, 'file')}")
    warnings = sum(finding.severity is Severity.WARNING for finding in report.findings)
    return "; ".join(clauses) or (f"no errors, {plural(warnings, 'warning')}" if warnings else "nothing wrong was found")


def _rules_clauses(stopped: Sequence[RuleVerdict], *, moves: bool) -> list[str]:
    broken = list(dict.fromkeys(shown(rule.rule) for rule in stopped if rule.verdict is Verdict.BROKEN))
    unknown = list(dict.fromkeys(shown(rule.rule) for rule in stopped if rule.verdict is Verdict.UNKNOWN))
    clauses = []
    if broken == ["source-branch"] and moves:
        environments = list(dict.fromkeys(shown(rule.environment) for rule in stopped if rule.verdict is Verdict.BROKEN))
        clauses.append(f"{listing(environments)} may not from this branch")
    elif broken:
        clauses.append(f"{listing(broken)} {_is(broken)} broken")
    if unknown:
        clauses.append(f"{listing(unknown)} could not be judged")
    return clauses


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def count_words(report: Report) -> str:
    """The counts that every report ends with: silence is never success."""
    severities = report.findings_by_severity()
    words = [plural(severities[Severity.ERROR], "error") if severities[Severity.ERROR] else "no errors"]
    words += [plural(severities[severity], severity.word) for severity in (Severity.WARNING, Severity.NOTE) if severities[severity]]
    if report.suppressed:
        words.append(f"{len(report.suppressed):,} suppressed")
    if report.not_rendered:
        words.append(f"{plural(len(report.not_rendered), 'unit')} not rendered")
    counts = report.counts
    checks = (("passed", counts.passed), ("failed", counts.failed), ("skipped", counts.skipped), ("not checked", counts.not_checked))
    told = ", ".join(f"{number:,} {word}" for word, number in checks if number)
    return ", ".join(words) + (f"; checks: {told}" if told else "")


def unit_words(report: Report) -> str:
    """`16 units: 14 rendered, 1 suspended, 1 not rendered`."""
    states = report.units_by_state()
    parts = ", ".join(f"{number:,} {state.value.replace('-', ' ')}" for state, number in states.items() if number)
    return f"{plural(sum(states.values()), 'unit')}: {parts}" if report.units else "no units"
