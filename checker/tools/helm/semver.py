"""Semantic versions and the constraints that Helm and Flux resolve charts by (github.com/Masterminds/semver).

A constraint matches a pre-release only where it names one itself (`>=1.0.0-0`). A missing part is zero, or a wildcard.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

_VERSION = re.compile(
    r"v?(0|[1-9]\d*)(?:\.(0|[1-9]\d*))?(?:\.(0|[1-9]\d*))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)
_PART = r"[0-9]+|[xX*]"
_TERM = re.compile(
    rf"(=<|=>|!=|>=|<=|~>|=|>|<|~|\^)?\s*v?({_PART})(?:\.({_PART}))?(?:\.({_PART}))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?"
)
_HYPHEN = re.compile(r"\s*(\S+)\s+-\s+(\S+)\s*")


class ConstraintError(ValueError):
    """Not a version constraint."""


class Version(NamedTuple):
    major: int
    minor: int
    patch: int
    pre: tuple[str, ...]
    text: str

    @property
    def order(self) -> tuple[object, ...]:
        """Build metadata does not count; a pre-release comes before its release."""
        identifiers = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in self.pre)
        return (self.major, self.minor, self.patch, not self.pre, identifiers)


def parse_version(text: str) -> Version | None:
    """None for what is no version; `v1.2` is 1.2.0."""
    found = _VERSION.fullmatch(text.strip())
    if found is None:
        return None
    pre = tuple(found[4].split(".")) if found[4] else ()
    return Version(int(found[1]), int(found[2] or 0), int(found[3] or 0), pre, text.strip())


def best_version(constraint: str, versions: Iterable[str]) -> str | None:
    """The highest version that the constraint allows; an exact text wins over everything. Raises ConstraintError."""
    known = tuple(versions)
    if constraint in known:
        return constraint
    allows = parse_constraint(constraint or "*")
    allowed = [version for text in known if (version := parse_version(text)) is not None and allows(version)]
    return max(allowed, key=lambda version: (version.order, version.text)).text if allowed else None


def parse_constraint(text: str) -> Callable[[Version], bool]:
    """A test of one version. `||` is or; a comma or a space is and."""
    choices = [_all_of(choice) for choice in text.split("||")]
    return lambda version: any(all(term(version) for term in terms) for terms in choices)


def _all_of(text: str) -> list[Callable[[Version], bool]]:
    hyphen = _HYPHEN.fullmatch(text)
    if hyphen is not None:
        text = f">={hyphen[1]} <={hyphen[2]}"
    terms: list[Callable[[Version], bool]] = []
    rest = text.strip()
    while rest:
        found = _TERM.match(rest)
        if found is None:
            raise ConstraintError(f"{text.strip()!r} is not a version constraint")
        terms.append(_term(found))
        after = rest[found.end() :]
        if after and after[0] not in ", ":
            raise ConstraintError(f"{text.strip()!r} is not a version constraint")
        rest = after.lstrip(", ")
    if not terms:
        raise ConstraintError("the version constraint is empty")
    return terms


def _term(found: re.Match[str]) -> Callable[[Version], bool]:
    operator = {"=>": ">=", "=<": "<=", "~>": "~", "": "="}.get(found[1] or "", found[1] or "")
    parts = [found[number] for number in (2, 3, 4)]
    given = next((count for count, part in enumerate(parts) if part is None or part in "xX*"), 3)
    numbers = [int(part or 0) if place < given else 0 for place, part in enumerate(parts)]
    pre = tuple(found[5].split(".")) if found[5] and given == 3 else ()
    low = Version(numbers[0], numbers[1], numbers[2], pre, "")

    def test(version: Version) -> bool:
        if version.pre and not pre:
            return False
        return _TESTS[operator](version, low, given)

    return test


def _below(low: Version, given: int, keep: int) -> tuple[int, int, int]:
    """The first release above all that agree with `low` in its first `keep` parts."""
    kept = min(keep, given)
    numbers = [low.major, low.minor, low.patch][:kept]
    if not numbers:
        return (1 << 62, 0, 0)
    numbers[-1] += 1
    first, second, third = [*numbers, 0, 0][:3]
    return (first, second, third)


def _within(version: Version, low: Version, given: int, keep: int) -> bool:
    """From `low` on and below the next release in the parts to keep."""
    return version.order >= low.order and (version.major, version.minor, version.patch) < _below(low, given, keep)


def _caret(version: Version, low: Version, given: int) -> bool:
    """The leftmost part that is not zero stays."""
    keep = 1 if low.major or given < 2 else 2 if low.minor or given < 3 else 3
    return _within(version, low, given, keep)


def _greater(version: Version, low: Version, given: int) -> bool:
    if given < 3:
        return (version.major, version.minor, version.patch) >= _below(low, given, given)
    return version.order > low.order


def _at_most(version: Version, low: Version, given: int) -> bool:
    if given < 3:
        return (version.major, version.minor, version.patch) < _below(low, given, given)
    return version.order <= low.order


_TESTS: dict[str, Callable[[Version, Version, int], bool]] = {
    "=": lambda version, low, given: version.order == low.order if given == 3 else _within(version, low, given, given),
    "!=": lambda version, low, given: version.order != low.order if given == 3 else not _within(version, low, given, given),
    ">": _greater,
    "<": lambda version, low, _: version.order < low.order,
    ">=": lambda version, low, _: version.order >= low.order,
    "<=": _at_most,
    "~": lambda version, low, given: _within(version, low, given, 2),
    "^": _caret,
}
