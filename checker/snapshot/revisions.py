"""Other revisions of the repository by name -> their trees, each listed once: for Applications that are pinned to one."""

from __future__ import annotations

from checker.model.tree import Tree
from checker.snapshot.repository import Repository


class Revisions:
    """Travels to other processes, which list again what they are asked for."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._known: dict[str, Tree | None] = {}

    def __reduce__(self) -> tuple[type[Revisions], tuple[Repository]]:
        return Revisions, (self._repository,)

    def __call__(self, revision: str) -> Tree | None:
        """The files of a revision; None where this clone does not hold it."""
        if revision not in self._known:
            self._known[revision] = self._tree(revision)
        return self._known[revision]

    def _tree(self, revision: str) -> Tree | None:
        """A clone made for one branch knows the others as those of its remote."""
        for name in (revision, f"refs/remotes/origin/{revision}"):
            if self._repository.commit_id(name) is not None:
                return self._repository.commit_tree(name)
        return None
