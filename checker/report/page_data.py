"""Report -> the values that the page shows: plain JSON, every text in it already safe to show, said once and referred to by number."""

from __future__ import annotations

from collections.abc import Sequence

from checker.model.diff import EnvironmentDiff, ObjectDiff, UnitDiff
from checker.model.findings import Finding, Severity
from checker.model.objects import JSONValue, Location
from checker.model.report import Report
from checker.report.clean import sentence, shown, uri_path
from checker.report.images import image_changes
from checker.report.manifest import diff_lines
from checker.report.options import FormatOptions
from checker.report.story import Units, change_counts, dangers, object_name, ordered_rules, place, shown_environments, told_units
from checker.report.values import field_path, transition
from checker.report.verdict import count_words, headline, unit_words

Members = dict[str, JSONValue]
_LINES = 5_000
_FIELDS = 200


def page_data(report: Report, options: FormatOptions) -> Members:
    return _Data(report, options).value()


class _Data:
    def __init__(self, report: Report, options: FormatOptions) -> None:
        self.report = report
        self.options = options
        self.titles = Units(report)
        self.texts: list[JSONValue] = []
        self.text_numbers: dict[str, int] = {}
        self.objects: list[JSONValue] = []
        self.units: list[JSONValue] = []
        self.unit_numbers: dict[tuple[str, object], int] = {}

    def value(self) -> Members:
        report = self.report
        shown_here = shown_environments(report, self.options)
        told = told_units(shown_here, show_noise=True)
        environments: list[JSONValue] = []
        for diff in shown_here:
            numbers: list[JSONValue] = []
            for unit in told[diff.environment]:
                twin = None if unit.twin is None else self.unit_numbers[unit.twin[0], unit.twin[1].unit.key]
                self.unit_numbers[diff.environment, unit.diff.unit.key] = len(self.units)
                numbers.append(len(self.units))
                self.units.append(self._unit(unit.diff, twin, unit.namespaces))
            environments.append(self._environment(diff, numbers))
        return {
            "verdict": headline(report),
            "tone": _tone(report, shown_here),
            "counts": count_words(report),
            "meta": self._meta(),
            "notes": [sentence(note) for note in report.notes],
            "environments": environments,
            "units": self.units,
            "objects": self.objects,
            "texts": self.texts,
            "images": _images(shown_here),
            "dangers": self._dangers(shown_here),
            "rules": self._rules(),
            "findings": [self._finding(finding) for finding in report.findings],
            "gaps": self._gaps(),
            "suppressed": [
                {**self._finding(item.finding), "reason": sentence(item.reason), "by": sentence(item.by)} for item in report.suppressed
            ],
        }

    def _meta(self) -> list[JSONValue]:
        report = self.report
        parts = [f"gitops-check {report.tool_version}"]
        if report.change is not None:
            parts += [f"base {shown(str(report.change.base))}", f"head {shown(str(report.change.head))}"]
        parts += [unit_words(report)] if report.units else []
        parts += [f"{shown(name)} {shown(version)}" for name, version in report.engines]
        return [*parts]

    def _environment(self, diff: EnvironmentDiff, units: list[JSONValue]) -> Members:
        return {
            "name": shown(diff.environment) or "no environment",
            "guarded": diff.guarded,
            "moves": diff.moves,
            "unknown": sum(item.affected for item in diff.not_rendered),
            "counts": {change.value: number for change, number in change_counts(diff.units).items()},
            "units": units,
        }

    def _unit(self, diff: UnitDiff, twin: int | None, namespaces: Sequence[str]) -> Members:
        value: Members = {
            "title": self.titles.title(diff.unit),
            "short": self.titles.short(diff.unit),
            "change": diff.change.value,
            "state": diff.state.value,
            "notes": [sentence(note) for note in diff.notes],
            "causes": [
                {"text": place(cause.location), "shared": cause.shared, "url": self._link(cause.location)} for cause in diff.causes[:20]
            ],
        }
        if twin is not None:
            return {**value, "twin": twin, "namespaces": [shown(name) for name in namespaces]}
        first = len(self.objects)
        self.objects += [self._object(item) for item in diff.objects]
        return {**value, "objects": [first, len(self.objects)]}

    def _object(self, diff: ObjectDiff) -> Members:
        lines = [str(line) for line in diff_lines(diff)]
        if len(lines) > _LINES:
            lines = [*lines[:_LINES], f"@@ and {len(lines) - _LINES:,} more lines @@"]
        aside = f"was {shown(diff.before_key.name)}" if diff.before_key is not None and diff.before_key != diff.key else ""
        aside = f"from {shown(diff.moved_from)}" if diff.moved_from else aside
        fields = [f"{field_path(change.path)}  {transition(change)}" for change in diff.fields[:_FIELDS]]
        return {
            "kind": shown(diff.key.kind),
            "namespace": shown(diff.key.namespace),
            "name": shown(diff.key.name),
            "change": diff.change.value,
            "noise": diff.is_noise,
            "aside": aside,
            "effects": [
                {"id": shown(effect.id), "severity": effect.severity.word, "message": sentence(effect.message)} for effect in diff.effects
            ],
            "fields": self._text("\n".join(fields)),
            "folded": self._text("\n".join(f"{field_path(change.path)}  {transition(change)}" for change in diff.folded[:_FIELDS])),
            "diff": self._text("\n".join(lines)),
        }

    def _text(self, text: str) -> int:
        number = self.text_numbers.setdefault(text, len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
        return number

    def _dangers(self, environments: Sequence[EnvironmentDiff]) -> list[JSONValue]:
        found: list[JSONValue] = []
        for danger in dangers(environments):
            names = [object_name(key) for key in danger.keys]
            found.append(
                {
                    "id": shown(danger.effect.id),
                    "severity": danger.effect.severity.word,
                    "message": danger.said,
                    "objects": [*names[:5]],
                    "more": max(0, len(names) - 5),
                    "environments": [shown(name) for name in danger.environments],
                }
            )
        return found

    def _rules(self) -> list[JSONValue]:
        return [
            {
                "rule": shown(rule.rule),
                "environment": shown(rule.environment),
                "mode": rule.mode.value,
                "verdict": rule.verdict.value,
                "severity": rule.severity.word if rule.severity is not None else "good",
                "message": sentence(rule.message),
                "because": [sentence(because) for because in rule.because],
                "fix": sentence(rule.fix),
                "where": place(rule.location) if rule.location is not None else "",
                "url": self._link(rule.location) if rule.location is not None else "",
            }
            for rule in ordered_rules(self.report)
        ]

    def _finding(self, finding: Finding) -> Members:
        return {
            "rule": shown(finding.rule),
            "severity": finding.severity.word,
            "outcome": finding.outcome.value,
            "message": sentence(finding.message),
            "where": place(finding.location),
            "url": self._link(finding.location),
            "object": object_name(finding.object) if finding.object is not None else "",
            "environments": [shown(name) for name in finding.environments],
        }

    def _gaps(self) -> list[JSONValue]:
        return [
            {
                "title": self.titles.title(item.unit),
                "environment": shown(item.unit.environment),
                "side": item.side,
                "reason": item.reason.value,
                "message": sentence(item.message),
                "where": place(item.location),
                "url": self._link(item.location),
                "affected": item.affected,
            }
            for item in sorted(self.report.not_rendered, key=lambda item: not item.affected)
        ]

    def _link(self, location: Location) -> str:
        template = self.options.source_url
        if not template.startswith(("https://", "http://")):
            return ""
        return template.replace("{path}", uri_path(location.path)).replace("{line}", str(location.line or 1))


def _tone(report: Report, environments: Sequence[EnvironmentDiff]) -> str:
    worst = max([report.worst() or Severity.NOTE, *(danger.effect.severity for danger in dangers(environments))])
    return {Severity.ERROR: "error", Severity.WARNING: "warning"}.get(worst, "good")


def _images(environments: Sequence[EnvironmentDiff]) -> Members:
    table = image_changes(environments)
    names = [diff.environment for diff in environments if any(diff.environment in row for row in table.values())]
    rows: list[JSONValue] = [
        {"image": shown(image), "cells": [", ".join(shown(words) for words in row.get(name, [])) for name in names]}
        for image, row in table.items()
    ]
    return {"environments": [shown(name) or "no environment" for name in names], "rows": rows}
