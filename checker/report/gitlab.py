"""Report -> GitLab's code quality report: a JSON list of issues, each with a fingerprint that no other has.

What GitLab reads is in https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format; what the format it is taken from asks
for beyond that is in https://github.com/codeclimate/platform/blob/master/spec/analyzers/SPEC.md#issues, for other readers.
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
        line = mark.location.line or 1
        issues.append(
            {
                "type": "issue",
                "categories": ["Bug Risk"],
                "check_name": shown(mark.rule) or "unnamed",
                "description": mark.message or "(no message)",
                "fingerprint": mark.fingerprint if number == 1 else f"{mark.fingerprint}-{number}",
                "severity": _SEVERITIES[mark.severity],
                "location": {"path": well_formed(mark.location.path) or ".", "lines": {"begin": line, "end": line}},
            }
        )
    return json_dump(issues)
