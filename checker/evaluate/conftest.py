"""Documents and policies in, what conftest would report out: per file and namespace successes, failures, warnings, exceptions.

Counted as conftest counts: one rule body is at least one test; a rule under an exception is the exception and nothing
else; a message that is the empty text has passed; a document that is a list is several documents. A rule that could
not be judged is a problem and no test. A namespace named
outright has a result for every file even where no policy is in it; one meant by a glob only where it exists.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from checker.evaluate.checks import conftest_problems, holds_nothing, namespaces
from checker.evaluate.model import PolicySet
from checker.evaluate.results import WARNING, MalformedResultError, Violation, elements, excepted_name, is_rule
from checker.model.objects import JSONValue
from checker.model.paths import RepoPath, basename, parent
from checker.model.records import dataclass, field, replace
from checker.tools.rego import Answer, EngineName, Limits, Loaded, PolicyProblem, RegoEngine, Request, Rule, RulePath, open_engine

COMBINED = "Combined"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConftestFile:
    """`directory` is what `data.conftest.file.dir` shows, the path's own folder where it is empty."""

    path: str
    documents: tuple[JSONValue, ...]
    directory: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConftestOptions:
    combine: bool = False
    directory: str = ""
    """What `data.conftest.file.dir` shows of the combined input."""
    all_namespaces: bool = False
    limits: Limits = field(default_factory=Limits)
    engine: EngineName = "regorus"
    lenient: bool = True
    """Whether an error in a built-in function leaves its expression undefined; else it is a problem of the policy."""


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
    skipped: tuple[ConftestMessage, ...] = ()
    """Policy tests that are still to be written; nothing else is ever skipped."""
    prints: tuple[str, ...] = ()
    """What `print` said, with its place."""


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
    bodies: Mapping[str, int]
    excepting: bool
    places: Mapping[str, tuple[str, int]]
    """File and line of the first definition of each rule."""


def run_conftest(files: Sequence[ConftestFile], policies: PolicySet, options: ConftestOptions | None = None) -> ConftestRun:
    """Results in the order of files, then of namespaces. Raises MissingEngineError and DeadEngineError."""
    chosen = options or ConftestOptions()
    spread = [replace(file, documents=_documents(file)) for file in files]
    given = _combined(spread, chosen.directory) if chosen.combine else spread
    printing = any("print(" in module.text for module in policies.modules)
    with open_engine(chosen.engine, chosen.limits) as engine:
        loaded = engine.load(policies.modules, policies.data, lenient=chosen.lenient)
        spaces = _spaces(policies, loaded, everything=chosen.all_namespaces)
        first = engine.group([_asked(space) for space in spaces])
        asked = [(file, number, document) for number in range(len(spaces)) for file in given for document in file.documents]
        answers = engine.evaluate(
            [
                Request(group=first + number, input=json.dumps(document), context=json.dumps(_context(file)))
                for file, number, document in asked
            ]
        )
        prints = [_prints(engine, spaces[number], _context(file), document) if printing else () for file, number, document in asked]
    gathered: dict[tuple[int, str], _Gathered] = {(number, file.path): _Gathered() for number in range(len(spaces)) for file in given}
    for (file, number, _), answer, said in zip(asked, answers, prints, strict=True):
        gathered[number, file.path].answers.append(answer)
        gathered[number, file.path].prints.extend(said)
    chosen_set = replace(policies, namespaces=("*",)) if chosen.all_namespaces else policies
    problems = [*policies.problems, *loaded.problems, *conftest_problems(chosen_set, loaded)]
    results = [_result(path, spaces[number], found, problems) for (number, path), found in gathered.items()]
    return ConftestRun(results=tuple(results), problems=tuple(dict.fromkeys(problems)))


@dataclass(slots=True)
class _Gathered:
    """What the engine said of the documents of one file."""

    answers: list[Answer] = field(default_factory=list)
    prints: list[str] = field(default_factory=list)


def _prints(engine: RegoEngine, space: _Namespace, context: Mapping[str, JSONValue], document: JSONValue) -> tuple[str, ...]:
    """In the order of conftest's queries: for every rule the exceptions, then the rule. Asked once more: only a single query prints."""
    exception = [(*space.package, "exception")] if space.excepting else []
    queries = [query for rule in space.rules for query in (*exception, (*space.package, rule))]
    return tuple(line for query in queries for line in engine.query(query, input=document, context=context).prints)


def _combined(files: Sequence[ConftestFile], directory: str) -> Sequence[ConftestFile]:
    """One input of all documents with their paths."""
    entries: list[JSONValue] = [
        {"path": file.path, "contents": document} for file in sorted(files, key=lambda file: file.path) for document in file.documents
    ]
    return [ConftestFile(path=COMBINED, documents=(entries,), directory=directory)]


def _documents(file: ConftestFile) -> tuple[JSONValue, ...]:
    """A document that is a list is as many documents."""
    only = file.documents[0] if len(file.documents) == 1 else None
    return tuple(only) if isinstance(only, list) else file.documents or (None,)


def _spaces(policies: PolicySet, loaded: Loaded, *, everything: bool) -> list[_Namespace]:
    if everything:
        chosen: Sequence[str] = sorted({".".join(rule.package) for rule in loaded.rules})
    elif any(char in glob for glob in policies.namespaces for char in "*?["):
        chosen = namespaces(policies, loaded)
    else:
        chosen = policies.namespaces
    judged = [rule for rule in loaded.rules if not holds_nothing(rule, loaded)]
    return [_space(name, [rule for rule in judged if ".".join(rule.package) == name]) for name in chosen]


def _space(name: str, rules: Sequence[Rule]) -> _Namespace:
    named = [rule for rule in rules if is_rule(rule.name) and rule.kind != "func"]
    return _Namespace(
        name=name,
        package=rules[0].package if rules else (),
        rules=tuple(dict.fromkeys(rule.name for rule in named)),
        bodies=Counter(rule.name for rule in named),
        excepting=any(rule.name == "exception" for rule in rules),
        places={rule.name: (rule.path, rule.line) for rule in reversed(rules)},
    )


def _asked(space: _Namespace) -> list[RulePath]:
    exception = [(*space.package, "exception")] if space.excepting else []
    return [*((*space.package, rule) for rule in space.rules), *exception]


def _context(file: ConftestFile) -> dict[str, JSONValue]:
    path = RepoPath(file.path)
    return {"file": {"name": basename(path), "dir": file.directory or parent(path) or "."}}


def _result(path: str, space: _Namespace, found_in: _Gathered, problems: list[PolicyProblem]) -> ConftestResult:
    successes = 0
    failures: list[ConftestMessage] = []
    warnings: list[ConftestMessage] = []
    exceptions: list[ConftestMessage] = []
    for answer in found_in.answers:
        if answer.failure:
            problems.append(PolicyProblem(message=f"{path}: {answer.failure}", path=path))
            continue
        problems.extend(_named(space, index, problem) for index, problem in answer.errors.items())
        passed, excepted, found = _document(space, answer, problems)
        exceptions += excepted
        for rule, message in found:
            (warnings if WARNING.match(rule) else failures).append(message)
        successes += passed
    return ConftestResult(
        filename=path,
        namespace=space.name,
        successes=successes,
        failures=tuple(failures),
        warnings=tuple(warnings),
        exceptions=tuple(exceptions),
        prints=tuple(found_in.prints),
    )


def _named(space: _Namespace, index: int, problem: PolicyProblem) -> PolicyProblem:
    """A rule that took too long or too much is told where it stands."""
    name = [*space.rules, "exception"][index]
    path, line = space.places[name]
    return problem if problem.path else replace(problem, message=f"data.{space.name}.{name} {problem.message}", path=path, line=line)


def _document(
    space: _Namespace, answer: Answer, problems: list[PolicyProblem]
) -> tuple[int, list[ConftestMessage], list[tuple[str, ConftestMessage]]]:
    """Successes, exceptions, and with their rules failures and warnings."""
    excepting = answer.values.get(len(space.rules)) if space.excepting else None
    names = list(_excepted(excepting))
    passed, bodies = 0, 0
    exceptions: list[ConftestMessage] = []
    found: list[tuple[str, ConftestMessage]] = []
    for index, rule in enumerate(space.rules):
        lifted = names.count(excepted_name(rule))
        query = f'data.{space.name}.exception[_][_] == "{excepted_name(rule)}"'
        exceptions += [ConftestMessage(message=query, query=query)] * lifted
        if index in answer.errors:
            continue
        bodies += space.bodies[rule]
        if lifted:
            continue
        try:
            said = list(elements(answer.values.get(index)))
        except MalformedResultError as error:
            path, line = space.places[rule]
            problems.append(PolicyProblem(message=f"data.{space.name}.{rule}: {error}", path=path, line=line))
            bodies -= space.bodies[rule]
            continue
        failing = [violation for violation in said if violation.message]
        passed += len(said) - len(failing) + (index in answer.values and not said)
        found += [(rule, _message(violation, f"data.{space.name}.{rule}")) for violation in failing]
    return max(passed, bodies - len(exceptions) - len(found)), exceptions, found


def _excepted(value: JSONValue) -> Iterator[JSONValue]:
    for names in value if isinstance(value, list) else []:
        yield from names if isinstance(names, list) else []


def _message(violation: Violation, query: str) -> ConftestMessage:
    return ConftestMessage(
        message=violation.message, query=query, file=violation.file, line=violation.line, metadata={**violation.metadata, "query": query}
    )
