"""The policies' own tests: every `test_` rule of every package, as `conftest verify` and `opa test` run them.

A test passes when its value is true; false, undefined and any other value fail it; `todo_test_` rules are listed and not run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from checker.evaluate.conftest import ConftestMessage, ConftestResult
from checker.model.enums import StrEnum
from checker.model.objects import JSONValue, mapping, sequence, text
from checker.model.records import dataclass, field
from checker.tools.rego import EngineName, Limits, Loaded, Module, PolicyProblem, RegoEngine, Rule, Tested, open_engine
from checker.tools.rego_rules import cases_of, test_name, told_apart


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
    """`namespaces` are globs of packages whose tests are run, of all where there is none."""

    data: Mapping[str, JSONValue] = field(default_factory=dict)
    namespaces: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    coverage: bool = False
    engine: EngineName = "regorus"


def run_policy_tests(modules: Sequence[Module], options: VerifyOptions | None = None) -> PolicyTests:
    """Tests in the order of file and line. Raises MissingEngineError and DeadEngineError, for then nothing can be said."""
    chosen = options or VerifyOptions()
    with open_engine(chosen.engine, chosen.limits) as engine:
        loaded = engine.load(told_apart(modules), chosen.data)
        if chosen.coverage:
            engine.coverage(enable=True)
        tests = tuple(_run(engine, rule) for rule in _test_rules(loaded) if _chosen(rule, chosen.namespaces))
        coverage = _coverage(engine.coverage(), {module.path for module in modules}) if chosen.coverage else ()
    return PolicyTests(tests=tests, problems=loaded.problems, coverage=coverage)


def _chosen(rule: Rule, namespaces: tuple[str, ...]) -> bool:
    return not namespaces or any(fnmatchcase(".".join(rule.package), glob.replace("[^", "[!")) for glob in namespaces)


def _test_rules(loaded: Loaded) -> list[Rule]:
    first: dict[tuple[str, ...], Rule] = {}
    for rule in loaded.rules:
        if rule.name.startswith(("test_", "todo_test_")) and rule.kind != "func":
            first.setdefault(rule.full, rule)
    return sorted(first.values(), key=lambda rule: (rule.path, rule.line))


def _run(engine: RegoEngine, rule: Rule) -> PolicyTest:
    name = test_name(".".join(("data", *rule.full)))
    if rule.name.startswith("todo_"):
        return PolicyTest(name=name, path=rule.path, line=rule.line, outcome=TestOutcome.SKIPPED)
    result = engine.query(rule.full)
    outcome, message = _judged(result) if not isinstance(result.value, dict) else _judged_cases(engine, rule, result.value)
    return PolicyTest(name=name, path=rule.path, line=rule.line, outcome=outcome, message=message, prints=result.prints)


def _judged(result: Tested) -> tuple[TestOutcome, str]:
    if result.problem is not None:
        problem = result.problem
        place = f"{problem.path}:{problem.line}: " if problem.path else ""
        return TestOutcome.ERROR, f"{place}{problem.message}"
    if result.defined and result.value is True:
        return TestOutcome.PASSED, ""
    return TestOutcome.FAILED, "its value is not true" if result.defined else "some line of it does not hold"


def _judged_cases(engine: RegoEngine, rule: Rule, held: Mapping[str, JSONValue]) -> tuple[TestOutcome, str]:
    """A test of several cases has passed when every case holds."""
    names = sequence(engine.query((*rule.package, cases_of(rule.name))).value) or list(held)
    broken = [str(name) for name in names if held.get(str(name)) is not True]
    return (TestOutcome.FAILED, f"not so for {', '.join(broken)}") if broken else (TestOutcome.PASSED, "")


def _coverage(report: Mapping[str, JSONValue], wanted: set[str]) -> tuple[FileCoverage, ...]:
    files = (mapping(file) for file in sequence(report.get("files")))
    return tuple(
        FileCoverage(path=text(file.get("path")), covered=_lines(file.get("covered")), missed=_lines(file.get("not_covered")))
        for file in sorted(files, key=lambda file: text(file.get("path")))
        if file.get("path") in wanted
    )


def _lines(value: JSONValue) -> tuple[int, ...]:
    return tuple(sorted(line for line in sequence(value) if isinstance(line, int)))


def as_results(found: PolicyTests) -> tuple[ConftestResult, ...]:
    """As `conftest verify` reports: every test is a result of its own, in no namespace."""
    return tuple(_as_result(test) for test in found.tests)


def _as_result(test: PolicyTest) -> ConftestResult:
    message = (ConftestMessage(message=test.name, query=""),)
    match test.outcome:
        case TestOutcome.PASSED:
            return ConftestResult(filename=test.path, namespace="", successes=1)
        case TestOutcome.SKIPPED:
            return ConftestResult(filename=test.path, namespace="", skipped=message)
        case _:
            return ConftestResult(filename=test.path, namespace="", failures=message)


_WORDS = {TestOutcome.PASSED: "PASS", TestOutcome.FAILED: "FAIL", TestOutcome.SKIPPED: "SKIPPED", TestOutcome.ERROR: "ERROR"}


def report_text(found: PolicyTests) -> str:
    """Every test with its place, why it failed and what it printed; then how many passed, as `conftest verify --report`."""
    lines: list[str] = []
    for test in found.tests:
        lines += [f"{test.path}:{test.line}:", f"{test.name}: {_WORDS[test.outcome]}"]
        if test.message:
            lines.append(f"  {test.message}")
        if test.prints and test.outcome is not TestOutcome.PASSED:
            lines += ["", *(f"  {line}" for line in test.prints), ""]
    lines.append("-" * 80)
    for word in _WORDS.values():
        number = sum(_WORDS[test.outcome] == word for test in found.tests)
        if number:
            lines.append(f"{word}: {number}/{len(found.tests)}")
    return "".join(f"{line}\n" for line in lines)


def coverage_text(found: PolicyTests) -> str:
    """How much of each policy file some test evaluated, and the lines that none did."""
    lines = ["", "Lines of policies that some test reached:"]
    covered = missed = 0
    for file in found.coverage:
        lines.append(f"  {_percent(len(file.covered), len(file.missed))}  {file.path}{_missed(file.missed)}")
        covered, missed = covered + len(file.covered), missed + len(file.missed)
    return "".join(f"{line}\n" for line in [*lines, f"  {_percent(covered, missed)}  in all"])


def _percent(covered: int, missed: int) -> str:
    return f"{100 * covered / (covered + missed):5.1f}%" if covered + missed else "     -"


def _missed(lines: tuple[int, ...]) -> str:
    """`: not 3, 7-9`."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and runs[-1][1] == line - 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return f": not {', '.join(str(first) if first == last else f'{first}-{last}' for first, last in runs)}" if runs else ""
