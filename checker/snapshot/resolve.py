"""Which two trees are compared: a repository, what was asked for and the CI environment come in, a Snapshot comes out.

The base is always a *merge base* with the head, as a pull request shows it (three-dot), also for an explicit `--base`: what
others merged meanwhile is not part of this change. Histories that share no commit are compared as they are when the base
was named. Surprise: on the target branch itself a commit is its own merge base, and nothing differs.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace

from checker.model.change import ChangeFacts, PullRequest, Revision
from checker.model.findings import CheckerError, UsageError
from checker.model.paths import RepoPath, shown
from checker.model.tree import Tree
from checker.snapshot.changes import list_changes
from checker.snapshot.ci import CiFacts, read_ci
from checker.snapshot.listed import ListedTree
from checker.snapshot.push import Push
from checker.snapshot.repository import Repository
from checker.tools import git

NOTHING = Revision(name="nothing")
_DEFAULT_BRANCHES = ("main", "master")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    base: Tree
    head: Tree
    facts: ChangeFacts
    repository: Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """The branch a change goes to, with the commits that may stand for it."""

    branch: str | None
    commits: tuple[str, ...]


def resolve_change(
    repository: Repository,
    *,
    base: str | None = None,
    head: str | None = None,
    staged: bool = False,
    worktree: bool = False,
    environ: Mapping[str, str],
) -> Snapshot:
    """Base and head with what differs. The head is `head`, the index, the work tree, or HEAD.

    Without `base` it is HEAD for the index, else the merge base with the target branch: the pull request's in CI, the
    remote's default branch (`origin/HEAD`), or `main` or `master`. Before the first commit it is an empty tree.
    """
    if (head is not None) + staged + worktree > 1:
        raise UsageError("--head, --staged and --worktree exclude each other", "name one")
    ci = read_ci(environ)
    tip = repository.commit_id(head if head is not None else "HEAD")
    if head is not None and tip is None:
        raise _unknown_revision(repository, head)
    if tip is None and not (staged or worktree):
        raise CheckerError("there is no commit yet", "commit something, or check what is staged with --staged")
    head_tree: ListedTree
    if staged:
        head_revision, head_tree = Revision(name="the index"), repository.index_tree()
    elif worktree:
        head_revision, head_tree = Revision(name="the work tree"), repository.worktree()
    else:
        head_revision = Revision(name=head or repository.branch() or "HEAD", commit=tip or "")
        head_tree = repository.tree_at(head_revision)
    base_revision, target = _find_base(repository, base, tip, ci, staged=staged)
    base_tree = repository.tree_at(base_revision)
    trailers = git.list_trailers(repository.place, base_revision.commit or None, tip) if tip and tip != base_revision.commit else ()
    facts = ChangeFacts(
        base=base_revision,
        head=head_revision,
        pull_request=_pull_request(repository, ci, head, target),
        files=list_changes(base_tree, head_tree),
        trailers=trailers,
    )
    return Snapshot(base=base_tree, head=head_tree, facts=facts, repository=repository)


def resolve_push(repository: Repository, push: Push, environ: Mapping[str, str]) -> Snapshot:
    """A push judged as the pull request it is about to become: against the default branch.

    Onto the default branch itself, or with revisions and no branch (`pre-commit run --from-ref --to-ref`), it is judged
    against what the remote has, or the first revision. In CI the facts of the run stand.
    """
    target = _default_target(repository).branch
    onto_default = target is None or push.target_branch in (target, None)
    snapshot = resolve_change(repository, base=push.base if onto_default else None, head=push.head, environ=environ)
    request = snapshot.facts.pull_request
    if not request.provider:
        request = replace(request, source_branch=push.source_branch, target_branch=target or push.target_branch)
    return replace(snapshot, facts=replace(snapshot.facts, pull_request=request))


def _find_base(
    repository: Repository, base: str | None, tip: str | None, ci: CiFacts | None, *, staged: bool
) -> tuple[Revision, str | None]:
    """The base revision, and the branch the change goes to where that is known."""
    if base is not None:
        return _named_base(repository, base, tip)
    if tip is None:
        return NOTHING, None
    if staged:
        return Revision(name="HEAD", commit=tip), _target(repository, ci).branch
    target = _target(repository, ci)
    if not target.commits:
        raise _no_target(repository, target.branch)
    for commit in target.commits:
        found = git.merge_base(repository.place, commit, tip)
        if found:
            return Revision(name=target.branch or found, commit=found), target.branch
    name = target.branch or target.commits[0]
    if repository.shallow:
        raise _too_shallow(repository, name)
    raise CheckerError(
        f"{shown(RepoPath(name))} and the head have no commit in common", "name the revision to compare with: --base REVISION"
    )


def _named_base(repository: Repository, base: str, tip: str | None) -> tuple[Revision, str | None]:
    commit = repository.commit_id(base)
    ref = git.full_ref(repository.place, base)
    if commit is None:
        # `main` in a clone that has it only as `origin/main`, as CI systems leave it.
        ref, commit = next(iter(_known_refs(repository, base)), (None, None))
    if commit is None:
        raise _unknown_revision(repository, base)
    branch = _branch_of(repository, ref)
    if tip is None:
        return Revision(name=base, commit=commit), branch
    found = git.merge_base(repository.place, commit, tip)
    if found is None and repository.shallow:
        raise _too_shallow(repository, base)
    return Revision(name=base, commit=found or commit), branch


def _target(repository: Repository, ci: CiFacts | None) -> _Target:
    branch = ci.pull_request.target_branch if ci else None
    named = (ci.base_commit,) if ci and ci.base_commit and repository.commit_id(ci.base_commit) else ()
    if branch is None:
        default = _default_target(repository)
        return _Target(branch=default.branch, commits=named + default.commits)
    return _Target(branch=branch, commits=tuple(commit for _, commit in _known_refs(repository, branch)) + named)


def _default_target(repository: Repository) -> _Target:
    """The branch that changes go to when nothing says otherwise."""
    for remote in _remotes(repository):
        ref = git.symbolic_ref(repository.place, f"refs/remotes/{remote}/HEAD")
        commit = repository.commit_id(ref) if ref else None
        if ref and commit:
            return _Target(branch=_branch_of(repository, ref), commits=(commit,))
    for branch in _DEFAULT_BRANCHES:
        known = _known_refs(repository, branch)
        if known:
            return _Target(branch=branch, commits=tuple(commit for _, commit in known))
    return _Target(branch=None, commits=())


def _known_refs(repository: Repository, branch: str) -> tuple[tuple[str, str], ...]:
    """Where a branch is known here: at the remotes, then locally, which may be behind."""
    refs = [f"refs/remotes/{remote}/{branch}" for remote in _remotes(repository)] + [f"refs/heads/{branch}"]
    return tuple((ref, commit) for ref in refs if (commit := repository.commit_id(ref)))


def _remotes(repository: Repository) -> tuple[str, ...]:
    names = {name for name, _ in git.list_remotes(repository.place)}
    return tuple(sorted(names, key=lambda name: (name != "origin", name)))


def _branch_of(repository: Repository, ref: str | None) -> str | None:
    for prefix in ("refs/heads/", *(f"refs/remotes/{remote}/" for remote in _remotes(repository))):
        if ref and ref.startswith(prefix):
            return ref.removeprefix(prefix)
    return None


def _pull_request(repository: Repository, ci: CiFacts | None, head: str | None, target: str | None) -> PullRequest:
    if ci is not None:
        request = ci.pull_request
        # Without a pull request the change goes where it is compared with.
        return request if request.number is not None or request.target_branch else replace(request, target_branch=target)
    branch = repository.branch() if head in (None, "HEAD") else _branch_of(repository, git.full_ref(repository.place, head or ""))
    here = next(iter(repository.remote_urls()), "this repository")
    return PullRequest(source_branch=branch, target_branch=target, source_repository=here, target_repository=here)


def _fetch_command(repository: Repository, branch: str | None) -> str:
    """The command that brings a branch, and history where it was cut; safe to paste whatever the branch is called."""
    remote = next(iter(_remotes(repository)), "origin")
    words = ["git", "fetch", *(["--unshallow"] if repository.shallow else []), remote]
    if branch:
        words.append(f"+refs/heads/{branch}:refs/remotes/{remote}/{branch}")
    return shlex.join(words)


def _too_shallow(repository: Repository, name: str) -> CheckerError:
    message = f"this clone is shallow: it does not hold the commit where {shown(RepoPath(name))} and the head part"
    return CheckerError(message, _fetch_command(repository, None))


def _no_target(repository: Repository, branch: str | None) -> CheckerError:
    if branch is not None:
        return CheckerError(f"the target branch {shown(RepoPath(branch))} is not in this clone", _fetch_command(repository, branch))
    hint = f"name it with --base, or fetch it: {_fetch_command(repository, 'main')}" if _remotes(repository) else "name it: --base BRANCH"
    return CheckerError("no branch is known that this change could be compared with (no origin/HEAD, main or master)", hint)


def _unknown_revision(repository: Repository, revision: str) -> UsageError:
    message = f"there is no commit {shown(RepoPath(revision))} in this repository"
    for remote in _remotes(repository):
        if revision.startswith(f"{remote}/"):
            return UsageError(message, _fetch_command(repository, revision.removeprefix(f"{remote}/")))
    if repository.shallow:
        return UsageError(message, f"the clone is shallow; bring the rest: {_fetch_command(repository, None)}")
    return UsageError(message, "`git log --oneline --all` lists the commits that are here")
