from __future__ import annotations

from datetime import date

import pytest

from checker.model.findings import Finding, Severity
from checker.model.objects import Location, ObjectKey
from checker.model.paths import RepoPath
from checker.model.settings import Suppression
from checker.model.tree import MemoryTree
from checker.pipeline.suppress import Lifted, lift

FILE = RepoPath("app.yaml")
TODAY = date(2026, 6, 1)


def finding(rule: str = "unknown-field", line: int | None = 3) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        message="m",
        location=Location(path=FILE, line=line),
        object=ObjectKey("apps", "Deployment", "shop", "web"),
        environments=("production",),
    )


def lifted(text: str = "", *entries: Suppression, found: Finding | None = None) -> Lifted:
    return lift([found or finding()], MemoryTree({FILE: text.encode()}), entries, TODAY)


@pytest.mark.parametrize(
    "text", ["a\nb\nc # gitops-check: ignore[unknown-field] legacy\n", "a\n# gitops-check: ignore[other, unknown-field] legacy\nc\n"]
)
def test_a_comment_on_the_line_or_above_lifts_with_its_reason(text: str) -> None:
    result = lifted(text)
    assert result.kept == ()
    assert [(one.reason, one.by.startswith("comment at app.yaml:")) for one in result.suppressed] == [("legacy", True)]


@pytest.mark.parametrize("text", ["# gitops-check: ignore[unknown-field] far away\nb\nc\n", "a\nb\nc # gitops-check: ignore[other] x\n"])
def test_a_comment_elsewhere_or_for_another_rule_does_not(text: str) -> None:
    assert lifted(text).suppressed == ()


def test_a_comment_without_a_reason_lifts_nothing_and_says_so() -> None:
    result = lifted("a\nb\nc # gitops-check: ignore[unknown-field]\n")
    assert [one.rule for one in result.kept] == ["unknown-field", "suppression-without-reason"]
    assert result.kept[1].location.line == 3


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (Suppression(rule="unknown-field", reason="r"), 1),
        (Suppression(rule="unknown-*", reason="r"), 1),
        (Suppression(rule="other", reason="r"), 0),
        (Suppression(rule="unknown-field", reason="r", path="app.*"), 1),
        (Suppression(rule="unknown-field", reason="r", path="lib/*"), 0),
        (Suppression(rule="unknown-field", reason="r", object="Deployment/shop/*"), 1),
        (Suppression(rule="unknown-field", reason="r", object="Deployment/other/*"), 0),
        (Suppression(rule="unknown-field", reason="r", environment="production"), 1),
        (Suppression(rule="unknown-field", reason="r", environment="staging"), 0),
        (Suppression(rule="unknown-field", reason="r", until=TODAY), 1),
        (Suppression(rule="unknown-field", reason="r", until=date(2026, 5, 31)), 0),
    ],
)
def test_settings_lift_what_matches_all_they_say(entry: Suppression, expected: int) -> None:
    assert len(lifted("", entry).suppressed) == expected


def test_a_suppression_past_its_date_is_reported_where_it_stands() -> None:
    place = Location(path=RepoPath(".gitops-check.yaml"), line=7)
    result = lifted("", Suppression(rule="unknown-field", reason="r", until=date(2026, 5, 31), location=place))
    assert [(one.rule, one.location) for one in result.kept][1:] == [("suppression-expired", place)]


def test_a_finding_without_a_line_and_a_missing_file_are_kept() -> None:
    assert len(lifted(found=finding(line=None)).kept) == 1
    assert len(lift([finding()], MemoryTree({}), (), TODAY).kept) == 1
