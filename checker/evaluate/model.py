"""What goes into policy evaluation: objects with where they will run, and sets of policies with the meaning of their rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, Protocol, overload

from checker.model.enums import StrEnum
from checker.model.findings import Checked, Severity
from checker.model.objects import JSONValue, KubeObject, Location
from checker.model.records import dataclass, field
from checker.model.units import UnitKey
from checker.tools.rego import Engine, EngineName, Limits, Module, PolicyProblem

Locate = Callable[[KubeObject, str, bool], Location]
"""The place of a JSON pointer in an object; with True, of the key rather than the value."""


class Meaning(StrEnum):
    """How rules are found and their results read."""

    LIBRARY = "library"
    CONFTEST = "conftest"
    GATEKEEPER = "gatekeeper"
    ADMISSION = "admission"


@dataclass(frozen=True, kw_only=True)
class EvaluationInput:
    """One object as rendered (or as it stands in a file) and what a policy may know about it."""

    object: KubeObject
    unit: UnitKey | None = None
    environment: str = ""
    cluster: str = ""
    base: Mapping[str, JSONValue] | None = None
    """The same object at the base revision, None where it is new."""
    content: str = ""
    """A digest of everything that the unit renders to; empty where none is known."""


@dataclass(frozen=True, kw_only=True)
class UnitInputs:
    """The objects of one unit, which `make` makes inputs of: of most units it is known that they pass, and nobody looks at them."""

    unit: UnitKey | None
    environment: str
    cluster: str
    content: str
    size: int
    make: Callable[[], Sequence[EvaluationInput]]

    @cached_property
    def inputs(self) -> Sequence[EvaluationInput]:
        return self.make()


class Inputs(Sequence[EvaluationInput]):
    """The inputs of several units, one after the other."""

    def __init__(self, units: Sequence[UnitInputs]) -> None:
        self.units = units

    @cached_property
    def _all(self) -> Sequence[EvaluationInput]:
        return [item for unit in self.units for item in unit.inputs]

    def __len__(self) -> int:
        return sum(unit.size for unit in self.units)

    def __iter__(self) -> Iterator[EvaluationInput]:
        return iter(self._all)

    @overload
    def __getitem__(self, index: int) -> EvaluationInput: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[EvaluationInput]: ...
    def __getitem__(self, index: int | slice) -> EvaluationInput | Sequence[EvaluationInput]:
        return self._all[index]


def by_unit(inputs: Sequence[EvaluationInput]) -> Inputs:
    """Inputs that stand one by one, those of a unit together."""
    if isinstance(inputs, Inputs):
        return inputs
    groups: dict[tuple[UnitKey | None, str, str, str], list[EvaluationInput]] = {}
    for item in inputs:
        groups.setdefault((item.unit, item.environment, item.cluster, item.content), []).append(item)
    return Inputs([UnitInputs(**_about(items[0]), size=len(items), make=partial(list, items)) for items in groups.values()])


def _about(item: EvaluationInput) -> dict[str, Any]:
    return {"unit": item.unit, "environment": item.environment, "cluster": item.cluster, "content": item.content}


class Started:
    """An engine of the default kind whose process begins at once; it is taken by the first that asks, and ends with `close`."""

    def __init__(self) -> None:
        self._engine: Engine | None = Engine().start()

    def take(self) -> Engine | None:
        engine, self._engine = self._engine, None
        return engine

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()


class Memory(Protocol):
    """What is known of units under the digest of all that it depends on besides: verdicts, and digests of what others may ask of one."""

    def digest(self, *parts: str) -> str: ...

    def recall(self, question: str, unit: str) -> Checked | None: ...

    def keep(self, checked: Checked, question: str, unit: str, objects: Iterable[KubeObject]) -> None: ...

    def recall_text(self, question: str, unit: str) -> str | None: ...

    def keep_text(self, text: str, question: str, unit: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDoc:
    """What a policy of the library says about itself; `explain` and the policy reference are made of it."""

    id: str
    title: str
    severity: Severity
    profile: str
    area: str
    kinds: tuple[str, ...]
    why: str
    fix: str
    bad: str
    good: str
    links: tuple[str, ...] = ()
    standards: tuple[str, ...] = ()
    package: tuple[str, ...] = ()
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class PolicySet:
    """Rego modules that are loaded together, on an engine of their own. `name` says where they come from."""

    name: str
    modules: tuple[Module, ...] = ()
    data: Mapping[str, JSONValue] = field(default_factory=dict)
    namespaces: tuple[str, ...] = ("main",)
    meaning: Meaning = Meaning.CONFTEST
    docs: tuple[PolicyDoc, ...] = ()
    objects: tuple[KubeObject, ...] = ()
    """Gatekeeper's templates and constraints, or admission policies and bindings."""
    scopes: frozenset[str] | None = None
    """Where the set is deployed (`facts.scope_of`) and so judges; None for one that judges everywhere."""
    deployed: bool = False
    """The objects are those of a cluster, all of them: nothing is added from what is judged."""
    problems: tuple[PolicyProblem, ...] = ()
    """What was wrong with the modules before any engine saw them."""


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions:
    """`change` is shown to policies as `data.gitops.change`; `workers` is how many engine processes may run.

    `started` is an engine that nobody has loaded yet, for the first set that needs one.
    With `both`, every set is judged by both engines and a difference is a finding.
    """

    locate: Locate = lambda obj, _pointer, _key: obj.origin.location
    change: Mapping[str, JSONValue] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    workers: int = 2
    engine: EngineName = "regorus"
    both: bool = False
    started: Started | None = None
    memory: Memory | None = None
