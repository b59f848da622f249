"""One change may not move two guarded environments, judged by what is rendered and not by which files are touched."""

from __future__ import annotations

from collections.abc import Sequence

from checker.gate.because import chains, first_place, gap_fix, gap_names, how, is_direct
from checker.gate.model import TEXTS, Case, Judgement, Rule, broken, passed, unknown
from checker.model.diff import EnvironmentDiff, UnitDiff


def judge(case: Case) -> Judgement:
    moving, gaps = case.moving, case.gaps
    if not moving and not gaps:
        return passed(f"{case.environment} does not move")
    others = _others(case)
    moved = [diff for diff in others if diff.moves]
    doubtful = [diff for diff in others if not diff.moves and any(gap.affected for gap in diff.not_rendered)]
    because = (*chains(moving, gaps), *(f"{diff.environment}: {line}" for diff in moved for line in chains(_moving(diff))))
    place = first_place(moving, gaps)
    if moved and moving:
        return _verdict(case, moving, moved, because)
    if not moved and not doubtful:
        alone = f"of the guarded environments only {case.environment} {'moves' if moving else 'may move'}"
        return passed(f"{alone}; {gap_names(gaps)} could not be rendered" if gaps else alone, because)
    hidden = [*gaps, *(gap for diff in doubtful for gap in diff.not_rendered if gap.affected)]
    names = ", ".join(diff.environment for diff in (*moved, *doubtful))
    return unknown(
        f"{gap_names(hidden)} could not be rendered, so {case.environment} and {names} may move together",
        because=because,
        fix=gap_fix(hidden),
        location=place,
    )


def _verdict(case: Case, moving: Sequence[UnitDiff], moved: Sequence[EnvironmentDiff], because: tuple[str, ...]) -> Judgement:
    names = ", ".join(diff.environment for diff in moved)
    everything = [*moving, *(unit for diff in moved for unit in _moving(diff))]
    shared = not any(is_direct(unit) for unit in everything)
    if shared and case.parameter("shared-base") == "allow":
        return passed(f"{case.environment} and {names} move together {how(everything)}, which settings allow", because)
    fix = (
        "give each environment its own version of the base, or patch it in the first environment's overlay and promote it"
        if shared
        else f"split the change: one for {case.environment}, one for {names}"
    )
    return broken(
        f"{case.environment} moves together with {names}, {how(everything)}",
        because=because,
        fix=fix,
        location=first_place(moving),
    )


def _others(case: Case) -> list[EnvironmentDiff]:
    group = case.texts("environments") or tuple(case.options.guarded)
    return [diff for diff in case.comparison.environments if diff.environment in group and diff.environment != case.environment]


def _moving(diff: EnvironmentDiff) -> list[UnitDiff]:
    return [unit for unit in diff.units if unit.moves]


RULE = Rule(
    id="one-environment-per-change",
    title="One change moves one environment",
    why=(
        "A mistake that reaches two environments in one merge cannot be caught in the first. Judged by paths this rule blocks changes "
        "that change nothing and lets shared bases through; here the rendered difference decides."
    ),
    fix="Split the change, one environment each. Where a shared base moves both, pin the base by version or patch it in one overlay first.",
    judge=judge,
    parameters={"environments": TEXTS, "shared-base": {"enum": ["refuse", "allow"]}},
    shorthand="environments",
    takes={
        "environments": "the environments that may not move together; every guarded one where it is left out",
        "shared-base": "allow lets a shared base move several; refuse is the default",
    },
    bad=(
        "# one commit\n"
        " overlays/staging/kustomization.yaml     newTag: 1.1 -> 1.2\n"
        " overlays/production/kustomization.yaml  newTag: 1.1 -> 1.2"
    ),
    good="rules:\n  one-environment-per-change: {mode: enforce, environments: [staging, production]}",
)
