"""A policy that breaks its engine is one error at its own file, soon; what the other policies say is said."""

from __future__ import annotations

import pytest

from checker.evaluate import EvaluateOptions, EvaluationInput, PolicySet, evaluate_objects
from checker.model.findings import Checked, Outcome
from checker.model.objects import KubeObject, Origin
from checker.model.paths import RepoPath
from checker.tools.rego import Limits, Module

HEAD = "package main\nimport rego.v1\n"
GOOD = Module("policy/good.rego", f'{HEAD}warn contains "still here"')
PODS = [
    EvaluationInput(object=KubeObject(body={"kind": "Pod", "metadata": {"name": name}}, origin=Origin(path=RepoPath("a.yaml"))))
    for name in ("a", "b")
]
ENDLESS = "some i in numbers.range(1, 1000000); some j in numbers.range(1, 1000000); i * j == -1"
NESTED = "[" * 40 + "1" + "]" * 40
"""The parser takes twice as long for each bracket within brackets."""


def judged(text: str, seconds: float = 20) -> Checked:
    policies = PolicySet(name="policy", modules=(Module("policy/bad.rego", HEAD + text), GOOD))
    return evaluate_objects(PODS, [policies], EvaluateOptions(limits=Limits(seconds=seconds)))


@pytest.mark.parametrize(
    ("text", "seconds", "rule", "said"),
    [
        (f'deny contains "x" if {{ {ENDLESS} }}', 1, "main/deny", "took longer than 1 s and was stopped"),
        (f"deny contains {NESTED}", 1, "policy-invalid", "reading it took longer than 1 s and was stopped"),
        ('f(x) := f(x + 1)\ndeny contains "x" if f(1)', 20, "policy-invalid", "function f calls itself"),
        ('a if b\nb if a\ndeny contains "x" if a', 20, "main/deny", "recursion detected when evaluating rule"),
        ('deny contains "x" if strings.count(input.kind, "") > 0', 20, "main/deny", "the engine broke on it"),
        ('deny contains "x" if count(numbers.range(1, 100000000)) > 0', 20, "main/deny", "made the Rego engine crash"),
        (f'deny contains "{"x" * 70_000}"', 20, "policy-invalid", "line exceeds maximum column width"),
        ("# comment\n" * 210_000, 20, "policy-invalid", "exceeds"),
    ],
    ids=["hang", "hang-in-parser", "function-recursion", "rule-recursion", "panic", "memory", "line", "file"],
)
def test_one_error_and_the_others_speak(text: str, seconds: float, rule: str, said: str) -> None:
    findings = judged(text, seconds).findings
    (failed,) = [finding for finding in findings if finding.outcome is Outcome.NOT_CHECKED]
    assert (failed.rule, failed.location.path) == (rule, "policy/bad.rego")
    assert said in failed.message
    assert failed.location.line is not None
    assert [finding.message for finding in findings if finding is not failed] == ["still here", "still here"]


@pytest.mark.parametrize(
    "text",
    [f'deny contains "{"x" * 2000}" if input.kind == "Pod"', 'deny contains "x"\n' + "# a comment that fills the file\n" * 33_000],
    ids=["line-of-2,000-columns", "file-of-1-MiB"],
)
def test_wide_lines_and_large_files_are_read(text: str) -> None:
    findings = judged(text).findings
    assert sorted(finding.rule for finding in findings) == ["main/deny"] * 2 + ["main/warn"] * 2
