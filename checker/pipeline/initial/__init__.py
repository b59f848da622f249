"""A repository as it stands -> what `init` should write for it: environments, the files of its CI system and of pre-commit.

Nothing is written here.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from checker.model.objects import dig
from checker.model.records import dataclass
from checker.model.settings import EnvironmentSetting
from checker.model.tree import Tree
from checker.model.units import BuiltUnit, Controller, DeployUnit, Failure, Reason
from checker.pipeline.initial.seats import FORKS, HOOKS, SEATS, Seat, find_seats

__all__ = ["FORKS", "HOOKS", "SEATS", "Findings", "Seat", "look_around", "misplaced"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """`seats` are the CI systems in use, each with how it was told."""

    root: Path
    units: tuple[BuiltUnit, ...]
    environments: tuple[EnvironmentSetting, ...]
    seats: tuple[tuple[Seat, str], ...]
    default_branch: str

    def controllers(self) -> Mapping[Controller, int]:
        return Counter(built.unit.controller for built in self.units)

    def unnamed(self) -> Mapping[str, int]:
        """Units by what they are called instead of an environment: empty for nothing at all."""
        proposed = {environment.name for environment in self.environments}
        return Counter(built.unit.environment for built in self.units if built.unit.environment not in proposed)

    def is_hydrated(self) -> bool:
        """Whether Argo CD writes what it renders to branches."""
        return any(
            built.unit.declaration is not None and dig(built.unit.declaration.body, "spec", "sourceHydrator") for built in self.units
        )

    def remote(self) -> int:
        """Units whose content is not in the repository."""
        return sum(isinstance(built.result, Failure) and built.result.reason is Reason.REMOTE for built in self.units)


def look_around(folder: Path, environ: Mapping[str, str]) -> Findings:
    """Raises CheckerError outside a repository."""
    from checker.discover.proposal import propose
    from checker.model.findings import CheckerError
    from checker.snapshot import open_repository
    from checker.snapshot.targets import branch_tips, default_target

    repository = open_repository(folder, environ)
    if repository.root is None:
        raise CheckerError("this is a bare repository", "run init in a clone with a work tree")
    tree = repository.worktree()
    units = _expanded(tree, repository.remote_urls())
    default = default_target(repository).branch or repository.branch() or "main"
    branches = [name for name in sorted(branch_tips(repository)) if name != default]
    return Findings(
        root=repository.root,
        units=units,
        environments=propose((built.unit for built in units), branches),
        seats=find_seats(tree, repository.remote_urls()),
        default_branch=default,
    )


def misplaced(found: Findings) -> tuple[DeployUnit, ...]:
    """Units that the proposed environments put elsewhere than the names that they were proposed from: there should be none."""
    from checker.discover import DiscoverOptions, with_environments

    proposed = {environment.name for environment in found.environments}
    inferred = {built.unit.key: built.unit for built in found.units}
    stated = with_environments(inferred, DiscoverOptions(environments=found.environments))
    return tuple(unit for unit in stated if unit.environment != (before := inferred[unit.key].environment) and before in proposed)


def _expanded(tree: Tree, urls: tuple[str, ...]) -> tuple[BuiltUnit, ...]:
    from checker.discover import DiscoverOptions
    from checker.pipeline.expand import ExpandOptions, expand_one
    from checker.render.options import RenderOptions

    options = ExpandOptions(
        discover=DiscoverOptions(repository_urls=urls), render=RenderOptions(repository_urls=urls), digest_key=secrets.token_bytes(32)
    )
    return expand_one(tree, options).built
