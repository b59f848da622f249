"""Why an environment moves, as chains a person can follow: file and line -> unit -> object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.model.diff import Cause, NotRendered, ObjectDiff, UnitDiff
from checker.model.objects import Location

_MAX_CHAINS = 20


def chains(units: Iterable[UnitDiff], gaps: Iterable[NotRendered] = ()) -> tuple[str, ...]:
    """One chain a unit and cause; the rest is counted."""
    found = [line for unit in units for line in unit_chains(unit, [diff for diff in unit.objects if not diff.is_noise])]
    found += [f"{_place(gap.location)} -> {gap.unit.key} could not be rendered: {gap.message}" for gap in gaps]
    return shortened(found)


def shortened(lines: Sequence[str]) -> tuple[str, ...]:
    if len(lines) <= _MAX_CHAINS:
        return tuple(lines)
    return (*lines[:_MAX_CHAINS], f"and {len(lines) - _MAX_CHAINS} more")


def unit_chains(unit: UnitDiff, objects: Sequence[ObjectDiff]) -> list[str]:
    what = ", ".join(f"{diff.key} {diff.change}" for diff in objects[:3]) + (f" and {len(objects) - 3} more" if len(objects) > 3 else "")
    state = " (suspended)" if unit.state == "suspended" else ""
    causes = _telling(unit.causes)
    if not causes:
        return [f"{unit.unit.key}{state} -> {what}"]
    return [f"{_place(cause.location)}{' (shared)' if cause.shared else ''} -> {unit.unit.key}{state} -> {what}" for cause in causes]


def _telling(causes: Sequence[Cause]) -> Sequence[Cause]:
    """A unit's own files before those it shares, and not a whole folder of them."""
    return sorted(causes, key=lambda cause: (cause.shared, cause.path))[:5]


def first_place(units: Iterable[UnitDiff], gaps: Iterable[NotRendered] = ()) -> Location | None:
    for unit in units:
        for cause in _telling(unit.causes):
            return cause.location
        for diff in unit.objects:
            if diff.origin is not None:
                return diff.origin.location
    return next((gap.location for gap in gaps), None)


def is_direct(unit: UnitDiff) -> bool:
    """Whether a file of this environment alone makes the unit move; one without a known cause counts as such."""
    return not unit.causes or any(not cause.shared for cause in unit.causes)


def how(units: Sequence[UnitDiff]) -> str:
    """`directly`, or `through shared base FILE`."""
    if not units:
        return "not at all"
    if any(is_direct(unit) for unit in units):
        return "directly"
    shared = sorted({cause.path for unit in units for cause in unit.causes})
    return f"through shared base {', '.join(shared[:3])}" + (f" and {len(shared) - 3} more files" if len(shared) > 3 else "")


def gap_names(gaps: Sequence[NotRendered]) -> str:
    return ", ".join(str(gap.unit.key) for gap in gaps[:3]) + (f" and {len(gaps) - 3} more" if len(gaps) > 3 else "")


def _place(location: Location) -> str:
    return f"{location.path}:{location.line}" if location.line else location.path
