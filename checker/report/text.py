"""Report -> the report on a terminal or in a log. The first screen answers: what would this merge do, where, and is it allowed?"""

from __future__ import annotations

from checker.model.findings import Severity
from checker.report.clean import sentence, shown
from checker.report.story import (
    SYMBOLS,
    Seen,
    Units,
    alike_gaps,
    bumped_alike,
    folded_count,
    listed_findings,
    listing,
    object_groups,
    object_name,
    place,
    plural,
    shown_effects,
    shown_environments,
    told_units,
    urgency,
)
from checker.report.terminal import Paint, columns, filled, pad, wrapped
from checker.report.verdict import count_words, headline, unit_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checker.model.diff import EnvironmentDiff, NotRendered, ObjectDiff
    from checker.model.report import Report
    from checker.report.options import FormatOptions
    from checker.report.story import (
        Told,
    )

_FIELDS = 12
"""Fields of one object, and lines of names of one group, that are shown without --verbose."""
_NAMES = 6


def text(report: Report, options: FormatOptions) -> str:
    """Ends in a newline; empty for a hook on a change with nothing wrong."""
    page = _Page(report, options)
    lines = _hook(page) if options.hook else page.lines()
    return "".join(f"{line}\n" for line in lines)


def _hook(page: _Page) -> Iterator[str]:
    from checker.report.findings_text import hook_lines

    return hook_lines(page.report, page.options, page.paint)


MOST_STILL = 6
"""More environments than these that do not move share one line."""
MOST_GAPS = 3
"""More reasons than these why units that the change does not touch could not be rendered are left to --verbose."""


class _Page:
    def __init__(self, report: Report, options: FormatOptions) -> None:
        self.report = report
        self.options = options
        self.width = max(60, options.width)
        self.paint = Paint(options.color)
        self.units = Units(report)
        self.seen = Seen()

    def lines(self) -> Iterator[str]:
        yield from self._header()
        for section in (self._environments(), self._findings(), self._rules(), self._not_rendered(), self._suppressed()):
            first = next(section, None)
            if first is not None:
                yield ""
                yield first
                yield from section
        yield ""
        yield from self._last()

    def _header(self) -> Iterator[str]:
        report = self.report
        engines = ", ".join(f"{shown(name)} {shown(version)}" for name, version in report.engines)
        parts = [f"gitops-check {report.tool_version}" + (f" with {engines}" if engines else "")]
        if report.change is not None:
            parts += [f"base {shown(str(report.change.base))}", f"head {shown(str(report.change.head))}"]
        if report.units:
            parts.append(unit_words(report))
        yield from filled(parts, self.width)
        style = {Severity.ERROR: "error", Severity.WARNING: "warning"}.get(report.worst() or Severity.NOTE, "good")
        verdict = headline(report)
        yield from (self.paint(style, line) for line in wrapped(verdict[0].upper() + verdict[1:], self.width))
        for note in report.notes:
            yield from (self.paint("dim", line) for line in wrapped(f"note: {sentence(note)}", self.width))

    # what would happen, where

    def _environments(self) -> Iterator[str]:
        environments = shown_environments(self.report, self.options)
        told = told_units(environments, show_noise=self.options.show_noise, once=not self.options.environments)
        still = [diff for diff in environments if not told[diff.environment] and not diff.not_rendered and not folded_count(diff.units)]
        if len(still) > MOST_STILL:
            environments = [diff for diff in environments if diff not in still]
        label = max((columns(_upper(diff)) for diff in environments), default=0) + 2
        for number, diff in enumerate(environments):
            if number and told[diff.environment]:
                yield ""
            yield from self._environment(diff, told[diff.environment], label)
        if len(still) > MOST_STILL:
            yield from wrapped(
                f"{len(still)} environments do not move: {listing([shown(diff.environment or 'no environment') for diff in still], 12)}",
                self.width,
            )
        hidden = [shown(diff.environment) for diff in self.report.environments or () if diff not in environments and diff.moves]
        if hidden:
            yield self.paint("dim", f"not shown here, but moving: {listing(hidden, 8)}")

    def _environment(self, diff: EnvironmentDiff, told: Sequence[Told], label: int) -> Iterator[str]:
        name = pad(_upper(diff), label)
        if not told:
            unknown = sum(item.affected for item in diff.not_rendered)
            says = f"unknown: {plural(unknown, 'unit')} could not be rendered; nothing else moves" if unknown else "does not move"
            folded = folded_count(diff.units)
            noise = f" ({plural(folded, 'object')} with noise only, --show-noise)" if folded else ""
            yield self.paint("warning" if unknown else "dim", f"{name}{says}{noise}")
            return
        yield from self._moves(diff, told, name)
        if all(unit.twin is not None for unit in told):
            yield self.paint("dim", f"  (shown in full with --environment {shown(diff.environment)})")
            return
        own = [unit for unit in told if unit.twin is None]
        for group in bumped_alike(own) if not self.options.verbose else [[unit] for unit in own]:
            yield from self._unit(group[0]) if len(group) == 1 else self._alike(group)
        yield from self._twins(told)
        folded = folded_count(diff.units)
        if folded and not self.options.show_noise:
            yield self.paint("dim", f"  {plural(folded, 'more object')} differ in noise only, folded; --show-noise shows them")

    def _moves(self, diff: EnvironmentDiff, told: Sequence[Told], name: str) -> Iterator[str]:
        objects = sum(not item.is_noise for unit in diff.units for item in unit.objects)
        moves = f"moves: {plural(objects, 'object')} in {plural(sum(unit.moves for unit in diff.units), 'unit')}"
        twins = {unit.twin[0] for unit in told if unit.twin is not None}
        if twins and all(unit.twin is not None for unit in told):
            where = sorted({namespace for unit in told for namespace in unit.namespaces})
            inside = f", in namespace {listing([shown(one) for one in where])}" if where else ""
            because = f"the same change as {listing([shown(twin) for twin in sorted(twins)])}{inside}"
        else:
            because = _causes(diff)
        gap = sum(item.affected for item in diff.not_rendered)
        plain = f"{name}{moves}"
        painted = self.paint("title" if diff.guarded else "bold", name) + moves
        column = max(44, columns(plain) + 3)
        beside = column + columns(because) <= self.width
        yield painted + (" " * (column - columns(plain)) + because if because and beside else "")
        if because and not beside:
            yield from (f"  {line}" for line in wrapped(because, self.width - 2))
        if gap:
            yield self.paint("warning", f"  {plural(gap, 'more unit')} could not be rendered and may move too")

    def _unit(self, told: Told) -> Iterator[str]:
        diff = told.diff
        from checker.model.diff import Change

        about = [diff.change.value] if diff.change in (Change.CREATED, Change.DELETED) else []
        about += [diff.state.value] if diff.state.value == "suspended" else []
        title = self.units.title(diff.unit)
        yield f"  {self.paint('bold', title)}" + (f"  [{', '.join(about)}]" if about else "")
        for note in diff.notes:
            yield from (f"    {line}" for line in wrapped(f"note: {sentence(note)}", self.width - 4))
        objects = [item for item in diff.objects if self.options.show_noise or not item.is_noise]
        column = min(48, max((columns(_object_title(item)) for item in objects), default=0)) + 8
        for group in sorted(object_groups(objects), key=lambda group: urgency(group[0])):
            yield from self._group(group) if len(group) > 1 else self._object(group[0], column, diff.unit.environment)

    def _alike(self, group: Sequence[Told]) -> Iterator[str]:
        """One object in each of several units, changed in the same way."""
        first = group[0].diff.objects[0]
        yield f"  {self.paint('bold', f'{len(group):,} units, each alike')}"
        yield self.paint(first.change.value, f"    {SYMBOLS[first.change]} {len(group):,} {shown(first.key.kind)} objects:")
        yield from (f"        {row}" for row in self._fields(first))
        yield from self._effects(first)
        names = wrapped(", ".join(object_name(unit.diff.objects[0].key).partition(" ")[2] for unit in group), self.width - 8)
        for line in names[:_NAMES]:
            yield self.paint("dim", f"        {line}")
        if len(names) > _NAMES:
            yield self.paint("dim", f"        and {plural(len(names) - _NAMES, 'more line')} of names (--verbose)")

    def _object(self, diff: ObjectDiff, column: int, environment: str) -> Iterator[str]:
        title = f"    {SYMBOLS[diff.change]} {_object_title(diff)}"
        elsewhere = None if self.options.environments or self.options.verbose else self.seen.before(diff, environment)
        rows = list(self._fields(diff)) if elsewhere is None else [f"the same change as in {shown(elsewhere)}"]
        beside = self.width - column >= 50 and columns(title) + 2 <= column
        head = rows.pop(0) if beside and rows else ""
        painted = self.paint(diff.change.value, title)
        yield painted + (" " * (column - columns(title)) + head if head else "")
        indent = " " * (column if beside else 8)
        yield from (f"{indent}{row}" for row in rows)
        if elsewhere is None:
            yield from self._effects(diff)

    def _fields(self, diff: ObjectDiff) -> Iterator[str]:
        from checker.model.diff import Change
        from checker.report.values import field_path, transition

        if diff.before_key is not None and diff.change is Change.RENAMED:
            yield f"was {shown(diff.before_key.name)}"
        if diff.change is Change.MOVED and diff.moved_from:
            yield f"from {shown(diff.moved_from)}"
        if diff.change is Change.ORPHANED:
            yield "gone from Git, left running: its controller does not prune"
        changes = [*diff.fields, *(diff.folded if self.options.show_noise else ())]
        most = len(changes) if self.options.verbose else _FIELDS
        limit = 200 if self.options.verbose else 60
        for change in changes[:most]:
            noise = "  (noise)" if change in diff.folded else ""
            yield f"{field_path(change.path, limit)}  {transition(change, limit)}{noise}"
        if len(changes) > most:
            yield self.paint("dim", f"and {plural(len(changes) - most, 'more field')} (--verbose)")

    def _effects(self, diff: ObjectDiff) -> Iterator[str]:
        """Warnings one a line; what is only worth knowing together."""
        effects = shown_effects(diff)
        quiet = [effect.message for effect in effects if effect.severity is Severity.NOTE]
        loud = [effect for effect in effects if effect.severity > Severity.NOTE]
        for effect in loud:
            mark = "x" if effect.severity is Severity.ERROR else "!"
            for number, line in enumerate(wrapped(sentence(effect.message), self.width - 10)):
                yield " " * 8 + self.paint(effect.severity.word, f"{' ' if number else mark} {line}")
        if quiet:
            yield from (f"        {line}" for line in wrapped(", ".join(sentence(message) for message in quiet), self.width - 8))

    def _group(self, group: Sequence[ObjectDiff]) -> Iterator[str]:
        from checker.model.diff import Change

        first = group[0]
        words = "objects" if first.change is Change.CHANGED else f"objects {first.change.value}"
        title = f"    {SYMBOLS[first.change]} {len(group):,} {words}"
        rows = list(self._fields(first))
        yield self.paint(first.change.value, title) + (", each alike:" if rows else ":")
        yield from (f"        {row}" for row in rows)
        yield from self._effects(first)
        names = [line for kind in _by_kind(group) for line in wrapped(kind, self.width - 8)]
        most = len(names) if self.options.verbose or first.change is Change.DELETED else _NAMES
        for line in names[:most]:
            yield self.paint("dim", f"        {line}")
        if len(names) > most:
            yield self.paint("dim", f"        and {plural(len(names) - most, 'more line')} of names (--verbose)")

    def _twins(self, told: Sequence[Told]) -> Iterator[str]:
        """Units that change as one shown before, grouped by that one."""
        groups: dict[tuple[str, object], list[Told]] = {}
        for unit in told:
            if unit.twin is not None:
                groups.setdefault((unit.twin[0], unit.twin[1].unit.key), []).append(unit)
        for units in groups.values():
            assert units[0].twin is not None
            environment, twin = units[0].twin
            names = listing([self.units.short(unit.diff.unit) for unit in units], 6)
            there = "" if environment == units[0].diff.unit.environment else f" in {shown(environment)}"
            yield from (
                f"  {line}" for line in wrapped(f"= the same change as {self.units.short(twin.unit)}{there}: {names}", self.width - 2)
            )

    # is it right, is it allowed

    def _findings(self) -> Iterator[str]:
        findings = listed_findings(self.report)
        if findings:
            from checker.report.findings_text import finding_lines
            from checker.report.touched import counted_words, parted

            listed, counted = parted(self.report, findings, self.options.fail_on)
            if self.options.verbose:
                listed, counted = [*listed, *counted], []
            yield self.paint("bold", "Findings")
            yield from finding_lines(listed, self.options, self.paint, self.width) if listed else ()
            if counted:
                yield from (self.paint("dim", f"  {line}") for line in wrapped(counted_words(counted), self.width - 2))

    def _rules(self) -> Iterator[str]:
        if self.report.rules:
            from checker.report.rules_text import rule_lines

            yield self.paint("bold", "Rules")
            yield from rule_lines(self.report, self.options, self.paint, self.width)

    def _not_rendered(self) -> Iterator[str]:
        if self.report.not_rendered:
            yield self.paint("bold", "Not rendered") + self.paint("dim", "  (effect unknown: neither created nor deleted)")
            gaps = alike_gaps(self.report.not_rendered)
            other = [alike for alike in gaps if not alike[0].affected]
            folded = len(other) > MOST_GAPS and not self.options.verbose
            for alike in gaps[: len(gaps) - len(other)] if folded else gaps:
                yield from self._gap(alike)
            if folded:
                names = [self.units.short(item.unit) for alike in other for item in alike]
                said = f"{plural(len(names), 'unit')} that this change does not touch, --verbose says why: {listing(names, 8)}"
                yield from (f"  {line}" for line in wrapped(said, self.width - 2))

    def _gap(self, alike: Sequence[NotRendered]) -> Iterator[str]:
        item = alike[0]
        side = "" if item.side == "both" else f", only at {item.side}"
        touched = "this change touches it; " if item.affected else ""
        yield self.paint("warning" if item.affected else "", f"  {self.units.title(item.unit)}")
        if len(alike) > 1:
            names = listing([self.units.short(other.unit) for other in alike[1:]], len(alike) if self.options.verbose else 4)
            yield from (f"  and {line}" if not number else f"      {line}" for number, line in enumerate(wrapped(names, self.width - 6)))
        said = f"{touched}{item.reason.value}{side}: {sentence(item.message)}"
        yield from (f"      {line}" for line in wrapped(said, self.width - 6))
        yield self.paint("dim", f"      {place(item.location)}")

    def _suppressed(self) -> Iterator[str]:
        if self.report.suppressed and self.options.verbose:
            from checker.report.findings_text import suppressed_lines

            yield self.paint("bold", "Suppressed")
            yield from suppressed_lines(self.report.suppressed, self.width)

    def _last(self) -> Iterator[str]:
        report = self.report
        line = count_words(report)
        if self.options.duration is not None:
            line += f"   {self.options.duration:.1f} s"
        style = {Severity.ERROR: "error", Severity.WARNING: "warning"}.get(report.worst() or Severity.NOTE, "good")
        yield from (self.paint(style, part) for part in wrapped(line, self.width))


def _upper(diff: EnvironmentDiff) -> str:
    return shown(diff.environment).upper() or "(NO ENVIRONMENT)"


def _by_kind(group: Sequence[ObjectDiff]) -> Iterator[str]:
    """`ConfigMap in web: a, b, c`."""
    names: dict[tuple[str, str], list[str]] = {}
    for diff in group:
        names.setdefault((diff.key.kind, diff.key.namespace), []).append(shown(diff.key.name))
    for (kind, namespace), found in names.items():
        yield f"{shown(kind)}{f' in {shown(namespace)}' if namespace else ''}: {', '.join(found)}"


def _object_title(diff: ObjectDiff) -> str:
    return object_name(diff.key)


def _causes(diff: EnvironmentDiff) -> str:
    causes = {cause.path: cause for unit in diff.units if unit.moves for cause in unit.causes}
    shared = [place(cause.location) for cause in causes.values() if cause.shared]
    direct = [place(cause.location) for cause in causes.values() if not cause.shared]
    parts = [f"by {listing(direct, 2)}"] if direct else []
    parts += [f"through shared {listing(shared, 2)}"] if shared else []
    return ", ".join(parts)
