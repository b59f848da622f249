"""A version now set in one environment already runs in the one before it, on the base branch; optionally for some time.

What was there before the change is not judged again, a unit that is new to the environment passes, and so does going back
to a version that the environment ran before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain

from checker.gate.because import chains, first_place, gap_names
from checker.gate.counterparts import Counterparts
from checker.gate.globs import matches
from checker.gate.model import TEXTS, Case, Earlier, Judgement, Rule, broken, passed, unknown
from checker.gate.values import Value, values_of
from checker.model.diff import UnitDiff
from checker.model.objects import text
from checker.model.records import dataclass
from checker.model.report import Verdict
from checker.model.units import BuiltUnit, Failure, Reason

_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    verdict: Verdict
    message: str
    unit: UnitDiff | None = None


def judge(case: Case) -> Judgement:
    earlier = text(case.parameter("environment"))
    if not case.moving and not case.gaps:
        return passed(f"{case.environment} does not move")
    answers = [answer for unit in moving_units(case) for answer in _judge_unit(case, unit, earlier)]
    worst = [answer for answer in answers if answer.verdict is Verdict.BROKEN] or [a for a in answers if a.verdict is Verdict.UNKNOWN]
    unseen = [gap for gap in case.gaps if gap.reason is not Reason.REMOTE or gap.unit.declaration is None]
    because, place = chains(case.moving, case.gaps), first_place(case.moving, case.gaps)
    if worst and worst[0].verdict is Verdict.BROKEN:
        more = f" (and {len(worst) - 1} more)" if len(worst) > 1 else ""
        return broken(
            f"{worst[0].message}{more}", because=because, fix=f"merge it into {earlier} first, and promote it from there", location=place
        )
    if worst or unseen:
        message = worst[0].message if worst else f"{gap_names(unseen)} could not be rendered, so its versions are not known"
        fix = f"fetch the branch of {earlier}" if case.is_out_of_sight(earlier) else "make the unit render, then run again"
        return unknown(message, because=because, fix=fix, location=place)
    allowed = [answer.message for answer in answers if answer.message]
    return passed("; ".join(dict.fromkeys(allowed)) or f"no version changes in {case.environment}", because)


def moving_units(case: Case) -> Iterator[BuiltUnit]:
    """The units at head that move, and the charts that are not rendered but declare their version."""
    keys = {unit.unit.key for unit in case.moving}
    keys |= {gap.unit.key for gap in case.gaps if gap.reason is Reason.REMOTE}
    return (built for built in case.head_units if built.unit.key in keys)


def _judge_unit(case: Case, built: BuiltUnit, earlier: str) -> Iterator[_Answer]:
    before = case.at_base.by_key.get(built.unit.key)
    if before is None:
        yield _Answer(verdict=Verdict.PASSED, message=f"{built.unit.name} is new to {case.environment}")
        return
    had = values_of(before)
    wanted = case.texts("values") or ("image", "chart", "revision")
    skipped = case.texts("ignore")
    for value in sorted(values_of(built) - had):
        if value.kind not in wanted or matches(value.name, skipped):
            continue
        if not any(old.kind == value.kind and old.name == value.name for old in had):
            yield from _first_time(case, built, value, earlier)
        else:
            yield _judge_value(case, built, value, earlier)


def _first_time(case: Case, built: BuiltUnit, value: Value, earlier: str) -> Iterator[_Answer]:
    """A name that the unit did not use: judged only where the earlier environment uses it."""
    there = [other for other in case.base_of(earlier).of(built.unit, earlier, case.parameter("pairs")) if alike(other, value)]
    if there:
        yield _judge_value(case, built, value, earlier)
    else:
        yield _Answer(verdict=Verdict.PASSED, message=f"{value} is new to {case.environment}")


def _judge_value(case: Case, built: BuiltUnit, value: Value, earlier: str) -> _Answer:
    there = _earlier_units(case, case.base_of(earlier), built, earlier)
    if any(_runs(other, value) for other in there):
        return _soaked(case, built, value, earlier)
    rolled_back = _ran_before(case, built, value)
    if rolled_back:
        return _Answer(verdict=Verdict.PASSED, message=f"{value} is a rollback: {case.environment} ran it at {rolled_back}")
    if case.is_out_of_sight(earlier):
        return _Answer(verdict=Verdict.UNKNOWN, message=f"whether {value} runs in {earlier} is not known: {out_of_sight(earlier)}")
    failed = [other for other in there if isinstance(other.result, Failure) and not values_of(other)]
    if failed or not there:
        why = (
            f"{failed[0].unit.key} of {earlier} could not be rendered on {_where(case, earlier)}"
            if failed
            else f"{earlier} has no unit on {_where(case, earlier)}"
        )
        return _Answer(verdict=Verdict.UNKNOWN, message=f"whether {value} runs in {earlier} is not known: {why}")
    runs = sorted({other.version for unit in there for other in alike(unit, value)})
    known = f" ({earlier}: {', '.join(runs)})" if runs else ""
    return _Answer(verdict=Verdict.BROKEN, message=f"{value} does not run in {earlier} on {_where(case, earlier)} yet{known}")


def out_of_sight(environment: str) -> str:
    return f"the branch of {environment} is not in this clone"


def _where(case: Case, earlier: str) -> str:
    """The branch whose tree says what the earlier environment runs."""
    return ", ".join(branch.name for branch in case.options.branches.get(earlier, ())) or case.facts.base.name


def _earlier_units(case: Case, side: Counterparts, built: BuiltUnit, earlier: str) -> Sequence[BuiltUnit]:
    """The unit's counterparts, or the whole environment where it has none."""
    return side.of(built.unit, earlier, case.parameter("pairs")) or side.in_environment(earlier)


def alike(built: BuiltUnit, value: Value) -> list[Value]:
    """Values of one name; environments with registries of their own are matched by the last part of the name."""
    found = [other for other in values_of(built) if other.kind == value.kind]
    short = value.name.rpartition("/")[2]
    return [other for other in found if other.name == value.name] or [
        other for other in found if value.kind == "image" and other.name.rpartition("/")[2] == short
    ]


def _runs(built: BuiltUnit, value: Value) -> bool:
    return any(value.same_version(other) for other in alike(built, value))


def _ran_before(case: Case, built: BuiltUnit, value: Value) -> str:
    """The commit of the base branch at which this environment ran the version, empty for none known."""
    for past in chain(case.options.same_files, case.options.history):
        if any(unit.unit.key == built.unit.key and _runs(unit, value) for unit in past.units):
            return past.commit[:7]
    return ""


def _soaked(case: Case, built: BuiltUnit, value: Value, earlier: str) -> _Answer:
    wanted = duration(text(case.parameter("soak")))
    runs = f"{value} runs in {earlier}"
    if wanted is None:
        return _Answer(verdict=Verdict.PASSED, message=runs)
    histories = [branch.past for branch in case.options.branches.get(earlier, ())] or [case.options.history]
    known = [begun for past in histories if (begun := _since(case, past, built, value, earlier, wanted)) is not None]
    if not known or case.options.now is None:
        return _Answer(
            verdict=Verdict.UNKNOWN, message=f"{runs}, but since when is not known without the history of {_where(case, earlier)}"
        )
    since = min(known)
    held = case.options.now - since
    if held < wanted:
        return _Answer(
            verdict=Verdict.BROKEN, message=f"{runs} only since {since:%Y-%m-%d %H:%M} UTC, {text(case.parameter('soak'))} is asked"
        )
    return _Answer(verdict=Verdict.PASSED, message=f"{runs} since {since:%Y-%m-%d %H:%M} UTC")


def _since(case: Case, past: Iterable[Earlier], built: BuiltUnit, value: Value, earlier: str, wanted: timedelta) -> datetime | None:
    """When the value reached the branch and stayed, as far back as matters; None where it is not there now."""
    since = None
    for commit in past:
        if not any(_runs(unit, value) for unit in _earlier_units(case, Counterparts(commit.units), built, earlier)):
            break
        since = commit.time
        if case.options.now is not None and case.options.now - since >= wanted:
            break
    return since


def duration(written: str) -> timedelta | None:
    """`90m`, `24h`, `3d`, `1w` and sums of them; None for nothing or nonsense."""
    parts = re.findall(r"(\d{1,6})([mhdw])", written)
    if not parts or "".join(f"{number}{unit}" for number, unit in parts) != written:
        return None
    return timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in parts))


RULE = Rule(
    id="promoted-from",
    title="What reaches the environment has run in the one before it",
    why=(
        "A version that goes to production unseen is tested by its users. The image digest or tag, chart version and target revision that "
        "a change sets must already be what the earlier environment renders on the base branch, not in the same change."
    ),
    fix="Merge the version into the earlier environment first. Going back to a version that ran here before is allowed.",
    judge=judge,
    parameters={
        "environment": {"type": "string", "minLength": 1},
        "soak": {"type": "string", "pattern": "^([0-9]{1,6}[mhdw])+$"},
        "values": {"type": "array", "items": {"enum": ["image", "chart", "revision"]}},
        "ignore": TEXTS,
        "pairs": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    required=("environment",),
    shorthand="environment",
    takes={
        "environment": "the environment that must run a version first",
        "soak": "for how long it must have run there on the base branch, such as 90m, 24h or 3d",
        "values": "which versions count: image, chart, revision; all where it is left out",
        "ignore": "globs of image, chart and repository names that are not judged",
        "pairs": "unit glob here to unit glob there, where names do not tell which belong together",
    },
    bad='# overlays/production/kustomization.yaml, while staging on main runs 1.2\n-  newTag: "1.1"\n+  newTag: "1.3"',
    good="rules:\n  promoted-from:\n    production: {environment: staging, soak: 1d}",
)
