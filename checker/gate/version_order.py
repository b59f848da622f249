"""Versions do not go back in an environment, and do not run ahead of the environment before it. What is no semantic version
cannot be ordered and is left alone, which the verdict says."""

from __future__ import annotations

from collections.abc import Iterator

from checker.gate.because import chains, first_place, gap_fix, gap_names
from checker.gate.model import Case, Judgement, Rule, broken, passed, unknown
from checker.gate.promoted_from import alike, moving_units, out_of_sight
from checker.gate.semver import Version, parse_version
from checker.gate.values import Value, values_of
from checker.model.objects import text
from checker.model.units import BuiltUnit, Reason


def judge(case: Case) -> Judgement:
    if not case.moving and not case.gaps:
        return passed(f"{case.environment} does not move")
    because, place = chains(case.moving, case.gaps), first_place(case.moving, case.gaps)
    problems = [problem for built in moving_units(case) for problem in _problems(case, built)]
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        fix = "set the newer version, merge it into the earlier environment first, or bypass the rule for a rollback"
        return broken(f"{problems[0]}{more}", because=because, fix=fix, location=place)
    hidden = [environment for environment in _before(case) if case.is_out_of_sight(environment)]
    if hidden:
        return unknown(out_of_sight(hidden[0]), because=because, fix=f"fetch the branch of {hidden[0]}", location=place)
    unseen = [gap for gap in case.gaps if gap.reason is not Reason.REMOTE or gap.unit.declaration is None]
    if unseen:
        return unknown(
            f"{gap_names(unseen)} could not be rendered, so its versions are not known",
            because=because,
            fix=gap_fix(unseen),
            location=place,
        )
    return passed(f"versions in {case.environment} keep their order", because)


def _problems(case: Case, built: BuiltUnit) -> Iterator[str]:
    before = case.at_base.by_key.get(built.unit.key)
    had = values_of(before) if before is not None else frozenset()
    for value in sorted(values_of(built) - had):
        version = parse_version(value.version)
        if version is None:
            continue
        if case.parameter("allow-older") is not True:
            older = [old for old in had if (old.kind, old.name) == (value.kind, value.name) and _after(old, version)]
            yield from (f"{value.kind} {value.name} goes back from {old.version} to {value.version}" for old in older[:1])
        yield from _ahead(case, built, value, version)


def _ahead(case: Case, built: BuiltUnit, value: Value, version: Version) -> Iterator[str]:
    """Compared with the nearest earlier environment that has the unit, as it will be after the merge."""
    for earlier in _before(case):
        there = case.head_of(earlier).of(built.unit, earlier, case.parameter("pairs"))
        known = [(parsed, other.version) for unit in there for other in alike(unit, value) if (parsed := parse_version(other.version))]
        if known:
            newest = max(known)
            if newest[0] < version:
                yield f"{value.kind} {value.name} {value.version} is ahead of {earlier}, which has {newest[1]}"
            return


def _before(case: Case) -> list[str]:
    """Earlier environments, nearest first."""
    named = text(case.parameter("after"))
    order = case.options.order
    if named:
        return [named]
    return [*reversed(order[: order.index(case.environment)])] if case.environment in order else []


def _after(old: Value, version: Version) -> bool:
    parsed = parse_version(old.version)
    return parsed is not None and version < parsed


RULE = Rule(
    id="version-order",
    title="Versions go forward, one environment after the other",
    why="A branch that is older than it looks takes production back without anybody deciding it; one that skips staging was never tried.",
    fix="Rebase, or promote through the environments in order. A rollback on purpose is what the bypass is for.",
    judge=judge,
    parameters={
        "after": {"type": "string"},
        "allow-older": {"type": "boolean"},
        "pairs": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    shorthand="after",
    takes={
        "after": "the environment that may not be overtaken; else those before it in the order of promotion",
        "allow-older": "true allows going back",
        "pairs": "unit glob here to unit glob there, where names do not tell which belong together",
    },
    bad='# overlays/production/kustomization.yaml\n-  newTag: "1.10.0"\n+  newTag: "1.9.0"',
    good="rules:\n  version-order:\n    production: {after: staging, mode: warn}",
)
