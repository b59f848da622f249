"""Findings -> lines on a terminal, and the bare lines of a commit hook in the shape that editors parse."""

from __future__ import annotations

from checker.model.findings import Outcome, Severity
from checker.model.report import Verdict
from checker.report.clean import sentence, shown
from checker.report.story import by_place, concerned, listing, object_name, ordered_rules, place, plural, said_once, spots
from checker.report.terminal import columns, filled, pad, wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checker.model.findings import Finding
    from checker.model.report import Report, Suppressed
    from checker.report.options import FormatOptions
    from checker.report.terminal import Paint

_PLACES = 3
"""Places of a repeated note that are named without --verbose."""


def finding_lines(findings: Sequence[Finding], options: FormatOptions, paint: Paint, width: int) -> Iterator[str]:
    """What is said of many places is said once: with all of them for errors and warnings, with their number for notes."""
    groups = [[finding] for finding in sorted(findings, key=lambda finding: -finding.severity)] if options.verbose else said_once(findings)
    rows = [(place(alike[0].location), alike[0].severity, alike[0].rule, _crowd(alike, options), _others(alike)) for alike in groups]
    first = min(max(30, width * 2 // 5), max(columns(row[0]) for row in rows))
    second = min(28, max(columns(row[2]) for row in rows))
    for where, severity, rule, message, others in rows:
        start = f"  {pad(where, first)}  {pad(severity.word, 7)}  {pad(shown(rule), second)}  "
        beside = width - columns(start) >= 40
        indent = " " * (columns(start) if beside else 6)
        said = wrapped(message, width - len(indent))
        head = f"  {pad(where, first)}  " + paint(severity.word, pad(severity.word, 7)) + f"  {pad(shown(rule), second)}  "
        yield head + said[0] if beside else head.rstrip()
        yield from (f"{indent}{line}" for line in (said[1:] if beside else said))
        yield from (paint("dim", f"{indent}{line}") for line in filled(others, width - len(indent), "  "))


def _crowd(alike: Sequence[Finding], options: FormatOptions) -> str:
    """What is said of all of them; of notes with some of the places."""
    if len(alike) == 1:
        return _said(alike[0], options)
    if alike[0].severity is Severity.NOTE:
        return _said(alike[0], options) + _also(alike)
    number = len(spots(alike))
    about = f"{number:,} places" if number > 1 else _at_one_place(alike)
    return sentence(alike[0].message) + (f" ({about})" if about else "")


def _at_one_place(alike: Sequence[Finding]) -> str:
    objects = list(dict.fromkeys(object_name(finding.object) for finding in alike if finding.object is not None))
    environments = [shown(environment) or "no environment" for environment in concerned(alike)]
    return "; ".join(listing(names, 3) for names in (objects, environments) if names)


def _others(alike: Sequence[Finding]) -> list[str]:
    """The further places of errors and warnings, every one: somebody has to go there."""
    return [place(location) for location in spots(alike)[1:]] if alike[0].severity > Severity.NOTE else []


def _also(alike: Sequence[Finding]) -> str:
    places = [place(location) for location in spots(alike)]
    more = f", and {plural(len(places) - _PLACES, 'more place')} (--verbose)" if len(places) > _PLACES else ""
    return f"; also {', '.join(places[1:_PLACES])}{more}" if len(places) > 1 else ""


def hook_lines(report: Report, options: FormatOptions, paint: Paint) -> Iterator[str]:
    """`file:line:column: severity rule: message`, nothing when all is well, else one line on how to go on."""
    least = Severity.NOTE if options.verbose else Severity.WARNING
    rules = [rule for rule in ordered_rules(report) if (rule.severity or 0) >= least]
    findings = [finding for finding in report.findings if finding.severity >= least]
    for rule in report.rules or ():
        if rule.verdict is Verdict.BYPASSED:
            yield f"environment {shown(rule.environment)}: {paint('note', 'note')} {shown(rule.rule)}: {sentence(rule.message)}"
    for alike in by_place(sorted(findings, key=lambda finding: -finding.severity)):
        severity = alike[0].severity.word
        yield f"{place(alike[0].location)}: {paint(severity, severity)} {shown(alike[0].rule)}: {_crowd(alike, options)}"
    for rule in rules:
        assert rule.severity is not None
        severity = rule.severity.word
        where = place(rule.location) if rule.location is not None else f"environment {shown(rule.environment)}"
        yield f"{where}: {paint(severity, severity)} {shown(rule.rule)}: {sentence(rule.message)}"
        yield from (f"    {sentence(because)}" for because in rule.because)
        if rule.fix:
            yield f"    to fix: {sentence(rule.fix)}"
    if findings or rules:
        worst = max([(finding.severity, finding.rule) for finding in findings] + [(rule.severity or 0, rule.rule) for rule in rules])[1]
        yield (
            f"`gitops-check explain {shown(worst)}` says more; "
            "`# gitops-check: ignore[rule] reason` on the line or above it suppresses a finding"
        )


def suppressed_lines(items: Sequence[Suppressed], width: int) -> Iterator[str]:
    for item in items:
        finding = item.finding
        yield f"  {place(finding.location)}  {shown(finding.rule)}: {sentence(finding.message)}"
        yield from (f"      {line}" for line in wrapped(f"because: {sentence(item.reason)} ({sentence(item.by)})", width - 6))


def _said(finding: Finding, options: FormatOptions) -> str:
    """The message with what places it where the line does not: the object, and the environments it is in."""
    parts = [sentence(finding.message)]
    if finding.outcome is Outcome.NOT_CHECKED and finding.severity > Severity.NOTE:
        parts.append("[not checked]")
    about = []
    if (
        finding.object is not None
        and (options.verbose or finding.location.line is None or finding.unit is not None)
        and finding.object.name not in finding.message
    ):
        about.append(object_name(finding.object))
    if finding.environments and (options.verbose or finding.unit is not None):
        about.append(", ".join(shown(environment) or "no environment" for environment in finding.environments))
    if about:
        parts.append(f"({'; '.join(about)})")
    return " ".join(parts)
