"""How a kustomization reaches a folder: overlay, component, base, as the files of one tree say."""

from __future__ import annotations

from collections import deque

from checker.discover.layout import references
from checker.model.paths import KUSTOMIZATION_FILES, RepoPath, join, parent
from checker.model.tree import EntryKind, Tree

MAX_FOLDERS = 500
"""Looked at for one way at most: more is no chain that a person would read."""


class Routes:
    """Ways through one tree; every kustomization file is read once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._known: dict[RepoPath, frozenset[RepoPath]] = {}

    def holder(self, path: RepoPath) -> RepoPath | None:
        """The nearest folder above a file that is a kustomization."""
        folder = parent(path)
        while True:
            if self._is_kustomization(folder):
                return folder
            if not folder:
                return None
            folder = parent(folder)

    def between(self, file: RepoPath, root: RepoPath) -> tuple[RepoPath, ...] | None:
        """The kustomizations from the one that holds the file to `root`, both included; None where there is no way."""
        start = self.holder(file)
        if start is None or not self._is_kustomization(root):
            return None
        came_from: dict[RepoPath, RepoPath | None] = {root: None}
        waiting = deque([root])
        while waiting and len(came_from) < MAX_FOLDERS:
            folder = waiting.popleft()
            if folder == start or file in self._refers(folder):
                return self._way(folder, came_from)
            for other in sorted(self._refers(folder)):
                if other not in came_from and self._is_kustomization(other):
                    came_from[other] = folder
                    waiting.append(other)
        return None

    @staticmethod
    def _way(folder: RepoPath, came_from: dict[RepoPath, RepoPath | None]) -> tuple[RepoPath, ...]:
        way: list[RepoPath] = []
        at: RepoPath | None = folder
        while at is not None:
            way.append(at)
            at = came_from[at]
        return tuple(way)

    def _refers(self, folder: RepoPath) -> frozenset[RepoPath]:
        if folder not in self._known:
            self._known[folder] = references(self._tree, folder)
        return self._known[folder]

    def _is_kustomization(self, folder: RepoPath) -> bool:
        return any(self._tree.kind(join(folder, name)) is EntryKind.FILE for name in KUSTOMIZATION_FILES)
