"""Which change a command is about: the repository, flags, CI and the environments' own branches come in, snapshots come out."""

from __future__ import annotations

from checker.model.findings import UsageError
from checker.model.records import dataclass, field, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from checker.model.paths import RepoPath
    from checker.model.settings import EnvironmentSetting, Settings
    from checker.snapshot import Given, Repository, Snapshot
    from checker.snapshot.targets import OwnBranch


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFile:
    """Where settings lie in a tree and how they are read: what they say of branches decides what is compared."""

    path: RepoPath
    parse: Callable[[bytes], Settings]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surrounding:
    """What a change is found by besides revisions. `flags` are facts about the pull request by name; None is not stated."""

    environ: Mapping[str, str]
    flags: Mapping[str, str | tuple[str, ...] | None] = field(default_factory=dict)
    file: SettingsFile | None = None

    def given(self) -> Given:
        from checker.snapshot.given import read_given

        return read_given(self.environ, self.flags)


def open_change(
    folder: Path,
    around: Surrounding,
    *,
    base: str | None = None,
    head: str | None = None,
    staged: bool = False,
    worktree: bool = False,
) -> Snapshot:
    """Both sides of the change and the facts about it. Raises CheckerError with the command that helps."""
    from checker.snapshot import open_repository, resolve_change

    repository = open_repository(folder, around.environ)
    given = around.given()
    own = own_branches(repository, around.file) if base is None and given.target_branch is None else None
    snapshot = resolve_change(
        repository,
        base=base,
        head=head,
        staged=staged,
        worktree=worktree,
        environ=around.environ,
        is_own=own,
        target=given.target_branch,
    )
    return _with_given(snapshot, given)


def open_hook(folder: Path, around: Surrounding, push_lines: Iterable[str]) -> tuple[Snapshot, ...]:
    """What a commit or push hook is about: what is staged at commit, every pushed branch at push."""
    from checker.snapshot import open_repository, pushed, resolve_change, resolve_push

    environ = around.environ
    repository = open_repository(folder, environ)
    given = around.given()
    own = own_branches(repository, around.file)
    pushes = pushed(repository, push_lines, environ)
    if pushes:
        return tuple(_with_given(resolve_push(repository, push, environ, own), given) for push in pushes)
    if environ.get("PRE_COMMIT_REMOTE_NAME"):
        return ()
    return (_with_given(resolve_change(repository, staged=True, environ=environ, is_own=own, target=given.target_branch), given),)


def _with_given(snapshot: Snapshot, given: Given) -> Snapshot:
    return replace(snapshot, facts=replace(snapshot.facts, pull_request=given.over(snapshot.facts.pull_request)))


def own_branches(repository: Repository, file: SettingsFile | None) -> OwnBranch | None:
    """Whether a branch is an environment, by the settings at HEAD and on the default branch; None where none is."""
    from checker.discover import own_branch
    from checker.snapshot.targets import default_target

    if file is None:
        return None
    default = next(iter(default_target(repository).commits), "")
    environments = [*_environments(repository, "HEAD", file), *_environments(repository, default, file)]
    if not any(match.branch is not None for environment in environments for match in environment.match):
        return None
    return lambda branch: own_branch(branch, environments)


def of_default_branch(change: Snapshot, path: RepoPath) -> bytes | None:
    """A file of the default branch for a change that goes into another one; None where it goes there, or there is none."""
    from checker.snapshot.targets import default_target

    default = default_target(change.repository)
    target = change.facts.pull_request.target_branch
    if not default.commits or target is None or target == default.branch:
        return None
    return change.repository.file_at(default.commits[0], path)


def _environments(repository: Repository, revision: str, file: SettingsFile) -> tuple[EnvironmentSetting, ...]:
    data = repository.file_at(revision, file.path)
    try:
        return file.parse(data).environments if data is not None else ()
    except UsageError:
        return ()  # It is refused where it judges.
