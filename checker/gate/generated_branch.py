"""A hydrated environment holds exactly what its dry source renders to: nobody edits it by hand.

What the dry source renders to is an input; objects are compared whole, tracking marks aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from checker.gate.because import chains, first_place, gap_fix, gap_names, shortened
from checker.gate.model import Case, Judgement, Rule, broken, passed, unknown
from checker.model.objects import JSONValue, KubeObject, ObjectKey
from checker.model.units import BuiltUnit, Failure


def judge(case: Case) -> Judgement:
    if not case.moving and not case.gaps:
        return passed(f"{case.environment} does not move")
    because, place = chains(case.moving, case.gaps), first_place(case.moving, case.gaps)
    dry = case.options.generated.get(case.environment)
    if dry is None:
        return unknown(
            f"what the dry source of {case.environment} renders to is not known",
            because=because,
            fix="fetch the branch of the dry source",
            location=place,
        )
    failed = [built for built in dry if isinstance(built.result, Failure)]
    if failed:
        return unknown(
            f"{failed[0].unit.key} of the dry source could not be rendered", because=because, fix="make it render", location=place
        )
    if case.gaps:
        return unknown(f"{gap_names(case.gaps)} could not be rendered", because=because, fix=gap_fix(case.gaps), location=place)
    wet = [built for built in case.head_units if built.unit.environment == case.environment]
    drift = list(_drift(_objects(dry), _objects(wet)))
    if drift:
        more = f" (and {len(drift) - 1} more)" if len(drift) > 1 else ""
        return broken(
            f"{case.environment} is not what its dry source renders to: {drift[0]}{more}",
            because=shortened(drift),
            fix="change the dry source and hydrate again; nothing is edited here by hand",
            location=place,
        )
    return passed(f"{case.environment} is what its dry source renders to")


def _objects(units: Iterable[BuiltUnit]) -> Mapping[ObjectKey, KubeObject]:
    return {obj.key: obj for built in units for obj in built.objects}


def _drift(dry: Mapping[ObjectKey, KubeObject], wet: Mapping[ObjectKey, KubeObject]) -> Iterator[str]:
    for key in sorted({*dry, *wet}):
        one, two = dry.get(key), wet.get(key)
        if one is None:
            yield f"{key} is not in the dry source"
        elif two is None:
            yield f"{key} of the dry source is missing"
        elif _plain(one) != _plain(two):
            yield f"{key} differs"


def _plain(obj: KubeObject) -> Mapping[str, JSONValue]:
    annotations = {name: value for name, value in obj.annotations.items() if name != "argocd.argoproj.io/tracking-id"}
    metadata = {name: value for name, value in obj.metadata.items() if name != "annotations"}
    return {**obj.body, "metadata": {**metadata, **({"annotations": annotations} if annotations else {})}}


RULE = Rule(
    id="generated-branch",
    title="A hydrated environment is generated, not edited",
    why="An edit of a generated branch works until the next hydration overwrites it, and until then no source says what runs.",
    fix="Change the dry source and hydrate again.",
    judge=judge,
    good="rules:\n  generated-branch:\n    production: enforce",
)
