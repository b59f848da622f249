"""Rego modules in, values out: the only door to the Rego engines, which run in processes of their own.

The engine cannot be interrupted and a recursive policy kills its process, so every request has a time limit after which
the process is killed; the policies that were running are then told apart one by one. Results are JSON: a set comes back
as a list, an undefined rule is absent. Nothing of the engine is imported here.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from checker.model.objects import JSONValue
from checker.model.records import replace
from checker.tools.rego_prepare import prepared, rules_of, unknown
from checker.tools.rego_process import Connection, problem_of
from checker.tools.rego_values import (
    INSTALL,
    VERSION,
    Answer,
    DeadEngineError,
    EngineName,
    Limits,
    Loaded,
    MissingEngineError,
    Module,
    PolicyProblem,
    RegoEngine,
    Request,
    Rule,
    RulePath,
    Tested,
    Version,
)

__all__ = [
    "INSTALL",
    "VERSION",
    "Answer",
    "DeadEngineError",
    "Engine",
    "EngineName",
    "Limits",
    "Loaded",
    "MissingEngineError",
    "Module",
    "PolicyProblem",
    "RegoEngine",
    "Request",
    "Rule",
    "RulePath",
    "Tested",
    "Version",
    "available",
    "identity",
    "open_engine",
]

_DEATHS = 12
"""How often the process may die in one run before the rest is given up."""


def available() -> bool:
    """Whether something answers to the engine's import name; looks, and imports nothing."""
    return importlib.util.find_spec("regorus") is not None


def identity(engine: EngineName = "regorus") -> tuple[str, str]:
    """Name and version for reports. Raises MissingEngineError for an `opa` that is not there."""
    if engine == "opa":
        from checker.tools.rego_opa import opa_version

        return ("opa", opa_version())
    return ("regorus", VERSION)


def open_engine(engine: EngineName = "regorus", limits: Limits | None = None) -> RegoEngine:
    """Raises MissingEngineError."""
    if engine == "opa":
        from checker.tools.rego_opa import OpaEngine

        return OpaEngine(limits)
    return Engine(limits)


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
        self._connection: Connection | None = None
        self._deaths = 0
        self._guilty: dict[RulePath, PolicyProblem] = {}

    def start(self) -> Self:
        """Let the process begin while others work; whoever waits for it first is told what is wrong with it."""
        self._connection = self._connection or Connection(self._limits)
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
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
        lenient: bool = True,
    ) -> Loaded:
        """Load modules, leaving out those that do not compile or that the process dies of. Raises MissingEngineError, DeadEngineError."""
        given = tuple(modules)
        ready = prepared(given)
        request: dict[str, Any] = {
            "modules": ready.modules,
            "lenient": ready.lenient if lenient else {},
            "list": bool(ready.lenient),
            "data": dict(data or {}),
            "own": [*own, *ready.support],
        }
        self._load, self._groups = None, []
        try:
            answer, killers = self._ask_load(request), {}
        except DeadEngineError:
            killers = self._killers(request)
            if not killers:
                raise
            request = _only(request, [module for module in ready.modules if module[0] not in killers])
            answer = self._ask_load(request)
        self._load = request
        versions = answer["versions"]
        return Loaded(
            rules=tuple(rules_of(given, versions)) if rules else (),
            problems=(
                *ready.problems,
                *killers.values(),
                *(problem_of(problem) for problem in answer["problems"]),
                *unknown(ready, answer),
            ),
            versions=versions,
        )

    def _ask_load(self, request: Mapping[str, object]) -> dict[str, Any]:
        try:
            return self._connected().ask("load", request, self._limits.seconds)
        except DeadEngineError:
            self._dropped()
            raise

    def _killers(self, request: dict[str, Any]) -> dict[str, PolicyProblem]:
        """By path the modules on whose reading alone the process dies: the parser's time doubles with each bracket within brackets."""
        found: dict[str, PolicyProblem] = {}
        for module in request["modules"]:
            if self._deaths > _DEATHS:
                break
            try:
                self._ask_load({**_only(request, [module]), "list": False})
            except DeadEngineError as error:
                path = module[0]
                found[path] = PolicyProblem(message=f"reading it {error.message}", path=path, line=1, module=path)
        return found

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
                answers.append(self._alone(requests[len(answers)], reason if len(batch) == 1 else ""))
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
            return Tested(problem=problem_of(answer["error"]))
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

    def _alone(self, request: Request, reason: str) -> Answer:
        """The request on which a batch stopped: again for itself, then rule by rule, to leave the guilty ones out from here on.

        With a reason it was for itself already.
        """
        if not reason:
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

    def _connected(self) -> Connection:
        if self._connection is None:
            connection = Connection(self._limits)
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


def _only(request: Mapping[str, Any], modules: list[tuple[str, str, Version]]) -> dict[str, Any]:
    """The request to load no more than these."""
    paths = {path for path, _, _ in modules}
    return {**request, "modules": modules, "lenient": {path: text for path, text in request["lenient"].items() if path in paths}}
