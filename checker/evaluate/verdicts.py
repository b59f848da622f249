"""What the engine answered for one object -> findings, troubles and counts.

A policy that failed on many objects is told once, at the policy's own line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from checker.evaluate.checks import Check
from checker.evaluate.model import EvaluateOptions, EvaluationInput
from checker.evaluate.pinpoint import Case, pinpoint
from checker.evaluate.results import MalformedResultError, Violation, excepted_name, violations
from checker.model.findings import Counts, Finding, Outcome, Severity
from checker.model.objects import JSONValue, Location
from checker.model.paths import RepoPath
from checker.model.records import dataclass, field, replace
from checker.tools.rego import Answer, PolicyProblem, RegoEngine


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


@dataclass(frozen=True, slots=True)
class Asked:
    """The checks of one object, the engine's answer, and how it was asked: the engine's group, the context."""

    item: EvaluationInput
    checks: tuple[Check, ...]
    answer: Answer
    group: int
    context: str
    wrap: Callable[[str], str] = str


Pointers = Mapping[tuple[int, str, str], str]
"""Where a message of a check belongs, by the identity of the input."""


def judged(asked: Asked, options: EvaluateOptions, pointers: Pointers) -> Judged:
    item, answer = asked.item, asked.answer
    if answer.failure:
        trouble = Trouble(None, PolicyProblem(message=answer.failure), item)
        return Judged(troubles=(trouble,) if asked.checks else (), counts=Counts(not_checked=len(asked.checks)))
    if not answer.errors and not any(answer.values.values()):
        return Judged(counts=Counts(passed=len(asked.checks)))
    findings: list[Finding] = []
    troubles: list[Trouble] = []
    tally = Counts()
    for position, check in _placed(asked.checks):
        said = _said(check, answer, position)
        if isinstance(said, PolicyProblem):
            troubles.append(Trouble(check, said, item))
            tally += Counts(not_checked=1)
        elif said is None:
            tally += Counts(skipped=1)
        else:
            findings += [_finding(item, check, violation, options, pointers) for violation in said]
            tally += Counts(failed=1) if said else Counts(passed=1)
    return Judged(tuple(findings), tuple(troubles), tally)


def _placed(checks: Sequence[Check]) -> Iterator[tuple[int, Check]]:
    """Each check with the position of its first rule in the group."""
    position = 0
    for check in checks:
        yield position, check
        position += len(check.rules)


def _said(check: Check, answer: Answer, position: int) -> list[Violation] | PolicyProblem | None:
    """Violations; or why it could not be evaluated; or None where an exception lifts it."""
    if answer.errors:
        for offset in range(len(check.rules)):
            if position + offset in answer.errors:
                return answer.errors[position + offset]
    if check.exceptions and excepted_name(check.name) in _excepted(answer.values.get(position + 1)):
        return None
    value = answer.values.get(position)
    if not value:
        return []
    try:
        return list(violations(value))
    except MalformedResultError as error:
        return PolicyProblem(message=str(error), path=check.path, line=check.line)


def find_pointers(engine: RegoEngine, items: Sequence[Asked]) -> Pointers:
    """The fields of violations that name none."""
    keys: list[tuple[int, str, str]] = []
    cases: list[Case] = []
    for asked in items:
        if not any(asked.answer.values.values()):
            continue
        for position, check in _placed(asked.checks):
            said = None if asked.answer.failure else _said(check, asked.answer, position)
            for violation in said if isinstance(said, list) else ():
                if not violation.pointer and not violation.file:
                    keys.append((id(asked.item), check.id, violation.message))
                    cases.append(Case(asked.item.object.body, violation.message, asked.group, position, asked.context, asked.wrap))
    return dict(zip(keys, pinpoint(engine, cases), strict=True)) if cases else {}


def _excepted(value: JSONValue) -> set[str]:
    """`exception` is a set of lists of rule names."""
    lists = value if isinstance(value, list) else []
    return {name for names in lists if isinstance(names, list) for name in names if isinstance(name, str)}


def _finding(item: EvaluationInput, check: Check, violation: Violation, options: EvaluateOptions, pointers: Pointers) -> Finding:
    pointer = violation.pointer or pointers.get((id(item), check.id, violation.message), "")
    if violation.file:
        location = Location(path=RepoPath(violation.file), line=violation.line)
    else:
        location = options.locate(item.object, pointer, False)
    return Finding(
        rule=check.id,
        severity=_severity(check, violation),
        message=violation.message,
        location=location,
        object=item.object.key,
        pointer=pointer,
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
