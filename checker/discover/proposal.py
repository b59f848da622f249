"""Units with inferred environments, and the branches -> environments as settings could state them: what `init` writes down.

A match is stated where the name was found: the folder, the cluster, the branch. A unit whose environment is inherited from
what declares it needs none, since that still holds beside settings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from checker.discover.environments import (
    FOLDERS_OF_ENVIRONMENTS,
    IN_CLUSTER,
    STAGES,
    WORDS,
    environment_of_cluster,
    environment_of_path,
    guarded_environments,
    promotion_order,
    speaks_of_stage,
)
from checker.model.objects import dig, mapping, text
from checker.model.records import dataclass, field
from checker.model.settings import EnvironmentMatch, EnvironmentSetting
from checker.model.units import Controller, DeployUnit

_PREFIX = re.compile(r"(?:env|envs|environment|environments|deploy|hydrated|rendered|manifests|stage|stages)/(.+)")
_NEXT = "-next"
"""How hydrators call the branch from which an environment's branch is updated."""
_MANY = 6


@dataclass(slots=True)
class _Evidence:
    """Where the name of one environment was found, in the order of discovery."""

    paths: dict[str, None] = field(default_factory=dict)
    clusters: dict[str, None] = field(default_factory=dict)
    branches: dict[str, None] = field(default_factory=dict)

    def matches(self) -> tuple[EnvironmentMatch, ...]:
        return (
            *(EnvironmentMatch(branch=branch) for branch in self.branches),
            *(EnvironmentMatch(path=path) for path in _merged(list(self.paths))),
            *(EnvironmentMatch(cluster=cluster) for cluster in self.clusters),
        )


def propose(units: Iterable[DeployUnit], branches: Sequence[str]) -> tuple[EnvironmentSetting, ...]:
    """In the order of promotion, those of no known stage before the others; empty where nothing speaks of an environment."""
    known = tuple(units)
    found: dict[str, _Evidence] = {}
    for unit in known:
        if unit.environment and unit.environment != IN_CLUSTER and not _is_variant(unit):
            _look(unit, found.setdefault(unit.environment, _Evidence()))
    for name in _inside_clusters(known, found) | {name for name in found if not found[name].matches() and not speaks_of_stage(name)}:
        del found[name]
    hydrated = {branch: unit.environment for unit in known for branch in _hydrated_branches(unit)}
    for branch, name in _environment_branches(branches, hydrated):
        found.setdefault(_known(name, found), _Evidence()).branches[branch] = None
    order = promotion_order(sorted(found), ())
    names = [*sorted(found.keys() - set(order)), *order]
    guarded = guarded_environments(names, ())
    return tuple(EnvironmentSetting(name=name, match=found[name].matches(), guarded=name in guarded) for name in names)


def _is_variant(unit: DeployUnit) -> bool:
    """Whether its environment is only the name of an overlay that speaks of no stage: `overlays/aws` is a variant."""
    paths = [path for path in (unit.path, unit.origin.path) if path is not None and environment_of_path(path) == unit.environment]
    variants = [path for path in paths if {"overlay", "overlays"} & set(path.split("/")) and not speaks_of_stage(unit.environment)]
    return bool(variants)


def _inside_clusters(units: Iterable[DeployUnit], found: Mapping[str, _Evidence]) -> set[str]:
    """Names that are only folders inside clusters of another name: a namespace called `dev`."""
    owners = {cluster: name for name, evidence in found.items() for cluster in evidence.clusters}
    clusters: dict[str, set[str]] = {}
    for unit in units:
        clusters.setdefault(unit.environment, set()).add(unit.cluster)
    return {name for name in found if not found[name].clusters and all(owners.get(cluster, name) != name for cluster in clusters[name])}


def _look(unit: DeployUnit, evidence: _Evidence) -> None:
    for path in (unit.path, unit.origin.path):
        if path is not None and environment_of_path(path) == unit.environment:
            evidence.paths[_pattern(path, unit.environment)] = None
            return
    if unit.cluster and environment_of_cluster(unit.cluster) == unit.environment:
        instance = unit.cluster.partition(" (")[2].removesuffix(")")
        if not instance:
            evidence.clusters[unit.cluster] = None
        elif (folder := _telling_folder(unit.origin.path, unit.environment)) is not None:
            evidence.paths[f"{folder}/**"] = None


def _telling_folder(path: str, environment: str) -> str | None:
    """The folder above a file whose name holds the environment's: one for each instance of Argo CD."""
    parts = path.split("/")[:-1]
    size = next((size for size, part in enumerate(parts, 1) if environment_of_cluster(part) == environment), None)
    return "/".join(parts[:size]) if size is not None else None


def _pattern(path: str, environment: str) -> str:
    """The folder that gives the name, with whatever lies in it; wherever an application keeps its overlays."""
    parts = path.split("/")
    length = next(size for size in range(1, len(parts) + 1) if environment_of_path("/".join(parts[:size])) == environment)
    folder = "/".join(parts[:length])
    if length > 2 and parts[length - 2] in FOLDERS_OF_ENVIRONMENTS:
        folder = f"**/{parts[length - 2]}/{parts[length - 1]}"
    return folder if folder.endswith((".yaml", ".yml")) else f"{folder}/**"


def _merged(patterns: list[str]) -> list[str]:
    """Many folders of one name in many places are that name anywhere."""
    tails = {pattern.removesuffix("/**").rpartition("/")[2] for pattern in patterns}
    if len(patterns) > _MANY and len(tails) == 1:
        return [f"**/{tails.pop()}/**"]
    return patterns


def _hydrated_branches(unit: DeployUnit) -> tuple[str, ...]:
    """The branches into which Argo CD writes what an Application renders to."""
    if unit.controller is not Controller.ARGOCD_APPLICATION or unit.declaration is None:
        return ()
    hydrator = mapping(dig(unit.declaration.body, "spec", "sourceHydrator"))
    return tuple(branch for name in ("syncSource", "hydrateTo") if (branch := text(dig(hydrator, name, "targetBranch"))))


def _environment_branches(branches: Sequence[str], hydrated: dict[str, str]) -> list[tuple[str, str]]:
    """Branches with the environment each is: those of hydrators, those under a telling prefix, and bare words if there are several."""
    found = [(branch, name or _named(branch) or branch) for branch, name in hydrated.items()]
    rest = [branch for branch in branches if branch not in hydrated]
    found += [(branch, name) for branch in rest if _PREFIX.fullmatch(branch) and (name := _named(branch))]
    bare = [branch for branch in rest if branch.removesuffix(_NEXT) in WORDS - {"develop"}]
    stages = {place for branch in bare for place, words in enumerate(STAGES) if branch.removesuffix(_NEXT) in words}
    if len(stages) > 1:
        found += [(branch, branch.removesuffix(_NEXT)) for branch in bare]
    return sorted(found)


def _named(branch: str) -> str:
    prefixed = _PREFIX.fullmatch(branch)
    return (prefixed[1] if prefixed else branch).removesuffix(_NEXT).replace("/", "-")


def _known(name: str, found: dict[str, _Evidence]) -> str:
    """The environment of that name, or the one that another word for the same stage names, where there is just one."""
    if name in found:
        return name
    stage = next((words for words in STAGES if name in words), frozenset())
    alike = [other for other in found if other in stage]
    return alike[0] if len(alike) == 1 else name
