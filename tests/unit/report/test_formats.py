"""The table of formats, and what single formats do at their edges."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from importlib import import_module

import pytest

from checker.model.diff import Change, EnvironmentDiff, FieldChange, ObjectDiff
from checker.model.findings import Finding, Severity
from checker.model.objects import JSONValue
from checker.model.report import Report
from checker.model.units import State
from checker.report import FORMATS, FormatOptions, RuleHelp, format_report, sarif
from tests.unit.report.builders import at, broken_render, effect, facts, field, fleet, key, lint, moved_unit, release, scaled, unit

NAMES = ["text", "json", "sarif", "junit", "github", "gitlab", "markdown", "html"]


def show(name: str, report: Report, **options: object) -> str:
    return format_report(name, report, FormatOptions(**options))  # type: ignore[arg-type]


def one(*objects: ObjectDiff, **more: object) -> Report:
    diff = replace(moved_unit(unit("web"), *objects), **more)  # type: ignore[arg-type]
    return Report(
        tool_version="1",
        change=facts(),
        environments=(EnvironmentDiff(environment="production", guarded=True, clusters=(), units=(diff,)),),
    )


def test_the_table_has_the_formats_of_the_design_and_each_loads() -> None:
    assert sorted(FORMATS) == sorted(NAMES)
    for place in FORMATS.values():
        module, _, function = place.partition(":")
        assert callable(getattr(import_module(module), function))


@pytest.mark.parametrize("name", NAMES)
def test_nothing_found_is_still_a_report(name: str) -> None:
    made = show(name, Report(tool_version="1"))
    assert made.endswith("\n")


def test_a_hook_is_silent_when_all_is_well() -> None:
    report = lint()
    assert show("text", replace(report, findings=report.findings[2:]), hook=True) == ""
    assert "no-schema" in show("text", replace(report, findings=report.findings[2:]), hook=True, verbose=True)


def test_a_hook_prints_a_finding_a_line_as_editors_parse_them() -> None:
    first, *_ = show("text", lint(), hook=True).splitlines()
    said = "HelmRelease.spec.chart.spec.versoin is not a field; did you mean version?"
    assert first == f"apps/base/podinfo/release.yaml:14:7: error unknown-field: {said}"


def test_asking_for_one_environment_shows_it_in_full_and_names_the_others() -> None:
    made = show("text", release(), environments=("staging",))
    assert "spec.replicas  2 -> 3" in made
    assert "not shown here, but moving: production" in made
    narrowed = json.loads(show("json", release(), environments=("staging",)))
    assert [diff["environment"] for diff in narrowed["diff"]] == ["staging"]
    assert narrowed["summary"]["objects"]["changed"] == 2


def test_noise_is_counted_and_shown_when_asked_for() -> None:
    assert "12 more objects differ in noise only, folded; --show-noise shows them" in show("text", fleet())
    assert "metadata.labels[helm.sh/chart]  web-1.4.0 -> web-1.5.0  (noise)" in show("text", fleet(), show_noise=True, width=160)
    still = one(replace(scaled(), fields=()))
    assert "does not move (1 object with noise only, --show-noise)" in show("text", still)
    assert "1 more object with noise only" in show("markdown", fleet(clusters=1))


def test_many_fields_and_many_names_are_cut_and_counted() -> None:
    fields = tuple(field(f"data.k{number}", 1, 2) for number in range(40))
    many = one(replace(scaled(), fields=fields, effects=()))
    assert "and 28 more fields (--verbose)" in show("text", many)
    assert "data.k39" in show("text", many, verbose=True)
    assert "more lines of names (--verbose)" in show("text", fleet(objects=400), width=100)


def test_a_suspended_unit_says_so() -> None:
    report = one(scaled(), state=State.SUSPENDED)
    assert "[suspended]" in show("text", report)
    assert "nothing happens until it is resumed" in show("markdown", report)


def test_a_gap_beside_a_change_is_said_with_the_change() -> None:
    gap = broken_render().not_rendered
    report = one(scaled())
    report = replace(report, not_rendered=gap, environments=tuple(replace(diff, not_rendered=gap) for diff in report.environments or ()))
    assert "1 more unit could not be rendered and may move too" in show("text", report)
    assert "| 1 unit |" in show("markdown", report)
    alike = replace(report, not_rendered=(*gap, replace(gap[0], unit=unit("other"))))
    assert "and production > other" in show("text", alike)
    assert "`production > other`: broken" in show("markdown", alike)


def test_a_very_long_diff_is_cut_in_the_comment() -> None:
    body: JSONValue = {"data": {f"key-{number}": "value" for number in range(900)}}
    made = show("markdown", one(ObjectDiff(key=key("ConfigMap"), change=Change.CREATED, api_version="v1", after=body)))
    assert "… and 501 more lines" in made
    many: JSONValue = {"data": {f"key-{number}": "value" for number in range(9000)}}
    assert "more lines @@" in show("html", one(ObjectDiff(key=key("ConfigMap"), change=Change.CREATED, api_version="v1", after=many)))


def test_images_that_come_go_or_change_their_home_are_in_the_table() -> None:
    def image(before: str | None, after: str | None) -> FieldChange:
        return FieldChange(
            path="image",
            pointer="/spec/containers/0/image",
            before=before,
            after=after,
            before_present=before is not None,
            after_present=after is not None,
        )

    changes = (image(None, "a/new:1"), image("a/old", None), image("a/web:1", "b/web:1"), image("a/db", "a/db:2"), image("a/db", "a/db:2"))
    made = show("markdown", one(replace(scaled(), fields=changes)))
    assert "| `a/new` | `added: 1` |" in made
    assert "| `a/old` | `removed: no tag` |" in made
    assert "| `b/web` | `a/web:1 -> 1` |" in made
    assert "| `a/db` | `no tag -> 2` |" in made
    wide = tuple(image(f"a/{number}:1", f"a/{number}:2") for number in range(50))
    assert "and 30 more images" in show("markdown", one(replace(scaled(), fields=wide)))


def test_an_image_effect_is_not_said_twice() -> None:
    told = effect("image-changed", "podinfo goes from 6.5.0 to 6.6.1", Severity.NOTE)
    report = one(replace(scaled(), effects=(told, effect("restarts-pods", "restarts 2 pods", Severity.NOTE))))
    assert "goes from" not in show("text", report)
    assert "goes from" in show("text", one(replace(scaled(), fields=scaled().fields[:1], effects=(told,))))


def test_github_keeps_ten_of_a_kind_and_logs_the_rest() -> None:
    findings = tuple(
        Finding(rule="r", severity=Severity.ERROR, message=f"m{number}", location=at("a, b:c.yaml", number + 1)) for number in range(14)
    )
    made = show("github", Report(tool_version="1", findings=(*findings, replace(findings[0], severity=Severity.NOTE, location=at("x")))))
    assert made.count("::error ") == 10
    assert "::error file=a%2C b%3Ac.yaml,line=1,title=r::m0" in made
    assert "::notice file=x,title=r::m0" in made
    assert "::group::4 more" in made
    assert "- a, b:c.yaml:14: error r: m13" in made


def test_sarif_carries_help_and_says_what_it_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    help_on = {
        "unknown-field": RuleHelp(
            title="A field that does not exist", text="The API server drops it.", url="https://docs.example/unknown-field"
        )
    }
    made = json.loads(show("sarif", lint(), rules=help_on))
    rule = next(rule for rule in made["runs"][0]["tool"]["driver"]["rules"] if rule["id"] == "unknown-field")
    assert rule["helpUri"] == "https://docs.example/unknown-field"
    assert rule["help"]["text"].startswith("The API server drops it.")
    monkeypatch.setattr(sarif, "_RESULTS", 1)
    cut = json.loads(show("sarif", lint()))["runs"][0]
    assert len(cut["results"]) == 1
    assert cut["properties"] == {"resultsLeftOut": 1}


def test_a_fingerprint_stays_when_a_line_moves() -> None:
    report = lint()
    moved = replace(report, findings=tuple(replace(finding, location=at(finding.location.path, 99)) for finding in report.findings))

    def prints(made: str) -> list[str]:
        return [result["partialFingerprints"]["gitopsCheck/v1"] for result in json.loads(made)["runs"][0]["results"]]

    assert prints(show("sarif", report)) == prints(show("sarif", moved))


def test_two_alike_are_two_alerts_and_a_run_stays_within_what_github_takes() -> None:
    report = lint()
    alike = replace(report, findings=(report.findings[0],) * 26_000)
    made = show("sarif", alike)
    (run,) = json.loads(made)["runs"]
    hashes = {result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]}
    assert len(run["results"]) == len(hashes) == 25_000
    assert len(gzip.compress(made.encode())) < 10_000_000
    assert all(len(result["locations"]) == 1 for result in run["results"][:5])


def test_a_rule_without_a_place_goes_to_the_file_that_moves_its_environment() -> None:
    report = release()
    placed = json.loads(show("gitlab", report))
    promoted = next(issue for issue in placed if issue["check_name"] == "promoted-from")
    assert promoted["location"] == {"path": "apps/base/podinfo/release.yaml", "lines": {"begin": 9, "end": 9}}
    nowhere = json.loads(show("gitlab", replace(report, environments=())))
    promoted = next(issue for issue in nowhere if issue["check_name"] == "promoted-from")
    assert promoted["location"]["path"] == ".gitops-check.yaml"


def test_infinities_are_words_in_json() -> None:
    values: tuple[float, ...] = (float("inf"), float("-inf"), float("nan"))
    report = one(replace(scaled(), fields=tuple(field("x", value, 1) for value in values)))
    made = json.loads(show("json", report), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    told = [change["before"] for change in made["diff"][0]["units"][0]["objects"][0]["fields"]]
    assert told == ["Infinity", "-Infinity", "NaN"]


@pytest.mark.parametrize(("name", "options"), [("text", {}), ("text", {"hook": True}), ("markdown", {})])
def test_a_line_of_a_base_is_found_once_and_not_once_for_every_environment(name: str, options: dict[str, bool]) -> None:
    found = [
        Finding(
            rule="image-tag-mutable",
            severity=Severity.WARNING,
            message="tag 'latest' can change",
            location=at("base/deployment.yaml", 19, 9),
            object=key(name=f"{environment}-web"),
            unit=unit(environment).key,
            environments=(environment,),
        )
        for environment in ("production", "staging")
    ]
    said = " ".join(show(name, replace(release(), findings=tuple(found)), **options).replace("`", "").split())
    assert said.count("tag 'latest' can change") == 1
    assert said.count("base/deployment.yaml:19:9") == 1
    assert re.search(r"tag 'latest' can change \([^)]*production(,| and) staging\)", said)


def test_units_that_a_change_does_not_touch_are_named_and_their_reasons_left_to_verbose() -> None:
    report = broken_render()
    (touched,) = report.not_rendered
    other = tuple(replace(touched, unit=unit(f"u{number}"), message=f"chart {number}", side="both", affected=False) for number in range(12))
    many = replace(report, not_rendered=(*other, touched))
    said = " ".join(show("text", many).split())
    assert "this change touches it; broken, only at head: resource ../base/shp does not exist" in said
    assert "12 units that this change does not touch, --verbose says why: production > u0, production > u1" in said
    assert "production > u7 and 4 more" in said
    assert "chart 3" not in said
    assert "chart 3" in show("text", many, verbose=True)
    assert "chart 2" in show("text", replace(report, not_rendered=(*other[:3], touched)))


def test_the_same_causes_are_said_once_in_the_rules() -> None:
    report = release()
    assert report.rules is not None
    rules = (
        report.rules[0],
        replace(report.rules[1], because=report.rules[0].because),
        replace(report.rules[0], because=(), rule="owners"),
    )
    made = show("text", replace(report, rules=rules))
    assert made.count("moved by apps/base/podinfo/release.yaml:9 ->") == 1
    assert "moved by the same as above" in made
    assert "at apps/base/podinfo/release.yaml:9" in made


def test_links_lead_to_the_line() -> None:
    made = show("markdown", release(), source_url="https://forge.example/b/{path}#L{line}")
    assert "[`apps/base/podinfo/release.yaml:14:7`](https://forge.example/b/apps/base/podinfo/release.yaml#L14)" in made


def test_many_causes_are_cut_and_counted() -> None:
    report = release()
    assert report.rules is not None
    rules = (replace(report.rules[0], because=tuple(f"moved by file-{number}" for number in range(9))),)
    assert "and 5 more causes (--verbose)" in show("text", replace(report, rules=rules))
    assert "moved by file-8" in show("text", replace(report, rules=rules), verbose=True)
    assert "<br>Because: moved by file-0; and 8 more causes" in show("markdown", replace(report, rules=rules))
