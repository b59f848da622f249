"""Revisions, index and work tree as Trees, and the facts about a change: a repository and options come in, a Snapshot comes out.

A name is loaded when it is first asked for: files of a plain folder need nothing of what reads repositories.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checker.snapshot.directory import DirectoryTree, may_be_repository
    from checker.snapshot.given import Given
    from checker.snapshot.listed import CommitTree, IndexTree, ListedTree, WorkTree, reads_in_common
    from checker.snapshot.push import Push, pushed
    from checker.snapshot.repository import Repository, open_repository
    from checker.snapshot.resolve import Snapshot, resolve_change, resolve_push
    from checker.snapshot.revisions import Revisions

_MODULES = {
    "directory": ("DirectoryTree", "may_be_repository"),
    "given": ("Given",),
    "listed": ("CommitTree", "IndexTree", "ListedTree", "WorkTree", "reads_in_common"),
    "push": ("Push", "pushed"),
    "repository": ("Repository", "open_repository"),
    "resolve": ("Snapshot", "resolve_change", "resolve_push"),
    "revisions": ("Revisions",),
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"checker.snapshot.{module}"), name)
    raise AttributeError(name)


__all__ = [
    "CommitTree",
    "DirectoryTree",
    "Given",
    "IndexTree",
    "ListedTree",
    "Push",
    "Repository",
    "Revisions",
    "Snapshot",
    "WorkTree",
    "may_be_repository",
    "open_repository",
    "pushed",
    "reads_in_common",
    "resolve_change",
    "resolve_push",
]
