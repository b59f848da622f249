"""CEL rules of definitions: what holds, what does not, and what is not evaluated and says so."""

from __future__ import annotations

import pytest

from checker.model.findings import Counts, Severity
from checker.tools import cel
from checker.validate import ValidateOptions
from checker.validate.celrules import escaped, view
from tests.unit.validate.manifests import CRD, WIDGET, check, said


def ruled(*rules: str, at: str = "spec") -> str:
    """The definition with rules on `spec` (indented as its `required` is)."""
    lines = "".join(f"                - {rule}\n" for rule in rules)
    assert at == "spec"
    return CRD.replace(
        "              required: [size]\n", f"              required: [size]\n              x-kubernetes-validations:\n{lines}", 1
    )


def told(definition: str, widget: str) -> list[str]:
    return [one.partition(" ")[2] for one in said(f"{definition}---\n{widget}")]


def test_a_rule_that_holds() -> None:
    assert told(ruled("{rule: 'self.size > 2'}"), WIDGET) == []


def test_a_rule_that_does_not_hold_says_its_message_at_its_field() -> None:
    definition = ruled("{rule: 'self.size > 5', message: size must be more than 5, fieldPath: .size}")
    (found,) = check(f"{definition}---\n{WIDGET}").checked.findings
    assert (found.rule, found.severity, found.message, found.pointer) == (
        "invalid-value",
        Severity.ERROR,
        "spec.size: size must be more than 5",
        "/spec/size",
    )


def test_a_message_may_be_made_by_an_expression() -> None:
    definition = ruled("{rule: 'self.size > 5', message: unused, messageExpression: '\"got \" + string(self.size)'}")
    assert told(definition, WIDGET) == ["invalid-value spec: got 3"]


def test_a_rule_without_message_is_told_itself() -> None:
    assert told(ruled("{rule: 'self.size > 5'}"), WIDGET) == ["invalid-value spec: the rule self.size > 5 does not hold"]


def test_rules_about_changes_are_left_out() -> None:
    assert told(ruled("{rule: 'self.size == oldSelf.size'}"), WIDGET) == []


def test_rules_wait_for_a_valid_object() -> None:
    assert [one.split()[0] for one in told(ruled("{rule: 'self.size > 5'}"), WIDGET.replace("size: 3", "size: x"))] == ["wrong-type"]


def test_defaults_are_filled_in_and_nulls_pruned() -> None:
    definition = ruled("{rule: \"self.note == 'none' && !has(self.colour)\"}").replace(
        "                note:\n                  type: string\n",
        "                note:\n                  type: string\n                  default: none\n",
    )
    assert told(definition, WIDGET.replace("colour: red", "colour: null")) == []


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("authorizer.group('').check('get').allowed()", "it uses authorizer, which is not known here"),
        ("self.missing == 1", "it reads missing, which is not set"),
        ("[?self.note] == ['x']", "optional elements"),
        ("self.note.matches('(?=x)')", "not a valid regex"),
    ],
)
def test_what_cannot_be_evaluated_says_so_once(rule: str, why: str) -> None:
    definition = ruled('{rule: "' + rule + '"}')
    widgets = "---\n".join(WIDGET.replace("name: one", f"name: w{number}") + "  note: abc\n" for number in range(3))
    result = check(f"{definition}---\n{widgets}").checked
    (found,) = result.findings
    assert (found.rule, found.severity) == ("schema-unusable", Severity.NOTE)
    assert why in found.message
    assert result.counts == Counts(passed=4)


def test_a_rule_about_what_flux_fills_in_is_left_to_rendering() -> None:
    definition = ruled("{rule: \"self.note.matches('^[a-z]+$')\", fieldPath: .note}")
    result = check(f"{definition}---\n{WIDGET}  note: ${{NOTE}}\n").checked
    assert [(finding.rule, finding.message) for finding in result.findings] == [
        ("substituted-value", "spec.note is filled in and checked when it is rendered")
    ]
    assert result.counts.failed == 0


def test_without_the_library_it_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cel, "is_installed", lambda: False)
    result = check(f"{ruled('{rule: self.size > 5}')}---\n{WIDGET}---\n{WIDGET}").checked
    assert [finding.message for finding in result.findings] == [
        "the CEL rules of Widget and other kinds were not evaluated; install gitops-check[cel]"
    ]
    assert result.counts == Counts(passed=3)


def test_a_rule_that_may_take_for_ever_is_not_evaluated() -> None:
    rule = "self.all(a, self.all(b, self.all(c, self.all(d, a + b + c + d >= 0))))"
    with pytest.raises(cel.CelError, match="too long"):
        cel.evaluate(rule, {"self": list(range(1000))})
    assert cel.evaluate(rule, {"self": [1, 2]}) is True
    assert cel.nesting("self.all(x, x > 0) && self.exists(y, y.all(z, size(z) > 0))") == 2


def test_rules_of_bundled_definitions_are_warnings() -> None:
    text = (
        "apiVersion: source.toolkit.fluxcd.io/v1\nkind: Bucket\nmetadata: {name: x}\n"
        "spec: {interval: 1m, endpoint: x, bucketName: data, provider: generic, sts: {provider: aws, endpoint: https://x}}\n"
    )
    result = check(text).checked
    assert [(finding.severity, finding.rule) for finding in result.findings] == [(Severity.WARNING, "invalid-value")]
    assert "STS" in result.findings[0].message


def test_rules_are_not_evaluated_when_schemas_alone_are_asked() -> None:
    options = ValidateOptions(server_rules=False)
    assert check(f"{ruled('{rule: self.size > 5}')}---\n{WIDGET}", options).checked.findings == ()


def test_names_as_identifiers() -> None:
    assert [escaped(name) for name in ("namespace", "a-b", "a.b/c", "a__b", "plain")] == [
        "__namespace__",
        "a__dash__b",
        "a__dot__b__slash__c",
        "a__underscores__b",
        "plain",
    ]
    schema = {"properties": {"a-b": {"additionalProperties": {"type": "string"}}, "l": {"items": {"properties": {"if": {}}}}}}
    assert view({"a-b": {"x-y": "1"}, "l": [{"if": 1, "gone": 2}], "gone": 3}, schema) == {"a__dash__b": {"x-y": "1"}, "l": [{"__if__": 1}]}
