"""The machine formats against the schemas that others read them by, on every story and on hostile text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest
import xmlschema

from checker.model.diff import Change
from checker.model.report import Report
from checker.report import FormatOptions, format_report
from checker.report import json as json_format
from tests.unit.report.builders import STORIES
from tests.unit.report.hostile import STRINGS, hostile

SCHEMAS = Path(__file__).parent / "schemas"
OURS = Path(json_format.__file__).parent / "report-v1.schema.json"
REPORTS = [*STORIES, *(f"hostile {name}" for name in STRINGS)]


def report(name: str) -> Report:
    return STORIES[name]() if name in STORIES else hostile(STRINGS[name.removeprefix("hostile ")])


def value(format_name: str, name: str) -> object:
    return json.loads(format_report(format_name, report(name), FormatOptions()))


@pytest.mark.parametrize("name", REPORTS)
def test_json_is_what_its_published_schema_says(name: str) -> None:
    validator = jsonschema_rs.validator_for(json.loads(OURS.read_text()))
    assert [error.message for error in validator.iter_errors(value("json", name))] == []


def test_the_published_schema_knows_every_change() -> None:
    text = OURS.read_text()
    assert all(f'"{change.value}"' in text for change in Change)


@pytest.mark.parametrize("name", REPORTS)
def test_sarif_is_valid(name: str) -> None:
    # the published pattern for languages has a bracket too many, which a strict regular expression engine refuses
    text = (SCHEMAS / "sarif-schema-2.1.0.json").read_text().replace("{2}]?$", "{2}$")
    validator = jsonschema_rs.validator_for(json.loads(text))
    assert [error.message for error in validator.iter_errors(value("sarif", name))] == []


@pytest.mark.parametrize("name", REPORTS)
def test_junit_is_valid(name: str) -> None:
    schema = xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd"))
    made = format_report("junit", report(name), FormatOptions())
    assert [str(error) for error in schema.iter_errors(made)] == []


@pytest.mark.parametrize("name", REPORTS)
def test_code_quality_is_what_gitlab_and_code_climate_write_of_it(name: str) -> None:
    issues = value("gitlab", name)
    validator = jsonschema_rs.validator_for(json.loads((SCHEMAS / "code-quality.json").read_text()))
    assert [error.message for error in validator.iter_errors(issues)] == []
    assert isinstance(issues, list)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


def test_absent_is_not_null() -> None:
    made = value("json", "fleet")
    fields = {change["path"]: change for change in _fields(made)}
    assert "before" not in fields["metadata.annotations[team]"]
    assert fields["immutable"]["before"] is True
    assert "after" not in fields["immutable"]


def _fields(made: object) -> Iterator[dict[str, object]]:
    assert isinstance(made, dict)
    for environment in made["diff"]:
        for unit in environment["units"]:
            for item in unit["objects"]:
                yield from item["fields"]
