"""Environments -> the folded sections of the comment, one a unit with a fenced diff per object, as far as there is room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from checker.model.diff import Change, ObjectDiff, UnitDiff
from checker.model.findings import Severity
from checker.model.report import Report
from checker.report import markup
from checker.report.manifest import diff_lines
from checker.report.options import FormatOptions
from checker.report.story import (
    SYMBOLS,
    Seen,
    Told,
    Units,
    bumped_alike,
    change_counts,
    folded_count,
    object_groups,
    object_name,
    plural,
    shown_effects,
    shown_environments,
    told_units,
    urgency,
)

_FULL_SHARE = 0.85
"""Of the room, so much goes to whole objects; the rest is for the names of the others."""
_DIFF_LINES = 400
_CAUSES = 5


class Room:
    """The bytes that are left. What does not fit is counted by kind, and said at the end."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.used = 0
        self.left_out: dict[str, int] = {}

    def fits(self, text: str, share: float = 1.0) -> bool:
        return self.used + len(text.encode()) + 2 <= self.size * share

    def take(self, text: str) -> str:
        self.used += len(text.encode()) + 2
        return text

    def leave(self, kind: str, number: int) -> None:
        if number:
            self.left_out[kind] = self.left_out.get(kind, 0) + number

    def block(self, start: str, lines: Sequence[str], end: str, kind: str) -> Iterator[str]:
        """As many of the lines as half of what is left holds, within start and end."""
        most = (self.used + self.size) / 2
        taken = [self.take(line) for line in lines if self.used + len((start + end + line).encode()) + 2 <= most]
        self.leave(kind, len(lines) - len(taken))
        if taken:
            self.used += len((start + end).encode()) + 2
            more = f"- and {len(lines) - len(taken):,} more\n" if len(taken) < len(lines) else ""
            yield f"{start}{''.join(taken)}{more}{end}"

    def note(self, full_report: str) -> str:
        parts = ", ".join(plural(number, kind) for kind, number in self.left_out.items())
        where = f"; all of it is in {markup.text(full_report)}" if full_report else ""
        return f"_Left out here for length: the detail of {parts}{where}._"


def unit_sections(report: Report, options: FormatOptions, units: Units, room: Room) -> Iterator[str]:
    environments = shown_environments(report, options)
    told = told_units(environments, show_noise=options.show_noise)
    seen = Seen()
    for diff in environments:
        here = told[diff.environment]
        for group in bumped_alike([unit for unit in here if unit.twin is None]):
            if len(group) == 1:
                yield from _unit(group[0], diff.environment, options, units, room, seen)
            else:
                yield from _units_alike(group, diff.environment, options, room)
        yield from _twins(diff.environment, [unit for unit in here if unit.twin is not None], units, room)
        folded = folded_count(diff.units)
        if folded and not options.show_noise:
            line = f"{markup.code(diff.environment or 'no environment')}: {plural(folded, 'more object')} with noise only, folded."
            if room.fits(line):
                yield room.take(line)


def _unit(told: Told, environment: str, options: FormatOptions, units: Units, room: Room, seen: Seen) -> Iterator[str]:
    diff = told.diff
    objects = [item for item in diff.objects if options.show_noise or not item.is_noise]
    counts = ", ".join(f"{number:,} {change.value}" for change in Change if (number := change_counts([diff])[change]))
    title = markup.text_html(units.title(diff.unit, environment))
    start = f"<details><summary>{_bold(environment)}{title}: {counts}</summary>"
    if not room.fits(f"{start}\n\n</details>"):
        room.leave("object", len(objects))
        return
    room.take(f"{start}\n\n</details>")
    parts = [start]
    facts = [f"- {markup.text(note)}" for note in diff.notes]
    facts += _causes(diff)
    if diff.state.value == "suspended":
        facts.append("- the unit is suspended: nothing happens until it is resumed")
    if facts and room.fits("\n".join(facts)):
        parts.append(room.take("\n".join(facts)))
    named: list[ObjectDiff] = []
    for group in sorted(object_groups(objects), key=lambda group: urgency(group[0])):
        elsewhere = seen.before(group[0], environment) if len(group) == 1 else None
        block = _block(group, options) if elsewhere is None else _reference(group[0], elsewhere)
        if room.fits(block, _FULL_SHARE):
            parts.append(room.take(block))
        else:
            named += group
    parts += _names(named, room)
    yield "\n\n".join([*parts, "</details>"])


def _bold(environment: str) -> str:
    return f"<b>{markup.text_html(environment)}</b>: " if environment else ""


def _causes(diff: UnitDiff) -> Iterator[str]:
    """The files behind the change, those that other environments share apart."""
    for words, shared in (("changed by", False), ("changed through shared", True)):
        paths = [markup.code(cause.path) for cause in diff.causes if cause.shared is shared]
        if paths:
            more = f" and {len(paths) - _CAUSES:,} more" if len(paths) > _CAUSES else ""
            yield f"- {words} {', '.join(paths[:_CAUSES])}{more}"


def _units_alike(group: Sequence[Told], environment: str, options: FormatOptions, room: Room) -> Iterator[str]:
    """One object in each of several units, changed in the same way."""
    objects = [unit.diff.objects[0] for unit in group]
    start = f"<details><summary>{_bold(environment)}{len(group):,} units, each alike ({len(group):,} {objects[0].change.value})</summary>"
    block = f"{start}\n\n{_block(objects, options)}\n\n</details>"
    if room.fits(block):
        yield room.take(block)
    else:
        room.leave("object", len(objects))


def _names(objects: Sequence[ObjectDiff], room: Room) -> Iterator[str]:
    """What there was no room to show in full: names as far as they fit, deleted ones first, then the number."""
    if not objects:
        return
    room.leave("object", len(objects))
    lines = []
    for item in sorted(objects, key=lambda item: item.change is not Change.DELETED):
        line = f"- {markup.code(f'{SYMBOLS[item.change]} {object_name(item.key)}')} {item.change.value}"
        if not room.fits(line):
            break
        lines.append(room.take(line))
    if len(lines) < len(objects):
        lines.append(f"- and {len(objects) - len(lines):,} more")
    yield "\n".join(lines)


def _block(group: Sequence[ObjectDiff], options: FormatOptions) -> str:
    first = group[0]
    names = ", ".join(markup.code(object_name(item.key)) for item in group[:20]) + (
        f" and {len(group) - 20:,} more" if len(group) > 20 else ""
    )
    said = f"{plural(len(group), 'object')} {first.change.value} alike: {names}" if len(group) > 1 else f"{names} {first.change.value}"
    parts = [f"**{_symbol(first)}** {said}{_aside(first)}"]
    marks = {Severity.ERROR: "❌ ", Severity.WARNING: "⚠️ "}
    parts += [f"- {marks.get(effect.severity, '')}{markup.text(effect.message)}" for effect in shown_effects(first)]
    lines = [str(line) for line in diff_lines(first, noise=options.show_noise)]
    if len(lines) > _DIFF_LINES:
        lines = [*lines[:_DIFF_LINES], f" … and {len(lines) - _DIFF_LINES:,} more lines"]
    body = f"\n\n{markup.fenced(lines, 'diff')}" if lines else ""
    return "\n".join(parts) + body


def _reference(diff: ObjectDiff, elsewhere: str) -> str:
    return f"**{_symbol(diff)}** {markup.code(object_name(diff.key))}: the same change as in {markup.code(elsewhere or 'no environment')}"


def _symbol(diff: ObjectDiff) -> str:
    return SYMBOLS[diff.change].replace("~", "\\~").replace(">", "&gt;")


def _aside(diff: ObjectDiff) -> str:
    if diff.change is Change.RENAMED and diff.before_key is not None:
        return f", was {markup.code(diff.before_key.name)}"
    if diff.change is Change.MOVED and diff.moved_from:
        return f" from {markup.code(diff.moved_from)}"
    return ": its controller does not prune, it is left running" if diff.change is Change.ORPHANED else ""


def _twins(environment: str, told: Sequence[Told], units: Units, room: Room) -> Iterator[str]:
    groups: dict[tuple[str, object], list[Told]] = {}
    for unit in told:
        assert unit.twin is not None
        groups.setdefault((unit.twin[0], unit.twin[1].unit.key), []).append(unit)
    for alike in groups.values():
        assert alike[0].twin is not None
        other, twin = alike[0].twin
        names = ", ".join(markup.code(units.short(unit.diff.unit)) for unit in alike[:10]) + (
            f" and {len(alike) - 10:,} more" if len(alike) > 10 else ""
        )
        there = "" if other == environment else f" in {markup.code(other or 'no environment')}"
        line = f"{markup.code(environment or 'no environment')}: {names}: the same change as {markup.code(units.short(twin.unit))}{there}."
        if room.fits(line):
            yield room.take(line)
        else:
            room.leave("unit", len(alike))
