"""Why an environment moves, as chains a person can follow: file and line -> unit -> object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.model.diff import Cause, NotRendered, ObjectDiff, UnitDiff
from checker.model.objects import Location
from checker.model.units import Reason

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
    state = " (suspended)" if unit.state == "suspended" else ""
    causes = _telling(unit.causes)
    if not causes:
        return [f"{unit.unit.key}{state} -> {_objects(objects)}"]
    return [
        f"{_place(cause.location)}{' (shared)' if cause.shared else ''} -> {unit.unit.key}{state} -> {_objects(written_in(cause, objects))}"
        for cause in causes
    ]


def written_in(cause: Cause, objects: Sequence[ObjectDiff]) -> Sequence[ObjectDiff]:
    """The objects that are written in that file; all of them for a file that holds none of them, such as a kustomization."""
    return [diff for diff in objects if diff.origin is not None and diff.origin.path == cause.path] or objects


def _objects(objects: Sequence[ObjectDiff]) -> str:
    return ", ".join(f"{diff.key} {diff.change}" for diff in objects[:3]) + (f" and {len(objects) - 3} more" if len(objects) > 3 else "")


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
    """`directly by FILE`, `through shared base FILE`, or both."""
    own = sorted({cause.path for unit in units for cause in unit.causes if not cause.shared})
    shared = sorted({cause.path for unit in units for cause in unit.causes if cause.shared})
    direct = f"directly{f' by {_files(own)}' if own else ''}" if any(is_direct(unit) for unit in units) else ""
    return " and ".join(filter(None, (direct, f"through shared base {_files(shared)}" if shared else "")))


def _files(paths: Sequence[str]) -> str:
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more files" if len(paths) > 3 else "")


def gap_names(gaps: Sequence[NotRendered]) -> str:
    return ", ".join(str(gap.unit.key) for gap in gaps[:3]) + (f" and {len(gaps) - 3} more" if len(gaps) > 3 else "")


def gap_fix(gaps: Sequence[NotRendered]) -> str:
    """What would make the units visible."""
    if any(gap.reason is not Reason.REMOTE for gap in gaps):
        return f"make {gap_names(gaps)} render: {gaps[0].message}"
    return f"give {gap_names(gaps)} its source offline (`sources` in the settings), or let somebody look and bypass the rule"


def _place(location: Location) -> str:
    return f"{location.path}:{location.line}" if location.line else location.path
