"""`lint`: files as they stand, without rendering. What only makes sense rendered is skipped with its reason, and counted."""

from __future__ import annotations

import os

from checker.model.findings import Checked, CheckerError, Counts, Finding, Outcome, Severity, UsageError, merged
from checker.model.objects import Location
from checker.model.paths import KUSTOMIZATION_FILES, MANIFEST_SUFFIXES, ROOT, SETTINGS_FILE, RepoPath, basename, repo_path
from checker.model.records import dataclass, replace
from checker.model.report import Report
from checker.model.tree import EntryKind, MemoryTree, TreeError, walk
from checker.pipeline.surroundings import Surroundings
from checker.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from checker.evaluate import PolicySet
    from checker.model.report import Suppressed
    from checker.model.settings import Settings
    from checker.model.tree import Tree
    from checker.validate import ValidatedFiles

STDIN = RepoPath("stdin")


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    tree: Tree
    paths: tuple[RepoPath, ...]


def open_files(start: str, names: Sequence[str], *, staged: bool) -> Files:
    """The files to look at: those named, those below folders named, or all. Raises UsageError for one that does not exist."""
    tree, root, here = _tree(start, staged=staged)
    if not names:
        return Files(tree=tree, paths=tuple(path for path in walk(tree, here) if path.endswith(MANIFEST_SUFFIXES)))
    chosen: dict[RepoPath, None] = {}
    for name in names:
        chosen.update(dict.fromkeys(_named(tree, root, start, name)))
    return Files(tree=tree, paths=tuple(chosen))


def _tree(start: str, *, staged: bool) -> tuple[Tree, str, RepoPath]:
    """The tree, the folder on disk that is its root, and where `start` lies in it."""
    if not os.path.isdir(start):
        raise UsageError(f"{start} is not a folder", "-C takes the repository, or a folder in it")
    top = os.path.realpath(start)
    from checker.snapshot import DirectoryTree, may_be_repository

    if not staged and not may_be_repository(top):
        return DirectoryTree(top), top, ROOT
    from pathlib import Path

    from checker.snapshot import open_repository

    try:
        repository = open_repository(Path(start))
    except CheckerError:
        if staged:
            raise
        return DirectoryTree(top), top, ROOT
    root = os.fspath(repository.root or top)
    here = repo_path(_below(root, top) or "")
    return (repository.index_tree() if staged else repository.worktree()), root, here


def _named(tree: Tree, root: str, start: str, name: str) -> Iterable[RepoPath]:
    folder, last = os.path.split(_without_dots(os.path.join(start, name)))
    is_link = os.path.islink(os.path.join(folder, last))
    below = _below(root, os.path.join(os.path.realpath(folder), last) if is_link else os.path.realpath(os.path.join(folder, last)))
    if below is None:
        raise UsageError(f"{name} lies outside {root}", "run gitops-check in the repository that holds it, or with -C")
    path = repo_path(below)
    kind = tree.kind(path)
    if kind is EntryKind.DIRECTORY:
        return (inside for inside in walk(tree, path) if inside.endswith(MANIFEST_SUFFIXES))
    if kind is None:
        place = os.path.join(folder, last)
        if os.path.exists(place) and not os.path.isfile(place) and not os.path.isdir(place):
            raise UsageError(f"{name} is neither a file nor a folder")
        raise UsageError(f"{name} does not exist in {tree.label}")
    return (path,)


def _without_dots(name: str) -> str:
    """Without what leads nowhere: a link may be named with a slash after it."""
    while name.endswith(("/", "/.", os.sep, f"{os.sep}.")) and len(name) > 2:
        name = name.removesuffix(".")[:-1]
    return name


def _below(root: str, place: str) -> str | None:
    """The way from a folder to a place in it, with slashes; None where it lies elsewhere. Both without links."""
    try:
        way = os.path.relpath(place, root).replace(os.sep, "/")
    except ValueError:  # another drive
        return None
    return None if way == ".." or way.startswith("../") else way


def lint_stream(data: bytes, settings: Settings) -> Report:
    """Standard input as one file."""
    return lint_tree(Files(tree=MemoryTree({STDIN: data}), paths=(STDIN,)), settings)


def lint_tree(files: Files, settings: Settings) -> Report:
    """Validate and evaluate what the files hold."""
    around = Surroundings(files.tree)
    excluded = _excluded(files.paths, settings)
    looked_at = [path for path in files.paths if path not in excluded and path not in (SETTINGS_FILE, settings.baseline)]
    reasons = {path: reason for path in looked_at if (reason := around.reason(path))}
    checked = _checked(files.tree, [path for path in looked_at if path not in reasons], settings, around)
    kept, suppressed = _lifted(checked.findings, files.tree, settings)
    left_out = tuple(
        Finding(rule="left-to-rendering", severity=Severity.NOTE, message=reason, location=Location(path=path), outcome=Outcome.SKIPPED)
        for path, reason in reasons.items()
    )
    counts = checked.counts + Counts(skipped=len(left_out))
    report = Report(
        tool_version=__version__,
        findings=merged((*kept, *left_out)),
        suppressed=suppressed,
        counts=counts,
        engines=_engines(settings),
    )
    if not settings.baseline:
        return report
    from checker.pipeline.baseline import against, read_baseline

    return against(report, read_baseline(files.tree, settings), "lint", frozenset(looked_at))


def _engines(settings: Settings) -> tuple[tuple[str, str], ...]:
    if not settings.policies:
        return ()
    from checker.pipeline.policies import engines

    return engines(settings)


def _lifted(findings: tuple[Finding, ...], tree: Tree, settings: Settings) -> tuple[tuple[Finding, ...], tuple[Suppressed, ...]]:
    """What is left, and what somebody lifted."""
    if not findings and not settings.suppress:
        return (), ()
    from checker.pipeline import today
    from checker.pipeline.overlap import told_once
    from checker.pipeline.suppress import lift

    lifted = lift(merged(told_once(findings)), tree, settings.suppress, today())
    return lifted.kept, lifted.suppressed


def _checked(tree: Tree, paths: Sequence[RepoPath], settings: Settings, around: Surroundings) -> Checked:
    kustomizations = [path for path in paths if basename(path) in KUSTOMIZATION_FILES]
    contents = _Contents(tree, [path for path in paths if basename(path) not in KUSTOMIZATION_FILES])
    built_from = _kustomizations(tree, kustomizations)
    policies = _policies(tree, settings)
    validated = _validated(tree, contents, settings, around, keep_objects=bool(policies))
    unreadable = contents.unreadable.values()
    counts = validated.checked.counts + built_from.counts + Counts(not_checked=len(unreadable))
    found = Checked(findings=(*unreadable, *built_from.findings, *validated.checked.findings), counts=counts)
    if not policies or not validated.objects:
        return found
    from checker.evaluate import EvaluationInput, evaluate_objects
    from checker.pipeline.deployed import deployed_sets
    from checker.pipeline.locate import locator
    from checker.pipeline.policies import evaluate_options

    inputs = [EvaluationInput(object=obj) for obj in validated.objects if not around.is_base(obj.origin.path)]
    everything = (*policies, *deployed_sets((("/", item.object) for item in inputs), policies))
    evaluated = evaluate_objects(inputs, everything, evaluate_options(settings, locator(tree)))
    left = Counts(skipped=len(validated.objects) - len(inputs))
    return Checked(findings=(*found.findings, *evaluated.findings), counts=counts + evaluated.counts + left)


def _kustomizations(tree: Tree, paths: Sequence[RepoPath]) -> Checked:
    if not paths:
        return Checked()
    from checker.pipeline.kustomizations import check_kustomizations

    return check_kustomizations(tree, paths)


def _policies(tree: Tree, settings: Settings) -> tuple[PolicySet, ...]:
    if not settings.policies:
        return ()
    from checker.pipeline.policies import policy_sets

    return policy_sets(tree, settings)


def _validated(tree: Tree, contents: _Contents, settings: Settings, around: Surroundings, *, keep_objects: bool) -> ValidatedFiles:
    """Definitions elsewhere in the repository are looked for only when a kind without a schema is met."""
    from checker.pipeline.locate import locator
    from checker.pipeline.schemas import schema_reader
    from checker.validate import ValidateOptions, validate_files
    from checker.validate.kustomized import TakenFiles, completes, names_namespaces

    options = ValidateOptions(
        kubernetes=settings.versions,
        assumed=not settings.kubernetes,
        strict=settings.strict,
        locations=settings.schemas,
        read_schema=schema_reader(tree, allow_network=settings.allow_network),
        require_schemas=settings.require_schemas,
        completed=TakenFiles(lambda: around.kustomizations, completes),
        named=TakenFiles(lambda: around.kustomizations, names_namespaces),
        locate=locator(tree),
    )
    validated = validate_files(contents, options, keep_objects=keep_objects)
    unknown = any(finding.rule == "no-schema" for finding in validated.checked.findings)
    if not unknown or not around.definitions:
        return validated
    return validate_files(contents, replace(options, crds=around.definitions), keep_objects=keep_objects)


class _Contents:
    """The files with their bytes, each read when its turn comes; those that cannot be read are left out and told of."""

    def __init__(self, tree: Tree, paths: Sequence[RepoPath]) -> None:
        self._tree = tree
        self._paths = paths
        self.unreadable: dict[RepoPath, Finding] = {}

    def __iter__(self) -> Iterator[tuple[RepoPath, bytes]]:
        for path in self._paths:
            try:
                yield path, self._tree.read(path)
            except TreeError as error:
                self.unreadable[path] = Finding(
                    rule="unreadable-file",
                    severity=Severity.ERROR,
                    message=str(error),
                    location=Location(path=path),
                    outcome=Outcome.NOT_CHECKED,
                )


def _excluded(paths: Sequence[RepoPath], settings: Settings) -> frozenset[RepoPath]:
    if not settings.exclude:
        return frozenset()
    from checker.discover.environments import glob_matches

    return frozenset(path for path in paths if any(glob_matches(pattern, path) for pattern in settings.exclude))
