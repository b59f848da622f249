"""Which two trees are compared: a repository, what was asked for and the CI environment come in, a Snapshot comes out.

The base is always a *merge base* with the head, as a pull request shows it (three-dot), also for an explicit `--base`: what
others merged meanwhile is not part of this change. Histories that share no commit are compared as they are when the base
was named. Surprise: on the target branch itself a commit is its own merge base, and nothing differs.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping

from checker.model.change import ChangeFacts, PullRequest, Revision
from checker.model.findings import CheckerError, UsageError
from checker.model.paths import RepoPath, shown
from checker.model.records import dataclass, replace
from checker.model.tree import Tree
from checker.snapshot.changes import list_changes
from checker.snapshot.ci import CiFacts, read_ci
from checker.snapshot.listed import ListedTree
from checker.snapshot.push import Push
from checker.snapshot.repository import Repository
from checker.snapshot.targets import OwnBranch, Target, branch_of, commits_of, find_target, known_refs, nearest_target
from checker.tools import git

NOTHING = Revision(name="nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    base: Tree
    head: Tree
    facts: ChangeFacts
    repository: Repository


def resolve_change(
    repository: Repository,
    *,
    base: str | None = None,
    head: str | None = None,
    staged: bool = False,
    worktree: bool = False,
    environ: Mapping[str, str],
    is_own: OwnBranch | None = None,
    target: str | None = None,
) -> Snapshot:
    """Base and head with what differs. The head is `head`, the index, the work tree, or HEAD.

    Without `base` it is HEAD for the index, else the merge base with the target branch: `target` where the caller knows it,
    the pull request's in CI, an environment's own branch by `is_own`, the remote's default branch (`origin/HEAD`), or `main`
    or `master`. Before the first commit it is an empty tree.
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
    source = _source_branch(repository, head)

    def goes_into() -> Target:
        return find_target(repository, ci, source, tip, is_own) if target is None else Target(target, commits_of(repository, target))

    base_revision, goes_to = _find_base(repository, base, tip, goes_into, staged=staged)
    base_tree = repository.tree_at(base_revision)
    trailers = git.list_trailers(repository.place, base_revision.commit or None, tip) if tip and tip != base_revision.commit else ()
    facts = ChangeFacts(
        base=base_revision,
        head=head_revision,
        pull_request=_pull_request(repository, ci, source, goes_to),
        files=list_changes(base_tree, head_tree),
        trailers=trailers,
    )
    return Snapshot(base=base_tree, head=head_tree, facts=facts, repository=repository)


def resolve_push(repository: Repository, push: Push, environ: Mapping[str, str], is_own: OwnBranch | None = None) -> Snapshot:
    """A push judged as the pull request it is about to become: against the branch it grew from.

    Onto that branch itself (the default branch, or an environment's own), or with revisions and no branch (`pre-commit run
    --from-ref --to-ref`), it is judged against what the remote has, or the first revision. In CI the facts of the run stand.
    """
    target = push.target_branch if push.target_branch and is_own and is_own(push.target_branch) is not None else None
    target = target or nearest_target(repository, push.source_branch, push.head, is_own).branch
    onto_target = target is None or push.target_branch in (target, None)
    told = None if read_ci(environ) is not None else target
    snapshot = resolve_change(repository, base=push.base if onto_target else None, head=push.head, environ=environ, target=told)
    request = snapshot.facts.pull_request
    if not request.provider:
        request = replace(request, source_branch=push.source_branch, target_branch=target or push.target_branch)
    return replace(snapshot, facts=replace(snapshot.facts, pull_request=request))


def _find_base(
    repository: Repository, base: str | None, tip: str | None, goes_into: Callable[[], Target], *, staged: bool
) -> tuple[Revision, str | None]:
    """The base revision, and the branch the change goes to where that is known."""
    if base is not None:
        return _named_base(repository, base, tip)
    if tip is None:
        return NOTHING, None
    target = goes_into()
    if staged:
        return Revision(name="HEAD", commit=tip), target.branch
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
        ref, commit = next(iter(known_refs(repository, base)), (None, None))
    if commit is None:
        raise _unknown_revision(repository, base)
    branch = branch_of(repository, ref)
    if tip is None:
        return Revision(name=base, commit=commit), branch
    found = git.merge_base(repository.place, commit, tip)
    if found is None and repository.shallow:
        raise _too_shallow(repository, base)
    return Revision(name=base, commit=found or commit), branch


def _source_branch(repository: Repository, head: str | None) -> str | None:
    return repository.branch() if head in (None, "HEAD") else branch_of(repository, git.full_ref(repository.place, head or ""))


def _pull_request(repository: Repository, ci: CiFacts | None, branch: str | None, target: str | None) -> PullRequest:
    if ci is not None:
        request = ci.pull_request
        # Without a pull request the change goes where it is compared with.
        return request if request.number is not None or request.target_branch else replace(request, target_branch=target)
    here = next(iter(repository.remote_urls()), "this repository")
    return PullRequest(source_branch=branch, target_branch=target, source_repository=here, target_repository=here)


def _fetch_command(repository: Repository, branch: str | None) -> str:
    """The command that brings a branch, and history where it was cut; safe to paste whatever the branch is called."""
    remote = next(iter(repository.remotes), "origin")
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
    hint = f"name it with --base, or fetch it: {_fetch_command(repository, 'main')}" if repository.remotes else "name it: --base BRANCH"
    return CheckerError("no branch is known that this change could be compared with (no origin/HEAD, main or master)", hint)


def _unknown_revision(repository: Repository, revision: str) -> UsageError:
    message = f"there is no commit {shown(RepoPath(revision))} in this repository"
    for remote in repository.remotes:
        if revision.startswith(f"{remote}/"):
            return UsageError(message, _fetch_command(repository, revision.removeprefix(f"{remote}/")))
    if repository.shallow:
        return UsageError(message, f"the clone is shallow; bring the rest: {_fetch_command(repository, None)}")
    return UsageError(message, "`git log --oneline --all` lists the commits that are here")
