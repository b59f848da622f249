"""The whole comparison: units paired, objects paired, fields, effects and causes, grouped by environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.compare.argo import argo_notes
from checker.compare.causes import Causes
from checker.compare.effects import Surroundings, totals
from checker.compare.objects import object_diff
from checker.compare.options import CompareOptions
from checker.compare.pairing import ObjectPair, pair_objects
from checker.compare.pruning import kept_by_unit
from checker.compare.removal import Removals
from checker.compare.shapes import CustomKeys, keys_of_definition
from checker.compare.units import UnitPair, pair_units
from checker.model.change import ChangeFacts
from checker.model.diff import Change, Comparison, EnvironmentDiff, NotRendered, ObjectDiff, UnitDiff
from checker.model.records import dataclass, field
from checker.model.units import BuiltUnit, UnitKey


def compare(base: Sequence[BuiltUnit], head: Sequence[BuiltUnit], facts: ChangeFacts, options: CompareOptions) -> Comparison:
    """What merging the head would do. Environments: those that move first, then guarded ones, then the order of promotion."""
    units, unknown = pair_units(base, head)
    around = Surroundings(base, head)
    causes = Causes(base, head, facts)
    removals = Removals(units)
    custom = _custom_keys(base, head, options)
    by_unit: dict[UnitKey, list[tuple[ObjectPair, ObjectDiff]]] = {}
    for pair in pair_objects(units):
        diff = object_diff(pair, options, custom, removals, around)
        if diff is not None:
            by_unit.setdefault(pair.unit.unit.key, []).append((pair, diff))
    diffs = [
        _unit_diff(unit, tuple(diff for _, diff in by_unit.get(unit.unit.key, ())), causes, removals, unknown)
        for unit in units
        if unit.unit.key in by_unit or unit.base is None or unit.head is None
    ]
    environments = [_environment(name, members, options) for name, members in _concerned(base, head, diffs, unknown).items()]
    return Comparison(environments=tuple(sorted(environments, key=lambda env: _rank(env, options))), not_rendered=unknown)


@dataclass(slots=True)
class _Members:
    """What belongs to one environment, each unit looked at once however many environments there are."""

    base: list[BuiltUnit] = field(default_factory=list)
    head: list[BuiltUnit] = field(default_factory=list)
    diffs: list[UnitDiff] = field(default_factory=list)
    unknown: list[NotRendered] = field(default_factory=list)


def _concerned(
    base: Sequence[BuiltUnit], head: Sequence[BuiltUnit], diffs: Sequence[UnitDiff], unknown: Sequence[NotRendered]
) -> dict[str, _Members]:
    """By environment. A unit that a change takes from one to another is in both: it must not slip out of the rules of the first."""
    found: dict[str, _Members] = {}
    names: dict[UnitKey, dict[str, None]] = {}
    for side, units in (("base", base), ("head", head)):
        for built in units:
            members = found.setdefault(built.unit.environment, _Members())
            (members.base if side == "base" else members.head).append(built)
            names.setdefault(built.unit.key, {})[built.unit.environment] = None
    for diff in diffs:
        for name in names[diff.unit.key]:
            found[name].diffs.append(diff)
    for gap in unknown:
        for name in names.get(gap.unit.key, ()):
            found[name].unknown.append(gap)
    return found


def _custom_keys(base: Sequence[BuiltUnit], head: Sequence[BuiltUnit], options: CompareOptions) -> CustomKeys:
    """Those of definitions in the repository over those given; head over base."""
    found = dict(options.custom_keys)
    for built in (*base, *head):
        for obj in built.of_kind("CustomResourceDefinition"):
            found.update(keys_of_definition(obj))
    return found


def _unit_diff(
    unit: UnitPair, objects: tuple[ObjectDiff, ...], causes: Causes, removals: Removals, unknown: Sequence[NotRendered]
) -> UnitDiff:
    change = Change.CREATED if unit.base is None else Change.DELETED if unit.head is None else Change.CHANGED
    if unit.head is not None:
        kept = kept_by_unit(unit.head, empties=bool(unit.base and unit.base.objects) and not unit.head.objects)
    else:
        kept = removals.kept(unit)
    return UnitDiff(
        unit=unit.unit,
        change=change,
        state=unit.state,
        objects=tuple(sorted(objects, key=lambda diff: (_ORDER[diff.change], diff.key))),
        causes=causes.of(unit),
        prune=not kept,
        notes=(*_notes(unit, objects, kept), *_doubts(unit, objects, unknown)),
    )


_ORDER: Mapping[Change, int] = {
    Change.DELETED: 0,
    Change.ORPHANED: 1,
    Change.CREATED: 2,
    Change.CHANGED: 3,
    Change.RENAMED: 3,
    Change.MOVED: 4,
}


def _notes(unit: UnitPair, objects: tuple[ObjectDiff, ...], kept: str) -> list[str]:
    notes = []
    if unit.base is not None and unit.head is not None:
        before, after = unit.base, unit.head
        if before.unit.environment != after.unit.environment:
            notes.append(
                f"moves from environment {before.unit.environment or 'unclassified'} to {after.unit.environment or 'unclassified'}"
            )
        if before.suspended and not after.suspended:
            notes.append("is resumed: what changed in Git while it was suspended is applied too")
        elif after.suspended and not before.suspended:
            notes.append("is suspended by this change: nothing below reaches the cluster until it is resumed")
    notes += argo_notes(unit.head) if unit.head is not None and objects else []
    if kept and any(diff.change is Change.ORPHANED for diff in objects):
        notes.append(f"leaves behind what is gone: {kept}")
    return notes


def _doubts(unit: UnitPair, objects: tuple[ObjectDiff, ...], unknown: Sequence[NotRendered]) -> list[str]:
    """What is gone here may be in a unit that nobody can see."""
    if not any(diff.change is Change.DELETED for diff in objects):
        return []
    hidden = [gap for gap in unknown if gap.side != "base" and gap.affected and (gap.unit.cluster, gap.unit.environment) == unit.place]
    if not hidden:
        return []
    where = f"{hidden[0].unit.key}" if len(hidden) == 1 else f"one of {len(hidden)} units"
    return [f"what is deleted here may have moved to {where} that could not be rendered"]


def _environment(name: str, members: _Members, options: CompareOptions) -> EnvironmentDiff:
    mine = tuple(sorted(members.diffs, key=lambda diff: diff.unit.key))
    return EnvironmentDiff(
        environment=name,
        guarded=name in options.guarded,
        clusters=tuple(sorted({built.unit.cluster for built in (*members.base, *members.head) if built.unit.cluster})),
        units=mine,
        not_rendered=tuple(members.unknown),
        effects=totals(members.base, members.head) if any(diff.moves for diff in mine) else (),
    )


def _rank(diff: EnvironmentDiff, options: CompareOptions) -> tuple[object, ...]:
    order = options.order.index(diff.environment) if diff.environment in options.order else len(options.order)
    return (not diff.moves, not diff.guarded, order, diff.environment)
