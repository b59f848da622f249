"""Seeded mistakes: every line of valid manifests broken in every way that fits it, each found at its line and column."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.unit.validate.manifests import VALID, check

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
