"""The policies' own tests: every `test_` rule of every package, as `conftest verify` and `opa test` run them.

A test passes when its value is true; false, undefined and any other value fail it; `todo_test_` rules are listed and not run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from checker.model.objects import JSONValue, mapping, sequence, text
from checker.tools.rego import Engine, Limits, Loaded, Module, PolicyProblem, Rule, Tested


class TestOutcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTest:
    """One test rule. `name` is `data.<package>.<rule>`."""

    name: str
    path: str
    line: int
    outcome: TestOutcome
    message: str = ""
    prints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCoverage:
    """Lines of a policy file that some test evaluated, and those none did."""

    path: str
    covered: tuple[int, ...]
    missed: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTests:
    tests: tuple[PolicyTest, ...] = ()
    problems: tuple[PolicyProblem, ...] = ()
    coverage: tuple[FileCoverage, ...] = ()

    @property
    def passed(self) -> bool:
        bad = (TestOutcome.FAILED, TestOutcome.ERROR)
        return not self.problems and not any(test.outcome in bad for test in self.tests)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOptions:
    data: Mapping[str, JSONValue] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    coverage: bool = False


def run_policy_tests(modules: Sequence[Module], options: VerifyOptions | None = None) -> PolicyTests:
    """Tests in the order of file and line. Raises MissingEngineError and DeadEngineError, for then nothing can be said."""
    chosen = options or VerifyOptions()
    with Engine(chosen.limits) as engine:
        loaded = engine.load(modules, chosen.data)
        if chosen.coverage:
            engine.coverage(enable=True)
        tests = tuple(_run(engine, rule) for rule in _test_rules(loaded))
        coverage = _coverage(engine.coverage(), {module.path for module in modules}) if chosen.coverage else ()
    return PolicyTests(tests=tests, problems=loaded.problems, coverage=coverage)


def _test_rules(loaded: Loaded) -> list[Rule]:
    """A rule may have several definitions; it is one test."""
    first: dict[tuple[str, ...], Rule] = {}
    for rule in loaded.rules:
        if rule.name.startswith(("test_", "todo_test_")) and rule.kind != "func":
            first.setdefault(rule.full, rule)
    return sorted(first.values(), key=lambda rule: (rule.path, rule.line))


def _run(engine: Engine, rule: Rule) -> PolicyTest:
    name = ".".join(("data", *rule.full))
    if rule.name.startswith("todo_"):
        return PolicyTest(name=name, path=rule.path, line=rule.line, outcome=TestOutcome.SKIPPED)
    result = engine.query(rule.full)
    outcome, message = _judged(result)
    return PolicyTest(name=name, path=rule.path, line=rule.line, outcome=outcome, message=message, prints=result.prints)


def _judged(result: Tested) -> tuple[TestOutcome, str]:
    if result.problem is not None:
        problem = result.problem
        place = f"{problem.path}:{problem.line}: " if problem.path else ""
        return TestOutcome.ERROR, f"{place}{problem.message}"
    if result.defined and result.value is True:
        return TestOutcome.PASSED, ""
    return TestOutcome.FAILED, "its value is not true" if result.defined else "some line of it does not hold"


def _coverage(report: Mapping[str, JSONValue], wanted: set[str]) -> tuple[FileCoverage, ...]:
    files = (mapping(file) for file in sequence(report.get("files")))
    return tuple(
        FileCoverage(path=text(file.get("path")), covered=_lines(file.get("covered")), missed=_lines(file.get("not_covered")))
        for file in sorted(files, key=lambda file: text(file.get("path")))
        if file.get("path") in wanted
    )


def _lines(value: JSONValue) -> tuple[int, ...]:
    return tuple(sorted(line for line in sequence(value) if isinstance(line, int)))
