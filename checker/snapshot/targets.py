"""Which branch a change goes into: what CI says, else the environment's own branch that it grew from, else the default branch."""

from __future__ import annotations

from collections.abc import Callable

from checker.model.records import dataclass
from checker.snapshot.ci import CiFacts
from checker.snapshot.repository import Repository
from checker.tools import git

DEFAULT_BRANCHES = ("main", "master")

OwnBranch = Callable[[str], int | None]
"""The place in the order of promotion of the environment that a branch is by itself, as settings have it: a change may go into it
and not into the default branch. None for any other branch."""


@dataclass(frozen=True, slots=True)
class Target:
    """The branch a change goes to, with the commits that may stand for it."""

    branch: str | None
    commits: tuple[str, ...]


def find_target(repository: Repository, ci: CiFacts | None, source: str | None, tip: str | None, is_own: OwnBranch | None) -> Target:
    """`source` is the branch that the change is on, where CI does not say it."""
    branch = ci.pull_request.target_branch if ci else None
    named = (ci.base_commit,) if ci and ci.base_commit and repository.commit_id(ci.base_commit) else ()
    if branch is not None:
        return Target(branch, commits_of(repository, branch) + named)
    found = nearest_target(repository, (ci.pull_request.source_branch if ci else None) or source, tip, is_own)
    return Target(found.branch, named + found.commits)


def nearest_target(repository: Repository, source: str | None, tip: str | None, is_own: OwnBranch | None) -> Target:
    """An environment's own branch goes into itself. Another goes where its upstream says, else into the branch that it is fewest
    commits ahead of; of those that are equal, where promotion begins.
    """
    default = default_target(repository)
    if is_own is None:
        return default
    upstream = branch_of(repository, git.upstream_of(repository.place, source)) if source else None
    for branch in (source, upstream):
        if branch is not None and is_own(branch) is not None:
            return Target(branch, commits_of(repository, branch))
    ranked = sorted((rank, name) for name in branch_tips(repository) if (rank := is_own(name)) is not None)
    if tip is None or not ranked:
        return default
    targets = [*(Target(name, commits_of(repository, name)) for _, name in ranked), default]
    near = [(ahead, place) for place, target in enumerate(targets) if (ahead := _ahead(repository, target, tip)) is not None]
    return targets[min(near)[1]] if near else default


def _ahead(repository: Repository, target: Target, tip: str) -> int | None:
    """By how many commits the tip is ahead; None where they share none."""
    place = repository.place
    return next((git.count_ahead(place, commit, tip) for commit in target.commits if git.merge_base(place, commit, tip)), None)


def default_target(repository: Repository) -> Target:
    """The branch that changes go to when nothing says otherwise."""
    for remote in repository.remotes:
        ref = repository.symbolic_ref(f"refs/remotes/{remote}/HEAD")
        commit = repository.commit_id(ref) if ref else None
        if ref and commit:
            return Target(branch_of(repository, ref), (commit,))
    for branch in DEFAULT_BRANCHES:
        commits = commits_of(repository, branch)
        if commits:
            return Target(branch, commits)
    return Target(None, ())


def commits_of(repository: Repository, branch: str) -> tuple[str, ...]:
    return tuple(commit for _, commit in known_refs(repository, branch))


def known_refs(repository: Repository, branch: str) -> tuple[tuple[str, str], ...]:
    """Where a branch is known here: at the remotes, then locally, which may be behind."""
    refs = [f"refs/remotes/{remote}/{branch}" for remote in repository.remotes] + [f"refs/heads/{branch}"]
    return tuple((ref, commit) for ref in refs if (commit := repository.commit_id(ref)))


def branch_tips(repository: Repository) -> dict[str, str]:
    """Every branch that is known here with the commit it stands at: at a remote where it is there, which is what others see."""
    found: dict[str, str] = {}
    for ref, commit in git.list_branches(repository.place):
        name = branch_of(repository, ref)
        if name is not None and (name not in found or ref.startswith("refs/remotes/origin/")):
            found[name] = commit
    return found


def target_tip(repository: Repository, branch: str) -> str | None:
    """Where a branch stands now, as far as this clone knows."""
    return next(iter(commits_of(repository, branch)), None)


def branch_of(repository: Repository, ref: str | None) -> str | None:
    for prefix in ("refs/heads/", *(f"refs/remotes/{remote}/" for remote in repository.remotes)):
        if ref and ref.startswith(prefix):
            return ref.removeprefix(prefix)
    return None
