"""The comment within its budget: what must be seen is there however little room there is."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.model.diff import Change, EnvironmentDiff, ObjectDiff
from checker.model.findings import Severity
from checker.model.paths import RepoPath
from checker.model.report import Report, Verdict
from checker.report import FormatOptions, format_report
from checker.report.posted import marker
from checker.report.story import plural
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
            if (number + 1) * warnings // objects > number * warnings // objects
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


def warned(report: Report) -> set[str]:
    return {item.key.name for diff in report.environments or () for each in diff.units for item in each.objects if item.effects}


def section(made: str, summary: str) -> str:
    return made.partition(summary)[2].partition("</details>")[0]


@pytest.mark.parametrize("warnings", [300, 1_000, 3_000])
def test_every_object_with_a_warning_is_named(warnings: int) -> None:
    report = many(5_000, warnings)
    made = format_report("markdown", report, FormatOptions(full_report="gitops-check.html"))
    assert len(made.encode()) <= 65_000
    named = set(re.findall(r"app-\d+", section(made, f"{warnings:,} effects to look at</summary>")))
    assert named == warned(report)
    assert len(named) == warnings


@pytest.mark.parametrize(("findings", "least"), [(300, 300), (1_000, 1_000), (2_500, 2_500), (3_000, 2_800)])
def test_every_finding_has_its_place_as_far_as_a_comment_goes_and_errors_go_first(findings: int, least: int) -> None:
    report = release()
    (first, *_) = report.findings
    crowd = tuple(
        replace(
            first,
            rule=f"rule-{number % 7}",
            severity=Severity.ERROR if number % 10 == 9 else Severity.WARNING,
            message=f"what is wrong here is number {number}, and the whole sentence says why",
            location=replace(first.location, path=RepoPath(f"apps/team-{number % 40}/f-{number}.yaml"), line=number + 1, column=3),
        )
        for number in range(findings)
    )
    made = format_report("markdown", replace(report, findings=crowd), FormatOptions(full_report="gitops-check.html"))
    assert len(made.encode()) <= 65_000
    told = section(made, f"<summary>Findings: {plural(findings // 10, 'error')}, {plural(findings - findings // 10, 'warning')}</summary>")
    assert told
    named = {int(number) for number in re.findall(r"f-(\d+)\.yaml:\d+", told)}
    assert len(named) >= least
    assert named >= set(range(9, findings, 10))
    assert len(named) == findings or f"the detail of {plural(findings - len(named), 'finding')}" in made
    assert told.rindex("❌" if "❌" in told else "**error**") < told.index("⚠️" if "⚠️" in told else "**warning**")


def test_what_is_too_much_for_any_comment_is_counted_and_the_report_is_named() -> None:
    report = many(5_000, 5_000)
    made = format_report("markdown", report, FormatOptions(budget=20_000, full_report="gitops-check.html"))
    assert len(made.encode()) <= 20_000
    told = section(made, "5,000 effects to look at</summary>")
    named = len(set(re.findall(r"app-\d+", told)))
    assert "**restarts-pods** ×5,000: `production Deployment podinfo` `app-0" in told
    assert f"; and {5_000 - named:,} more" in told
    assert f"{5_000 - named:,} effects" in made
    assert "all of it is in gitops-check.html" in made


def test_errors_have_room_before_warnings_whatever_they_are_about() -> None:
    report = many(2_000, 2_000)
    (first, *_) = report.findings
    errors = tuple(
        replace(first, severity=Severity.ERROR, message="no", location=replace(first.location, line=number)) for number in range(1, 200)
    )
    made = format_report("markdown", replace(report, findings=errors), FormatOptions(budget=14_000))
    assert set(re.findall(r"\.yaml:(\d+)", section(made, "<summary>Findings: 199 errors</summary>"))) == {str(n) for n in range(1, 200)}
    assert "**restarts-pods** ×2,000" in made


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
@settings(max_examples=30)
def test_hostile_text_does_not_break_the_budget(case: str, budget: int) -> None:
    assert len(format_report("markdown", hostile(STRINGS[case]), FormatOptions(budget=budget)).encode()) <= budget


def test_many_broken_rules_are_counted() -> None:
    report = release()
    assert report.rules is not None
    rules = tuple(replace(report.rules[0], environment=f"eu-{number}", message="no " * 300) for number in range(90))
    made = format_report("markdown", replace(report, rules=rules), FormatOptions())
    assert "and 70 more: source-branch" in made
    assert all(f"eu-{number}" in section(made, "<summary>All 90 rules") for number in range(90))


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
