"""Why one environment moves: from each file of the change over bases and overlays to the unit and its objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from checker.discover.routes import Routes
from checker.gate.because import written_in
from checker.model.change import ChangeFacts
from checker.model.diff import Cause, Comparison, EnvironmentDiff, NotRendered, ObjectDiff, UnitDiff
from checker.model.paths import RepoPath
from checker.model.records import dataclass
from checker.model.report import RuleVerdict
from checker.model.tree import was_read
from checker.model.units import BuiltUnit, DeployUnit, UnitKey
from checker.pipeline.expand import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """`cause` None is a unit that moves for no file of its own: what declares it, or a controller's default, does.

    `folders` are the kustomizations from the file's to the one that is built. `through` are units that declare this one and lie on the
    way, outermost first: what they render from the file declares it. `above` are further ones around it.
    """

    cause: Cause | None
    folders: tuple[RepoPath, ...]
    through: tuple[DeployUnit, ...]
    above: tuple[DeployUnit, ...]
    unit: UnitDiff
    objects: tuple[ObjectDiff, ...]
    others: tuple[str, ...]
    """Environments that read the file too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """`still` are files of the change that the environment reads and that change nothing in it; `elsewhere` those it does not read."""

    environment: str
    guarded: bool
    chains: tuple[Chain, ...]
    gaps: tuple[NotRendered, ...]
    still: tuple[RepoPath, ...]
    elsewhere: tuple[RepoPath, ...]
    rules: tuple[RuleVerdict, ...]


def movement(
    name: str, comparison: Comparison, base: Side, head: Side, facts: ChangeFacts, rules: Sequence[RuleVerdict]
) -> Movement | None:
    """None for an environment that is on neither side."""
    diff = comparison.environment(name)
    if diff is None:
        return None
    finder = _Finder(base, head)
    chains = tuple(finder.chains(diff))
    read = {path for built in finder.units.values() if built.unit.environment == name for path in finder.reads[built.unit.key]}
    moving = {chain.cause.path for chain in chains if chain.cause is not None}
    hidden = {path for gap in diff.not_rendered if gap.affected for path in finder.reads.get(gap.unit.key, ())}
    asked = [file.path for file in facts.files if file.path not in moving]
    return Movement(
        environment=name,
        guarded=diff.guarded,
        chains=chains,
        gaps=tuple(gap for gap in diff.not_rendered if gap.affected),
        still=tuple(path for path in asked if was_read(path, read) and not was_read(path, hidden)),
        elsewhere=tuple(path for path in asked if not was_read(path, read)),
        rules=tuple(rule for rule in rules if rule.environment == name),
    )


class _Finder:
    def __init__(self, base: Side, head: Side) -> None:
        self.units: Mapping[UnitKey, BuiltUnit] = {built.unit.key: built for built in (*base.built, *head.built)}
        self.reads: dict[UnitKey, set[str]] = {}
        self._readers: dict[str, set[str]] = {}
        for built in (*base.built, *head.built):
            paths = {*built.result.reads, built.unit.origin.path}
            self.reads.setdefault(built.unit.key, set()).update(paths)
            for path in paths:
                self._readers.setdefault(path, set()).add(built.unit.environment)
        self._routes = (Routes(head.tree), Routes(base.tree))

    def chains(self, diff: EnvironmentDiff) -> Iterable[Chain]:
        for unit in diff.units:
            if not unit.moves:
                continue
            told = [one for one in unit.objects if not one.is_noise]
            for cause in unit.causes or (None,):
                folders, through, above = self._way(unit.unit, cause)
                yield Chain(
                    cause=cause,
                    folders=folders,
                    through=through,
                    above=above,
                    unit=unit,
                    objects=tuple(written_in(cause, told) if cause is not None else told),
                    others=tuple(sorted(self._readers.get(cause.path, set()) - {diff.environment, ""})) if cause is not None else (),
                )

    def _above(self, unit: DeployUnit) -> list[DeployUnit]:
        found: list[DeployUnit] = []
        at = self.units.get(unit.parent) if unit.parent is not None else None
        while at is not None and at.unit not in found and at.unit.key != unit.key:
            found.insert(0, at.unit)
            at = self.units.get(at.unit.parent) if at.unit.parent is not None else None
        return found

    def _way(self, unit: DeployUnit, cause: Cause | None) -> tuple[tuple[RepoPath, ...], tuple[DeployUnit, ...], tuple[DeployUnit, ...]]:
        """Through the unit's own kustomization, else through that of the nearest unit that declares it."""
        above = self._above(unit)
        if cause is None:
            return (), (), tuple(above)
        for place in range(len(above), -1, -1):
            root = unit.path if place == len(above) else above[place].path
            for routes in self._routes if root is not None else ():
                folders = routes.between(cause.path, root) if root is not None else None
                if folders is not None:
                    return folders, tuple(above[place:]), tuple(above[:place])
        return (), (), tuple(above)
