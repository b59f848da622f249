"""`lint`: files as they stand, without rendering. What only makes sense rendered is skipped with its reason, and counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from checker.discover.layout import MANIFEST_SUFFIXES
from checker.model.findings import Checked, Counts, Finding, Outcome, Severity, UsageError, merged
from checker.model.objects import Location
from checker.model.paths import ROOT, RepoPath, repo_path
from checker.model.report import Report
from checker.model.settings import Settings
from checker.model.tree import EntryKind, MemoryTree, Tree, TreeError, walk
from checker.pipeline.surroundings import Surroundings
from checker.version import __version__

if TYPE_CHECKING:
    from checker.validate import ValidatedFiles

STDIN = RepoPath("stdin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    tree: Tree
    paths: tuple[RepoPath, ...]


def open_files(start: Path, names: Sequence[str], *, staged: bool) -> Files:
    """The files to look at: those named, those below folders named, or all. Raises UsageError for one that does not exist."""
    tree, root, here = _tree(start, staged=staged)
    if not names:
        return Files(tree=tree, paths=tuple(path for path in walk(tree, here) if path.endswith(MANIFEST_SUFFIXES)))
    chosen: dict[RepoPath, None] = {}
    for name in names:
        chosen.update(dict.fromkeys(_named(tree, root, start, name)))
    return Files(tree=tree, paths=tuple(chosen))


def _tree(start: Path, *, staged: bool) -> tuple[Tree, Path, RepoPath]:
    """The tree, the folder on disk that is its root, and where `start` lies in it."""
    from checker.model.findings import CheckerError
    from checker.snapshot import DirectoryTree, open_repository

    if not start.is_dir():
        raise UsageError(f"{start} is not a folder", "-C takes the repository, or a folder in it")
    top = start.resolve()
    try:
        repository = open_repository(start)
    except CheckerError:
        if staged:
            raise
        return DirectoryTree(top), top, ROOT
    root = repository.root or top
    here = repo_path(top.relative_to(root).as_posix())
    return (repository.index_tree() if staged else repository.worktree()), root, here


def _named(tree: Tree, root: Path, start: Path, name: str) -> Iterable[RepoPath]:
    absolute = (start / name).resolve() if not (start / name).is_symlink() else (start / name).parent.resolve() / (start / name).name
    if not absolute.is_relative_to(root):
        raise UsageError(f"{name} lies outside {root}", "run gitops-check in the repository that holds it, or with -C")
    path = repo_path(absolute.relative_to(root).as_posix())
    kind = tree.kind(path)
    if kind is EntryKind.DIRECTORY:
        return (below for below in walk(tree, path) if below.endswith(MANIFEST_SUFFIXES))
    if kind is None:
        raise UsageError(f"{name} does not exist in {tree.label}")
    return (path,)


def lint_stream(data: bytes, settings: Settings) -> Report:
    """Standard input as one file."""
    return lint_tree(Files(tree=MemoryTree({STDIN: data}), paths=(STDIN,)), settings)


def lint_tree(files: Files, settings: Settings) -> Report:
    """Validate and evaluate what the files hold."""
    from checker.pipeline import today
    from checker.pipeline.policies import engines
    from checker.pipeline.suppress import lift

    around = Surroundings(files.tree)
    excluded = _excluded(files.paths, settings)
    looked_at = [path for path in files.paths if path not in excluded]
    reasons = {path: reason for path in looked_at if (reason := around.reason(path))}
    checked = _checked(files.tree, [path for path in looked_at if path not in reasons], settings, around)
    lifted = lift(merged(checked.findings), files.tree, settings.suppress, today())
    left_out = tuple(
        Finding(rule="left-to-rendering", severity=Severity.NOTE, message=reason, location=Location(path=path), outcome=Outcome.SKIPPED)
        for path, reason in reasons.items()
    )
    counts = checked.counts + Counts(skipped=len(left_out))
    return Report(
        tool_version=__version__,
        findings=merged((*lifted.kept, *left_out)),
        suppressed=lifted.suppressed,
        counts=counts,
        engines=engines(settings),
    )


def _checked(tree: Tree, paths: Sequence[RepoPath], settings: Settings, around: Surroundings) -> Checked:
    from checker.pipeline.policies import evaluate_options, policy_sets

    contents, unreadable = _contents(tree, paths)
    policies = policy_sets(tree, settings)
    validated = _validated(tree, contents, settings, around, keep_objects=bool(policies))
    counts = validated.checked.counts + Counts(not_checked=len(unreadable))
    found = Checked(findings=(*unreadable, *validated.checked.findings), counts=counts)
    if not policies or not validated.objects:
        return found
    from checker.evaluate import EvaluationInput, evaluate_objects
    from checker.pipeline.locate import locator

    inputs = [EvaluationInput(object=obj) for obj in validated.objects if not around.is_base(obj.origin.path)]
    evaluated = evaluate_objects(inputs, policies, evaluate_options(settings, locator(tree)))
    left = Counts(skipped=len(validated.objects) - len(inputs))
    return Checked(findings=(*found.findings, *evaluated.findings), counts=counts + evaluated.counts + left)


def _validated(
    tree: Tree, contents: Sequence[tuple[RepoPath, bytes]], settings: Settings, around: Surroundings, *, keep_objects: bool
) -> ValidatedFiles:
    """Definitions elsewhere in the repository are looked for only when a kind without a schema is met."""
    from checker.pipeline.locate import locator
    from checker.pipeline.schemas import schema_reader
    from checker.validate import ValidateOptions, validate_files
    from checker.validate.kustomized import completed_files

    options = ValidateOptions(
        kubernetes=settings.kubernetes,
        strict=settings.strict,
        locations=settings.schemas,
        read_schema=schema_reader(tree, allow_network=settings.allow_network),
        require_schemas=settings.require_schemas,
        completed=completed_files([*around.kustomizations, *contents]),
        locate=locator(tree),
    )
    validated = validate_files(contents, options, keep_objects=keep_objects)
    unknown = any(finding.rule == "no-schema" for finding in validated.checked.findings)
    if not unknown or not around.definitions:
        return validated
    return validate_files(contents, replace(options, crds=around.definitions), keep_objects=keep_objects)


def _contents(tree: Tree, paths: Sequence[RepoPath]) -> tuple[list[tuple[RepoPath, bytes]], list[Finding]]:
    contents: list[tuple[RepoPath, bytes]] = []
    unreadable: list[Finding] = []
    for path in paths:
        try:
            contents.append((path, tree.read(path)))
        except TreeError as error:
            unreadable.append(
                Finding(
                    rule="unreadable-file",
                    severity=Severity.ERROR,
                    message=str(error),
                    location=Location(path=path),
                    outcome=Outcome.NOT_CHECKED,
                )
            )
    return contents, unreadable


def _excluded(paths: Sequence[RepoPath], settings: Settings) -> frozenset[RepoPath]:
    from checker.discover.environments import glob_matches

    return frozenset(path for path in paths if any(glob_matches(pattern, path) for pattern in settings.exclude))
