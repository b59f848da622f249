"""What a rule is, what it is given and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TypeAlias

from checker.gate.counterparts import Counterparts
from checker.model.change import ChangeFacts, Commit
from checker.model.diff import Comparison, EnvironmentDiff, NotRendered, UnitDiff
from checker.model.objects import JSONValue, Location, sequence, text
from checker.model.paths import RepoPath
from checker.model.records import dataclass, field
from checker.model.report import Mode, Verdict
from checker.model.settings import RuleChoice
from checker.model.units import BuiltUnit, DeployUnit

RuleSetting: TypeAlias = RuleChoice
"""A rule, the environment it is for (empty: every guarded one), its mode and its parameters; a bare value is under `value`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A commit of the base branch before the change, with what its tree rendered to."""

    commit: str
    time: datetime
    units: tuple[BuiltUnit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherBranch:
    """A branch that is an environment and not the one that the change goes into; `past` is its history, newest commit first."""

    name: str
    past: Iterable[Earlier]


@dataclass(frozen=True, kw_only=True)
class Generated:
    """A hydrated folder: what it holds at head, and what its dry source renders to at the commit that it was made from.

    `source` names the dry source for people. With a `problem` neither is known. `alien` is a commit that the folder claims to be made
    from and that is not on the branch of the dry source. `past` is the dry source at earlier commits, newest first.
    """

    folder: RepoPath
    source: str
    wet: BuiltUnit | None = None
    dry: BuiltUnit | None = None
    problem: str = ""
    fix: str = ""
    alien: str = ""
    past: Iterable[tuple[str, BuiltUnit]] = ()
    is_same_tree: bool = False
    """Whether the dry source lies beside it, so that a change of the source alone leaves the folder behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOptions:
    """`order` is the order of promotion. `now` and the further facts are inputs: a rule that needs one and has none fails closed."""

    rules: tuple[RuleSetting, ...] = ()
    guarded: frozenset[str] = frozenset()
    order: tuple[str, ...] = ()
    now: datetime | None = None
    history: Iterable[Earlier] = ()
    """The target branch, newest commit first; may render lazily, and is asked only when a rule needs it."""
    moved_on: bool = False
    """Whether others merged into the target branch meanwhile, so that `history` begins after the merge base."""
    same_files: Iterable[Earlier] = ()
    """Of those, the ones that touch a file of the change, further back: where a version to go back to would be found."""
    branches: Mapping[str, tuple[OtherBranch, ...]] = field(default_factory=dict)
    """By environment that other branches are: those that this clone holds, none where it holds none of them."""
    commits: Mapping[tuple[str, str], tuple[Commit, ...]] | None = None
    """By the files of the base revision that say whose SSH and GPG keys count, empty where a rule names none."""
    owners_file: str | None = None
    """Text of CODEOWNERS at base."""
    owners_format: str = "github"
    approvals: tuple[str, ...] | None = None
    generated: Mapping[str, tuple[Generated, ...]] = field(default_factory=dict)
    """By hydrated environment: its folders with their dry sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    verdict: Verdict
    message: str
    because: tuple[str, ...] = ()
    fix: str = ""
    location: Location | None = None


Concerns = Callable[[DeployUnit], bool]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One rule on one environment. `diff` holds only the units that the rule is for; `concerns` tells them among all others."""

    setting: RuleSetting
    diff: EnvironmentDiff
    comparison: Comparison
    base_units: Sequence[BuiltUnit]
    head_units: Sequence[BuiltUnit]
    facts: ChangeFacts
    options: GateOptions
    concerns: Concerns

    @property
    def environment(self) -> str:
        return self.diff.environment

    @cached_property
    def at_base(self) -> Counterparts:
        return Counterparts(self.base_units)

    @cached_property
    def at_head(self) -> Counterparts:
        return Counterparts(self.head_units)

    def base_of(self, environment: str) -> Counterparts:
        """What an environment runs before the merge, wherever it lies."""
        now = next(iter(self.options.history), None) if self.options.moved_on else None
        return self._elsewhere(environment) or (Counterparts(now.units) if now is not None else self.at_base)

    def head_of(self, environment: str) -> Counterparts:
        """What an environment runs after the merge."""
        return self._elsewhere(environment) or self.at_head

    def _elsewhere(self, environment: str) -> Counterparts | None:
        if environment not in self.options.branches:
            return None
        tips = (next(iter(branch.past), None) for branch in self.options.branches[environment])
        return Counterparts(unit for tip in tips if tip is not None for unit in tip.units)

    def is_out_of_sight(self, environment: str) -> bool:
        """Whether it is a branch that this clone does not hold."""
        return environment in self.options.branches and not self.options.branches[environment]

    def mine(self, side: Sequence[BuiltUnit]) -> list[BuiltUnit]:
        """The environment's units of one side that the rule is for, whether they move or not."""
        return [built for built in side if built.unit.environment == self.environment and self.concerns(built.unit)]

    @property
    def moving(self) -> tuple[UnitDiff, ...]:
        return tuple(unit for unit in self.diff.units if unit.moves)

    @property
    def gaps(self) -> tuple[NotRendered, ...]:
        """Units that may move in a way nobody can see."""
        return tuple(gap for gap in self.diff.not_rendered if gap.affected)

    def parameter(self, name: str) -> JSONValue:
        return self.setting.parameters.get(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """A parameter that may be one text or a list of them."""
        value = self.parameter(name)
        return (value,) if isinstance(value, str) else tuple(text(item) for item in sequence(value))


Judge = Callable[[Case], Judgement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table that settings and `explain` read.

    `parameters` are JSON schemas by name, `takes` what each is for; `required` must be given; `shorthand` is the one that a bare value
    stands for. `bad` is a change that the rule stops, `good` its settings.
    `default` is the mode for guarded environments where settings do not mention the rule.
    """

    id: str
    title: str
    why: str
    fix: str
    judge: Judge
    parameters: Mapping[str, JSONValue] = field(default_factory=dict)
    takes: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    shorthand: str = ""
    default: Mode = Mode.OFF
    bad: str = ""
    good: str = ""

    @property
    def schema(self) -> dict[str, JSONValue]:
        """The JSON schema of the parameters together."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": False,
            "properties": {**COMMON_PARAMETERS, **self.parameters},
            "required": [*self.required],
        }


TEXTS: JSONValue = {"anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "items": {"type": "string", "minLength": 1}}]}
COMMON_TAKES: Mapping[str, str] = {
    "units": "globs of the units that the rule is for, by name, namespace/name or folder; all where it is left out",
    "except": "globs of units that it is not for",
    "components": "unit glob to off, warn or enforce: a mode of its own, to roll the rule out piece by piece",
}
COMMON_PARAMETERS: Mapping[str, JSONValue] = {
    "units": TEXTS,
    "except": TEXTS,
    "components": {"type": "object", "additionalProperties": {"enum": [mode.value for mode in Mode]}},
}
"""Every rule takes them: globs of the units it is for, of those it is not for, and a mode by glob to roll a rule out piece by piece."""


def passed(message: str, because: tuple[str, ...] = ()) -> Judgement:
    return Judgement(verdict=Verdict.PASSED, message=message, because=because)


def broken(message: str, *, because: tuple[str, ...] = (), fix: str = "", location: Location | None = None) -> Judgement:
    return Judgement(verdict=Verdict.BROKEN, message=message, because=because, fix=fix, location=location)


def unknown(message: str, *, because: tuple[str, ...] = (), fix: str = "", location: Location | None = None) -> Judgement:
    return Judgement(verdict=Verdict.UNKNOWN, message=message, because=because, fix=fix, location=location)
