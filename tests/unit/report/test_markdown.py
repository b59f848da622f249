"""The comment within its budget: what must be seen is there however little room there is."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.model.diff import Change, EnvironmentDiff, ObjectDiff
from checker.model.findings import Severity
from checker.model.report import Report, Verdict
from checker.report import FormatOptions, format_report
from checker.report.posted import marker
from tests.unit.report.builders import built, deployment, effect, facts, field, fleet, key, moved_unit, release, unit
from tests.unit.report.hostile import STRINGS, hostile


def many(objects: int, warnings: int = 40) -> Report:
    """Every object changes in its own way; some carry a warning of their own."""
    items = tuple(
        ObjectDiff(
            key=key(name=f"app-{number}"),
            change=Change.CHANGED,
            api_version="apps/v1",
            fields=(field("spec.replicas", 1, number + 2),),
            effects=(effect("restarts-pods", f"restarts the {number} pods of app-{number}"),)
            if number % (objects // warnings) == 0
            else (),
            before=deployment(1),
            after=deployment(number + 2),
        )
        for number in range(objects)
    )
    units = [moved_unit(unit(f"unit-{number}"), *items[number::10]) for number in range(10)]
    return Report(
        tool_version="0.1.0",
        change=facts(),
        units=tuple(built(item.unit) for item in units),
        environments=(EnvironmentDiff(environment="production", guarded=True, clusters=("production",), units=tuple(units)),),
        rules=release().rules,
        findings=release().findings,
    )


def test_five_thousand_objects_fit_with_every_warning() -> None:
    report = many(5000)
    made = format_report("markdown", report, FormatOptions(full_report="gitops-check.html"))
    assert len(made.encode()) <= 65_000
    warnings = [each.message for diff in report.environments or () for item in diff.units for one in item.objects for each in one.effects]
    assert len(warnings) == 40
    assert all(message in made for message in warnings)
    assert "feature/scale may not change production" in made
    assert "objects; all of it is in gitops-check.html" in made


@pytest.mark.parametrize("budget", [6_000, 10_000, 20_000, 65_000])
@pytest.mark.parametrize("story", [release, fleet, many])
def test_the_budget_holds_and_the_verdict_stays(budget: int, story: object) -> None:
    report = many(500) if story is many else story()  # type: ignore[operator]
    made = format_report("markdown", report, FormatOptions(budget=budget))
    assert len(made.encode()) <= budget
    assert re.match(r"<!-- gitops-check -->\n<!-- gitops-check-result \S+ -->\n### gitops-check: ", made)
    assert made.count("<details") == made.count("</details>")
    assert made.count("\n```diff") == made.count("\n```\n")


@given(st.sampled_from(sorted(STRINGS)), st.sampled_from([4_000, 9_000, 30_000]))
@settings(max_examples=30, deadline=None)
def test_hostile_text_does_not_break_the_budget(case: str, budget: int) -> None:
    assert len(format_report("markdown", hostile(STRINGS[case]), FormatOptions(budget=budget)).encode()) <= budget


def test_many_broken_rules_are_counted() -> None:
    report = release()
    assert report.rules is not None
    rules = tuple(replace(report.rules[0], environment=f"eu-{number}", message="no " * 300) for number in range(90))
    made = format_report("markdown", replace(report, rules=rules), FormatOptions())
    assert "and 70 more: source-branch" in made


def test_an_unknown_verdict_is_said() -> None:
    report = release()
    assert report.rules is not None
    unknown = replace(report.rules[0], verdict=Verdict.UNKNOWN)
    assert unknown.severity is Severity.ERROR
    made = format_report("markdown", replace(report, rules=(unknown,)), FormatOptions())
    assert "source-branch could not be judged" in made


@pytest.mark.parametrize(
    ("instance", "expected"),
    [
        ("", "<!-- gitops-check -->"),
        ("shop", "<!-- gitops-check:shop -->"),
        ("a --> b", "<!-- gitops-check:a-b -->"),
        ("--><b>", "<!-- gitops-check:b -->"),
    ],
)
def test_the_marker_cannot_end_early(instance: str, expected: str) -> None:
    assert marker(instance).count("-->") == 1
    assert marker(instance) == expected


def test_a_quiet_change_is_one_line() -> None:
    report = release()
    quiet = replace(
        report,
        environments=tuple(replace(diff, units=(), not_rendered=()) for diff in report.environments or ()),
        findings=(),
        rules=(),
        notes=(),
        not_rendered=(),
    )
    made = format_report("markdown", quiet, FormatOptions())
    assert made.splitlines()[2] == "### gitops-check: nothing would change in any cluster"
    assert len(made.splitlines()) == 5


def test_a_comment_without_room_names_what_it_left_out() -> None:
    made = format_report("markdown", many(3000), FormatOptions(budget=9_000))
    assert "Left out here for length" in made
    assert re.search(r"\d{1,3},?\d* objects", made)
    assert len(format_report("markdown", fleet(), FormatOptions(budget=2_200)).encode()) <= 2_200


def test_environments_beyond_the_table_are_counted() -> None:
    report = release()
    (first, *_) = report.environments or ()
    names = [f"region-{number}" for number in range(45)]
    moving = tuple(replace(first, environment=name) for name in names[:25])
    still = tuple(replace(first, environment=name, units=(), not_rendered=()) for name in names[25:])
    made = format_report("markdown", replace(report, environments=(*moving, *still)), FormatOptions())
    assert "5 more environments move." in made
    assert "Does not move: `region-25`" in made
    assert "more environments" in made
