"""What goes to the Rego engine and what comes back: modules, requests, answers, and the two ways in which there is no answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol, Self, TypeAlias

from checker.model.findings import CheckerError
from checker.model.objects import JSONValue
from checker.model.records import dataclass, field

DISTRIBUTION = "gordon-to-regorus"
VERSION = "0.13.0"
INSTALL = "pip install 'gitops-check[rego]'"

EngineName = Literal["regorus", "opa"]
"""The built-in engine, or the `opa` on PATH. Results may differ, so it is the user's choice and never changed for them."""
Version = Literal["auto", "v0", "v1"]
RulePath: TypeAlias = tuple[str, ...]


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


class RegoEngine(Protocol):
    """What evaluation asks of an engine: load modules, register groups of rules, answer requests; it ends with its `with`."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def load(
        self,
        modules: Iterable[Module],
        data: Mapping[str, JSONValue] | None = None,
        *,
        rules: bool = True,
        own: Sequence[tuple[str, str]] = (),
        lenient: bool = True,
    ) -> Loaded: ...

    def group(self, groups: Sequence[Sequence[RulePath]]) -> int: ...

    def evaluate(self, requests: Sequence[Request]) -> list[Answer]: ...

    def query(self, rule: RulePath, *, input: JSONValue = None, context: Mapping[str, JSONValue] | None = None) -> Tested: ...  # noqa: A002

    def coverage(self, *, enable: bool = False) -> Mapping[str, JSONValue]: ...
