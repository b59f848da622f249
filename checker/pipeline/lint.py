"""`lint`: files as they stand, without rendering. What only makes sense rendered is skipped with its reason, and counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from checker.discover.layout import KUSTOMIZATION_FILES, MANIFEST_SUFFIXES
from checker.model.findings import Checked, Counts, Finding, Outcome, Severity, UsageError, merged
from checker.model.objects import Location, mapping, sequence
from checker.model.paths import ROOT, PathEscapes, RepoPath, join, parent, repo_path
from checker.model.report import Report
from checker.model.settings import Settings
from checker.model.tree import EntryKind, MemoryTree, Tree, TreeError, walk
from checker.version import __version__

STDIN = RepoPath("stdin")
_PATCH_FIELDS = ("patches", "patchesStrategicMerge", "patchesJson6902", "configurations", "transformers", "generators", "replacements")


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
    from checker.pipeline.suppress import lift

    skipped = _Skipped(files.tree)
    excluded = _excluded(files.paths, settings)
    looked_at = [path for path in files.paths if path not in excluded]
    reasons = {path: reason for path in looked_at if (reason := skipped.reason(path))}
    checked = _checked(files.tree, [path for path in looked_at if path not in reasons], settings)
    lifted = lift(merged(checked.findings), files.tree, settings.suppress, today())
    left_out = tuple(
        Finding(rule="left-to-rendering", severity=Severity.NOTE, message=reason, location=Location(path=path), outcome=Outcome.SKIPPED)
        for path, reason in reasons.items()
    )
    counts = checked.counts + Counts(skipped=len(left_out))
    return Report(tool_version=__version__, findings=merged((*lifted.kept, *left_out)), suppressed=lifted.suppressed, counts=counts)


def _checked(tree: Tree, paths: Sequence[RepoPath], settings: Settings) -> Checked:
    from checker.pipeline.locate import locator
    from checker.pipeline.policies import policy_sets
    from checker.pipeline.schemas import schema_reader
    from checker.validate import ValidateOptions, validate_files

    contents, unreadable = _contents(tree, paths)
    options = ValidateOptions(
        kubernetes=settings.kubernetes,
        strict=settings.strict,
        locations=settings.schemas,
        read_schema=schema_reader(tree, allow_network=settings.allow_network),
        require_schemas=settings.require_schemas,
        locate=locator(tree),
    )
    validated = validate_files(contents, options)
    policies = policy_sets(tree, settings)
    counts = validated.checked.counts + Counts(not_checked=len(unreadable))
    findings = (*unreadable, *validated.checked.findings)
    if not policies or not validated.objects:
        return Checked(findings=findings, counts=counts)
    from checker.evaluate import EvaluateOptions, EvaluationInput, evaluate_objects

    evaluated = evaluate_objects(
        [EvaluationInput(object=obj) for obj in validated.objects], policies, EvaluateOptions(locate=locator(tree))
    )
    return Checked(findings=(*findings, *evaluated.findings), counts=counts + evaluated.counts)


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


class _Skipped:
    """Why a file is not judged by itself; every folder is looked into once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._charts: dict[RepoPath, bool] = {}
        self._parts: dict[RepoPath, frozenset[RepoPath]] = {}

    def reason(self, path: RepoPath) -> str:
        if any(part.startswith(".") for part in path.split("/")):
            return "hidden: settings of a tool"
        folder = parent(path)
        while True:
            if self._is_chart(folder):
                return f"part of the chart {folder or '.'}; judged as rendered"
            if path in self._patches(folder):
                return f"a patch or setting of {folder or '.'}'s kustomization; judged as rendered"
            if not folder:
                return ""
            folder = parent(folder)

    def _is_chart(self, folder: RepoPath) -> bool:
        if folder not in self._charts:
            self._charts[folder] = self._tree.kind(join(folder, "Chart.yaml")) is EntryKind.FILE
        return self._charts[folder]

    def _patches(self, folder: RepoPath) -> frozenset[RepoPath]:
        if folder not in self._parts:
            self._parts[folder] = frozenset(_parts_of(self._tree, folder))
        return self._parts[folder]


def _parts_of(tree: Tree, folder: RepoPath) -> Iterable[RepoPath]:
    """The files that a folder's kustomization uses as something else than a manifest."""
    from checker.tools.yaml import Rules, load_documents

    for name in KUSTOMIZATION_FILES:
        if tree.kind(join(folder, name)) is not EntryKind.FILE:
            continue
        for document in load_documents(tree.read(join(folder, name)), rules=Rules.KUSTOMIZE):
            body = mapping(document.value)
            for entry in (entry for field in _PATCH_FIELDS for entry in sequence(body.get(field))):
                file = entry if isinstance(entry, str) else mapping(entry).get("path")
                if isinstance(file, str) and "\n" not in file:
                    try:
                        yield repo_path(file, folder)
                    except PathEscapes:
                        continue
