"""Effects, findings and broken rules of a report -> the folded sections of the comment that name every one of them.

Rungs, until everything fits: each in a sentence; each in a short sentence; grouped by id with nothing but the places. Only where
that is too much as well are places counted instead, those of notes first and those of errors last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from checker.model.findings import Finding, Severity
from checker.model.records import dataclass, field, replace
from checker.model.report import RuleVerdict
from checker.report import markup
from checker.report.clean import shorten, shown
from checker.report.story import Danger, object_name, place, plural

MARKS: Mapping[Severity, str] = {Severity.ERROR: "❌ ", Severity.WARNING: "⚠️ ", Severity.NOTE: ""}
_OPEN = 20
"""As many findings are shown unfolded where one of them is an error."""
_SPAN = 10
"""Places in one code span: what does not fit is left out by so many."""


class Rung(NamedTuple):
    """How long a sentence may be, 0 for none, and how much of the room everything may take."""

    chars: int
    share: float


RUNGS = (Rung(400, 0.5), Rung(120, 0.7), Rung(0, 0.95))


@dataclass(slots=True)
class Crowd:
    """All of one id and severity: where they are, by what the places have in common."""

    section: str
    id: str
    severity: Severity
    places: dict[str, list[str]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(map(len, self.places.values()))

    def line(self, spans: Sequence[str], left: int) -> str:
        more = f"; and {left:,} more" if left and spans else ""
        told = f": {'; '.join(spans)}{more}" if spans else ""
        return f"- {MARKS[self.severity]}**{markup.text(self.id)}** ×{self.size:,}{told}\n"

    def spans(self) -> Iterator[tuple[str, int]]:
        """Code spans of some places each, and how many they hold."""
        for common, names in self.places.items():
            for start in range(0, len(names), _SPAN):
                some = names[start : start + _SPAN]
                title = f"{markup.code(common)} " if common and not start else ""
                yield f"{title}{markup.code(', '.join(some))}", len(some)


@dataclass(slots=True, kw_only=True)
class Told:
    """The sections, and how many warnings of each kind there was no room for."""

    blocks: list[str]
    left_out: dict[str, int] = field(default_factory=dict)


Sentence = Callable[[Sequence[Finding], int], str]
"""A finding, with others that say the same, in a line of so many characters of message."""


def tell(
    dangers: Sequence[Danger], rules: Sequence[RuleVerdict], findings: Sequence[Sequence[Finding]], sentence: Sentence, room: int
) -> Told:
    """`dangers` and `rules` are those that the summary above had to count. `room` is in bytes."""
    for rung in RUNGS[:-1]:
        effects = [_effect(danger, rung.chars) for danger in dangers] + [_rule(rule, rung.chars) for rule in rules]
        lines = [sentence(alike, rung.chars) for alike in findings]
        title, opened = _findings_title(findings)
        blocks = [*_section(_effects_title(dangers, rules), effects, opened=False), *_section(title, lines, opened=opened)]
        if _bytes(blocks) <= room * rung.share:
            return Told(blocks=blocks)
    return _grouped(dangers, rules, findings, int(room * RUNGS[-1].share))


def _grouped(dangers: Sequence[Danger], rules: Sequence[RuleVerdict], findings: Sequence[Sequence[Finding]], room: int) -> Told:
    crowds = sorted([*_crowds_of_effects(dangers, rules), *_crowds_of_findings(findings)], key=lambda crowd: -crowd.severity)
    titles = {"effect": _effects_title(dangers, rules), "finding": _findings_title(findings)[0]}
    left = room - sum(len(title.encode()) + 60 for title in titles.values())
    heads = [len(crowd.line((), 0).encode()) + 24 for crowd in crowds]
    named = next((number for number in range(len(crowds) + 1) if sum(heads[: number + 1]) > left), len(crowds))
    left -= sum(heads[:named])
    lines: dict[str, list[str]] = {section: [] for section in titles}
    told = Told(blocks=[])
    for number, crowd in enumerate(crowds):
        spans = []
        kept = 0
        for span, size in crowd.spans() if number < named else ():
            if len(span.encode()) + 2 > left:
                break
            left -= len(span.encode()) + 2
            spans.append(span)
            kept += size
        if number < named:
            lines[crowd.section].append(crowd.line(spans, crowd.size - kept))
        if kept < crowd.size:
            told.left_out[crowd.section] = told.left_out.get(crowd.section, 0) + crowd.size - kept
    for section, title in titles.items():
        told.blocks += _section(title, lines[section], opened=False)
    return told


def _crowds_of_effects(dangers: Sequence[Danger], rules: Sequence[RuleVerdict]) -> list[Crowd]:
    found: dict[tuple[str, Severity], Crowd] = {}
    for danger in dangers:
        crowd = found.setdefault((danger.effect.id, danger.effect.severity), Crowd("effect", danger.effect.id, danger.effect.severity))
        for environment, key in danger.objects:
            common = " ".join(filter(None, (shown(environment), shown(key.kind), shown(key.namespace))))
            crowd.places.setdefault(common, []).append(shown(key.name))
    for rule in rules:
        severity = rule.severity or Severity.NOTE
        found.setdefault((rule.rule, severity), Crowd("effect", rule.rule, severity)).places.setdefault("", []).append(
            shown(rule.environment)
        )
    return [*found.values()]


def _crowds_of_findings(findings: Sequence[Sequence[Finding]]) -> list[Crowd]:
    found: dict[tuple[str, Severity], Crowd] = {}
    for finding in (one for alike in findings for one in alike):
        crowd = found.setdefault((finding.rule, finding.severity), Crowd("finding", finding.rule, finding.severity))
        folder, _, name = place(replace(finding.location, column=None)).rpartition("/")
        crowd.places.setdefault(f"{folder}/" if folder else "", []).append(name)
    return [*found.values()]


def _effect(danger: Danger, chars: int) -> str:
    names = ", ".join(markup.code(object_name(key)) for key in danger.keys)
    environments = ", ".join(markup.text(environment) for environment in danger.environments if environment)
    said = markup.text(shorten(danger.said, chars))
    where = f"{names}{f' ({environments})' if environments else ''}"
    return f"- {MARKS[danger.effect.severity]}**{markup.text(danger.effect.id)}** {where}{said}\n"


def _rule(rule: RuleVerdict, chars: int) -> str:
    where = f" on {markup.code(rule.environment)}" if rule.environment else ""
    return f"- {MARKS[rule.severity or Severity.NOTE]}**{markup.text(rule.rule)}**{where}: {markup.text(shorten(rule.message, chars))}\n"


def _effects_title(dangers: Sequence[Danger], rules: Sequence[RuleVerdict]) -> str:
    parts = [plural(len(rules), "rule")] if rules else []
    parts += [plural(sum(len(danger.objects) for danger in dangers), "effect")] if dangers else []
    return f"All {' and '.join(parts)} to look at"


def _findings_title(findings: Sequence[Sequence[Finding]]) -> tuple[str, bool]:
    """And whether the section is open: where it is short and holds an error."""
    severities = [finding.severity for alike in findings for finding in alike]
    counts = [(severity, severities.count(severity)) for severity in reversed(Severity)]
    words = ", ".join(plural(number, severity.word) for severity, number in counts if number)
    return f"Findings: {words}", bool(counts[0][1]) and len(severities) <= _OPEN


def _section(title: str, lines: Sequence[str], *, opened: bool) -> list[str]:
    return [f"<details{' open' if opened else ''}><summary>{title}</summary>\n\n{''.join(lines)}\n</details>"] if lines else []


def _bytes(blocks: Sequence[str]) -> int:
    return sum(len(block.encode()) + 2 for block in blocks)
