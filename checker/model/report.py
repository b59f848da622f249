"""The report: everything a format may show, with the counts made once, here."""

from __future__ import annotations

from checker.model.enums import StrEnum
from checker.model.findings import Counts, Severity
from checker.model.records import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar

    from checker.model.change import ChangeFacts
    from checker.model.diff import Change, EnvironmentDiff, NotRendered
    from checker.model.findings import Finding
    from checker.model.objects import Location
    from checker.model.units import BuiltUnit, State

    _Kind = TypeVar("_Kind")


class Mode(StrEnum):
    OFF = "off"
    WARN = "warn"
    ENFORCE = "enforce"


class Verdict(StrEnum):
    PASSED = "passed"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    """The rule could not be judged; counts as broken where it is enforced."""
    BYPASSED = "bypassed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVerdict:
    """One branch-to-environment rule on one environment. `fix` says what would make it pass; `because` the chain of causes."""

    rule: str
    environment: str
    mode: Mode
    verdict: Verdict
    message: str
    because: tuple[str, ...] = ()
    fix: str = ""
    location: Location | None = None

    @property
    def severity(self) -> Severity | None:
        """None where it holds."""
        if self.verdict in (Verdict.PASSED, Verdict.BYPASSED) or self.mode is Mode.OFF:
            return None
        return Severity.ERROR if self.mode is Mode.ENFORCE else Severity.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppressed:
    """A finding that somebody lifted, with their reason: counted and listed, never hidden."""

    finding: Finding
    reason: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What one run found. Parts that a command does not make are None: a `lint` has no diff, a `diff` no rules."""

    tool_version: str
    engines: tuple[tuple[str, str], ...] = ()
    """Engines that made the results, name and version: kustomize, helm, rego, schemas."""
    change: ChangeFacts | None = None
    units: tuple[BuiltUnit, ...] = ()
    """The units at head, or those only at base."""
    environments: tuple[EnvironmentDiff, ...] | None = None
    """Every environment found, moving ones first, guarded ones before the others."""
    not_rendered: tuple[NotRendered, ...] = ()
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    counts: Counts = field(default_factory=Counts)
    rules: tuple[RuleVerdict, ...] | None = None
    notes: tuple[str, ...] = ()
    """Things the reader must know about the run itself, e.g. that settings of the base revision were used."""

    def units_by_state(self) -> dict[State, int]:
        from checker.model.units import State

        return _tally(State, (built.state for built in self.units))

    def objects_by_change(self) -> dict[Change, int]:
        from checker.model.diff import Change

        changes = (
            diff.change
            for environment in self.environments or ()
            for unit in environment.units
            for diff in unit.objects
            if not diff.is_noise
        )
        return _tally(Change, changes)

    def findings_by_severity(self) -> dict[Severity, int]:
        """Findings and broken rules together: what decides the exit code."""
        return _tally(reversed(Severity), self._severities())

    def worst(self) -> Severity | None:
        return max(self._severities(), default=None)

    def _severities(self) -> Iterable[Severity]:
        yield from (finding.severity for finding in self.findings)
        yield from (rule.severity for rule in self.rules or () if rule.severity is not None)


def _tally(kinds: Iterable[_Kind], met: Iterable[_Kind]) -> dict[_Kind, int]:
    """How often each kind was met, in the order of `kinds`."""
    counts = dict.fromkeys(kinds, 0)
    for kind in met:
        counts[kind] += 1
    return counts
