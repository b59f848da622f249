"""Report -> the pull-request comment: the verdict, counts, what is dangerous, images, then detail folded away, within a budget of bytes.

What must be seen always fits: verdict, counts, broken rules, dangerous effects, units not rendered. Detail fills what is left: whole
objects first, then their names, then their number. No line starts with text from the repository, because forges take some as commands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from checker.model.diff import Change, NotRendered
from checker.model.findings import Finding, Severity
from checker.model.objects import Location
from checker.model.report import Report, RuleVerdict, Verdict
from checker.model.units import State
from checker.report import markup
from checker.report.clean import shorten, uri_path
from checker.report.images import image_table
from checker.report.markdown_units import Room, unit_sections
from checker.report.markdown_warnings import tell
from checker.report.options import FormatOptions
from checker.report.posted import hidden_lines
from checker.report.story import (
    Danger,
    Units,
    alike_gaps,
    change_counts,
    concerned,
    dangers,
    listed_findings,
    object_name,
    ordered_rules,
    place,
    plural,
    said_once,
    shown_environments,
    spots,
)
from checker.report.verdict import count_words, headline, unit_words

_NUMBERS = ("units", *(change.value for change in Change))
"""Columns whose cells are numbers."""
_ALWAYS = (Change.CREATED, Change.CHANGED, Change.DELETED)
_ROWS = 20
_NAMES = 5
_FOOTER = 600


class Limits(NamedTuple):
    """Of the part that always fits: lines of one kind, characters of one sentence, names in one list."""

    lines: int
    chars: int
    names: int


_LADDER = (Limits(20, 400, 5), Limits(8, 160, 3), Limits(3, 60, 1))
_HEAD_SHARE = 0.6


def markdown(report: Report, options: FormatOptions) -> str:
    page = _Page(report, options)
    foot = page.footer()
    head = page.head(options.budget * _HEAD_SHARE)
    room = Room(options.budget - len(head.encode()) - len(foot.encode()) - _FOOTER)
    detail = [*page.warnings(room), *page.not_rendered(room), *unit_sections(report, options, page.units, room)]
    cut = [room.note(options.full_report)] if room.left_out else []
    return "\n\n".join([head, *detail, *cut, foot]) + "\n"


class _Page:
    def __init__(self, report: Report, options: FormatOptions) -> None:
        self.report = report
        self.options = options
        self.environments = shown_environments(report, options)
        self.units = Units(report)
        self.dangers = dangers(self.environments)
        self.limits = _LADDER[0]

    def head(self, most: float) -> str:
        """The verdict and all that must be seen, as fully as `most` bytes allow."""
        title = f"{hidden_lines(self.report, self.options)}\n### gitops-check: {markup.text(headline(self.report))}"
        for limits in _LADDER:
            self.limits = limits
            head = "\n\n".join([title, *self._summary(limits)])
            if len(head.encode()) <= most:
                return head
        return f"{title}\n\nThere is more to see than fits here."

    def _summary(self, limits: Limits) -> Iterator[str]:
        if any(diff.moves or any(item.affected for item in diff.not_rendered) for diff in self.environments):
            yield self._counts()
        stopped = [rule for rule in ordered_rules(self.report) if rule.severity is Severity.ERROR]
        warned = [rule for rule in ordered_rules(self.report) if rule.severity is Severity.WARNING]
        worst = [danger for danger in self.dangers if _stops(danger)]
        other = [danger for danger in self.dangers if not _stops(danger)]
        yield from _alert("CAUTION", [*_rule_lines(stopped, limits), *_danger_lines(worst, limits)])
        yield from _alert("WARNING", [*_rule_lines(warned, limits), *_danger_lines(other, limits)])
        lifted = [rule for rule in self.report.rules or () if rule.verdict is Verdict.BYPASSED]
        if lifted:
            yield "\n".join(f"- {line}" for line in _rule_lines(lifted, limits))
        yield from image_table(self.environments, rows=limits.lines, chars=limits.chars)
        if self.report.notes:
            yield "\n".join(f"- {_said(note, limits)}" for note in self.report.notes[: limits.lines])

    def _counts(self) -> str:
        extra = [
            change for change in Change if change not in _ALWAYS and any(change_counts(diff.units)[change] for diff in self.environments)
        ]
        columns = [*_ALWAYS, *extra]
        names = ["environment", "units", *(change.value for change in columns)]
        unknown = any(item.affected for diff in self.environments for item in diff.not_rendered)
        names += ["unknown"] if unknown else []
        names += ["rules"] if self.report.rules else []
        rows = []
        still = []
        for diff in self.environments:
            gap = sum(item.affected for item in diff.not_rendered)
            if not diff.moves and not gap:
                still.append(markup.code(diff.environment or "no environment", table=True))
                continue
            counts = change_counts(diff.units)
            name = markup.code(diff.environment or "no environment", table=True)
            cells = [
                f"**{name}**" if diff.guarded else name,
                f"{sum(unit.moves for unit in diff.units):,}",
                *(f"{counts[change]:,}" for change in columns),
            ]
            cells += [plural(gap, "unit") if gap else ""] if unknown else []
            cells += [self._rules_cell(diff.environment)] if self.report.rules else []
            rows.append(cells)
        shown, hidden = rows[:_ROWS], rows[_ROWS:]
        table = _table(names, shown)
        more = (
            f"\n\n{plural(len(hidden), 'more environment')} moves."
            if len(hidden) == 1
            else f"\n\n{len(hidden):,} more environments move."
            if hidden
            else ""
        )
        quiet = (
            f"\n\nDoes not move: {', '.join(still[:_ROWS])}{f' and {len(still) - _ROWS:,} more' if len(still) > _ROWS else ''}."
            if still
            else ""
        )
        return f"{table}{more}{quiet}"

    def _rules_cell(self, environment: str) -> str:
        rules = [rule for rule in self.report.rules or () if rule.environment == environment]
        broken = sum(rule.severity is Severity.ERROR for rule in rules)
        warned = sum(rule.severity is Severity.WARNING for rule in rules)
        parts = [f"{broken} broken"] if broken else []
        parts += [plural(warned, "warning")] if warned else []
        return ", ".join(parts) or ("passed" if rules else "none")

    def warnings(self, room: Room) -> Iterator[str]:
        """Every dangerous effect and broken rule that the summary had to count, and every finding."""
        crowded = len(self.dangers) > _LADDER[0].lines or any(len(danger.keys) > self.limits.names for danger in self.dangers)
        rules = [rule for rule in ordered_rules(self.report) if rule.severity is not None and rule.severity > Severity.NOTE]
        told = tell(
            self.dangers if crowded or self.limits is not _LADDER[0] else (),
            rules if max(Counter(rule.severity for rule in rules).values(), default=0) > self.limits.lines else (),
            said_once(listed_findings(self.report)),
            self._finding,
            room.size - room.used,
        )
        for block in told.blocks:
            yield room.take(block)
        for kind, number in told.left_out.items():
            room.leave(kind, number)

    def _finding(self, alike: Sequence[Finding], chars: int) -> str:
        finding = alike[0]
        where = markup.code(place(finding.location))
        address = self._link(finding.location)
        where = f"[{where}]({address})" if address else where
        about = [markup.code(object_name(finding.object))] if finding.object is not None and len(alike) == 1 else []
        about += [markup.code(environment) for environment in concerned(alike) if environment]
        places = spots(alike)
        most = _NAMES if finding.severity is Severity.NOTE else len(places)
        about += [f"also {', '.join(markup.code(place(other)) for other in places[1:most])}"] if len(places) > 1 else []
        about += [f"and {plural(len(places) - most, 'more place')}"] if len(places) > most else []
        said = f" ({', '.join(about)})" if about else ""
        message = markup.text(shorten(finding.message, chars))
        return f"- **{finding.severity.word}** {markup.code(finding.rule)} {where}: {message}{said}\n"

    def _link(self, location: Location) -> str:
        template = self.options.source_url
        if not template.startswith(("https://", "http://")):
            return ""
        return (
            template.replace("{path}", uri_path(location.path))
            .replace("{line}", str(location.line or 1))
            .replace(")", "%29")
            .replace(" ", "%20")
        )

    def not_rendered(self, room: Room) -> Iterator[str]:
        items = self.report.not_rendered
        if not items:
            return
        affected = [item for item in items if item.affected]
        other = [item for item in items if not item.affected]
        for some, words, opened in (
            (affected, "touched by this change could not be rendered: effect unknown", " open"),
            (other, "that this change does not touch could not be rendered", ""),
        ):
            lines = [self._gap(alike) for alike in alike_gaps(some)]
            start = f"<details{opened}><summary>{plural(len(some), 'unit')} {words}</summary>\n\n"
            yield from room.block(start, lines, "\n</details>", "unit")

    def _gap(self, alike: Sequence[NotRendered]) -> str:
        item = alike[0]
        others = [markup.code(self.units.short(other.unit)) for other in alike[1:]]
        more = f" and {len(others) - _ROWS:,} more" if len(others) > _ROWS else ""
        also = f", {', '.join(others[:_ROWS])}{more}" if others else ""
        side = "" if item.side == "both" else f", only at {item.side}"
        return (
            f"- {markup.code(self.units.title(item.unit))}{also}: {item.reason.value}{side}: {markup.text(item.message)} "
            f"({markup.code(place(item.location))})\n"
        )

    def footer(self) -> str:
        report = self.report
        parts = []
        if report.change is not None:
            parts += [f"base {markup.code(str(report.change.base))}", f"head {markup.code(str(report.change.head))}"]
        parts.append(f"gitops-check {report.tool_version}")
        parts += [f"{markup.text(name)} {markup.text(version)}" for name, version in report.engines]
        if report.units:
            states = report.units_by_state()
            all_done = states[State.RENDERED] == len(report.units)
            parts.append(f"{plural(len(report.units), 'unit')} rendered" if all_done else unit_words(report))
        if self.options.duration is not None:
            parts.append(f"{self.options.duration:.1f} s")
        full = f" Full report: {markup.text(self.options.full_report)}" if self.options.full_report else ""
        # a break within <sub> would print both lines on one another
        return f"<sub>{count_words(report)}.</sub><br><sub>{', '.join(parts)}.{full}</sub>"


def _stops(danger: Danger) -> bool:
    """Errors, and what is lost for good."""
    return danger.effect.severity is Severity.ERROR or danger.effect.id.startswith("deletes-")


def _alert(kind: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield "\n".join([f"> [!{kind}]", *(f"> - {line}" for line in lines)])


def _said(text: str, limits: Limits) -> str:
    return markup.text(shorten(text, limits.chars))


def _rule_lines(rules: Sequence[RuleVerdict], limits: Limits) -> list[str]:
    lines = []
    for rule in rules[: limits.lines]:
        verdict = "" if rule.verdict is Verdict.BROKEN else f"{rule.verdict.value}: "
        fix = f"<br>To fix: {_said(rule.fix, limits)}" if rule.fix else ""
        others = f"; and {plural(len(rule.because) - 1, 'more cause')}" if len(rule.because) > 1 else ""
        because = f"<br>Because: {_said(rule.because[0], limits)}{others}" if rule.because else ""
        where = f" on {markup.code(shorten(rule.environment, 60))}" if rule.environment else ""
        lines.append(f"**{_said(rule.rule, limits)}**{where}: {verdict}{_said(rule.message, limits)}{because}{fix}")
    if len(rules) > limits.lines:
        names = sorted({_said(rule.rule, limits) for rule in rules[limits.lines :]})
        lines.append(f"and {len(rules) - limits.lines:,} more: {', '.join(names[: limits.lines])}")
    return lines


def _danger_lines(found: Sequence[Danger], limits: Limits) -> list[str]:
    """One line an effect; an effect id with too many different sentences gets one line that counts them all."""
    by_id: dict[str, list[Danger]] = {}
    for danger in found:
        by_id.setdefault(danger.effect.id, []).append(danger)
    lines = []
    for name, alike in by_id.items():
        if len(alike) <= limits.lines:
            lines += [_danger_line(danger, limits) for danger in alike]
        else:
            objects = sum(len(danger.objects) for danger in alike)
            first = "; ".join(f"{_objects(danger, limits)}{_said(danger.said, limits)}" for danger in alike[: limits.names])
            lines.append(f"**{_said(name, limits)}**: {plural(objects, 'object')}, among them {first}")
    return lines


def _danger_line(danger: Danger, limits: Limits) -> str:
    return f"**{_said(danger.effect.id, limits)}**: {_objects(danger, limits)}{_said(danger.said, limits)}"


def _objects(danger: Danger, limits: Limits) -> str:
    keys = danger.keys
    names = ", ".join(markup.code(shorten(str(key), limits.chars)) for key in keys[: limits.names])
    more = f" and {len(keys) - limits.names:,} more" if len(keys) > limits.names else ""
    environments = ", ".join(_said(environment, limits) for environment in danger.environments[: limits.names] if environment)
    return f"{names}{more}{f' ({environments})' if environments else ''}"


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [names, ["---", *("---:" if name in _NUMBERS else "---" for name in names[1:])], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
