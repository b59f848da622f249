"""Units of both sides in, pairs of them out; a unit that one side could not render, or could not even declare, is set aside
with the reason, so that its objects never look created or deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from checker.compare.controllers import rendering, steering_changes
from checker.model.diff import NotRendered
from checker.model.records import dataclass
from checker.model.units import BuiltUnit, DeployUnit, Failure, State, UnitKey, ancestors

Side: TypeAlias = Mapping[UnitKey, BuiltUnit]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPair:
    """One unit, rendered where it exists; not None on at least one side."""

    base: BuiltUnit | None
    head: BuiltUnit | None
    state: State = State.RENDERED

    @property
    def shown(self) -> BuiltUnit:
        built = self.head or self.base
        assert built is not None
        return built

    @property
    def unit(self) -> DeployUnit:
        return self.shown.unit

    @property
    def place(self) -> tuple[str, str]:
        return (self.unit.cluster, self.unit.environment)


def pair_units(base: Sequence[BuiltUnit], head: Sequence[BuiltUnit]) -> tuple[tuple[UnitPair, ...], tuple[NotRendered, ...]]:
    """Pairs and what is unknown, both sorted by the unit's key."""
    before = {built.unit.key: built for built in base}
    after = {built.unit.key: built for built in head}
    pairs: list[UnitPair] = []
    unknown: list[NotRendered] = []
    for key in sorted({*before, *after}):
        one, two = before.get(key), after.get(key)
        gap = _gap(one, two, before, after)
        if gap is not None:
            unknown.append(gap)
        else:
            pairs.append(UnitPair(base=one, head=two, state=_state(one, two, before, after)))
    return tuple(pairs), tuple(unknown)


def _gap(one: BuiltUnit | None, two: BuiltUnit | None, before: Side, after: Side) -> NotRendered | None:
    if one is None and two is not None:
        gap = _undeclared(two, "base", before, after)
    elif two is None and one is not None:
        gap = _undeclared(one, "head", after, before)
    else:
        gap = None
    return gap or _failed(one, two)


def _failed(one: BuiltUnit | None, two: BuiltUnit | None) -> NotRendered | None:
    failed_base, failed_head = _failure(one), _failure(two)
    failure = failed_head or failed_base
    if failure is not None:
        built = two if failed_head else one
        assert built is not None
        side = "both" if failed_base and failed_head else ("head" if failed_head else "base")
        affected = side != "both" or _inputs_differ(one, two)
        return _not_rendered(built, side, failure, failure.message + ("" if affected else _aside(one, two)), affected=affected)
    return None


def _undeclared(built: BuiltUnit, side: str, missing_in: Side, present_in: Side) -> NotRendered | None:
    """The unit is missing on one side: unknown where what declares it failed there, else really new or gone."""
    for above in ancestors(built.unit, present_in):
        found = missing_in.get(above)
        if found is None:
            continue
        failure = _failure(found)
        if failure is None:
            return None
        return _not_rendered(built, side, failure, f"{above}, which declares it, could not be rendered: {failure.message}", affected=True)
    return None


def _not_rendered(built: BuiltUnit, side: str, failure: Failure, message: str, *, affected: bool) -> NotRendered:
    return NotRendered(unit=built.unit, side=side, reason=failure.reason, message=message, location=failure.location, affected=affected)


def _failure(built: BuiltUnit | None) -> Failure | None:
    return built.result if built is not None and isinstance(built.result, Failure) else None


def _inputs_differ(one: BuiltUnit | None, two: BuiltUnit | None) -> bool:
    """Whether a unit that neither side could render was given something else to render."""
    if one is None or two is None:
        return True
    if dict(one.result.reads) != dict(two.result.reads) or one.unit.path != two.unit.path:
        return True
    return repr(rendering(one.unit)) != repr(rendering(two.unit))


def _aside(one: BuiltUnit | None, two: BuiltUnit | None) -> str:
    """That what changes about a unit does not reach its objects, unknown as they are."""
    fields = steering_changes(one.unit, two.unit) if one is not None and two is not None else []
    return (
        f"; its objects stay the same, since {' and '.join(fields)} only steer{'s' * (len(fields) == 1)} the controller" if fields else ""
    )


def _state(one: BuiltUnit | None, two: BuiltUnit | None, before: Side, after: Side) -> State:
    """Suspended where nothing of the change reaches the cluster by itself: the unit is, or what would create or remove it is."""
    built = two or one
    assert built is not None
    if built.suspended:
        return State.SUSPENDED
    if one is not None and two is not None:
        return State.RENDERED
    for above in ancestors(built.unit, after if two is not None else before):
        parent = after.get(above)
        if parent is not None:
            return State.SUSPENDED if parent.suspended else State.RENDERED
    return State.RENDERED
