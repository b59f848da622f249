"""Findings and broken rules as one list of marks on files, for the formats that know nothing else: SARIF, annotations, code quality."""

from __future__ import annotations

from collections.abc import Iterator

from checker.model.findings import Outcome, Severity
from checker.model.objects import Location
from checker.model.paths import RepoPath
from checker.model.records import dataclass
from checker.model.report import Report, RuleVerdict, Verdict
from checker.report.clean import sentence, shown
from checker.report.story import object_name

_SETTINGS = RepoPath(".gitops-check.yaml")


@dataclass(frozen=True, slots=True)
class Mark:
    rule: str
    severity: Severity
    outcome: Outcome
    message: str
    location: Location
    fingerprint: str
    pointer: str = ""
    object: str = ""


def marks(report: Report) -> list[Mark]:
    """Worst first, then by file and line: where a forge shows only so many, it shows these. Messages are safe to print."""
    found = [*_findings(report), *_rules(report)]
    return sorted(
        found,
        key=lambda mark: (-mark.severity, mark.location.path, mark.location.line or 0, mark.location.column or 0, mark.rule, mark.message),
    )


def _findings(report: Report) -> Iterator[Mark]:
    for finding in report.findings:
        said = sentence(finding.message)
        name = object_name(finding.object) if finding.object is not None else ""
        about = [name] if finding.object is not None and finding.object.name not in finding.message else []
        about += [", ".join(shown(environment) for environment in finding.environments if environment)] if any(finding.environments) else []
        message = f"{said} ({'; '.join(about)})" if about else said
        yield Mark(finding.rule, finding.severity, finding.outcome, message, finding.location, finding.fingerprint, finding.pointer, name)


def _rules(report: Report) -> Iterator[Mark]:
    for rule in report.rules or ():
        if rule.severity is None and rule.verdict is not Verdict.BYPASSED:
            continue
        outcome = Outcome.SKIPPED if rule.severity is None else Outcome.NOT_CHECKED if rule.verdict is Verdict.UNKNOWN else Outcome.FAILED
        parts = [sentence(rule.message), *(sentence(because) for because in rule.because)]
        parts += [f"to fix: {sentence(rule.fix)}"] if rule.fix else []
        # a rule is on an environment, and a forge wants a line: the one that moves the environment, else the settings
        location = rule.location or _cause(report, rule) or Location(path=_SETTINGS, line=1)
        yield Mark(
            rule.rule,
            rule.severity or Severity.NOTE,
            outcome,
            "; ".join(parts),
            location,
            _fingerprint(rule),
            object=shown(rule.environment),
        )


def _cause(report: Report, rule: RuleVerdict) -> Location | None:
    for environment in report.environments or ():
        if environment.environment == rule.environment:
            return next((cause.location for unit in environment.units for cause in unit.causes), None)
    return None


def _fingerprint(rule: RuleVerdict) -> str:
    import hashlib

    return hashlib.sha256("\0".join((rule.rule, rule.environment)).encode("utf-8", "surrogatepass")).hexdigest()[:20]
