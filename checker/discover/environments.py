"""Which environment a unit belongs to: settings first, else inferred from the names that GitOps repositories use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from checker.model.objects import dig, mapping, text
from checker.model.records import replace
from checker.model.settings import EnvironmentMatch, EnvironmentSetting
from checker.model.units import DeployUnit

FOLDERS_OF_ENVIRONMENTS = frozenset({"overlays", "overlay", "envs", "env", "environments", "environment", "stages"})
WORDS = frozenset(
    {
        *("production", "prod", "prd", "live", "preproduction", "pre-production", "preprod", "canary"),
        *("staging", "stage", "stg", "uat", "qa", "integration", "development", "develop", "dev", "sandbox"),
    }
)
GUARDED_WORDS = frozenset({"production", "prod", "prd", "live"})


IN_CLUSTER = "in-cluster"
"""How Argo CD calls the cluster that it runs in, whatever that is."""
STAGES = (
    frozenset({"sandbox", "dev", "develop", "development"}),
    frozenset({"integration", "int", "test", "testing"}),
    frozenset({"qa", "uat"}),
    frozenset({"staging", "stage", "stg"}),
    frozenset({"preproduction", "pre-production", "preprod"}),
    frozenset({"canary"}),
    frozenset({"production", "prod", "prd", "live"}),
)
"""Words for environments in the order in which teams promote through them."""


def classified(unit: DeployUnit, settings: Sequence[EnvironmentSetting], parent: str = "", branch: str | None = None) -> DeployUnit:
    """The unit with its environment: the first of the settings that matches, else by names, else empty, which is unclassified.

    `parent` is the environment of the unit that declares it, inherited where nothing better is known; `branch` the one that the
    change goes into, None where that is not known.
    """
    for setting in settings:
        if any(_matches(unit, match, branch) for match in setting.match):
            return replace(unit, environment=setting.name)
    return replace(unit, environment=_inferred(unit, parent))


def promotion_order(names: Sequence[str], settings: Sequence[EnvironmentSetting]) -> tuple[str, ...]:
    """Environments first to last: in the order of the settings, else of the stages that their names speak of."""
    if settings:
        return tuple(setting.name for setting in settings)
    ranked = ((_stage(name), name) for name in names)
    return tuple(name for stage, name in sorted((stage, name) for stage, name in ranked if stage is not None))


def speaks_of_stage(name: str) -> bool:
    """Whether a name holds a word for a stage: `prod-eu` does."""
    return bool(_from_name(name))


def _stage(name: str) -> int | None:
    words = {name, *re.split(r"[-_.]", name)}
    return next((rank for rank, stage in enumerate(STAGES) if words & stage), None)


def own_branch(branch: str, settings: Sequence[EnvironmentSetting]) -> int | None:
    """The place in the order of promotion of the environment that a branch is by itself; None for any other branch."""
    for place, setting in enumerate(settings):
        if any(match.branch is not None and glob_matches(match.branch, branch) for match in setting.match):
            return place
    return None


def guarded_environments(names: Sequence[str], settings: Sequence[EnvironmentSetting]) -> frozenset[str]:
    """The environments that rules protect: as settings say, else those named like production."""
    stated: Mapping[str, bool] = {setting.name: setting.guarded for setting in settings}
    return frozenset(name for name in names if stated.get(name, not settings and bool(GUARDED_WORDS & set(re.split(r"[-_.]", name)))))


def _inferred(unit: DeployUnit, parent: str) -> str:
    own = environment_of_path(unit.path) if unit.path is not None else ""
    # a folder that nobody declares has its first file as its origin, and that is no name for all of them
    declared = environment_of_path(unit.origin.path) if unit.declaration is not None else ""
    # what declares an Application may run in another cluster than it is for: only what a cluster's name does not say is inherited
    stated = _from_name(unit.cluster)
    above = parent if parent != IN_CLUSTER or environment_of_cluster(unit.cluster) == IN_CLUSTER else ""
    return own or declared or stated or above or environment_of_cluster(unit.cluster) or _from_name(_destination(unit))


@lru_cache(maxsize=16_384)
def environment_of_path(path: str) -> str:
    """By a folder of environments above, else a folder that is such a word, else a folder of clusters above; empty for none."""
    steps = tuple(pairwise(path.removesuffix(".yaml").removesuffix(".yml").split("/")))
    for above, folder in steps:
        if above in FOLDERS_OF_ENVIRONMENTS and folder != "base":
            return folder
    for folder in path.split("/"):
        if folder in WORDS:
            return folder
    for above, folder in steps:
        if above == "clusters":
            return environment_of_cluster(folder)
    return ""


@lru_cache(maxsize=4096)
def environment_of_cluster(cluster: str) -> str:
    """The word for a stage in its name, else the name, without what tells instances of Argo CD apart."""
    return _from_name(cluster) or cluster.partition(" (")[0]


@lru_cache(maxsize=4096)
def _from_name(name: str) -> str:
    """The word of `WORDS` among the parts of a name such as `prod-eu-1`."""
    return next((part for part in re.split(r"[-_./: ()]", name) if part in WORDS), "")


def _destination(unit: DeployUnit) -> str:
    return next(iter(_destinations(unit)), "")


def _destinations(unit: DeployUnit) -> list[str]:
    """The cluster that an Application is for, by name and by address."""
    if unit.declaration is None:
        return []
    destination = mapping(dig(unit.declaration.body, "spec", "destination"))
    return [value for value in (text(destination.get("name")), text(destination.get("server"))) if value]


def _namespaces(unit: DeployUnit) -> list[str]:
    """Where the unit is declared, and where it deploys to."""
    if unit.declaration is None:
        return [unit.namespace]
    body = unit.declaration.body
    return [unit.namespace, text(dig(body, "spec", "targetNamespace")), text(dig(body, "spec", "destination", "namespace"))]


def _labels(unit: DeployUnit) -> list[str]:
    return [f"{key}={value}" for key, value in unit.declaration.labels.items()] if unit.declaration is not None else []


def _matches(unit: DeployUnit, match: EnvironmentMatch, branch: str | None) -> bool:
    paths: list[str] = [unit.origin.path, *([unit.path] if unit.path is not None else [])]
    wanted: tuple[tuple[str | None, list[str]], ...] = (
        (match.path, paths),
        (match.cluster, [unit.cluster]),
        (match.destination, _destinations(unit)),
        (match.namespace, _namespaces(unit)),
        (match.unit, [unit.name]),
        (match.label, _labels(unit)),
        (match.branch, [branch] if branch is not None else []),
    )
    stated = [(pattern, values) for pattern, values in wanted if pattern is not None]
    return bool(stated) and all(any(glob_matches(pattern, value) for value in values) for pattern, values in stated)


def glob_matches(pattern: str, value: str) -> bool:
    """`*` and `?` stop at `/`; `**` crosses it; `dir/**` covers `dir` too."""
    return bool(_glob(pattern).fullmatch(value) or _glob(pattern).fullmatch(value + "/"))


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"(\*\*/?|\*|\?)", pattern)
    table = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(table.get(piece, re.escape(piece)) for piece in pieces))
