"""What the engine answered for one object -> findings, troubles and counts.

A policy that failed on many objects is told once, at the policy's own line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from checker.evaluate.checks import Check
from checker.evaluate.model import EvaluateOptions, EvaluationInput
from checker.evaluate.results import MalformedResultError, Violation, excepted_name, violations
from checker.model.findings import Counts, Finding, Outcome, Severity
from checker.model.objects import JSONValue, Location
from checker.model.paths import RepoPath
from checker.tools.rego import Answer, PolicyProblem


@dataclass(frozen=True, slots=True)
class Trouble:
    """A policy that could not be evaluated on an object."""

    check: Check | None
    problem: PolicyProblem
    item: EvaluationInput


@dataclass(frozen=True, slots=True)
class Judged:
    findings: tuple[Finding, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    counts: Counts = field(default_factory=Counts)


def judged(item: EvaluationInput, checks: Sequence[Check], answer: Answer, options: EvaluateOptions) -> Judged:
    if answer.failure:
        trouble = Trouble(None, PolicyProblem(message=answer.failure), item)
        return Judged(troubles=(trouble,) if checks else (), counts=Counts(not_checked=len(checks)))
    findings: list[Finding] = []
    troubles: list[Trouble] = []
    tally = Counts()
    position = 0
    for check in checks:
        values = [answer.values.get(position + offset) for offset in range(len(check.rules))]
        problems = [answer.errors[position + offset] for offset in range(len(check.rules)) if position + offset in answer.errors]
        position += len(check.rules)
        if problems:
            troubles.append(Trouble(check, problems[0], item))
            tally += Counts(not_checked=1)
            continue
        if check.exceptions and excepted_name(check.name) in _excepted(values[1]):
            tally += Counts(skipped=1)
            continue
        try:
            found = [_finding(item, check, violation, options) for violation in violations(values[0])]
        except MalformedResultError as error:
            troubles.append(Trouble(check, PolicyProblem(message=str(error), path=check.path, line=check.line), item))
            tally += Counts(not_checked=1)
            continue
        findings.extend(found)
        tally += Counts(failed=1) if found else Counts(passed=1)
    return Judged(tuple(findings), tuple(troubles), tally)


def _excepted(value: JSONValue) -> set[str]:
    """`exception` is a set of lists of rule names."""
    lists = value if isinstance(value, list) else []
    return {name for names in lists if isinstance(names, list) for name in names if isinstance(name, str)}


def _finding(item: EvaluationInput, check: Check, violation: Violation, options: EvaluateOptions) -> Finding:
    if violation.file:
        location = Location(path=RepoPath(violation.file), line=violation.line)
    else:
        location = options.locate(item.object, violation.pointer, False)
    return Finding(
        rule=check.id,
        severity=_severity(check, violation),
        message=violation.message,
        location=location,
        object=item.object.key,
        pointer=violation.pointer,
        unit=item.unit,
        environments=(item.environment,) if item.environment else (),
    )


def _severity(check: Check, violation: Violation) -> Severity:
    """A policy of the library may say it of a single violation; `severity` in the metadata of others is theirs to use as they like."""
    own = violation.metadata.get("severity")
    return _SEVERITIES.get(own, check.severity) if isinstance(own, str) and check.kinds else check.severity


_SEVERITIES = {severity.word: severity for severity in Severity}


def trouble_findings(troubles: Iterable[Trouble]) -> list[Finding]:
    gathered: dict[tuple[str, PolicyProblem], list[Trouble]] = {}
    for trouble in troubles:
        gathered.setdefault((trouble.check.id if trouble.check else "policy-failed", trouble.problem), []).append(trouble)
    found = []
    for (rule, problem), group in gathered.items():
        first = group[0]
        more = f" and {len(group) - 1} more" if len(group) > 1 else ""
        where = f"{first.item.object.key}{more}"
        check = first.check
        placed = problem if problem.path or check is None else replace(problem, path=check.path, line=check.line)
        said = f"{check.id}: " if check else ""
        message = f"{said}not checked on {where}: {problem.message}"
        fallback = first.item.object.origin.path if check is None else check.path
        found.append(policy_finding(rule, placed, message, fallback))
    return found


def policy_finding(rule: str, problem: PolicyProblem, message: str, fallback: str) -> Finding:
    location = Location(path=RepoPath(problem.path or fallback), line=problem.line, column=problem.column)
    return Finding(rule=rule, severity=Severity.ERROR, message=message, location=location, outcome=Outcome.NOT_CHECKED)
