"""Files on disk: a plain folder as a Tree, and reading one file so that it cannot hang, grow or lead elsewhere.

Surprise: names are matched against directory listings, so `Base` is not `base` on a file system that takes them for the
same: the repository will be read by a controller on one that does not.
"""

from __future__ import annotations

import errno
import os
import stat

from checker.model.findings import UsageError
from checker.model.paths import ROOT, RepoPath, parent, shown
from checker.model.tree import EntryKind, Unreadable
from checker.snapshot.linked import MAX_DEPTH, LinkedTree, object_id, too_large

_CHUNK = 1024 * 1024
_NOFOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
_KEPT = 4 * 1024 * 1024
"""Bytes of contents that are kept: those of a folder that is built, read again and again, and not those of ten thousand manifests."""


class Disk:
    """Files below a folder, each read as it is stored there: links are not followed, not even on the way."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self._top = os.fspath(root)  # joined as text: Path costs more than the system call it is for
        self._ids: dict[RepoPath, str] = {}
        self._directories: dict[RepoPath, bool] = {ROOT: True}

    def full(self, path: RepoPath) -> str:
        return f"{self._top}/{path}" if path else self._top

    def kind(self, path: RepoPath) -> EntryKind | None:
        """What is there, None for nothing and for pipes, sockets and devices."""
        return self._kind(path) if self._is_directory(parent(path)) else None

    def read(self, path: RepoPath, limit: int) -> bytes:
        try:
            if not _NOFOLLOW and self.kind(path) is EntryKind.SYMLINK:
                return _link_text(self.full(path))
            handle, size = self._open(path)
            try:
                data = os.read(handle, size) if size <= limit else b""
            finally:
                os.close(handle)
        except OSError as error:
            if self.kind(path) is EntryKind.SYMLINK:
                return _link_text(self.full(path))
            raise Unreadable(path, f"cannot be read: {error.strerror}") from error
        if size > limit:
            raise too_large(path, size, limit)
        return data

    def blob_id(self, path: RepoPath, object_format: str) -> str:
        """The id that Git would give the file's bytes."""
        known = self._ids.get(path)
        if known is None:
            known = self._ids[path] = self._compute_id(path, object_format)
        return known

    def _compute_id(self, path: RepoPath, object_format: str) -> str:
        import hashlib

        try:
            if self.kind(path) is EntryKind.SYMLINK:
                return object_id("blob", _link_text(self.full(path)), object_format)
            handle, size = self._open(path)
            with open(handle, "rb", buffering=0) as file:
                digest = hashlib.new(object_format, b"blob %d\0" % size, usedforsecurity=False)
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
        except OSError as error:
            raise Unreadable(path, f"cannot be read: {error.strerror}") from error
        return digest.hexdigest()

    def _open(self, path: RepoPath) -> tuple[int, int]:
        """A handle to the file, and its size in bytes."""
        if not self._is_directory(parent(path)):
            raise NotADirectoryError(errno.ENOTDIR, "its folder is gone")
        # Not blocking: a file replaced by a pipe must not hang us.
        handle = os.open(self.full(path), os.O_RDONLY | _NOFOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            os.close(handle)
            raise OSError(errno.EINVAL, "it is not a file")
        return handle, found.st_size

    def _is_directory(self, path: RepoPath) -> bool:
        """Whether the path and all above it are directories and no links."""
        ahead = []
        while path not in self._directories:
            ahead.append(path)
            path = parent(path)
        answer = self._directories[path]
        for below in reversed(ahead):
            answer = self._directories[below] = answer and self._kind(below) is EntryKind.DIRECTORY
        return answer

    def _kind(self, path: RepoPath) -> EntryKind | None:
        try:
            return _kind(os.lstat(self.full(path)).st_mode)
        except (OSError, ValueError):
            return None


class DirectoryTree(LinkedTree):
    """The files of a folder, with Git or without: everything but `.git`. Listings are read on demand and kept, contents too up to a limit.

    `object_format` is that of the repository its digests shall be compared with.
    """

    def __init__(self, root: str | os.PathLike[str], label: str = "", object_format: str = "sha1") -> None:
        name = shown(RepoPath(os.fspath(root)))
        super().__init__(label or name, object_format)
        if not os.path.isdir(root):
            raise UsageError(f"{name} is not a folder", "give the path of a folder that exists")
        self._disk = Disk(root)
        self._listings: dict[RepoPath, dict[str, EntryKind]] = {}
        self._contents: dict[RepoPath, bytes] = {}
        self._room = _KEPT

    def stored_kind(self, path: RepoPath) -> EntryKind | None:
        if not path:
            return EntryKind.DIRECTORY
        return self._listing(parent(path)).get(path.rpartition("/")[2])

    def stored_names(self, path: RepoPath) -> tuple[str, ...]:
        return tuple(self._listing(path))

    def stored_id(self, path: RepoPath) -> str:
        return self._disk.blob_id(path, self._object_format)

    def stored_bytes(self, path: RepoPath, limit: int) -> bytes:
        data = self._contents.get(path)
        if data is None:
            data = self._disk.read(path, limit)
            if len(data) <= self._room:
                self._contents[path] = data
                self._room -= len(data)
        return data

    def _listing(self, path: RepoPath) -> dict[str, EntryKind]:
        known = self._listings.get(path)
        if known is None:
            known = self._listings[path] = self._list(path) if self.stored_kind(path) is EntryKind.DIRECTORY else {}
        return known

    def _list(self, path: RepoPath) -> dict[str, EntryKind]:
        if path.count("/") > MAX_DEPTH:
            raise Unreadable(path, f"lies more than {MAX_DEPTH} folders deep")
        try:
            with os.scandir(self._disk.full(path)) as found:
                kinds = {entry.name: _entry_kind(entry) for entry in found if entry.name != ".git"}
        except OSError as error:
            raise Unreadable(path, f"cannot be read: {error.strerror}") from error
        return {name: kind for name, kind in sorted(kinds.items(), key=_by_bytes) if kind is not None}


def may_be_repository(folder: str) -> bool:
    """Whether Git would find a repository here or above. False is certain and spares asking it, which takes longer than reading a file."""
    here = os.path.realpath(folder)
    while True:
        if os.path.exists(f"{here}/.git") or (os.path.exists(f"{here}/HEAD") and os.path.exists(f"{here}/objects")):
            return True
        above = os.path.dirname(here)
        if above == here:
            return False
        here = above


def _by_bytes(item: tuple[str, object]) -> bytes:
    return item[0].encode("utf-8", "surrogateescape")


def _kind(mode: int) -> EntryKind | None:
    if stat.S_ISREG(mode):
        return EntryKind.FILE
    if stat.S_ISDIR(mode):
        return EntryKind.DIRECTORY
    return EntryKind.SYMLINK if stat.S_ISLNK(mode) else None


def _entry_kind(entry: os.DirEntry[str]) -> EntryKind | None:
    if entry.is_symlink():
        return EntryKind.SYMLINK
    if entry.is_file():
        return EntryKind.FILE
    return EntryKind.DIRECTORY if entry.is_dir() else None


def _link_text(file: str) -> bytes:
    text = os.readlink(file)
    return (text.replace(os.sep, "/") if os.sep != "/" else text).encode("utf-8", "surrogateescape")
