"""Revisions, index and work tree as Trees, and the facts about a change: a repository and options come in, a Snapshot comes out."""

from __future__ import annotations

from checker.snapshot.directory import DirectoryTree
from checker.snapshot.given import Given
from checker.snapshot.listed import CommitTree, IndexTree, WorkTree
from checker.snapshot.push import Push, pushed
from checker.snapshot.repository import Repository, open_repository
from checker.snapshot.resolve import Snapshot, resolve_change, resolve_push
from checker.snapshot.revisions import Revisions

__all__ = [
    "CommitTree",
    "DirectoryTree",
    "Given",
    "IndexTree",
    "Push",
    "Repository",
    "Revisions",
    "Snapshot",
    "WorkTree",
    "open_repository",
    "pushed",
    "resolve_change",
    "resolve_push",
]
