"""Schemas: what is wrong with a value, in words, and what a schema may not do to us."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.tools.schema import MOST_PROBLEMS, Schema, SchemaError, schema_errors
from checker.tools.schema_words import nearest, pointer, quoted, sentences, spelled


def words(document: dict[str, object], value: object, *, hidden: bool = False) -> list[str]:
    problems = Schema(document).problems(value)  # type: ignore[arg-type]
    return [sentence.message for problem in problems for sentence in sentences(problem, hidden=hidden)]


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({"properties": {"port": {"type": "integer"}}}, {"port": "80"}, 'port: "80" is text; write 80 without quotes'),
        ({"properties": {"on": {"type": "boolean"}}}, {"on": "True"}, 'on: "True" is text; write true without quotes'),
        ({"properties": {"ratio": {"type": "number"}}}, {"ratio": "0.5"}, 'ratio: "0.5" is text; write 0.5 without quotes'),
        ({"properties": {"a": {"type": "string"}}}, {"a": True}, 'a: true is a boolean where text is expected; write "true" in quotes'),
        ({"properties": {"a": {"type": "string"}}}, {"a": 1}, 'a: 1 is a number where text is expected; write "1" in quotes'),
        ({"properties": {"a": {"type": "integer"}}}, {"a": 1.5}, "a: 1.5 is not a whole number"),
        ({"properties": {"a": {"type": "object"}}}, {"a": []}, "a: a list stands where a mapping is expected"),
        ({"properties": {"a": {"type": "array"}}}, {"a": "b"}, 'a: "b" is text where a list is expected'),
        ({"properties": {"a": {"type": "array"}}}, {"a": None}, "a: has no value where a list is expected; give one or remove the key"),
        ({"required": ["name"]}, {}, "name is required and missing"),
        ({"required": ["name"], "properties": {"name": {}}}, {"nmae": 1}, "name is required and missing; nmae looks like it"),
        (
            {"properties": {"a": {"enum": ["Always", "Never"]}}},
            {"a": "always"},
            'a: "always" is not one of Always, Never; did you mean Always?',
        ),
        ({"properties": {"a": {"pattern": "^x"}}}, {"a": "y"}, 'a: "y" does not match ^x'),
        ({"properties": {"a": {"minimum": 1}}}, {"a": 0}, "a: 0 is less than 1"),
        ({"properties": {"a": {"maximum": 1}}}, {"a": 2}, "a: 2 is more than 1"),
        ({"properties": {"a": {"minimum": 1, "exclusiveMinimum": True}}}, {"a": 1}, "a: 1 is not more than"),
        ({"properties": {"a": {"multipleOf": 2}}}, {"a": 3}, "a: 3 is not a multiple of 2"),
        ({"properties": {"a": {"minLength": 2}}}, {"a": "x"}, 'a: "x" is too short: 2 characters at the least'),
        ({"properties": {"a": {"maxLength": 2}}}, {"a": "xyz"}, "a: the text is too long: 3 characters of 2"),
        ({"properties": {"a": {"minItems": 1}}}, {"a": []}, "a: the list is too short: 0 entries, 1 at the least"),
        ({"properties": {"a": {"maxItems": 1}}}, {"a": [1, 2]}, "a: the list is too long: 2 entries, 1 at the most"),
        ({"properties": {"a": {"uniqueItems": True}}}, {"a": [1, 1]}, "a: the list holds the same entry twice"),
        ({"properties": {"a": {"minProperties": 1}}}, {"a": {}}, "a: the mapping is too small: 0 keys, 1 at the least"),
        ({"properties": {"a": {"format": "date-time"}}}, {"a": "soon"}, 'a: "soon" is not a date and time such as 2026-01-31T12:00:00Z'),
        ({"properties": {"a": {"not": {"required": ["x", "y"]}}}}, {"a": {"x": 1, "y": 1}}, "a: x and y may not be set together"),
        (
            {"items": {"properties": {"a": {"type": "string"}}}},
            [{}, {"a": 2}],
            '[1].a: 2 is a number where text is expected; write "2" in quotes',
        ),
    ],
)
def test_each_keyword_has_words(schema: dict[str, object], value: object, message: str) -> None:
    found = words(schema, value)
    assert len(found) == 1
    assert found[0].startswith(message)


def test_every_unknown_field_is_named_with_the_nearest_known() -> None:
    schema = {"properties": {"replicas": {}, "selector": {}}, "additionalProperties": False}
    assert words(schema, {"replicass": 1, "Selector": 2, "zzz": 3}) == [
        "replicass is not a field; did you mean replicas?",
        "Selector is not a field; did you mean selector?",
        "zzz is not a field; known here: replicas, selector",
    ]


def test_unknown_fields_without_number_are_summed_up() -> None:
    schema = {"properties": {f"known{number}": {} for number in range(5000)}, "additionalProperties": False}
    found = words(schema, {f"wrong{number}": 1 for number in range(5000)})
    assert len(found) == 51
    assert found[-1] == "4950 more unknown fields"


def test_the_branch_that_was_meant_is_told() -> None:
    bucket = {"type": "object", "required": ["bucket"], "properties": {"bucket": {"type": "string"}, "kind": {"enum": ["s3"]}}}
    folder = {"type": "object", "required": ["path"], "properties": {"path": {"type": "string"}, "kind": {"enum": ["file"]}}}
    found = words({"properties": {"store": {"oneOf": [bucket, folder, {"type": "string"}]}}}, {"store": {"kind": "file", "path": 3}})
    assert found == ['store.path: 3 is a number where text is expected; write "3" in quotes']


def test_alternatives_of_types_are_told_together() -> None:
    schema = {"properties": {"port": {"anyOf": [{"type": "integer"}, {"type": "string"}]}}}
    assert words(schema, {"port": []}) == ["port: a list stands where a whole number or text is expected"]


def test_alternatives_of_required_fields_are_told_together() -> None:
    schema = {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}
    assert words(schema, {}) == ["a or b is required and missing"]
    assert words(schema, {"a": 1, "b": 2}) == ["only one of a, b may be set"]


def test_hidden_values_stay_out_of_the_text() -> None:
    schema = {"additionalProperties": {"type": "string", "pattern": "^a$"}}
    found = words(schema, {"one": 12345678, "two": "hunter2"}, hidden=True)
    assert found == ["one: the value is a number where text is expected; write it in quotes", "two: the value does not match ^a$"]


def test_problems_are_bounded() -> None:
    assert len(Schema({"items": {"type": "string"}}).problems([1] * 10_000)) == MOST_PROBLEMS


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"properties": {"a": {"pattern": "("}}},
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "#/definitions/missing"},
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "pattern": "(?=a)"},
    ],
)
def test_a_broken_schema_is_refused(schema: dict[str, object]) -> None:
    with pytest.raises(SchemaError) as caught:
        Schema(schema).check()
    assert str(caught.value)


def test_a_cyclic_schema_ends() -> None:
    assert Schema({"$ref": "#/definitions/a", "definitions": {"a": {"$ref": "#/definitions/a"}}}).accepts(3)


def test_settings_errors_point_at_the_key() -> None:
    schema = {"type": "object", "properties": {"version": {"type": "integer"}}, "additionalProperties": False}
    found = [(error.pointer, error.message) for error in schema_errors(schema, {"verson": 1, "a/b": 2})]
    assert ("/verson", "verson is not a field; did you mean version?") in found
    assert "/a~1b" in {place for place, _ in found}


def test_spelling_of_paths() -> None:
    path = ("spec", "ports", 0, "app.kubernetes.io/name", "x")
    assert spelled(path) == 'spec.ports[0]["app.kubernetes.io/name"].x'
    assert pointer(path) == "/spec/ports/0/app.kubernetes.io~1name/x"


@given(st.text())
def test_quoted_text_is_one_printable_line(text: str) -> None:
    assert quoted(text).isprintable()
    assert len(quoted(text)) < 700


@pytest.mark.parametrize(
    ("name", "near"), [("replicass", "replicas"), ("REPLICAS", "replicas"), ("image-pull-policy", "imagePullPolicy"), ("qqq", None)]
)
def test_nearest(name: str, near: str | None) -> None:
    assert nearest(name, ["replicas", "imagePullPolicy", "selector"]) == near
