"""Version constraints as Helm resolves them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.tools.semver import ConstraintError, best_version, parse_constraint, parse_version

KNOWN = ("0.1.0", "0.1.5", "0.2.0", "1.0.0-alpha.1", "1.0.0", "1.2.3", "1.2.10", "1.3.0-rc.1", "2.0.0", "v2.1.0", "3.0.0-beta", "latest")


@pytest.mark.parametrize(
    ("constraint", "version"),
    [
        ("*", "v2.1.0"),
        ("", "v2.1.0"),
        ("1.x", "1.2.10"),
        ("1.2.x", "1.2.10"),
        ("1", "1.2.10"),
        ("1.2.3", "1.2.3"),
        ("=1.2.3", "1.2.3"),
        ("^1.2", "1.2.10"),
        ("^0.1.0", "0.1.5"),
        ("^0", "0.2.0"),
        ("~1.2.3", "1.2.10"),
        ("~1", "1.2.10"),
        ("~>1.2", "1.2.10"),
        (">=1.0.0 <2.0.0", "1.2.10"),
        (">=1.0.0, <2.0.0", "1.2.10"),
        (">1", "v2.1.0"),
        ("<=1.2", "1.2.10"),
        ("<1.2.3", "1.0.0"),
        ("1.0 - 1.2.3", "1.2.3"),
        ("<0.2.0 || >=2.0.0", "v2.1.0"),
        ("!=2.1.0", "2.0.0"),
        (">=1.0.0-0", "3.0.0-beta"),
        (">=1.3.0-alpha <2.0.0-0", "1.3.0-rc.1"),
        ("9.x", None),
        ("latest", "latest"),
        ("2.1.0", "v2.1.0"),
    ],
)
def test_the_highest_allowed_version_wins(constraint: str, version: str | None) -> None:
    assert best_version(constraint, KNOWN) == version


def test_of_versions_that_are_equally_high_the_first_wins() -> None:
    """As github.com/Masterminds/semver compares and util/versions of argo-cd chooses: build metadata and a `v` do not count."""
    assert best_version(">=1", ["2.2.0", "2.2.0+b1", "v2.2"]) == "2.2.0"


@pytest.mark.parametrize("constraint", ["x y", ">= ", "1.2.3foo", "a.b.c", "||"])
def test_what_is_no_constraint_is_refused(constraint: str) -> None:
    with pytest.raises(ConstraintError):
        best_version(constraint, KNOWN)


def test_pre_releases_come_in_order() -> None:
    texts = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"]
    versions = [version for text in texts if (version := parse_version(text)) is not None]
    assert sorted(versions, key=lambda version: version.order) == versions  # type: ignore[arg-type, return-value]


NUMBERS = st.integers(0, 3)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_every_release_allows_itself(major: int, minor: int, patch: int) -> None:
    text = f"{major}.{minor}.{patch}"
    version = parse_version(text)
    assert version is not None
    for operator in ("", "=", "^", "~", ">=", "<="):
        assert parse_constraint(operator + text)(version)
