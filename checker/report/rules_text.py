"""Rule verdicts -> lines on a terminal: what stops the merge first, then what warns; what holds is named and counted."""

from __future__ import annotations

from checker.model.findings import Severity
from checker.model.report import Verdict
from checker.report.clean import sentence, shown
from checker.report.story import ordered_rules, place, plural
from checker.report.terminal import columns, pad, wrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checker.model.report import Report, RuleVerdict
    from checker.report.options import FormatOptions
    from checker.report.terminal import Paint

_CAUSES = 4


def rule_lines(report: Report, options: FormatOptions, paint: Paint, width: int) -> Iterator[str]:
    rules = ordered_rules(report)
    holding = [rule for rule in rules if rule.verdict is Verdict.PASSED]
    told = rules if options.verbose else [rule for rule in rules if rule.verdict is not Verdict.PASSED]
    widths = [max((columns(cell) for cell in cells), default=0) for cells in zip(*(_cells(rule) for rule in told), strict=True)]
    said: set[tuple[str, ...]] = set()
    for rule in told:
        yield from _rule(rule, widths, paint, width, again=rule.because in said, most=len(rule.because) if options.verbose else _CAUSES)
        said.add(rule.because)
    if holding and not options.verbose:
        names = list(dict.fromkeys(shown(rule.rule) for rule in holding))
        yield from (paint("dim", f"  {line}") for line in wrapped(f"{plural(len(holding), 'rule')} passed: {', '.join(names)}", width - 2))


def _rule(rule: RuleVerdict, widths: Sequence[int], paint: Paint, width: int, *, again: bool, most: int) -> Iterator[str]:
    severity = rule.severity
    mark = {Severity.ERROR: "x", Severity.WARNING: "!"}.get(severity or Severity.NOTE, " ")
    cells = "  ".join(pad(cell, room) for cell, room in zip(_cells(rule), widths, strict=True))
    start = f"  {mark} {cells}  "
    message = sentence(rule.message)
    if rule.verdict in (Verdict.UNKNOWN, Verdict.BYPASSED):
        message = f"{rule.verdict.value}: {message}"
    beside = width - columns(start) >= 60
    indent = " " * (columns(start) if beside else 6)
    style = severity.word if severity is not None else "dim"
    said = wrapped(message, width - len(indent))
    more = [line for part in _details(rule, again=again, most=most) for line in wrapped(part, width - len(indent))]
    yield paint(style, start if beside else start.rstrip()) + (said.pop(0) if beside else "")
    yield from (f"{indent}{line}" for line in said)
    yield from (f"{indent}{paint('dim', line)}" for line in more)


def _cells(rule: RuleVerdict) -> tuple[str, str, str]:
    return shown(rule.rule, 40), shown(rule.environment, 40), rule.mode.value


def _details(rule: RuleVerdict, *, again: bool, most: int) -> Iterator[str]:
    if again and rule.because:
        yield "moved by the same as above"
    else:
        yield from (sentence(because) for because in rule.because[:most])
        if len(rule.because) > most:
            yield f"and {plural(len(rule.because) - most, 'more cause')} (--verbose)"
    if rule.fix:
        yield f"to fix: {sentence(rule.fix)}"
    if rule.location is not None:
        where = place(rule.location)
        if not any(where in because for because in rule.because):
            yield f"at {where}"
