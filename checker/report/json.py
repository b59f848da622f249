"""Report -> the machine-readable report, `gitops-check/report/v1`; its JSON Schema is `report-v1.schema.json` beside this module.

Keys are only ever added within v1. All text is ASCII with escapes, so that nothing in it can act on a terminal that prints it. A field that
is absent on one side has no `before` or `after` key: null is a value.
"""

from __future__ import annotations

import math

from checker.model.change import ChangeFacts, Revision
from checker.model.diff import Cause, EnvironmentDiff, FieldChange, NotRendered, ObjectDiff, UnitDiff
from checker.model.findings import Finding
from checker.model.objects import JSONValue, Location, ObjectKey
from checker.model.report import Report, RuleVerdict, Suppressed
from checker.model.units import DeployUnit, UnitKey
from checker.report.clean import json_dump, well_formed
from checker.report.options import FormatOptions

SCHEMA = "gitops-check/report/v1"

Members = dict[str, JSONValue]


def json_text(report: Report, options: FormatOptions) -> str:
    return json_dump(report_value(report, options))


def report_value(report: Report, options: FormatOptions) -> Members:
    """The report as a JSON value. `--environment` narrows `diff`, nothing else; `filter` says so."""
    chosen = [diff for diff in report.environments or () if not options.environments or diff.environment in options.environments]
    value: Members = {
        "schema": SCHEMA,
        "command": options.command,
        "tool": {"name": "gitops-check", "version": report.tool_version, "engines": dict(report.engines)},
        "base": _revision(report.change, "base"),
        "head": _revision(report.change, "head"),
        "summary": _summary(report),
        "environments": None if report.environments is None else [_environment(diff) for diff in report.environments],
        "filter": {"environments": list(options.environments)},
        "diff": None if report.environments is None else [_environment_diff(diff) for diff in chosen if diff.moves],
        "notRendered": [_not_rendered(item) for item in report.not_rendered],
        "findings": [_finding(finding) for finding in report.findings],
        "rules": None if report.rules is None else [_rule(rule) for rule in report.rules],
        "suppressed": [_suppressed(item) for item in report.suppressed],
        "notes": [*report.notes],
    }
    plain = _plain(value)
    assert isinstance(plain, dict)
    return plain


def _summary(report: Report) -> Members:
    units = report.units_by_state()
    counts = report.counts
    folded = sum(diff.is_noise for environment in report.environments or () for unit in environment.units for diff in unit.objects)
    return {
        "units": {_camel(state.value): number for state, number in units.items()},
        "objects": {**{change.value: number for change, number in report.objects_by_change().items()}, "folded": folded},
        "checks": {"passed": counts.passed, "failed": counts.failed, "skipped": counts.skipped, "notChecked": counts.not_checked},
        "findings": {severity.word: number for severity, number in report.findings_by_severity().items()},
        "suppressed": len(report.suppressed),
    }


def _revision(change: ChangeFacts | None, side: str) -> JSONValue:
    if change is None:
        return None
    revision: Revision = change.base if side == "base" else change.head
    return {"name": revision.name, "commit": revision.commit or None}


def _environment(diff: EnvironmentDiff) -> Members:
    return {"name": diff.environment, "guarded": diff.guarded, "moves": diff.moves, "clusters": [*diff.clusters]}


def _environment_diff(diff: EnvironmentDiff) -> Members:
    return {
        "environment": diff.environment,
        "guarded": diff.guarded,
        "clusters": [*diff.clusters],
        "units": [_unit_diff(unit) for unit in diff.units if unit.objects],
    }


def _unit_diff(diff: UnitDiff) -> Members:
    return {
        **_unit(diff.unit),
        "change": diff.change.value,
        "state": diff.state.value,
        "prune": diff.prune,
        "cause": [cause.path for cause in diff.causes],
        "causes": [_cause(cause) for cause in diff.causes],
        "notes": [*diff.notes],
        "objects": [_object_diff(item) for item in diff.objects],
    }


def _unit(unit: DeployUnit) -> Members:
    return {
        "controller": unit.controller.value,
        "name": unit.name,
        "namespace": unit.namespace,
        "cluster": unit.cluster,
        "environment": unit.environment,
        "source": unit.path,
    }


def _unit_key(key: UnitKey | None) -> JSONValue:
    return (
        None if key is None else {"controller": key.controller.value, "name": key.name, "namespace": key.namespace, "cluster": key.cluster}
    )


def _cause(cause: Cause) -> Members:
    return {"shared": cause.shared, **_place(cause.location)}


def _object_diff(diff: ObjectDiff) -> Members:
    return {
        "group": diff.key.group,
        "version": diff.api_version.rpartition("/")[2],
        "kind": diff.key.kind,
        "namespace": diff.key.namespace,
        "name": diff.key.name,
        "change": diff.change.value,
        "noise": diff.is_noise,
        "previous": _object(diff.before_key),
        "movedFrom": diff.moved_from or None,
        "origin": None if diff.origin is None else _place(diff.origin.location),
        "effects": [{"id": effect.id, "severity": effect.severity.word, "message": effect.message} for effect in diff.effects],
        "fields": [_field(change) for change in diff.fields],
        "folded": [_field(change) for change in diff.folded],
    }


def _field(change: FieldChange) -> Members:
    value: Members = {"path": change.path, "pointer": change.pointer}
    if change.before_present:
        value["before"] = change.before
    if change.after_present:
        value["after"] = change.after
    return value


def _object(key: ObjectKey | None) -> JSONValue:
    return None if key is None else {"group": key.group, "kind": key.kind, "namespace": key.namespace, "name": key.name}


def _place(location: Location) -> Members:
    return {"path": location.path, "line": location.line, "column": location.column}


def _not_rendered(item: NotRendered) -> Members:
    return {
        **_unit(item.unit),
        "side": item.side,
        "reason": item.reason.value,
        "message": item.message,
        "location": _place(item.location),
        "affected": item.affected,
    }


def _finding(finding: Finding) -> Members:
    return {
        "rule": finding.rule,
        "severity": finding.severity.word,
        "outcome": finding.outcome.value,
        "message": finding.message,
        "location": _place(finding.location),
        "object": _object(finding.object),
        "pointer": finding.pointer,
        "unit": _unit_key(finding.unit),
        "environments": [*finding.environments],
        "fingerprint": finding.fingerprint,
    }


def _rule(rule: RuleVerdict) -> Members:
    severity = rule.severity
    return {
        "rule": rule.rule,
        "environment": rule.environment,
        "mode": rule.mode.value,
        "verdict": rule.verdict.value,
        "severity": None if severity is None else severity.word,
        "message": rule.message,
        "because": [*rule.because],
        "fix": rule.fix,
        "location": None if rule.location is None else _place(rule.location),
    }


def _suppressed(item: Suppressed) -> Members:
    return {"finding": _finding(item.finding), "reason": item.reason, "by": item.by}


def _camel(words: str) -> str:
    first, *rest = words.split("-")
    return first + "".join(word.capitalize() for word in rest)


def _plain(value: JSONValue) -> JSONValue:
    """What JSON can hold: YAML has infinities and paths have undecodable bytes."""
    match value:
        case str():
            return well_formed(value)
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {well_formed(str(key)): _plain(item) for key, item in value.items()}
        case _:
            return value
