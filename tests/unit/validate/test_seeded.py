"""Seeded mistakes: every line of valid manifests broken in every way that fits it, each found at its line and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from tests.unit.validate.manifests import SERVICE, VALID, check

_TEXTS = ("labels", "matchLabels", "annotations", "selector")
_FREE = (*_TEXTS, "requests", "properties", "openAPIV3Schema")
"""Mappings whose keys are the author's own; those that hold text alone."""
_KEY = re.compile(r"^(\s*(?:- )?)([A-Za-z]+):(.*)$")
_EITHER = ("targetPort", "port", "cpu", "memory", "storage")
"""Fields that take a number and text alike."""
_CHOICES = {
    "imagePullPolicy": "Sometimes",
    "protocol": "HTTP",
    "concurrencyPolicy": "Maybe",
    "pathType": "Regex",
    "sessionAffinity": "Yes please",
    "volumeMode": "Tape",
    "restartPolicy": "Rarely",
}
_IDENTITY = re.compile(r"(?i)(?:apiVersion|kind)")
"""Without these a document is no object; that has tests of its own."""
Mistake = tuple[str, str, int, int]
"""The broken text, the rule that should speak, line and column."""


def _mistakes(text: str) -> Iterator[Mistake]:
    lines = text.splitlines()
    for number, line in enumerate(lines):
        match = _KEY.match(line)
        if match is None:
            continue
        indent, key, rest = match.groups()
        column, value = len(indent) + 1, rest.strip()
        value_column = len(line) - len(value) + 1
        free, labels = _within(lines, number, _FREE), _within(lines, number, _TEXTS)

        def broken(new: str, at: int = number) -> str:
            return "\n".join([*lines[:at], new, *lines[at + 1 :]]) + "\n"

        if not free:
            yield broken(f"{indent}{key}x:{rest}"), "unknown-field", number + 1, column
            yield broken(f"{indent}{key[0].swapcase()}{key[1:]}:{rest}"), "unknown-field", number + 1, column
        if value and "- " not in indent:
            yield broken(f"{line}\n{line}"), "duplicate-key", number + 2, column
        if value.isdigit() and not free and key not in _EITHER:
            yield broken(f'{indent}{key}: "{value}"'), "wrong-type", number + 1, value_column
            yield broken(f"{indent}{key}: {value}.5"), "wrong-type", number + 1, value_column
        if value in ("true", "false"):
            yield broken(f'{indent}{key}: "{value}"'), "wrong-type", number + 1, value_column
        if value and (labels or (not free and key in ("name", "image", "path", "type", "host", "serviceAccountName"))):
            yield broken(f"{indent}{key}: 7"), "wrong-type", number + 1, value_column
            yield broken(f"{indent}{key}: true"), "wrong-type", number + 1, value_column
        if key in _CHOICES:
            yield broken(f"{indent}{key}: {_CHOICES[key]}"), "invalid-value", number + 1, value_column
        if key == "name" and line.startswith("  name") and "rbac" not in text:
            yield broken(f"{indent}{key}: Upper_Case"), "invalid-name", number + 1, value_column
        if key in ("cpu", "memory", "storage") and value[0].isdigit():
            yield broken(f"{indent}{key}: 12MB"), "invalid-value", number + 1, value_column
        if key in ("containerPort", "port") and value.isdigit():
            yield broken(f"{indent}{key}: 70000"), "invalid-value", number + 1, value_column
        if free and key == "app":
            yield broken(f"{indent}{key}: 'not a label'"), "invalid-label", number + 1, value_column


def _within(lines: list[str], number: int, keys: tuple[str, ...]) -> bool:
    """Whether the line stands below one of the keys."""
    depth = len(lines[number]) - len(lines[number].lstrip())
    for line in reversed(lines[:number]):
        indent = len(line) - len(line.lstrip())
        if indent < depth:
            depth = indent
            if line.strip().rstrip(":") in keys:
                return True
    return False


MISTAKES = [mistake for text in VALID for mistake in _mistakes(text) if not _IDENTITY.match(mistake[0].splitlines()[mistake[2] - 1])]


def test_manifests_are_valid_before_they_are_broken() -> None:
    for text in VALID:
        assert check(text).checked.findings == ()


def test_there_are_three_hundred_mistakes() -> None:
    assert len(MISTAKES) >= 300


@pytest.mark.parametrize("rule", sorted({rule for _, rule, _, _ in MISTAKES}))
def test_mistakes_are_found_where_they_were_made(rule: str) -> None:
    missed = []
    for text, expected, line, column in MISTAKES:
        if expected == rule:
            found = check(text).checked.findings
            places = [(finding.rule, finding.location.line, finding.location.column) for finding in found]
            if (rule, line, column) not in places:
                missed.append((text.splitlines()[line - 1], line, column, places))
    assert missed == []


def _second_document(text: str, line: int, column: int) -> tuple[str, int, int]:
    return "# first\n" + SERVICE + "--- # second\n" + text, line + SERVICE.count("\n") + 2, column


def _item_of_a_list(text: str, line: int, column: int) -> tuple[str, int, int]:
    indented = "".join(f"    {kept}" if kept.strip() else kept for kept in text.splitlines(keepends=True))
    return f"apiVersion: v1\nkind: List\nitems:\n  - {indented.lstrip()}", line + 3, column + 4


SHAPES: dict[str, Callable[[str, int, int], tuple[str, int, int]]] = {
    "byte order mark": lambda text, line, column: ("\ufeff# first line\n" + text, line + 1, column),
    "carriage returns": lambda text, line, column: (text.replace("\n", "\r\n"), line, column),
    "list": _item_of_a_list,
    "second document": _second_document,
    "tabs after colons": lambda text, line, column: (text.replace(": ", ":\t"), line, column),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_mistakes_are_found_in_every_shape_of_file(shape: str) -> None:
    missed = []
    for text, rule, line, column in MISTAKES[:: len(SHAPES)]:
        shaped, at_line, at_column = SHAPES[shape](text, line, column)
        places = [(finding.rule, finding.location.line, finding.location.column) for finding in check(shaped).checked.findings]
        if (rule, at_line, at_column) not in places:
            missed.append((text.splitlines()[line - 1], at_line, at_column, places))
    assert missed == []


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("wrong-type", '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"},\n "data": {"a": "b", "c": ^1}}'),
        ("unknown-field", '{"apiVersion": "v1",\n\t"kind": "ConfigMap",\n\t"metadata": {"name": "x"},\n\t^"dat": {}}'),
        ("unknown-field", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: [{port: 80, ^prt: 1}]}\n"),
        ("wrong-type", "apiVersion: v1\nkind: Service\nmetadata: {name: x, labels: {a: ^1}}\nspec: {ports: [{port: 80}]}\n"),
        ("wrong-type", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  text: |\n    one: 1\n\n    two\n  b: ^2\n"),
        ("wrong-type", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  text: >-\n   folded\n   # text\n  b: ^2\n"),
        ("wrong-type", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: 'two\n    lines'\n  ? b\n  : ^2\n"),
        ("wrong-type", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, labels: &l {a: b}}\ndata:\n  <<: *l\n  c: ^1\n"),
        ("wrong-type", "apiVersion: v1\nkind: ConfigMap\nmetadata: &m {name: x, labels: {a: ^1}}\n"),
        ("unknown-field", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec:\n  ports:\n  - &p\n    port: 80\n    ^prot: TCP\n"),
        ("duplicate-key", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b, ^a: c}\n"),
        ("duplicate-key", 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  "a": b\n  ^a: c\n'),
        ("wrong-type", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {\u4e2d\u6587: b, \U0001f600: ^1}\n"),
        ("missing-field", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec:\n  ports:\n  - ^name: http\n"),
        ("missing-field", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {type: ClusterIP, ports: [^{name: http}]}\n"),
    ],
)
def test_places_in_other_ways_to_write_yaml(rule: str, text: str) -> None:
    """The place is marked with ^."""
    before = text[: text.index("^")]
    place = (rule, before.count("\n") + 1, len(before) - before.rfind("\n"))
    found = check(text.replace("^", "", 1)).checked.findings
    assert place in [(finding.rule, finding.location.line, finding.location.column) for finding in found]
