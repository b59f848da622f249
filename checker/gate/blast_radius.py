"""Limits on how much of an environment one change may move."""

from __future__ import annotations

from checker.gate.because import chains, first_place, gap_fix, gap_names
from checker.gate.model import Case, Judgement, Rule, broken, passed, unknown
from checker.model.diff import Change
from checker.model.objects import JSONValue

_LIMIT: JSONValue = {"type": "integer", "minimum": 0}
LIMITS = ("units", "objects", "clusters", "deleted")


def judge(case: Case) -> Judgement:
    counts = _counted(case)
    limits = {name: limit for name in LIMITS if isinstance(limit := case.parameter(f"max-{name}"), int)}
    because, place = chains(case.moving, case.gaps), first_place(case.moving, case.gaps)
    over = [f"{counts[name]} {_word(name)} (at most {limit})" for name, limit in limits.items() if counts[name] > limit]
    if over:
        return broken(f"{case.environment} moves too far: {', '.join(over)}", because=because, fix="split the change", location=place)
    if case.gaps:
        return unknown(
            f"{gap_names(case.gaps)} could not be rendered, so how much moves is not known",
            because=because,
            fix=gap_fix(case.gaps),
            location=place,
        )
    return passed(f"{counts['objects']} objects in {counts['units']} units move" if case.moving else f"{case.environment} does not move")


def _word(name: str) -> str:
    return "objects deleted" if name == "deleted" else name


def _counted(case: Case) -> dict[str, int]:
    objects = [diff for unit in case.moving for diff in unit.objects if not diff.is_noise]
    return {
        "units": len(case.moving),
        "objects": len(objects),
        "clusters": len({unit.unit.cluster for unit in case.moving}),
        "deleted": sum(diff.change is Change.DELETED for diff in objects),
    }


RULE = Rule(
    id="blast-radius",
    title="One change moves only so much",
    why="A change to a base or a generator may move a whole fleet with one line. A limit makes somebody look before it does.",
    fix="Split the change, or roll it out cluster by cluster.",
    judge=judge,
    parameters={f"max-{name}": _LIMIT for name in LIMITS},
    shorthand="max-objects",
    takes={
        "max-units": "deploy units that one change may move",
        "max-objects": "objects that it may move",
        "max-clusters": "clusters that it may reach",
        "max-deleted": "objects that it may delete",
    },
    bad="# a chart that 40 Applications share\n-replicas: 2\n+replicas: 3",
    good="rules:\n  blast-radius:\n    production: {max-units: 10, max-objects: 60, max-deleted: 5}",
)
