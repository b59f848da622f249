"""Report -> what every human format tells alike: order, titles, what is the same, what is dangerous, and the verdict in a sentence."""

from __future__ import annotations

from checker.model.findings import Outcome, Severity
from checker.model.records import dataclass
from checker.model.report import Verdict
from checker.report.clean import sentence, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Mapping, Sequence

    from checker.model.diff import Change, Effect, EnvironmentDiff, NotRendered, ObjectDiff, UnitDiff
    from checker.model.findings import Finding
    from checker.model.objects import JSONValue, Location, ObjectKey
    from checker.model.report import Report, RuleVerdict
    from checker.model.units import DeployUnit, UnitKey
    from checker.report.options import FormatOptions

# By the words of model.units.Controller and model.diff.Change, which a report on files alone does not load.
CONTROLLERS: Mapping[str, str] = {
    "flux-kustomization": "Kustomization",
    "flux-helmrelease": "HelmRelease",
    "flux-resourceset": "ResourceSet",
    "argocd-application": "Application",
    "argocd-applicationset": "ApplicationSet",
    "kustomization": "kustomization",
    "chart": "chart",
    "directory": "folder",
}

SYMBOLS: Mapping[str, str] = {
    "created": "+",
    "changed": "~",
    "deleted": "-",
    "orphaned": "o",
    "renamed": "~",
    "moved": ">",
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

    def title(self, unit: DeployUnit, besides: str = "") -> str:
        """`besides` has been said already: a cluster of that name is left out."""
        names = [shown(name) for name in self._ancestors(unit)]
        own = f" {shown(unit.namespace)}/{shown(unit.name)}" if unit.namespace else ""
        where = [f"cluster {shown(unit.cluster)}"] if unit.cluster and unit.cluster != besides else []
        return f"{' > '.join([*where, *names, shown(unit.name)])} ({CONTROLLERS[unit.controller]}{own})"

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
    """Those asked for. Units without an environment are told of only where they move or may move."""
    return [
        diff
        for diff in report.environments or ()
        if (diff.environment in options.environments if options.environments else diff.environment or _concerned(diff))
    ]


def _concerned(diff: EnvironmentDiff) -> bool:
    return diff.moves or any(item.affected for item in diff.not_rendered)


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
    return diff.change, diff.state, diff.prune, diff.notes, objects


def _alike(known: UnitDiff, diff: UnitDiff) -> tuple[str, ...] | None:
    """The namespaces of the second where the two change alike but for their namespaces; None where they do not."""
    from checker.model.diff import Change

    namespaces: dict[str, str] = {}
    left = [item for item in known.objects if not item.is_noise]
    right = [item for item in diff.objects if not item.is_noise]
    for one, other in zip(left, right, strict=True):
        if one.fields != other.fields or one.effects != other.effects or one.moved_from != other.moved_from:
            return None
        if one.change is Change.CREATED and _placeless(one.after) != _placeless(other.after):
            return None
        if namespaces.setdefault(one.key.namespace, other.key.namespace) != other.key.namespace:
            return None
    return tuple(sorted({new for old, new in namespaces.items() if old != new}))


def _placeless(body: JSONValue) -> JSONValue:
    """An object's body without its namespace."""
    metadata = body.get("metadata") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(metadata, dict):
        return body
    return {**body, "metadata": {name: value for name, value in metadata.items() if name != "namespace"}}


def object_groups(objects: Iterable[ObjectDiff], least: int = 4) -> list[list[ObjectDiff]]:
    """Objects that change in exactly the same way together, in order of the first; fewer than `least` stay apart."""
    from checker.model.diff import Change

    groups: dict[object, list[ObjectDiff]] = {}
    for diff in objects:
        alike: object = (diff.change, repr(diff.fields), diff.effects, diff.is_noise, diff.moved_from)
        if diff.change is Change.RENAMED:
            alike = diff.key
        groups.setdefault(alike, []).append(diff)
    return [part for group in groups.values() for part in ([group] if len(group) >= least else [[diff] for diff in group])]


def bumped_alike(told: Iterable[Told], least: int = 4) -> list[list[Told]]:
    """Units that each change one object in the same fields, together, as a new interval or tag in all of them; the others alone."""
    from checker.model.diff import Change

    groups: dict[object, list[Told]] = {}
    for unit in told:
        objects = [item for item in unit.diff.objects if not item.is_noise]
        alike: object = unit.diff.unit.key
        if len(objects) == 1 and len(objects) == len(unit.diff.objects) and not unit.diff.notes and objects[0].change is Change.CHANGED:
            alike = (unit.diff.state, objects[0].key.group, objects[0].key.kind, repr(objects[0].fields), objects[0].effects)
        groups.setdefault(alike, []).append(unit)
    return [part for group in groups.values() for part in ([group] if len(group) >= least else [[unit] for unit in group])]


def urgency(diff: ObjectDiff) -> tuple[int, bool]:
    """What is dangerous comes first, then what is deleted: it must not be what there is no room for."""
    from checker.model.diff import Change

    return -max((effect.severity for effect in diff.effects), default=Severity.NOTE), diff.change is not Change.DELETED


class Seen:
    """Changed objects told so far, so that one which changes alike elsewhere is told by reference."""

    def __init__(self) -> None:
        self._places: dict[object, str] = {}

    def before(self, diff: ObjectDiff, environment: str) -> str | None:
        """The environment where the same change of an object of that kind and name was told; the first time None."""
        from checker.model.diff import Change

        if diff.change is not Change.CHANGED or not diff.fields:
            return None
        same = (diff.key.group, diff.key.kind, diff.key.name, repr(diff.fields), diff.effects)
        place = self._places.setdefault(same, environment)
        return place if place != environment else None


def shown_effects(diff: ObjectDiff) -> list[Effect]:
    """Worst first; without notes that only repeat what is shown: an image whose field is, a deletion that says no more than that."""
    from checker.report.values import is_image

    told = any(is_image(change) for change in diff.fields)
    plain = {
        "image-changed": told,
        "pruned": any(effect.message == f"{diff.key.kind} {diff.key.name} is deleted" for effect in diff.effects),
    }
    effects = [effect for effect in diff.effects if effect.severity > Severity.NOTE or not plain.get(effect.id, False)]
    return sorted(effects, key=lambda effect: -effect.severity)


def listed_findings(report: Report) -> list[Finding]:
    """All but the notes that only repeat why a unit could not be rendered: the block of those units says it."""
    gaps = {item.unit.key for item in report.not_rendered}
    return [
        finding
        for finding in report.findings
        if not (finding.unit in gaps and finding.outcome is Outcome.NOT_CHECKED and finding.severity is Severity.NOTE)
    ]


def alike_gaps(items: Iterable[NotRendered]) -> list[list[NotRendered]]:
    """Units that could not be rendered for one and the same reason together; those that the change touches first."""
    groups: dict[object, list[NotRendered]] = {}
    for item in items:
        groups.setdefault((item.reason, item.side, item.message, item.location, item.affected), []).append(item)
    return sorted(groups.values(), key=lambda alike: not alike[0].affected)


def said_once(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Worst first; those that say the same together: of one place always, of several places notes, and others from `_CROWD` places on."""
    groups: dict[object, list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.rule, finding.message), []).append(finding)
    apart = (
        part
        for alike in groups.values()
        for part in ([alike] if alike[0].severity is Severity.NOTE or len(spots(alike)) >= _CROWD else by_place(alike))
    )
    return sorted(apart, key=lambda alike: -alike[0].severity)


_CROWD = 4


def by_place(findings: Iterable[Finding]) -> list[list[Finding]]:
    """Those that say the same of one place together."""
    found: dict[object, list[Finding]] = {}
    for finding in findings:
        found.setdefault((finding.severity, finding.rule, finding.message, finding.location), []).append(finding)
    return list(found.values())


def spots(alike: Iterable[Finding]) -> list[Location]:
    """Where findings are, each place once: one line of a base may be wrong in the object of every environment."""
    return list(dict.fromkeys(finding.location for finding in alike))


def concerned(alike: Iterable[Finding]) -> list[str]:
    """The environments that findings are about."""
    return list(dict.fromkeys(environment for finding in alike for environment in finding.environments))


def change_counts(units: Iterable[UnitDiff]) -> Counter[Change]:
    from collections import Counter

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
    def said(self) -> str:
        """The sentence after the object's name, without repeating the name: `: ...`, or ` is deleted...`."""
        message = sentence(self.effect.message)
        own = [f"{shown(key.kind)} {shown(key.name)} " for key in self.keys]
        return f" {message.removeprefix(own[0])}" if len(own) == 1 and message.startswith(own[0]) else f": {message}"

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
