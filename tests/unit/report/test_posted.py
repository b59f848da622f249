"""What the hidden lines of a Markdown report say comes back out of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.model.findings import Severity, UsageError
from checker.report import FormatOptions, format_report
from checker.report.posted import read_posting, stale
from tests.unit.report.builders import STORIES
from tests.unit.report.hostile import hostile


@pytest.mark.parametrize(
    ("story", "fail_on", "passed", "empty"),
    [
        ("release", Severity.ERROR, False, False),
        ("release", None, True, False),
        ("quiet", Severity.ERROR, True, True),
        ("broken-render", Severity.WARNING, False, False),
    ],
)
def test_the_verdict_of_a_report(story: str, fail_on: Severity | None, passed: bool, empty: bool) -> None:
    posting = read_posting(format_report("markdown", STORIES[story](), FormatOptions(instance="a/b", fail_on=fail_on)), "it")
    assert (posting.passed, posting.empty) == (passed, empty)
    assert posting.marker == "<!-- gitops-check:a/b -->"
    assert f"### gitops-check: {posting.summary[:5]}" in posting.body


@given(st.text(max_size=60))
def test_the_summary_is_one_plain_line_whatever_the_names(text: str) -> None:
    posting = read_posting(format_report("markdown", hostile(text), FormatOptions()), "it")
    assert posting.summary.isprintable()


@pytest.mark.parametrize(
    "text", ["", "hello", "<!-- gitops-check -->\nhello", "\n<!-- gitops-check -->\n<!-- gitops-check-result verdict=passed -->\n"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a Markdown report"):
        read_posting(text, "x.md")


def test_a_stale_comment_keeps_its_marker_and_says_so_once() -> None:
    body = format_report("markdown", STORIES["release"](), FormatOptions())
    marked = stale(body)
    assert marked.splitlines()[:2] == body.splitlines()[:2]
    assert "about an earlier commit" in marked
    assert stale(marked) == marked
