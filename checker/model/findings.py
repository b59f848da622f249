"""Findings: what is wrong, where, in which object; and the four outcomes every check ends in."""

from __future__ import annotations

from checker.model.enums import IntEnum, StrEnum
from checker.model.records import dataclass, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from checker.model.objects import Location, ObjectKey
    from checker.model.units import UnitKey


class Severity(IntEnum):
    """Ordered: a threshold compares."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Outcome(StrEnum):
    FAILED = "failed"
    SKIPPED = "skipped"
    """Deliberately not looked at, with the reason in the message."""
    NOT_CHECKED = "not-checked"
    """Should have been looked at and could not be, with the reason in the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to say about one place. `rule` is an id of the catalogue that `explain` knows."""

    rule: str
    severity: Severity
    message: str
    location: Location
    outcome: Outcome = Outcome.FAILED
    object: ObjectKey | None = None
    pointer: str = ""
    """JSON pointer into the object, empty for the whole of it."""
    unit: UnitKey | None = None
    environments: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Stable when lines move: rule, file, object, pointer and message."""
        import hashlib

        parts = (self.rule, self.location.path, str(self.object), self.pointer, self.message)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:20]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Checks by outcome, one per object and check."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    not_checked: int = 0

    def __add__(self, other: Self) -> Counts:
        return Counts(
            passed=self.passed + other.passed,
            failed=self.failed + other.failed,
            skipped=self.skipped + other.skipped,
            not_checked=self.not_checked + other.not_checked,
        )


def total(counts: Iterable[Counts]) -> Counts:
    held = tuple(counts)
    return Counts(
        passed=sum(one.passed for one in held),
        failed=sum(one.failed for one in held),
        skipped=sum(one.skipped for one in held),
        not_checked=sum(one.not_checked for one in held),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a checking stage gives back."""

    findings: tuple[Finding, ...] = ()
    counts: Counts = Counts()


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The same finding met in several units said once, with all its environments; sorted by file, line, column, rule, message."""
    kept: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        key = (finding.rule, finding.location, finding.object, finding.pointer, finding.message)
        first = kept.get(key)
        if first is None:
            kept[key] = finding
        else:
            kept[key] = replace(first, environments=tuple(sorted({*first.environments, *finding.environments})))
    return tuple(sorted(kept.values(), key=_order))


def _order(finding: Finding) -> tuple[object, ...]:
    place = finding.location
    return (place.path, place.line or 0, place.column or 0, finding.rule, finding.message, str(finding.object))


class CheckerError(Exception):
    """We or a tool of ours cannot go on. `hint` says what to do; `exit_code` is 2 for usage and settings, else 3."""

    exit_code = 3

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(CheckerError):
    """The command line or the settings file asks for something that does not exist."""

    exit_code = 2
