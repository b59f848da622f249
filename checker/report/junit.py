"""Report -> JUnit XML: a suite of findings, one of rules, one of units; what passed without a name of its own is a property.

Errors are failures, what could not be checked is an error, what was skipped with a reason is skipped; a warning is a test that passed with
something to say. Valid against the schema of Jenkins' xUnit plug-in.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from checker.model.findings import Finding, Outcome, Severity
from checker.model.records import dataclass
from checker.model.report import Report, RuleVerdict, Verdict
from checker.model.units import BuiltUnit, Failure, Reason
from checker.report.clean import sentence, shown
from checker.report.options import FormatOptions
from checker.report.story import Units, object_name, place


@dataclass(frozen=True, slots=True)
class _Case:
    group: str
    name: str
    element: str = ""
    """failure, error, skipped, system-out, or none for a plain pass."""
    kind: str = ""
    message: str = ""
    detail: str = ""


def junit(report: Report, options: FormatOptions) -> str:
    units = Units(report)
    suites = {
        "findings": [_finding(finding) for finding in report.findings],
        "rules": [_rule(rule) for rule in report.rules or ()],
        "units": [_unit(built, units) for built in report.units],
    }
    counts = report.counts
    cases = [case for suite in suites.values() for case in suite]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites name={quoteattr(f'gitops-check {options.command}')}{_tally(cases)}>"]
    for name, suite in suites.items():
        lines.append(f' <testsuite name="gitops-check {name}"{_tally(suite)}{_skipped(suite)}>')
        if name == "findings":
            told = {"passed": counts.passed, "failed": counts.failed, "skipped": counts.skipped, "not-checked": counts.not_checked}
            lines.append("  <properties>")
            lines += [f'   <property name="checks.{word}" value="{number}"/>' for word, number in told.items()]
            lines += [
                f"   <property name={quoteattr(f'engine.{shown(name)}')} value={quoteattr(shown(to))}/>" for name, to in report.engines
            ]
            lines.append("  </properties>")
        lines += [line for case in suite for line in _case(case)]
        lines.append(" </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _finding(finding: Finding) -> _Case:
    about = object_name(finding.object) if finding.object is not None else ""
    message = sentence(finding.message)
    where = place(finding.location)
    detail = f"{where}: {message}" + (f" ({about})" if about else "")
    element = _element(finding)
    return _Case(shown(finding.location.path), f"{shown(finding.rule)} {where}", element, shown(finding.rule), message, detail)


def _element(finding: Finding) -> str:
    if finding.outcome is Outcome.SKIPPED or (finding.outcome is Outcome.NOT_CHECKED and finding.severity is Severity.NOTE):
        return "skipped"
    if finding.severity is not Severity.ERROR:
        return "system-out"
    return "error" if finding.outcome is Outcome.NOT_CHECKED else "failure"


def _rule(rule: RuleVerdict) -> _Case:
    message = sentence(rule.message)
    detail = "\n".join(
        [message, *(sentence(because) for because in rule.because), *([f"to fix: {sentence(rule.fix)}"] if rule.fix else [])]
    )
    element = "" if rule.verdict is Verdict.PASSED else "system-out"
    if rule.severity is Severity.ERROR:
        element = "error" if rule.verdict is Verdict.UNKNOWN else "failure"
    return _Case(
        "rules",
        f"{shown(rule.rule)} on {shown(rule.environment)}",
        element,
        shown(rule.rule),
        message,
        f"{rule.verdict.value}: {detail}",
    )


def _unit(built: BuiltUnit, units: Units) -> _Case:
    name = units.title(built.unit)
    if isinstance(built.result, Failure):
        message = sentence(built.result.message)
        element = "error" if built.result.reason is Reason.BROKEN else "skipped"
        return _Case("units", name, element, built.result.reason.value, message, f"{place(built.result.location)}: {message}")
    return _Case("units", name, "skipped" if built.suspended else "", "suspended", "suspended")


def _case(case: _Case) -> Iterator[str]:
    start = f"  <testcase classname={quoteattr(case.group)} name={quoteattr(case.name)}"
    if not case.element:
        yield f"{start}/>"
        return
    yield f"{start}>"
    if case.element == "system-out":
        yield f"   <system-out>{escape(case.detail)}</system-out>"
    elif case.element == "skipped":
        yield f"   <skipped message={quoteattr(case.message)}/>"
    else:
        yield f"   <{case.element} type={quoteattr(case.kind)} message={quoteattr(case.message)}>{escape(case.detail)}</{case.element}>"
    yield "  </testcase>"


def _tally(cases: list[_Case]) -> str:
    failures = sum(case.element == "failure" for case in cases)
    errors = sum(case.element == "error" for case in cases)
    return f' tests="{len(cases)}" failures="{failures}" errors="{errors}"'


def _skipped(cases: list[_Case]) -> str:
    return f' skipped="{sum(case.element == "skipped" for case in cases)}"'
