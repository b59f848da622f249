"""Report -> GitLab's code quality report: a JSON list of issues, each with a fingerprint that no other has.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from collections import Counter

from checker.model.findings import Severity
from checker.model.objects import JSONValue
from checker.model.report import Report
from checker.report.clean import json_dump, shown, well_formed
from checker.report.options import FormatOptions
from checker.report.places import marks

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.NOTE: "info"}


def gitlab(report: Report, _options: FormatOptions) -> str:
    seen: Counter[str] = Counter()
    issues: list[JSONValue] = []
    for mark in marks(report):
        seen[mark.fingerprint] += 1
        number = seen[mark.fingerprint]
        issues.append(
            {
                "type": "issue",
                "check_name": shown(mark.rule),
                "description": mark.message,
                "fingerprint": mark.fingerprint if number == 1 else f"{mark.fingerprint}-{number}",
                "severity": _SEVERITIES[mark.severity],
                "location": {"path": well_formed(mark.location.path), "lines": {"begin": mark.location.line or 1}},
            }
        )
    return json_dump(issues)
