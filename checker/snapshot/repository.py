"""A Git repository as the stages see it: revisions and trees come out; nothing is checked out, written or fetched."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from checker.model.change import Revision
from checker.model.findings import CheckerError, UsageError
from checker.model.paths import RepoPath, shown
from checker.snapshot.directory import Disk
from checker.snapshot.listed import CommitTree, IndexTree, ListedTree, WorkTree, work_records
from checker.tools import git
from checker.tools.git_objects import ObjectReader


class Repository:
    """One repository. Its trees share one reader of objects; they may be sent to worker processes."""

    def __init__(self, place: git.Place) -> None:
        self._place = place
        self._objects = ObjectReader(place)
        self._pointers: dict[str, str | None] = {}

    @property
    def root(self) -> Path | None:
        """The top of the work tree, None for a bare repository."""
        return self._place.root

    @property
    def shallow(self) -> bool:
        return self._place.shallow

    @property
    def object_format(self) -> str:
        return self._place.object_format

    @property
    def place(self) -> git.Place:
        return self._place

    def commit_id(self, revision: str) -> str | None:
        """The full id of the commit that a revision names, None when there is none here."""
        return self._objects.commit_id(revision)

    def symbolic_ref(self, name: str) -> str | None:
        """The ref that `name` (`HEAD`, `refs/remotes/origin/HEAD`) points to, None when it is detached or absent; asked once in a run."""
        if name not in self._pointers:
            self._pointers[name] = git.symbolic_ref(self._place, name)
        return self._pointers[name]

    def branch(self) -> str | None:
        """The branch that is checked out, None for a detached HEAD."""
        ref = self.symbolic_ref("HEAD")
        return ref.removeprefix("refs/heads/") if ref and ref.startswith("refs/heads/") else None

    def remote_urls(self) -> tuple[str, ...]:
        """The addresses of all remotes, sorted, without passwords: what a GitRepository or repoURL that means us says."""
        return tuple(sorted({url for _, url in self._remotes}))

    def tags(self) -> tuple[str, ...]:
        """The names of all tags of this clone, sorted."""
        return self._tags

    @cached_property
    def _tags(self) -> tuple[str, ...]:
        return git.list_tags(self._place)

    @cached_property
    def remotes(self) -> tuple[str, ...]:
        """Their names, `origin` first."""
        return tuple(sorted({name for name, _ in self._remotes}, key=lambda name: (name != "origin", name)))

    @cached_property
    def _remotes(self) -> tuple[tuple[str, str], ...]:
        return git.list_remotes(self._place)

    def file_at(self, revision: str, path: RepoPath) -> bytes | None:
        """One file of a revision; None where either is not there."""
        commit = self.commit_id(revision)
        return self._objects.file_at(commit, path) if commit is not None else None

    def commit_tree(self, revision: str) -> ListedTree:
        """The files of a commit. Raises UsageError when the revision is unknown."""
        commit = self.commit_id(revision)
        if commit is None:
            raise UsageError(
                f"there is no commit {shown(RepoPath(revision))} in this repository", "`git log --oneline --all` lists those that are here"
            )
        return self.tree_at(Revision(name=revision, commit=commit))

    def tree_at(self, revision: Revision) -> ListedTree:
        """The files of a commit already resolved; of an empty tree when the revision holds no commit."""
        records = git.list_commit(self._place, revision.commit) if revision.commit else ()
        return CommitTree(str(revision), records, self._objects, self.object_format)

    def index_tree(self) -> ListedTree:
        """What the next commit would hold. Inside a hook that is the index of the commit being made."""
        self._need_work_tree("the index")
        return IndexTree("the index", git.list_index(self._place), self._objects, self.object_format)

    def worktree(self) -> ListedTree:
        """The tracked files as they stand on disk, and the new ones that are not ignored."""
        disk = Disk(self._need_work_tree("the work tree"))
        records = work_records(tuple(git.list_index(self._place)), git.list_edited(self._place), git.list_untracked(self._place), disk)
        return WorkTree("the work tree", records, self._objects, self.object_format, disk)

    def _need_work_tree(self, wanted: str) -> Path:
        if self.root is None:
            raise CheckerError(f"{wanted} is not there: this is a bare repository", "name two commits with --base and --head")
        return self.root


def open_repository(path: Path, environ: Mapping[str, str] | None = None) -> Repository:
    """The repository that `path` lies in, at its top or below. `environ` is that of this process unless given."""
    return Repository(git.locate(path, environ))
