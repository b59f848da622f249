"""The policies that ship with the program: their files, what they say about themselves, and the profiles.

A policy is one file `<id>.rego` whose package is `library.<id with underscores>`, with OPA's METADATA comment above the
package; tests lie beside it as `<id>_test.rego`, shared rules in `lib/`. The metadata is read here, without the engine.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from checker.evaluate.metadata import read_metadata
from checker.evaluate.model import Meaning, PolicyDoc, PolicySet
from checker.model.findings import CheckerError, Severity, UsageError
from checker.model.objects import mapping, sequence, text
from checker.tools.bundled import bundled
from checker.tools.rego import Module

PROFILES = ("baseline", "restricted", "all")
"""Each holds the ones before it."""

KIND_GROUPS: dict[str, tuple[str, ...]] = {
    "any": (),
    "workloads": (
        "Pod",
        "ReplicationController",
        "apps/DaemonSet",
        "apps/Deployment",
        "apps/ReplicaSet",
        "apps/StatefulSet",
        "argoproj.io/Rollout",
        "batch/CronJob",
        "batch/Job",
    ),
}
_TEST = "_test.rego"
_PACKAGE = "library"


def library_policies(profile: str = "baseline") -> PolicySet:
    """The policies of a profile, ready to evaluate. Raises UsageError for a profile that does not exist."""
    if profile not in PROFILES:
        raise UsageError(f"{profile} is not a policy profile", f"use one of {', '.join(PROFILES)}")
    wanted = PROFILES[: PROFILES.index(profile) + 1]
    docs = tuple(doc for doc in catalogue() if doc.profile in wanted)
    folder = bundled("policies")
    shared = tuple(_module(path, folder) for path in sorted((folder / "lib").glob("*.rego")) if not path.name.endswith(_TEST))
    modules = tuple(_module(folder / f"{doc.id}.rego", folder) for doc in docs)
    return PolicySet(name=f"built-in policies ({profile})", modules=shared + modules, meaning=Meaning.LIBRARY, docs=docs)


@lru_cache(maxsize=1)
def catalogue() -> tuple[PolicyDoc, ...]:
    """Every policy of the library, by id."""
    folder = bundled("policies")
    return tuple(_doc(path, folder) for path in sorted(folder.glob("*.rego")) if not path.name.endswith(_TEST))


def library_modules() -> tuple[Module, ...]:
    """Everything in the folder, tests included: what `--verify` runs for the library itself."""
    folder = bundled("policies")
    return tuple(_module(path, folder) for path in sorted(folder.rglob("*.rego")))


def _module(path: Path, folder: Path) -> Module:
    return Module(f"policies/{path.relative_to(folder).as_posix()}", path.read_text(encoding="utf-8"), "v1", exact=True)


def _doc(path: Path, folder: Path) -> PolicyDoc:
    found = read_metadata(path.read_text(encoding="utf-8"))
    custom = mapping(found.get("custom"))
    identifier = path.name.removesuffix(".rego")
    try:
        severity = Severity[text(custom.get("severity")).upper()]
    except KeyError as error:
        raise CheckerError(
            f"policies/{path.relative_to(folder)}: its metadata has no severity that exists", "use error, warning or note"
        ) from error
    kinds = [text(kind) for kind in sequence(custom.get("kinds"))]
    return PolicyDoc(
        id=identifier,
        title=text(found.get("title")),
        severity=severity,
        profile=text(custom.get("profile")),
        area=text(custom.get("area")),
        kinds=tuple(name for kind in kinds for name in KIND_GROUPS.get(kind, (kind,))),
        why=text(found.get("description")).strip(),
        fix=text(custom.get("fix")),
        bad=text(custom.get("bad")),
        good=text(custom.get("good")),
        links=tuple(text(mapping(link).get("ref")) for link in sequence(found.get("related_resources"))),
        standards=tuple(text(standard) for standard in sequence(custom.get("standards"))),
        package=(_PACKAGE, identifier.replace("-", "_")),
        path=f"policies/{path.name}",
    )
