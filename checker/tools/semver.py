"""Semantic versions and the constraints by which Helm, Flux and Argo CD choose one (github.com/Masterminds/semver).

A constraint matches a pre-release only where it names one itself (`>=1.0.0-0`). A missing part is zero, or a wildcard.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

_IDENTIFIER = r"(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)"
_VERSION = re.compile(
    rf"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?",
    re.ASCII,
)
_PART = r"[0-9xX*]+"
_ANY = rf"v?{_PART}(?:\.{_PART})?(?:\.{_PART})?(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
_OPERATOR = r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^"
_TERM = re.compile(rf"({_OPERATOR})\s*({_ANY})", re.ASCII)
_TERMS = re.compile(rf"\s*(?:{_OPERATOR})\s*{_ANY}\s*(?:(?:\s+|,\s*)(?:{_OPERATOR})\s*{_ANY}\s*)*", re.ASCII)
_PARTS = re.compile(rf"v?({_PART})(?:\.({_PART}))?(?:\.({_PART}))?(-[0-9A-Za-z.-]+)?(?:\+.*)?", re.ASCII)
_HYPHEN = re.compile(rf"\s*({_ANY})\s+-\s+({_ANY})\s*", re.ASCII)
MAX_CONSTRAINT = 500


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
    if found is None or any(len(part or "") > 19 for part in found.groups()[:3]):
        return None
    pre = tuple(found[4].split(".")) if found[4] else ()
    return Version(int(found[1]), int(found[2] or 0), int(found[3] or 0), pre, text.strip())


def best_version(constraint: str, versions: Iterable[str]) -> str | None:
    """The highest version that the constraint allows, the first of several as high; an exact text wins. Raises ConstraintError."""
    known = tuple(versions)
    if constraint in known:
        return constraint
    allows = parse_constraint(constraint or "*")
    allowed = [version for text in known if (version := parse_version(text)) is not None and allows(version)]
    return max(allowed, key=lambda version: version.order).text if allowed else None


def parse_constraint(text: str) -> Callable[[Version], bool]:
    """A test of one version. `||` is or; a comma or a space is and; a pre-release in one term counts for those beside it."""
    if len(text) > MAX_CONSTRAINT:
        raise ConstraintError("the version constraint is too long")
    written = _HYPHEN.sub(lambda found: f">= {found[1]}, <= {found[2]} ", text)
    choices = [_all_of(choice, text) for choice in written.split("||")]
    return lambda version: any(choice(version) for choice in choices)


class _Term(NamedTuple):
    """`given`: how many parts are written before the first that is missing or a wildcard."""

    operator: str
    low: Version
    given: int


def _all_of(choice: str, text: str) -> Callable[[Version], bool]:
    if not _TERMS.fullmatch(choice):
        raise ConstraintError(f"{text.strip()!r} is not a version constraint" if text.strip() else "the version constraint is empty")
    terms = [_term(found[1], found[2], text) for found in _TERM.finditer(choice)]
    takes_pre = any(term.low.pre for term in terms)

    def test(version: Version) -> bool:
        return (takes_pre or not version.pre) and all(_TESTS[term.operator](version, term.low, term.given) for term in terms)

    return test


def _term(operator: str, version: str, text: str) -> _Term:
    found = _PARTS.fullmatch(version)
    parts = found.groups()[:3] if found is not None else ()
    given = next((count for count, part in enumerate(parts) if part is None or part in "xX*"), 3)
    numbers = [part or "" for part in parts[:given]] + ["0"] * (3 - given)
    low = parse_version(".".join(numbers) + ((found[4] or "") if found is not None else ""))
    if low is None:
        raise ConstraintError(f"{text.strip()!r} is not a version constraint")
    return _Term({"=>": ">=", "=<": "<=", "~>": "~", "": "="}.get(operator, operator), low, given)


def _tilde(version: Version, low: Version, given: int) -> bool:
    if version.order < low.order:
        return False
    if low[:3] == (0, 0, 0) and given in (0, 3):
        return True
    return version.major == low.major and (given < 2 or version.minor == low.minor)


def _caret(version: Version, low: Version, given: int) -> bool:
    """The leftmost part that is not zero stays."""
    if version.order < low.order:
        return False
    if low.major > 0 or given == 1:
        return version.major == low.major
    if version.major > 0:
        return False
    if low.minor > 0 or given == 2:
        return version.minor == low.minor
    return version.minor == 0 and version.patch == low.patch


def _differs(version: Version, low: Version, given: int) -> bool:
    if given in (0, 3) and version.major == low.major:
        return version.order != low.order
    if version.major != low.major:
        return True
    if given == 1:
        return False
    return version.minor != low.minor or version.pre != low.pre


def _greater(version: Version, low: Version, given: int) -> bool:
    if given in (0, 3) or version.major != low.major:
        return version.order > low.order if given in (0, 3) else version.major > low.major
    return given == 2 and version.minor > low.minor


def _at_most(version: Version, low: Version, given: int) -> bool:
    if given == 3:
        return version.order <= low.order
    return version.major < low.major or (version.major == low.major and (given == 1 or version.minor <= low.minor))


_TESTS: dict[str, Callable[[Version, Version, int], bool]] = {
    "=": lambda version, low, given: version.order == low.order if given == 3 else _tilde(version, low, given),
    "!=": _differs,
    ">": _greater,
    "<": lambda version, low, _: version.order < low.order,
    ">=": lambda version, low, _: version.order >= low.order,
    "<=": _at_most,
    "~": _tilde,
    "^": _caret,
}
