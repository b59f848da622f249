"""Findings of a change -> those to list, and those to count since they lie where it moves nothing."""

from __future__ import annotations

from checker.model.findings import Severity
from checker.report.clean import shown
from checker.report.story import listing, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from checker.model.findings import Finding
    from checker.model.report import Report


def parted(report: Report, findings: Sequence[Finding], fail_on: Severity | None) -> tuple[list[Finding], list[Finding]]:
    """Those to list, of changed files first, and those to count: below `fail_on` and error, of unchanged files, and in environments
    in which nothing differs. In another one a rule may fail on an object that is the same, for want of a second one.
    """
    if report.change is None or not report.change.files or report.environments is None:
        return list(findings), []
    changed = {file.path for file in report.change.files}
    moving = {diff.environment for diff in report.environments if any(unit.objects for unit in diff.units)}
    moving |= {item.unit.environment for item in report.not_rendered if item.affected}
    fails = Severity.ERROR if fail_on is None else min(fail_on, Severity.ERROR)

    def is_still(finding: Finding) -> bool:
        environments = finding.environments or ("",)
        return finding.severity < fails and finding.unit is not None and moving.isdisjoint(environments)

    listed = [finding for finding in findings if finding.location.path in changed or not is_still(finding)]
    counted = [finding for finding in findings if finding.location.path not in changed and is_still(finding)]
    return sorted(listed, key=lambda finding: finding.location.path not in changed), counted


def counted_words(findings: Sequence[Finding]) -> str:
    """`3 warnings and 1 note where this change moves nothing: image-tag-mutable 3, swept-in 1 (--verbose lists them)`."""
    severities = [finding.severity for finding in findings]
    numbers = [plural(severities.count(severity), severity.word) for severity in reversed(Severity) if severity in severities]
    rules = [f"{shown(rule)} {number:,}" for rule, number in _by_number(finding.rule for finding in findings)]
    return f"{listing(numbers)} where this change moves nothing: {', '.join(rules)} (--verbose lists them)"


def _by_number(rules: Iterable[str]) -> list[tuple[str, int]]:
    numbers: dict[str, int] = {}
    for rule in rules:
        numbers[rule] = numbers.get(rule, 0) + 1
    return sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
