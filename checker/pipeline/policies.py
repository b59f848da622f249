"""Which policies judge: the bundled library and the repository's own Rego folders, read from a tree that the change cannot edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from checker.model.change import ChangeFacts
from checker.model.findings import UsageError
from checker.model.objects import JSONValue, KubeObject
from checker.model.paths import PathEscapes, RepoPath, repo_path
from checker.model.settings import PolicySource, Settings
from checker.model.tree import EntryKind, Tree, walk

if TYPE_CHECKING:
    from checker.evaluate import EvaluateOptions, Memory, PolicySet, Started
    from checker.pipeline.locate import Locate
    from checker.tools.rego import EngineName, Module

SUFFIX, TESTS = ".rego", "_test.rego"


def evaluate_options(
    settings: Settings,
    locate: Locate,
    memory: Memory | None = None,
    change: Mapping[str, JSONValue] | None = None,
    started: Started | None = None,
) -> EvaluateOptions:
    """Raises MissingEngineError where settings ask for an `opa` that is not there: before the work, not after it."""
    from checker.evaluate import EvaluateOptions
    from checker.tools.rego import identity

    if settings.rego_engine == "opa" or settings.verify_rego:
        identity("opa")
    engine: EngineName = "opa" if settings.rego_engine == "opa" else "regorus"
    return EvaluateOptions(locate=locate, engine=engine, both=settings.verify_rego, memory=memory, change=change or {}, started=started)


def started_engine(settings: Settings, change: ChangeFacts) -> Started | None:
    """An engine for what the change moves, on its way before anybody knows what that is; None where no policy would ask for it."""
    from checker.tools.rego import available

    asked = any(source.path is None or source.engine != "gatekeeper" for source in settings.policies)
    if not asked or not change.files or settings.rego_engine == "opa" or not available():
        return None
    from checker.evaluate import Started

    return Started()


def change_shown(facts: ChangeFacts) -> dict[str, JSONValue]:
    """What policies see as `data.gitops.change`; what is not known is left out, so that a rule that asks for it does not hold."""
    request = facts.pull_request
    known: dict[str, JSONValue] = {
        "number": request.number,
        "source_branch": request.source_branch,
        "target_branch": request.target_branch,
        "from_fork": request.from_fork,
        "author": request.author,
        "draft": request.draft,
        "approved_by": None if request.approved_by is None else list(request.approved_by),
    }
    return {
        **{name: value for name, value in known.items() if value is not None},
        "base": {"name": facts.base.name, "commit": facts.base.commit},
        "head": {"name": facts.head.name, "commit": facts.head.commit},
        "labels": list(request.labels),
        "files": [{"path": file.path, "status": file.status} for file in facts.files],
        "trailers": [{"key": key, "value": value} for key, value in facts.trailers],
    }


def engines(settings: Settings) -> tuple[tuple[str, str], ...]:
    """Name and version of what judged by Rego, for reports."""
    from checker.tools.rego import available, identity

    if not settings.policies:
        return ()
    own = settings.rego_engine != "opa" or settings.verify_rego
    found = [identity()] if own and available() else []
    return tuple(found + ([identity("opa")] if settings.rego_engine == "opa" or settings.verify_rego else []))


def policy_sets(tree: Tree, settings: Settings) -> tuple[PolicySet, ...]:
    """Raises UsageError where settings name a folder that is not in the tree: no policies is not the same as all passed."""
    return tuple(_policy_set(tree, source) for source in settings.policies)


def _policy_set(tree: Tree, source: PolicySource) -> PolicySet:
    from checker.evaluate import Meaning, PolicySet

    if source.path is None:
        from checker.evaluate.library import library_policies

        return library_policies(source.profile)
    folder = policy_folder(tree, source.path)
    if source.engine == Meaning.GATEKEEPER:
        return PolicySet(name=source.path, meaning=Meaning.GATEKEEPER, objects=_constraints(tree, folder))
    files = tuple(path for path in rego_files(tree, folder) if not path.endswith(TESTS))
    if not files:
        raise UsageError(f"policies: {source.path} holds no {SUFFIX} file in {tree.label}")
    from checker.pipeline.policy_files import with_files

    read = with_files([module(tree, path) for path in files], lambda path: tree.read(repo_path(path)))
    return PolicySet(
        name=source.path,
        modules=read.modules,
        data=read.data,
        namespaces=source.namespaces,
        meaning=Meaning(source.engine),
        problems=read.problems,
    )


def _constraints(tree: Tree, folder: RepoPath) -> tuple[KubeObject, ...]:
    """The ConstraintTemplates and constraints of a folder. Raises UsageError where there are none."""
    from checker.tools.yaml import read_objects

    files = (path for path in walk(tree, folder) if path.endswith((".yaml", ".yml")))
    objects = tuple(obj for path in files for obj in read_objects(tree.read(path), path).objects if obj.group.endswith("gatekeeper.sh"))
    if not objects:
        raise UsageError(f"policies: {folder} holds no ConstraintTemplate or constraint in {tree.label}")
    return objects


def policy_folder(tree: Tree, name: str) -> RepoPath:
    try:
        folder = repo_path(name)
    except PathEscapes as error:
        raise UsageError(f"policies: {error}") from error
    if tree.kind(folder) is not EntryKind.DIRECTORY:
        raise UsageError(
            f"policies: there is no folder {name} in {tree.label}",
            "policies are read from the base revision: merge them first, or leave them out",
        )
    return folder


def rego_files(tree: Tree, folder: RepoPath) -> Iterable[RepoPath]:
    return (path for path in walk(tree, folder) if path.endswith(SUFFIX))


def module(tree: Tree, path: RepoPath) -> Module:
    from checker.tools.rego import Module

    return Module(path, tree.read(path).decode("utf-8", "replace"))
