"""Report -> SARIF 2.1.0, as code scanning takes it.

Findings and broken rules are results; what was skipped with a reason is a notification of the run, not an alert. A suppressed finding is a
result with its suppression, so that it shows as dismissed and not as fixed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from checker.model.findings import Outcome, Severity
from checker.model.objects import JSONValue, Location
from checker.model.report import Report
from checker.report.clean import json_dump, sentence, shown, uri_path
from checker.report.options import FormatOptions, RuleHelp
from checker.report.places import Mark, marks

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_RESULTS = 25_000
"""GitHub refuses a run with more, and shows the 5,000 that are worst; of rules it takes as many, of extensions 100
(https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit)."""

Members = dict[str, JSONValue]


def sarif(report: Report, options: FormatOptions) -> str:
    found = marks(report)
    alerts = [mark for mark in found if not _is_aside(mark)]
    lifted = [(mark, item) for item in report.suppressed for mark in marks(Report(tool_version="", findings=(item.finding,)))]
    ids = sorted({mark.rule for mark in (*found, *(mark for mark, _ in lifted))})
    index = {name: number for number, name in enumerate(ids)}
    seen: Counter[str] = Counter()
    results: list[JSONValue] = [_result(mark, index, seen) for mark in alerts]
    for mark, item in lifted:
        kind = "inSource" if item.by.startswith("comment") else "external"
        suppression: Members = {"kind": kind, "status": "accepted", "justification": f"{sentence(item.reason)} ({sentence(item.by)})"}
        results.append({**_result(mark, index, seen), "suppressions": [suppression]})
    run: Members = {
        "tool": {
            "driver": _driver(report, ids, found, options),
            "extensions": [{"name": shown(name), "version": shown(version)} for name, version in report.engines],
        },
        "automationDetails": {"id": f"gitops-check/{options.command}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The top of the repository."}}},
        "invocations": [
            {"executionSuccessful": True, "toolExecutionNotifications": [_notification(mark, index) for mark in found if _is_aside(mark)]}
        ],
        "results": results[:_RESULTS],
    }
    if len(results) > _RESULTS:
        run["properties"] = {"resultsLeftOut": len(results) - _RESULTS}
    log: Members = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json_dump(log)


def _is_aside(mark: Mark) -> bool:
    return mark.outcome is not Outcome.FAILED and mark.severity is Severity.NOTE


def _driver(report: Report, ids: Sequence[str], found: Sequence[Mark], options: FormatOptions) -> Members:
    worst: dict[str, Severity] = {}
    for mark in found:
        worst[mark.rule] = max(mark.severity, worst.get(mark.rule, mark.severity))
    return {
        "name": "gitops-check",
        "version": report.tool_version,
        "semanticVersion": report.tool_version,
        "rules": [_rule(name, worst.get(name, Severity.WARNING), options.rules.get(name)) for name in ids],
    }


def _rule(name: str, severity: Severity, known: RuleHelp | None) -> Members:
    title = known.title if known is not None else name.replace("-", " ")
    more = f"`gitops-check explain {name}` says what it means, why it matters, how to fix it and how to suppress it."
    text = f"{known.text}\n\n{more}" if known is not None and known.text else more
    rule: Members = {
        "id": shown(name),
        "name": "".join(part.capitalize() for part in shown(name).split("-")),
        "shortDescription": {"text": sentence(title)},
        "fullDescription": {"text": sentence(title)},
        "help": {"text": text.replace("`", ""), "markdown": text},
        "defaultConfiguration": {"level": _LEVELS[severity]},
    }
    if known is not None and known.url:
        rule["helpUri"] = known.url
    return rule


def _result(mark: Mark, index: dict[str, int], seen: Counter[str]) -> Members:
    seen[mark.fingerprint] += 1
    location: Members = {"physicalLocation": _physical(mark.location)}
    if mark.object:
        location["logicalLocations"] = [{"fullyQualifiedName": f"{mark.object}{shown(mark.pointer)}", "kind": "object"}]
    return {
        "ruleId": shown(mark.rule),
        "ruleIndex": index[mark.rule],
        "level": _LEVELS[mark.severity],
        "message": {"text": _plain(mark.message)},
        "locations": [location],
        # GitHub tells alerts apart by the first, and where it is left out by the text of lines that it may not have checked out
        "partialFingerprints": {
            "primaryLocationLineHash": f"{mark.fingerprint}:{seen[mark.fingerprint]}",
            "gitopsCheck/v1": mark.fingerprint,
        },
    }


def _notification(mark: Mark, index: dict[str, int]) -> Members:
    return {
        "level": "note",
        "message": {"text": _plain(mark.message)},
        "associatedRule": {"id": shown(mark.rule), "index": index[mark.rule]},
        "locations": [{"physicalLocation": _physical(mark.location)}],
    }


def _physical(location: Location) -> Members:
    uri = uri_path(location.path) or "."
    place: Members = {"artifactLocation": {"uri": uri, "uriBaseId": "%SRCROOT%"}}
    # code scanning shows nothing without a region: a finding on a whole file goes to its first line
    region: Members = {"startLine": location.line or 1}
    if location.line is not None and location.column is not None:
        region["startColumn"] = location.column
    return {**place, "region": region}


def _plain(message: str) -> str:
    """Without what SARIF reads as a link in plain text: `[words](target)`."""
    return message.replace("](", "] (") or "(no message)"
