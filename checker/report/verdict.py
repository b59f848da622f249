"""Report -> the verdict in a sentence, and the counts that every report ends with."""

from __future__ import annotations

from checker.model.findings import Severity
from checker.model.report import Verdict
from checker.report.clean import shown
from checker.report.story import dangers, listing, ordered_rules, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from checker.model.report import Report, RuleVerdict


def headline(report: Report) -> str:
    """The verdict in a sentence."""
    errors = sum(finding.severity is Severity.ERROR for finding in report.findings)
    stopped = [rule for rule in ordered_rules(report) if rule.severity is Severity.ERROR]
    if report.environments is None:
        return _headline_of_files(report, errors, stopped)
    moving = [shown(diff.environment) or "the cluster" for diff in report.environments if diff.moves]
    unknown = sum(item.affected for item in report.not_rendered)
    if moving:
        start = f"{listing(moving)} would change"
    else:
        start = "no other unit would change" if unknown else "nothing would change in any cluster"
    trouble = (
        _lifted_clause(report) + _rules_clauses(stopped, moves=bool(moving)) + ([f"{plural(errors, 'error')} to fix"] if errors else [])
    )
    serious = sorted({danger.effect.id for danger in dangers(report.environments, Severity.ERROR)})
    trouble += [f"beware of {listing([shown(name) for name in serious])}"] if serious else []
    if moving and report.rules and not serious and not any(rule.severity or rule.verdict is Verdict.BYPASSED for rule in report.rules):
        trouble.append("every rule allows it")
    gap = [f"{plural(unknown, 'unit')} could not be rendered and may change"] if unknown else []
    return "; ".join([*gap, start, *trouble])


def _headline_of_files(report: Report, errors: int, stopped: Sequence[RuleVerdict]) -> str:
    clauses = _rules_clauses(stopped, moves=False)
    if errors:
        files = len({finding.location.path for finding in report.findings if finding.severity is Severity.ERROR})
        clauses.append(f"{plural(errors, 'error')} in {plural(files, 'file')}")
    warnings = sum(finding.severity is Severity.WARNING for finding in report.findings)
    return "; ".join(clauses) or (f"no errors, {plural(warnings, 'warning')}" if warnings else "nothing wrong was found")


def _lifted_clause(report: Report) -> list[str]:
    """A bypass is told before everything that is broken: whoever reads no further must have seen it."""
    lifted = [f"{shown(rule.rule)} on {shown(rule.environment)}" for rule in ordered_rules(report) if rule.verdict is Verdict.BYPASSED]
    return [f"{listing(lifted)} {_is(lifted)} bypassed"] if lifted else []


def _rules_clauses(stopped: Sequence[RuleVerdict], *, moves: bool) -> list[str]:
    broken = list(dict.fromkeys(shown(rule.rule) for rule in stopped if rule.verdict is Verdict.BROKEN))
    unknown = list(dict.fromkeys(shown(rule.rule) for rule in stopped if rule.verdict is Verdict.UNKNOWN))
    clauses = []
    if broken == ["source-branch"] and moves:
        environments = list(dict.fromkeys(shown(rule.environment) for rule in stopped if rule.verdict is Verdict.BROKEN))
        clauses.append(f"{listing(environments)} may not from this branch")
    elif broken:
        clauses.append(f"{listing(broken)} {_is(broken)} broken")
    if unknown:
        clauses.append(f"{listing(unknown)} could not be judged")
    return clauses


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def count_words(report: Report) -> str:
    """The counts that every report ends with: silence is never success."""
    severities = report.findings_by_severity()
    words = [plural(severities[Severity.ERROR], "error") if severities[Severity.ERROR] else "no errors"]
    words += [plural(severities[severity], severity.word) for severity in (Severity.WARNING, Severity.NOTE) if severities[severity]]
    if report.suppressed:
        words.append(f"{len(report.suppressed):,} suppressed")
    if report.not_rendered:
        words.append(f"{plural(len(report.not_rendered), 'unit')} not rendered")
    counts = report.counts
    checks = (("passed", counts.passed), ("failed", counts.failed), ("skipped", counts.skipped), ("not checked", counts.not_checked))
    told = ", ".join(f"{number:,} {word}" for word, number in checks if number)
    return ", ".join(words) + (f"; checks: {told}" if told else "")


def unit_words(report: Report) -> str:
    """`16 units: 14 rendered, 1 suspended, 1 not rendered`."""
    states = report.units_by_state()
    parts = ", ".join(f"{number:,} {state.value.replace('-', ' ')}" for state, number in states.items() if number)
    return f"{plural(sum(states.values()), 'unit')}: {parts}" if report.units else "no units"
