"""`test`: Rego policies on files with conftest's meaning, and the policies' own tests. Nothing is rendered, nothing asked of Git."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from checker.model.findings import Checked, Counts, Finding, Outcome, Severity, UsageError, merged
from checker.model.objects import KubeObject, Location, Origin
from checker.model.paths import RepoPath
from checker.model.records import dataclass, replace
from checker.model.report import Report
from checker.model.tree import MemoryTree
from checker.pipeline.conftest_files import Found, data_documents, find_files, policy_modules
from checker.pipeline.conftest_parsers import BrokenDocumentError, documents
from checker.pipeline.locate import Locate, locator
from checker.version import __version__

if TYPE_CHECKING:
    from checker.evaluate import EvaluateOptions, PolicySet
    from checker.evaluate.conftest import ConftestFile, ConftestRun
    from checker.evaluate.verify import PolicyTest, PolicyTests
    from checker.tools.rego import EngineName, Module, PolicyProblem, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRequest:
    """What `test` was asked, by conftest's names for it."""

    folder: Path = Path()
    paths: tuple[str, ...] = (".",)
    policies: tuple[str, ...] = ("policy",)
    data: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ("main",)
    all_namespaces: bool = False
    combine: bool = False
    parser: str = ""
    ignore: str = ""
    stdin: bytes = b""
    stdin_filename: str = ""
    rego_version: Version = "auto"
    capabilities: str = ""
    show_builtin_errors: bool = False
    coverage: bool = False
    engine: EngineName = "regorus"
    both: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """`problems` are policies and files that were left out; `notes` what need not fail anything."""

    run: ConftestRun
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def run_tests(request: TestRequest) -> Tested:
    """Raises UsageError, and MissingEngineError or DeadEngineError where nothing can be said."""
    from checker.evaluate.conftest import ConftestOptions, run_conftest

    found = _found(request)
    files, problems = _files(request, found)
    policies = _policies(request, request.namespaces)
    options = ConftestOptions(
        combine=request.combine,
        directory=str(request.folder.resolve()),
        all_namespaces=request.all_namespaces,
        engine=request.engine,
        lenient=not request.show_builtin_errors,
    )
    run = run_conftest(files, policies, options)
    if request.both:
        problems += _differences(run, run_conftest(files, policies, replace(options, engine=_other(request.engine))))
    told = [":".join(str(part) for part in (problem.path, problem.line) if part) for problem in run.problems]
    problems += [f"{place}: {problem.message}" if place else problem.message for place, problem in zip(told, run.problems, strict=True)]
    return Tested(run=run, problems=tuple(problems), notes=_notes(found))


def _policies(request: TestRequest, namespaces: tuple[str, ...]) -> PolicySet:
    from checker.evaluate import PolicySet

    read = policy_modules(request.folder, request.policies, request.rego_version)
    return PolicySet(
        name=", ".join(request.policies),
        modules=read.modules,
        data={**data_documents(request.folder, request.data), **read.data},
        namespaces=namespaces,
        problems=(*read.problems, *_forbidden(request, read.modules)),
    )


def _forbidden(request: TestRequest, modules: Sequence[Module]) -> tuple[PolicyProblem, ...]:
    """Calls that the capabilities do not allow. Raises UsageError for a file that is none of capabilities."""
    if not request.capabilities:
        return ()
    try:
        listed = json.loads((request.folder / request.capabilities).read_bytes())["builtins"]
        allowed = frozenset(str(builtin["name"]) for builtin in listed)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"--capabilities {request.capabilities} is no capabilities file", "`opa capabilities --current` writes one"
        ) from error
    from checker.tools.rego_unknown import forbidden_calls

    return forbidden_calls(modules, allowed)


def _other(engine: EngineName) -> EngineName:
    return "opa" if engine == "regorus" else "regorus"


def _differences(run: ConftestRun, second: ConftestRun) -> list[str]:
    """Messages and counts; each engine has its own order of prints and its own words for what is wrong with a policy."""
    shown = [{(one.filename, one.namespace): replace(one, prints=()) for one in either.results} for either in (run, second)]
    keys = [key for key in shown[0] if shown[0][key] != shown[1].get(key)]
    return [f"the two Rego engines do not say the same of {filename} by the policies of {namespace}" for filename, namespace in keys]


def _found(request: TestRequest) -> Found:
    return find_files(request.folder, request.paths, ignore=request.ignore, parser=request.parser, stdin=request.stdin)


def _notes(found: Found) -> tuple[str, ...]:
    if not found.left_out:
        return ()
    more = f" and {len(found.left_out) - 3} more" if len(found.left_out) > 3 else ""
    return (f"not tested: {', '.join(found.left_out[:3])}{more}: no parser here reads them",)


def _files(request: TestRequest, found: Found) -> tuple[list[ConftestFile], list[str]]:
    from checker.evaluate.conftest import ConftestFile

    files: list[ConftestFile] = []
    problems: list[str] = []
    for name, data in found.files:
        path = request.stdin_filename if name == "-" and request.stdin_filename else name
        directory = (request.folder / path).resolve().parent
        try:
            files.append(ConftestFile(path=path, documents=documents(name, data, request.parser, request.folder), directory=str(directory)))
        except BrokenDocumentError as error:
            problems.append(error.at(path))
    return files, problems


def report_tests(request: TestRequest) -> Report:
    """The same judgement as a report with positions: every document that is a mapping, whether it is a Kubernetes object or not."""
    from checker.evaluate import EvaluationInput, evaluate_objects

    if request.combine:
        raise UsageError("--combine has no place in this report", "use one of conftest's outputs, such as stdout or json")
    found = _found(request)
    tree = MemoryTree({RepoPath(name): data for name, data in found.files})
    inputs, problems = _objects(found)
    policies = _policies(request, ("*",) if request.all_namespaces else request.namespaces)
    checked = evaluate_objects([EvaluationInput(object=obj) for obj in inputs], [policies], _options(request, locator(tree)))
    counts = checked.counts + Counts(not_checked=len(problems))
    return _report(Checked(findings=(*problems, *checked.findings), counts=counts), _notes(found))


def _options(request: TestRequest, locate: Locate) -> EvaluateOptions:
    from checker.evaluate import EvaluateOptions

    return EvaluateOptions(locate=locate, engine=request.engine, both=request.both)


def _objects(found: Found) -> tuple[list[KubeObject], list[Finding]]:
    from checker.tools.yaml import load_documents

    objects: list[KubeObject] = []
    problems: list[Finding] = []
    for name, data in found.files:
        path = RepoPath(name)
        for document in load_documents(data):
            if document.error is not None:
                place = Location(path=path, line=document.error.line, column=document.error.column)
                problem = Finding(rule="invalid-yaml", severity=Severity.ERROR, message=document.error.message, location=place)
                problems.append(replace(problem, outcome=Outcome.NOT_CHECKED))
            elif isinstance(document.value, dict):
                objects.append(KubeObject(body=document.value, origin=Origin(path=path, document=document.index, line=document.line)))
    return objects, problems


def run_verify(request: TestRequest) -> PolicyTests:
    """Every `test_` rule of the namespaces chosen, of all where none is. Raises as `run_tests`."""
    from checker.evaluate.verify import VerifyOptions, run_policy_tests

    policies = _policies(request, request.namespaces)
    options = VerifyOptions(data=policies.data, coverage=request.coverage, namespaces=request.namespaces, engine=request.engine)
    results = run_policy_tests(policies.modules, options)
    results = replace(results, problems=(*policies.problems, *results.problems))
    if not results.tests and not results.problems:
        raise UsageError(
            f"there is no test_ rule below {', '.join(request.policies)}", "tests are rules named test_something, by custom in *_test.rego"
        )
    return results


def report_verify(results: PolicyTests) -> Report:
    """A failed test is an error at its line."""
    from checker.evaluate.verify import TestOutcome

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


def _report(checked: Checked, notes: tuple[str, ...] = ()) -> Report:
    return Report(tool_version=__version__, findings=merged(checked.findings), counts=checked.counts, notes=notes)
