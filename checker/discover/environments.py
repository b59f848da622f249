"""Which environment a unit belongs to: settings first, else inferred from the names that GitOps repositories use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

from checker.model.objects import dig, mapping, text
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


def classified(unit: DeployUnit, settings: Sequence[EnvironmentSetting], parent: str = "") -> DeployUnit:
    """The unit with its environment. `parent` is the environment of the unit that declares it, inherited where nothing better is known."""
    for setting in settings:
        if any(_matches(unit, match) for match in setting.match):
            return replace(unit, environment=setting.name)
    return replace(unit, environment=_inferred(unit, parent))


def guarded_environments(names: Sequence[str], settings: Sequence[EnvironmentSetting]) -> frozenset[str]:
    """The environments that rules protect: as settings say, else those named like production."""
    stated: Mapping[str, bool] = {setting.name: setting.guarded for setting in settings}
    return frozenset(name for name in names if stated.get(name, not settings and bool(GUARDED_WORDS & set(re.split(r"[-_.]", name)))))


def _inferred(unit: DeployUnit, parent: str) -> str:
    own = _from_path(unit.path) if unit.path is not None else ""
    declared = _from_path(unit.origin.path)
    return own or declared or parent or _from_cluster(unit.cluster) or _from_name(_destination(unit))


def _from_path(path: str) -> str:
    folders = path.split("/")
    for above, folder in pairwise(folders):
        if above in FOLDERS_OF_ENVIRONMENTS and folder != "base":
            return folder.removesuffix(".yaml").removesuffix(".yml")
    for folder in folders:
        if folder in WORDS:
            return folder
    for above, folder in pairwise(folders):
        if above == "clusters":
            return _from_cluster(folder)
    return ""


def _from_cluster(cluster: str) -> str:
    return _from_name(cluster) or cluster


def _from_name(name: str) -> str:
    """The word of `WORDS` among the parts of a name such as `prod-eu-1`."""
    return next((part for part in re.split(r"[-_./:]", name) if part in WORDS), "")


def _destination(unit: DeployUnit) -> str:
    if unit.declaration is None:
        return ""
    destination = mapping(dig(unit.declaration.body, "spec", "destination"))
    return text(destination.get("name")) or text(destination.get("server"))


def _matches(unit: DeployUnit, match: EnvironmentMatch) -> bool:
    paths: list[str] = [unit.origin.path, *([unit.path] if unit.path is not None else [])]
    wanted: tuple[tuple[str | None, list[str]], ...] = (
        (match.path, paths),
        (match.cluster, [unit.cluster]),
        (match.destination, [_destination(unit)]),
        (match.namespace, [unit.namespace]),
        (match.unit, [unit.name]),
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
