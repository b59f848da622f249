"""What the settings that a change brings would say of it, beside those that judge it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.model.report import Mode, RuleVerdict, Verdict

_MOST = 20


def differences(judged: Sequence[RuleVerdict], proposed: Sequence[RuleVerdict]) -> tuple[str, ...]:
    """One line a rule and environment that the new settings see otherwise, or one line that there is none."""
    lines = list(_differences(judged, proposed))
    if not lines:
        return ("by the settings of this change every rule would say the same",)
    return (*lines[:_MOST], *([f"and {len(lines) - _MOST} more rules would say something else"] if len(lines) > _MOST else []))


def _differences(judged: Sequence[RuleVerdict], proposed: Sequence[RuleVerdict]) -> Iterator[str]:
    now, then = _by_place(judged), _by_place(proposed)
    for key in [*now, *(key for key in then if key not in now)]:
        before, after = now.get(key), then.get(key)
        if _told(before) != _told(after):
            rule, environment = key
            detail = f": {after.message}" if after is not None and after.verdict is not Verdict.PASSED else ""
            yield f"by the settings of this change {rule} on {environment} would {_future(after)} (now {_told(before)}){detail}"


def _by_place(verdicts: Sequence[RuleVerdict]) -> dict[tuple[str, str], RuleVerdict]:
    """The worst of each rule and environment, where components have modes of their own."""
    found: dict[tuple[str, str], RuleVerdict] = {}
    for verdict in verdicts:
        known = found.get((verdict.rule, verdict.environment))
        if known is None or (verdict.severity or 0) > (known.severity or 0):
            found[verdict.rule, verdict.environment] = verdict
    return found


def _future(verdict: RuleVerdict | None) -> str:
    return "pass" if verdict is not None and verdict.verdict is Verdict.PASSED else f"be {_told(verdict)}"


def _told(verdict: RuleVerdict | None) -> str:
    if verdict is None:
        return Mode.OFF.value
    if verdict.verdict is Verdict.PASSED:
        return "passed"
    return f"{verdict.verdict.value}, {verdict.mode.value}"
