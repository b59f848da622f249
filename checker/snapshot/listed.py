"""Trees that are known as a whole when opened, as one list: a commit, the index, and the work tree; contents are read on demand.

Surprise: the work tree takes a file that is unchanged since it was staged from the object store, not from disk. So line
ends and filters of a checkout do not show, sparse checkouts are complete, and nearly nothing is read twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from checker.model.findings import CheckerError
from checker.model.paths import ROOT, RepoPath, join, parent, shown
from checker.model.tree import EntryKind, Unreadable, WalkedTree, read_path
from checker.snapshot.directory import Disk
from checker.snapshot.linked import MAX_DEPTH, LinkedTree, too_large
from checker.tools.git import Record
from checker.tools.git_objects import ObjectMissing, ObjectReader, ObjectTooLarge

KINDS = {
    "100644": EntryKind.FILE,
    "100755": EntryKind.FILE,
    "100664": EntryKind.FILE,
    "120000": EntryKind.SYMLINK,
    "160000": EntryKind.SUBMODULE,
}


class ListedTree(LinkedTree, WalkedTree):
    """A tree of records whose contents lie in the object store."""

    def __init__(self, label: str, records: Iterable[Record], objects: ObjectReader, object_format: str) -> None:
        super().__init__(label, object_format)
        self._objects = objects
        self._records = {record.path: record for record in records}
        self._directories = _directories(self._records)
        self._walked: tuple[RepoPath, ...] | None = None
        self._links = {record.path for record in self._records.values() if KINDS[record.mode] is EntryKind.SYMLINK}

    @cached_property
    def listing(self) -> str:
        """A digest of all that is listed: equal ones mean the same tree, as far as its records have ids."""
        import hashlib

        lines = sorted(f"{record.mode} {record.id} {record.path}" for record in self._records.values())
        return hashlib.sha256("\0".join(lines).encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def records(self) -> Iterable[Record]:
        return self._records.values()

    def walked(self) -> tuple[RepoPath, ...]:
        if self._walked is None:
            self._walked = tuple(self._below(ROOT))
        return self._walked

    def links(self) -> tuple[RepoPath, ...]:
        return tuple(path for path in self.walked() if path in self._links) if self._links else ()

    def _below(self, folder: RepoPath) -> Iterator[RepoPath]:
        for name in self.stored_names(folder):
            path = join(folder, name)
            record = self._records.get(path)
            if record is None:
                yield from self._below(path)
            elif KINDS[record.mode] is not EntryKind.SUBMODULE:
                yield path

    def resolve(self, path: RepoPath) -> RepoPath:
        return super().resolve(path) if self._links else path

    def stored_kind(self, path: RepoPath) -> EntryKind | None:
        record = self._records.get(path)
        if record is not None:
            return KINDS[record.mode]
        return EntryKind.DIRECTORY if path in self._directories else None

    def stored_names(self, path: RepoPath) -> tuple[str, ...]:
        names = self._directories[path]
        if isinstance(names, list):
            names = self._directories[path] = tuple(sorted(names, key=_bytes))
        return names

    def stored_id(self, path: RepoPath) -> str:
        return self._records[path].id

    def stored_bytes(self, path: RepoPath, limit: int) -> bytes:
        try:
            return self._objects.read(self._records[path].id, limit)
        except ObjectTooLarge as error:
            raise too_large(path, error.size, limit) from error
        except ObjectMissing as error:
            raise Unreadable(
                path, "is not in this clone, which holds only part of the files; run `git fetch --refetch --no-filter origin`"
            ) from error


def reads_in_common(one: ListedTree, two: ListedTree, reads: Mapping[str, str | None]) -> dict[str, str | None]:
    """Those of the reads of `one`, as RecordingTree notes them, that see the same in `two`; none where one holds links or submodules,
    since those lead from one place to another.

    What differs is a file that one of them lacks or has otherwise, and each folder above it.
    """
    records = (*one.records, *two.records)
    if any(KINDS[record.mode] is not EntryKind.FILE for record in records):
        return {}
    apart: set[str] = set()
    for record in {*one.records} ^ {*two.records} | {record for record in records if not record.id}:
        path = record.path
        while path and path not in apart:
            apart.add(path)
            path = parent(path)
    if apart:
        apart.add(ROOT)
    return {read: identity for read, identity in reads.items() if read_path(read) not in apart}


class CommitTree(ListedTree):
    """The files of a commit."""


class IndexTree(ListedTree):
    """The files as staged: what the next commit holds. Raises CheckerError in an unfinished merge."""

    def __init__(self, label: str, records: Iterable[Record], objects: ObjectReader, object_format: str) -> None:
        listed = tuple(records)
        refuse_unmerged(listed)
        super().__init__(label, listed, objects, object_format)


class WorkTree(ListedTree):
    """The files as they stand on disk: those of the index, with what was edited or is new and not ignored read from disk."""

    def __init__(self, label: str, records: Iterable[Record], objects: ObjectReader, object_format: str, disk: Disk) -> None:
        super().__init__(label, records, objects, object_format)
        self._disk = disk

    def stored_id(self, path: RepoPath) -> str:
        return self._records[path].id or self._disk.blob_id(path, self._object_format)

    def stored_bytes(self, path: RepoPath, limit: int) -> bytes:
        return super().stored_bytes(path, limit) if self._records[path].id else self._disk.read(path, limit)


def work_records(staged: Iterable[Record], edited: frozenset[RepoPath], untracked: Iterable[RepoPath], disk: Disk) -> list[Record]:
    """The records of a work tree; those to be read from disk have no id."""
    kept = {record.path: record for record in staged if record.path not in edited and record.stage == 0}
    modes = {EntryKind.FILE: "100644", EntryKind.SYMLINK: "120000"}
    for path in (*edited, *untracked):
        if path.endswith("/"):
            inner = RepoPath(path.rstrip("/"))
            kept[inner] = Record(inner, "160000", "0" * 40)
            continue
        mode = modes.get(disk.kind(path) or EntryKind.DIRECTORY)
        if mode:
            kept[path] = Record(path, mode, "")
    return list(kept.values())


def refuse_unmerged(records: Iterable[Record]) -> None:
    unmerged = sorted({record.path for record in records if record.stage})
    if unmerged:
        more = f" and {len(unmerged) - 1} more" if len(unmerged) > 1 else ""
        raise CheckerError(
            f"the index holds a merge that is not finished: {shown(unmerged[0])}{more}",
            "resolve it and `git add` the files, or `git merge --abort`",
        )


def _directories(records: Iterable[RepoPath]) -> dict[RepoPath, list[str] | tuple[str, ...]]:
    """Directory -> its names, unsorted until asked for."""
    found: dict[RepoPath, list[str]] = {ROOT: []}
    for path in records:
        directory, _, name = path.rpartition("/")
        if not name or name in (".", "..") or "\0" in name:
            raise CheckerError(f"the tree holds an entry with the impossible name {path!r}", "run `git fsck` in the repository")
        if path.count("/") > MAX_DEPTH:
            raise CheckerError(
                f"the tree holds a path more than {MAX_DEPTH} folders deep: {shown(RepoPath(path[:80]))}...",
                "take it out of the repository",
            )
        below: list[str] | None = None
        # Climb until a directory is already known: each is entered once.
        while (below := found.get(RepoPath(directory))) is None:
            found[RepoPath(directory)] = [name]
            directory, _, name = directory.rpartition("/")
        below.append(name)
    return {**found}


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
