"""`test`: Rego policies on files with conftest's meaning, and the policies' own tests. Nothing is rendered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from checker.model.findings import Checked, Counts, Finding, Outcome, Severity, UsageError, merged
from checker.model.objects import KubeObject, Location, Origin
from checker.model.paths import RepoPath
from checker.model.report import Report
from checker.model.tree import Tree
from checker.pipeline.lint import open_files
from checker.pipeline.locate import locator
from checker.pipeline.policies import module, policy_folder, rego_files
from checker.version import __version__

if TYPE_CHECKING:
    from checker.evaluate.verify import PolicyTest
    from checker.tools.rego import Module


def test_files(start: Path, names: Sequence[str], folders: Sequence[str], namespaces: tuple[str, ...]) -> Report:
    """Every YAML and JSON document of the files against the policies, whatever it is: an object or not."""
    from checker.evaluate import EvaluateOptions, EvaluationInput, PolicySet, evaluate_objects

    files = open_files(start, names, staged=False)
    modules = tuple(loaded for loaded in _modules(files.tree, folders) if not loaded.path.endswith("_test.rego"))
    inputs, problems = _documents(files.tree, files.paths)
    policies = PolicySet(name=", ".join(folders), modules=modules, namespaces=namespaces)
    checked = evaluate_objects([EvaluationInput(object=obj) for obj in inputs], [policies], EvaluateOptions(locate=locator(files.tree)))
    return _report(Checked(findings=(*problems, *checked.findings), counts=checked.counts + Counts(not_checked=len(problems))))


def verify_policies(start: Path, folders: Sequence[str]) -> Report:
    """Every `test_` rule. A failed test is an error at its line."""
    from checker.evaluate.verify import TestOutcome, run_policy_tests

    files = open_files(start, [], staged=False)
    results = run_policy_tests(tuple(_modules(files.tree, folders)))
    if not results.tests and not results.problems:
        raise UsageError(
            f"there is no test_ rule below {', '.join(folders)}", "tests are rules named test_something, by custom in *_test.rego"
        )
    failed = [test for test in results.tests if test.outcome in (TestOutcome.FAILED, TestOutcome.ERROR)]
    findings = [_failure(test) for test in failed]
    findings += [
        Finding(
            rule="policy-error",
            severity=Severity.ERROR,
            message=problem.message,
            location=Location(path=RepoPath(problem.path), line=problem.line, column=problem.column),
            outcome=Outcome.NOT_CHECKED,
        )
        for problem in results.problems
    ]
    skipped = sum(test.outcome is TestOutcome.SKIPPED for test in results.tests)
    counts = Counts(
        passed=len(results.tests) - len(failed) - skipped, failed=len(failed), skipped=skipped, not_checked=len(results.problems)
    )
    return _report(Checked(findings=tuple(findings), counts=counts))


def _failure(test: PolicyTest) -> Finding:
    prints = "".join(f"\n{line}" for line in test.prints)
    location = Location(path=RepoPath(test.path), line=test.line, column=1)
    return Finding(rule="policy-test", severity=Severity.ERROR, message=f"{test.name}: {test.message}{prints}", location=location)


def _modules(tree: Tree, folders: Sequence[str]) -> Iterable[Module]:
    for name in folders:
        for path in rego_files(tree, policy_folder(tree, name)):
            yield module(tree, path)


def _documents(tree: Tree, paths: Sequence[RepoPath]) -> tuple[list[KubeObject], list[Finding]]:
    from checker.tools.yaml import load_documents

    found: list[KubeObject] = []
    problems: list[Finding] = []
    for path in paths:
        for document in load_documents(tree.read(path)):
            if document.error is not None:
                place = Location(path=path, line=document.error.line, column=document.error.column)
                problem = Finding(rule="invalid-yaml", severity=Severity.ERROR, message=document.error.message, location=place)
                problems.append(replace(problem, outcome=Outcome.NOT_CHECKED))
            elif isinstance(document.value, dict):
                found.append(KubeObject(body=document.value, origin=Origin(path=path, document=document.index, line=document.line)))
    return found, problems


def _report(checked: Checked) -> Report:
    return Report(tool_version=__version__, findings=merged(checked.findings), counts=checked.counts)
