"""Documents and policies in, what conftest would report out: per file and namespace successes, failures, warnings, exceptions.

Counted as conftest counts: one rule body is at least one test; a rule under an exception is the exception and nothing
else; a message that is the empty text has passed; a document that is a list is several documents.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from checker.evaluate.checks import conftest_problems, namespaces
from checker.evaluate.model import PolicySet
from checker.evaluate.results import WARNING, MalformedResultError, Violation, elements, excepted_name, is_rule
from checker.model.objects import JSONValue
from checker.model.paths import RepoPath, basename, parent
from checker.tools.rego import Answer, Engine, Limits, Loaded, PolicyProblem, Request, Rule, RulePath

COMBINED = "Combined"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConftestFile:
    path: str
    documents: tuple[JSONValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConftestOptions:
    combine: bool = False
    all_namespaces: bool = False
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConftestMessage:
    """One failure, warning or exception. `query` is the rule that said it."""

    message: str
    query: str
    file: str = ""
    line: int | None = None
    metadata: Mapping[str, JSONValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConftestResult:
    """What was found in one file by the rules of one namespace."""

    filename: str
    namespace: str
    successes: int = 0
    failures: tuple[ConftestMessage, ...] = ()
    warnings: tuple[ConftestMessage, ...] = ()
    exceptions: tuple[ConftestMessage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConftestRun:
    results: tuple[ConftestResult, ...] = ()
    problems: tuple[PolicyProblem, ...] = ()
    """Policies that could not be loaded or evaluated, for which conftest stops."""


@dataclass(frozen=True, slots=True)
class _Namespace:
    name: str
    package: RulePath
    rules: tuple[str, ...]
    bodies: int
    excepting: bool


def run_conftest(files: Sequence[ConftestFile], policies: PolicySet, options: ConftestOptions | None = None) -> ConftestRun:
    """Results in the order of files, then of namespaces. Raises MissingEngineError and DeadEngineError."""
    chosen = options or ConftestOptions()
    given = _combined(files) if chosen.combine else files
    with Engine(chosen.limits) as engine:
        loaded = engine.load(policies.modules, policies.data)
        spaces = _spaces(policies, loaded, everything=chosen.all_namespaces)
        first = engine.group([_asked(space) for space in spaces])
        asked = [(file, number, document) for file in given for number in range(len(spaces)) for document in _documents(file, chosen)]
        answers = engine.evaluate(
            [Request(group=first + number, input=json.dumps(document), context=_context(file.path)) for file, number, document in asked]
        )
    gathered: dict[tuple[str, int], list[Answer]] = {(file.path, number): [] for file in given for number in range(len(spaces))}
    for (file, number, _), answer in zip(asked, answers, strict=True):
        gathered[file.path, number].append(answer)
    problems = [*loaded.problems, *conftest_problems(policies, loaded)]
    results = [_result(path, spaces[number], found, problems) for (path, number), found in gathered.items()]
    return ConftestRun(results=tuple(results), problems=tuple(dict.fromkeys(problems)))


def _combined(files: Sequence[ConftestFile]) -> Sequence[ConftestFile]:
    """One input of all documents with their paths."""
    entries: list[JSONValue] = [
        {"path": file.path, "contents": document} for file in sorted(files, key=lambda file: file.path) for document in file.documents
    ]
    return [ConftestFile(path=COMBINED, documents=(entries,))]


def _documents(file: ConftestFile, options: ConftestOptions) -> tuple[JSONValue, ...]:
    only = file.documents[0] if len(file.documents) == 1 else None
    return tuple(only) if isinstance(only, list) and not options.combine else file.documents or (None,)


def _spaces(policies: PolicySet, loaded: Loaded, *, everything: bool) -> list[_Namespace]:
    chosen = sorted({".".join(rule.package) for rule in loaded.rules}) if everything else namespaces(policies, loaded)
    return [_space(name, [rule for rule in loaded.rules if ".".join(rule.package) == name]) for name in chosen]


def _space(name: str, rules: Sequence[Rule]) -> _Namespace:
    named = [rule for rule in rules if is_rule(rule.name) and rule.kind != "func"]
    return _Namespace(
        name=name,
        package=rules[0].package,
        rules=tuple(dict.fromkeys(rule.name for rule in named)),
        bodies=len(named),
        excepting=any(rule.name == "exception" for rule in rules),
    )


def _asked(space: _Namespace) -> list[RulePath]:
    exception = [(*space.package, "exception")] if space.excepting else []
    return [*((*space.package, rule) for rule in space.rules), *exception]


def _context(path: str) -> str:
    return json.dumps({"file": {"name": basename(RepoPath(path)), "dir": parent(RepoPath(path)) or "."}})


def _result(path: str, space: _Namespace, answers: Iterable[Answer], problems: list[PolicyProblem]) -> ConftestResult:
    successes = 0
    failures: list[ConftestMessage] = []
    warnings: list[ConftestMessage] = []
    exceptions: list[ConftestMessage] = []
    for answer in answers:
        if answer.failure:
            problems.append(PolicyProblem(message=f"{path}: {answer.failure}", path=path))
            continue
        problems.extend(answer.errors.values())
        passed, excepted, found = _document(space, answer, problems)
        exceptions += excepted
        for rule, message in found:
            (warnings if WARNING.match(rule) else failures).append(message)
        successes += max(passed, space.bodies - len(excepted) - len(found))
    return ConftestResult(
        filename=path,
        namespace=space.name,
        successes=successes,
        failures=tuple(failures),
        warnings=tuple(warnings),
        exceptions=tuple(exceptions),
    )


def _document(
    space: _Namespace, answer: Answer, problems: list[PolicyProblem]
) -> tuple[int, list[ConftestMessage], list[tuple[str, ConftestMessage]]]:
    excepting = answer.values.get(len(space.rules)) if space.excepting else None
    names = list(_excepted(excepting))
    passed = 0
    exceptions: list[ConftestMessage] = []
    found: list[tuple[str, ConftestMessage]] = []
    for index, rule in enumerate(space.rules):
        lifted = names.count(excepted_name(rule))
        query = f'data.{space.name}.exception[_][_] == "{excepted_name(rule)}"'
        exceptions += [ConftestMessage(message=query, query=query)] * lifted
        if lifted or index in answer.errors:
            continue
        try:
            said = list(elements(answer.values.get(index)))
        except MalformedResultError as error:
            problems.append(PolicyProblem(message=f"data.{space.name}.{rule}: {error}"))
            continue
        failing = [violation for violation in said if violation.message]
        passed += len(said) - len(failing) + (index in answer.values and not said)
        found += [(rule, _message(violation, f"data.{space.name}.{rule}")) for violation in failing]
    return passed, exceptions, found


def _excepted(value: JSONValue) -> Iterator[JSONValue]:
    for names in value if isinstance(value, list) else []:
        yield from names if isinstance(names, list) else []


def _message(violation: Violation, query: str) -> ConftestMessage:
    return ConftestMessage(
        message=violation.message, query=query, file=violation.file, line=violation.line, metadata={**violation.metadata, "query": query}
    )
