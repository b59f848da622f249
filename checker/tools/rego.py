"""Rego modules in, values out: the only door to the Rego engine, which runs in a process of its own.

The engine cannot be interrupted and a recursive policy kills its process, so every request has a time limit after which
the process is killed; the policies that were running are then told apart one by one. Results are JSON: a set comes back
as a list, an undefined rule is absent. Nothing of the engine is imported here.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias, TypeVar

from checker.model.findings import CheckerError
from checker.model.objects import JSONValue
from checker.tools.process import scrubbed_environment, start

DISTRIBUTION = "gordon-to-regorus"
VERSION = "0.13.0"
INSTALL = "pip install 'gitops-check[rego]'"

Version = Literal["auto", "v0", "v1"]
RulePath: TypeAlias = tuple[str, ...]
T = TypeVar("T")

_DEATHS = 12
"""How often the process may die in one run before the rest is given up."""


class MissingEngineError(CheckerError):
    """No Rego engine is installed, or another distribution answers to its import name."""


class DeadEngineError(CheckerError):
    """The engine's process ended before it answered: out of time, out of memory, or a crash of the engine."""


@dataclass(frozen=True, slots=True)
class Module:
    """A Rego file. `path` is what messages name; one that is `exact` is written for our engine and OPA alike and is loaded as it is."""

    path: str
    text: str
    version: Version = "auto"
    exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyProblem:
    """What is wrong with a policy, and where in it; path and line are unknown only for errors the engine does not place."""

    message: str
    path: str = ""
    line: int | None = None
    column: int | None = None
    module: str = ""
    """The module that was left out because of it, where one was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One definition of a rule; a rule may have several. `kind` is set, object, value, func or default; `keyed` a bare `name[key]`."""

    package: RulePath
    name: str
    kind: str
    path: str
    line: int
    keyed: bool = False

    @property
    def full(self) -> RulePath:
        return (*self.package, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    rules: tuple[Rule, ...] = ()
    problems: tuple[PolicyProblem, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Evaluate a group of rules on one input. `input` is JSON text, `context` the JSON text of what `data.gitops` shows."""

    group: int
    input: str
    context: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Values and errors by the rule's position in its group; a rule in neither is undefined. `failure` concerns all of them."""

    values: Mapping[int, JSONValue] = field(default_factory=dict)
    errors: Mapping[int, PolicyProblem] = field(default_factory=dict)
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One rule's value with what it printed; `defined` tells undefined from null."""

    value: JSONValue = None
    defined: bool = False
    problem: PolicyProblem | None = None
    prints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds for one batch or one query, megabytes for the engine's process."""

    seconds: float = 10.0
    megabytes: int = 2048


def available() -> bool:
    """Whether something answers to the engine's import name; looks, and imports nothing."""
    return importlib.util.find_spec("regorus") is not None


def identity() -> tuple[str, str]:
    """Name and version for reports."""
    return ("regorus", VERSION)


class Engine:
    """The engine with modules loaded; a context manager, because it owns a process.

    Each `evaluate` answers every request, whatever happens: a request on which the process dies gets a failure and the
    process is started again for the rest.
    """

    BATCH = 256

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._load: dict[str, object] | None = None
        self._groups: list[list[list[str]]] = []
        self._connection: _Connection | None = None
        self._deaths = 0
        self._guilty: dict[RulePath, PolicyProblem] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def load(
        self,
        modules: Iterable[Module],
        data: Mapping[str, JSONValue] | None = None,
        *,
        rules: bool = True,
        own: Sequence[tuple[str, str]] = (),
    ) -> Loaded:
        """Load modules, leaving out those that do not compile. Raises MissingEngineError, DeadEngineError."""
        given = tuple(modules)
        prepared = _prepared(given)
        request: dict[str, object] = {
            "modules": prepared.modules,
            "lenient": prepared.lenient,
            "data": dict(data or {}),
            "own": [*own, *prepared.support],
        }
        self._load, self._groups = None, []
        try:
            answer = self._connected().ask("load", request, self._limits.seconds)
        except DeadEngineError:
            self._dropped()
            raise
        self._load = request
        versions = answer["versions"]
        return Loaded(
            rules=tuple(_rules(given, versions)) if rules else (),
            problems=(*prepared.problems, *(_problem(problem) for problem in answer["problems"]), *_unknown(prepared, answer)),
            versions=versions,
        )

    def group(self, groups: Sequence[Sequence[RulePath]]) -> int:
        """Register groups of rules for `evaluate`; the answer is the number of the first."""
        wanted = [[list(rule) for rule in group] for group in groups]
        connection = self._connected()
        first = len(self._groups)
        self._groups.extend(wanted)
        connection.ask("group", wanted, self._limits.seconds)
        return first

    def evaluate(self, requests: Sequence[Request]) -> list[Answer]:
        """One answer a request, in order."""
        answers: list[Answer] = []
        while len(answers) < len(requests):
            batch = requests[len(answers) : len(answers) + self.BATCH]
            got, reason = self._batch(batch)
            answers.extend(got)
            if reason and len(answers) < len(requests):
                if self._deaths > _DEATHS:
                    return answers + [Answer(failure=f"policies {reason}, again and again")] * (len(requests) - len(answers))
                answers.append(self._alone(requests[len(answers)]))
        return answers

    def query(self, rule: RulePath, *, input: JSONValue = None, context: Mapping[str, JSONValue] | None = None) -> Tested:  # noqa: A002
        """One rule for itself, with what it printed. A death of the process is a problem of this rule."""
        try:
            answer = self._connected().ask(
                "query", {"rule": list(rule), "input": input, "context": dict(context or {})}, self._limits.seconds
            )
        except DeadEngineError as error:
            self._dropped()
            return Tested(problem=PolicyProblem(message=error.message))
        if "error" in answer:
            return Tested(problem=_problem(answer["error"]))
        return Tested(value=answer.get("value"), defined="value" in answer, prints=tuple(answer.get("prints", ())))

    def coverage(self, *, enable: bool = False) -> Mapping[str, JSONValue]:
        """Start counting covered lines, or the count so far, as the engine reports it."""
        found: Mapping[str, JSONValue] = self._connected().ask("coverage", {"enable": enable}, self._limits.seconds)
        return found

    def _batch(self, batch: Sequence[Request]) -> tuple[list[Answer], str]:
        """As many answers as came, and why no more did."""
        try:
            answers, reason = self._connected().evaluate(batch, self._limits.seconds)
        except DeadEngineError as error:
            answers, reason = [], error.message
        if reason:
            self._dropped()
        if self._guilty:
            answers = [self._completed(request, answer) for request, answer in zip(batch, answers, strict=False)]
        return answers, reason

    def _completed(self, request: Request, answer: Answer) -> Answer:
        guilty = {index: self._guilty[tuple(rule)] for index, rule in enumerate(self._groups[request.group]) if tuple(rule) in self._guilty}
        return replace(answer, errors={**answer.errors, **guilty}) if guilty else answer

    def _alone(self, request: Request) -> Answer:
        """The request on which a batch stopped: again for itself, then rule by rule, to leave the guilty ones out from here on."""
        answers, reason = self._batch([request])
        if not reason:
            return answers[0]
        rules = [tuple(rule) for rule in self._groups[request.group]]
        for rule in rules:
            if rule in self._guilty:
                continue
            if self._deaths > _DEATHS:
                return Answer(failure=f"policies {reason}, again and again")
            _, reason = self._batch([replace(request, group=self._single(rule))])
            if reason:
                self._guilty[rule] = PolicyProblem(message=reason)
        answers, reason = self._batch([request])
        return Answer(failure=f"policies together {reason}") if reason else answers[0]

    def _single(self, rule: RulePath) -> int:
        wanted = [list(rule)]
        return self._groups.index(wanted) if wanted in self._groups else self.group([[rule]])

    def _dropped(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            self._deaths += 1

    def _connected(self) -> _Connection:
        if self._connection is None:
            connection = _Connection(self._limits)
            self._connection = connection
            if self._load is not None:
                connection.ask("load", {**self._load, "list": False}, self._limits.seconds)
                if self._groups:
                    connection.ask(
                        "group",
                        [[rule if tuple(rule) not in self._guilty else None for rule in group] for group in self._groups],
                        self._limits.seconds,
                    )
        return self._connection


class _Connection:
    """The worker's pipes. Every wait has a limit, kept by a timer that kills the process: reading then meets the end."""

    def __init__(self, limits: Limits) -> None:
        environment = {name: value for name, value in scrubbed_environment().items() if not name.startswith("RUST_")}
        script = Path(__file__).with_name("rego_worker.py")
        # -P: the current directory is the repository under judgement and must not provide modules.
        self._process = start([sys.executable, "-P", script, str(limits.megabytes)], environment=environment)
        self.dead = False
        self._expired = False
        hello = self._within(limits.seconds, self._read)
        if "missing" in hello:
            self.close()
            raise MissingEngineError("the Rego engine is not installed", INSTALL)
        if hello["version"] != VERSION:
            self.close()
            found = hello["version"] or "a package of the same import name"
            raise MissingEngineError(f"the Rego engine is {found}, not {DISTRIBUTION} {VERSION}", INSTALL)

    def ask(self, verb: str, request: object, seconds: float) -> dict[str, Any]:
        def exchange() -> dict[str, Any]:
            self._write(verb.encode() + b" " + json.dumps(request).encode() + b"\n")
            return self._read()

        return self._within(seconds, exchange)

    def evaluate(self, batch: Sequence[Request], seconds: float) -> tuple[list[Answer], str]:
        answers: list[Answer] = []

        def exchange() -> None:
            lines = [f"{request.group}\t{request.context}\t{request.input}\n" for request in batch]
            self._write(f"eval {len(batch)}\n{''.join(lines)}".encode())
            for _ in batch:
                answers.append(_answered(self._line()))  # noqa: PERF401 - what came before the process died is kept

        try:
            self._within(seconds, exchange)
        except DeadEngineError as error:
            return answers, error.message
        return answers, ""

    def close(self) -> None:
        self.dead = True
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        self._process.wait()

    def _within(self, seconds: float, action: Callable[[], T]) -> T:
        timer = threading.Timer(seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            return action()
        except (OSError, EOFError, ValueError) as error:
            self.dead = True
            raise DeadEngineError(self._why(seconds)) from error
        finally:
            timer.cancel()

    def _expire(self) -> None:
        self._expired = True
        self._process.kill()

    def _why(self, seconds: float) -> str:
        if self._expired:
            return f"took longer than {seconds:g} s and was stopped"
        self._process.kill()
        self._process.wait()
        return "made the Rego engine crash (a function that calls itself, or too much memory)"

    def _write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        return line

    def _read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._line())
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prepared:
    """Modules as the engine must see them to mean what OPA means; the same with lenient built-ins, and what those call."""

    modules: list[tuple[str, str, Version]]
    lenient: dict[str, str] = field(default_factory=dict)
    support: tuple[tuple[str, str], ...] = ()
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    problems: tuple[PolicyProblem, ...] = ()


def _unknown(prepared: _Prepared, answer: Mapping[str, Any]) -> Iterator[PolicyProblem]:
    """Functions that modules call and nothing defines. They stay loaded: where the call is never reached they still say something."""
    if not prepared.lenient:
        return
    from checker.tools.rego_unknown import unknown_calls

    loaded = [(path, text) for path, text, _ in prepared.modules if path in answer["versions"] and path in prepared.lenient]
    for found in unknown_calls(loaded, prepared.names, frozenset(answer["builtins"])):
        yield PolicyProblem(
            message=f"it calls {found.name}, which neither these policies nor the Rego engine have", path=found.path, line=found.line
        )


def _prepared(modules: Sequence[Module]) -> _Prepared:
    """Without the modules whose functions call themselves."""
    foreign = [(module.path, module.text) for module in modules if not module.exact]
    if not foreign:
        return _Prepared(modules=[(module.path, module.text, module.version) for module in modules])
    from checker.tools.rego_lenient import PACKAGE, module_text
    from checker.tools.rego_recursion import recursive_functions
    from checker.tools.rego_source import adapted, lenient, names_by_package

    problems = tuple(
        PolicyProblem(
            message=f"function {found.name} calls itself, which Rego does not allow", path=found.path, line=found.line, module=found.path
        )
        for found in recursive_functions(foreign)
    )
    refused = {problem.module for problem in problems}
    names = names_by_package(text for _, text in foreign)
    texts = {path: adapted(text, names) for path, text in foreign if path not in refused}
    return _Prepared(
        modules=[(module.path, texts.get(module.path, module.text), module.version) for module in modules if module.path not in refused],
        lenient={path: lenient(text, names) for path, text in texts.items()},
        support=((PACKAGE, module_text()),),
        names=names,
        problems=problems,
    )


def _rules(modules: Sequence[Module], versions: Mapping[str, str]) -> Iterator[Rule]:
    """Of the modules that were loaded. A keyed head without a value is an object in v1."""
    from checker.tools.rego_rules import definitions

    for module in modules:
        if module.path in versions:
            for found in definitions(module.text):
                kind = "object" if found.keyed and versions[module.path] == "v1" else found.kind
                yield Rule(package=found.package, name=found.name, kind=kind, keyed=found.keyed, path=module.path, line=found.line)


def _answered(line: bytes) -> Answer:
    """`=` and the values, or `!` and what went wrong."""
    found = json.loads(line[1:])
    if line[:1] == b"=":
        return Answer(values={int(index): value for index, value in found.items()})
    if "input" in found:
        return Answer(failure=found["input"]["message"])
    if "panic" in found:
        return Answer(errors={index: PolicyProblem(message=found["panic"]) for index in range(found["rules"])})
    return Answer(
        values={int(index): value for index, value in found["values"].items()},
        errors={int(index): _problem(error) for index, error in found["errors"].items()},
    )


def _problem(found: Mapping[str, Any]) -> PolicyProblem:
    return PolicyProblem(
        message=found["message"],
        path=found.get("path", ""),
        line=found.get("line"),
        column=found.get("column"),
        module=found.get("module", ""),
    )
