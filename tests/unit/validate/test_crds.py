"""Definitions in the repository become schemas as the API server reads them."""

from __future__ import annotations

import pytest

from tests.unit.validate.manifests import CRD, WIDGET, said

BEFORE = CRD.count("\n") + 1
SIZE = f"{BEFORE + 6}:"


def widget(*lines: str, replace: tuple[str, str] = ("", "")) -> list[str]:
    body = WIDGET.replace(*replace) if replace[0] else WIDGET
    return said(f"{CRD}---\n{body}" + "".join(f"{line}\n" for line in lines))


def test_a_valid_object() -> None:
    assert widget("  parked: null", "  port: http", "  free: {anything: {goes: 1}}", "  tags: {a: b}") == []


@pytest.mark.parametrize(
    ("line", "finding"),
    [
        ("  colr: green", "8:3 unknown-field spec.colr is not a field of Widget; did you mean colour?"),
        ("  tags: {a: 1}", '8:13 wrong-type spec.tags.a: 1 is a number where text is expected; write "1" in quotes'),
        ("  port: [1]", "8:9 wrong-type spec.port: a list stands where a whole number or text is expected"),
        ("  template: {spec: 1}", "8:13 missing-field spec.template.apiVersion is required and missing"),
        ("  note: 7", '8:9 wrong-type spec.note: 7 is a number where text is expected; write "7" in quotes'),
    ],
)
def test_mistakes(line: str, finding: str) -> None:
    place, _, rest = finding.partition(" ")
    number, _, column = place.partition(":")
    found = widget(line)
    assert f"{BEFORE + int(number)}:{column} {rest}" in found or any(rest in one for one in found if line.startswith("  template"))


def test_values_are_judged() -> None:
    assert [one.partition(" ")[2] for one in widget(replace=("size: 3", "size: 1"))] == ["invalid-value spec.size: 1 is not more than 1"]
    assert [one.partition(" ")[2] for one in widget(replace=("red", "rd"))] == [
        'invalid-value spec.colour: "rd" is not one of red, green; did you mean red?'
    ]
    assert [one.partition(" ")[2] for one in widget(replace=("  size: 3\n", ""))] == ["missing-field spec.size is required and missing"]


def test_null_is_pruned_before_validation_unless_the_field_is_required() -> None:
    assert widget("  note: null") == []
    assert [one.split()[1] for one in widget(replace=("size: 3", "size: null"))] == ["wrong-type"]


def test_a_version_that_is_not_served_has_no_schema() -> None:
    found = widget(replace=("example.com/v1", "example.com/v1alpha1"))
    assert [one.split()[1] for one in found] == ["no-schema"]


def test_metadata_is_that_of_every_object() -> None:
    found = widget(replace=("name: one", "name: one\n  lables: {}"))
    assert [one.partition(" ")[2] for one in found] == ["unknown-field metadata.lables is not a field of Widget; did you mean labels?"]


def test_a_definition_that_does_not_close_anything() -> None:
    open_crd = CRD.replace(
        "          type: object\n          properties:\n            spec:",
        "          type: object\n          x-kubernetes-preserve-unknown-fields: true\n          properties:\n            spec:",
    )
    assert said(f"{open_crd}---\n{WIDGET}extra: 1\n") == []


def test_a_definition_with_a_pattern_nothing_compiles() -> None:
    crd = CRD.replace("note:\n                  type: string", "note:\n                  type: string\n                  pattern: '(?=x)'")
    refused, unusable = said(f"{crd}---\n{WIDGET}")
    assert refused.endswith("note.pattern: looks ahead or behind, which Go's expressions cannot")
    assert unusable.split()[1] == "schema-unusable"


def test_patterns_as_go_writes_them() -> None:
    crd = CRD.replace(
        "note:\n                  type: string", "note:\n                  type: string\n                  pattern: '^(?i)abc$'"
    )
    assert said(f"{crd}---\n{WIDGET}  note: ABC\n") == []
    assert len(said(f"{crd}---\n{WIDGET}  note: ABD\n")) == 1


def test_a_schema_nested_without_end() -> None:
    deep = "{type: object, properties: {a: " * 60 + "{type: string}" + "}}" * 60
    crd = CRD.replace("openAPIV3Schema: {type: object}", "openAPIV3Schema: " + deep).replace("served: false", "served: true")
    assert [one.split()[1] for one in said(f"{crd}---\n{WIDGET}  size: x\n")] == ["duplicate-key", "wrong-type"]


def test_defaults_are_filled_in_before_anything_is_validated() -> None:
    crd = CRD.replace("required: [size]", "required: [size, mode]").replace(
        "                note:\n",
        "                mode: {type: string, default: auto}\n"
        "                at:\n"
        "                  type: object\n"
        "                  properties: {type: {type: string, default: ip}, value: {type: string}}\n"
        "                  oneOf:\n"
        "                  - properties: {type: {enum: [ip]}, value: {format: ipv4}}\n"
        "                  - properties: {type: {not: {enum: [ip]}}}\n"
        "                note:\n",
    )
    assert said(f"{crd}---\n{WIDGET}  at: {{value: 10.0.0.1}}\n") == []
    assert said(f"{crd}---\n{WIDGET}  mode: null\n") == []
    assert [one.split()[1] for one in said(f"{crd}---\n{WIDGET}  at: {{value: here}}\n")] == ["invalid-value"]


def test_of_several_definitions_of_a_kind_one_must_accept() -> None:
    newer = CRD.replace("colour:", "color:")
    both = f"{newer}---\n{CRD}---\n"
    assert said(f"{both}{WIDGET}") == []
    assert said(f"{both}{WIDGET.replace('colour', 'color')}") == []
    assert [one.split()[1] for one in said(f"{both}{WIDGET.replace('colour', 'hue')}")] == ["unknown-field"]


def test_a_value_inside_of_alternatives_that_flux_fills_in() -> None:
    crd = CRD.replace(
        "                note:\n",
        "                address: {type: string, anyOf: [{format: ipv4}, {format: ipv6}]}\n                note:\n",
    )
    assert [one.split()[1] for one in said(f"{crd}---\n{WIDGET}  address: ${{ADDRESS}}\n")] == ["substituted-value"]
