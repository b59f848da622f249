"""A virtual, read-only file tree: a commit, the index, the work tree, or one of those with files laid over it."""

from __future__ import annotations

from abc import ABC, abstractmethod

from checker.model.enums import Enum
from checker.model.paths import ROOT, RepoPath, basename, is_within, join, parent, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping
    from typing import Protocol
else:
    Protocol = object


class EntryKind(Enum):
    FILE = "file"
    DIRECTORY = "directory"
    SUBMODULE = "submodule"
    SYMLINK = "symlink"


class TreeError(Exception):
    """A path cannot be read. `path` is where, `reason` completes the sentence "<path> <reason>"."""

    def __init__(self, path: RepoPath, reason: str) -> None:
        super().__init__(f"{shown(path)} {reason}")
        self.path = path
        self.reason = reason


class Missing(TreeError):
    """Nothing is there."""


class Unreadable(TreeError):
    """Something is there and may not or cannot be read: link out of the tree, LFS pointer, too large."""


class Elsewhere(Unreadable):
    """A submodule, or something that lies in one: its content is in another repository."""


class Tree(Protocol):
    """What every stage reads files through. Symbolic links inside the tree are followed, links out of it are errors."""

    def __hash__(self) -> int:
        """A tree is itself, whatever another one holds: what was found in it may be remembered by it."""

    @property
    def label(self) -> str:
        """For messages: `main 4f1a5b1`, `the index`, `the work tree`."""

    def read(self, path: RepoPath) -> bytes:
        """The file's content. Raises Missing or Unreadable."""

    def entries(self, path: RepoPath) -> tuple[str, ...]:
        """The names in a directory, sorted bytewise. Raises Missing where there is no such directory."""

    def kind(self, path: RepoPath, *, follow: bool = True) -> EntryKind | None:
        """What is there, None for nothing. With `follow` a link inside the tree counts as its target; a broken link as nothing."""

    def identity(self, path: RepoPath) -> str | None:
        """A digest of the file's content (for a directory: of what lies below), None for nothing. Equal digests mean equal content."""

    def resolve(self, path: RepoPath) -> RepoPath:
        """The path with every symbolic link in it followed. Raises Unreadable for a link out of the tree or a loop."""


class WalkedTree(ABC):
    """A tree that knows all of its files and links at once."""

    @abstractmethod
    def walked(self) -> tuple[RepoPath, ...]:
        """What `walk` would give."""

    @abstractmethod
    def links(self) -> tuple[RepoPath, ...]:
        """The symbolic links among them, in the same order."""


def walk(tree: Tree, top: RepoPath = ROOT) -> Iterator[RepoPath]:
    """Every file and symbolic link below `top` in bytewise path order; links are listed, not followed; submodules are left out."""
    if isinstance(tree, WalkedTree) and not top:
        yield from tree.walked()
        return
    for name in tree.entries(top):
        path = join(top, name)
        kind = tree.kind(path, follow=False)
        if kind is EntryKind.DIRECTORY:
            yield from walk(tree, path)
        elif kind in (EntryKind.FILE, EntryKind.SYMLINK):
            yield path


def symbolic_links(tree: Tree) -> tuple[RepoPath, ...]:
    """Every symbolic link that `walk` would list."""
    if isinstance(tree, WalkedTree):
        return tree.links()
    return tuple(path for path in walk(tree) if tree.kind(path, follow=False) is EntryKind.SYMLINK)


class RecordingTree:
    """A Tree that remembers what was asked of it, misses included: the *input closure* of a render.

    `reads` maps a path to the identity seen; a directory listing is recorded under `path + "/"`, the digest of all that
    lies below one under `path + "/**"`.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.reads: dict[str, str | None] = {}

    @property
    def label(self) -> str:
        return self._tree.label

    def read(self, path: RepoPath) -> bytes:
        self._note(path)
        return self._tree.read(path)

    def entries(self, path: RepoPath) -> tuple[str, ...]:
        if f"{path}/" not in self.reads:
            self.reads[f"{path}/"] = listing_identity(self._tree, path)
        return self._tree.entries(path)

    def kind(self, path: RepoPath, *, follow: bool = True) -> EntryKind | None:
        if follow or f"{parent(path)}/" not in self.reads:  # a listing says it of all names in it, and which there are not
            self._note(path)
        kind = self._tree.kind(path, follow=follow)
        if kind is EntryKind.DIRECTORY:
            self._note(path)  # a folder that was there already is told from a new one
        return kind

    def identity(self, path: RepoPath) -> str | None:
        identity = self._tree.identity(path)
        if self._tree.kind(path) is EntryKind.DIRECTORY:
            self.reads[f"{path}/**"] = identity
        else:
            self._note(path)
        return identity

    def resolve(self, path: RepoPath) -> RepoPath:
        resolved = self._tree.resolve(path)
        self._note(resolved)
        return resolved

    def _note(self, path: RepoPath) -> None:
        if path not in self.reads:
            self.reads[path] = seen_identity(self._tree, path)


def was_read(path: RepoPath, reads: Container[str]) -> bool:
    """Whether the file is among reads that a RecordingTree noted: itself, or all that lies below a folder of it."""
    if path in reads:
        return True
    while path:
        path = parent(path)
        if f"{path}/**" in reads:
            return True
    return False


def seen_identity(tree: Tree, path: RepoPath) -> str | None:
    """What RecordingTree notes for a path: content for a file, mere presence for a directory, None for nothing.

    Where a link stands on the way its end is part of it: the same content in another place may build otherwise, or not at all.
    """
    try:
        end = tree.resolve(path)
        identity = "directory" if tree.kind(path) is EntryKind.DIRECTORY else tree.identity(path)
    except Missing:
        return None
    except Unreadable as error:
        return f"unreadable: {error.reason}"
    return identity if end == path or identity is None else f"{identity} at {end}"


def listing_identity(tree: Tree, path: RepoPath) -> str | None:
    """A digest of a directory's names and kinds, None where there is no directory."""
    try:
        names = tree.entries(path)
    except TreeError:
        return None
    kinds = (f"{name}\0{tree.kind(join(path, name), follow=False)}" for name in names)
    return _sha256("\n".join(kinds).encode("utf-8", "surrogateescape"))


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def read_path(read: str) -> RepoPath:
    """The file or directory that a read noted by RecordingTree is of."""
    return RepoPath(read[:-3] if read.endswith("/**") else read.removesuffix("/"))


def unchanged(reads: Mapping[str, str | None], tree: Tree) -> bool:
    """Whether a render with these reads would read the same from `tree`."""
    return Identities(tree).unchanged(reads)


class Identities:
    """What reads of one tree see, each looked up once however many renders share it. `known` are such reads of this very tree."""

    def __init__(self, tree: Tree, known: Mapping[str, str | None] | None = None) -> None:
        self._tree = tree
        self._now: dict[str, str | None] = {**known} if known else {}

    @property
    def known(self) -> Mapping[str, str | None]:
        """Every read looked up so far with what it sees."""
        return self._now

    def learn(self, reads: Mapping[str, str | None]) -> None:
        """What a render of this tree has read."""
        self._now.update(reads)

    def unchanged(self, reads: Mapping[str, str | None]) -> bool:
        """Whether a render with these reads would read the same from the tree."""
        now = self._now
        for read, identity in reads.items():
            if read not in now:
                now[read] = self._look_up(read)
            if now[read] != identity:
                return False
        return True

    def _look_up(self, read: str) -> str | None:
        path = read_path(read)
        if read.endswith("/**"):
            return self._tree.identity(path)
        return listing_identity(self._tree, path) if read.endswith("/") else seen_identity(self._tree, path)


class OverlayTree:
    """A tree with some files replaced or added: how Flux and Argo CD edit a kustomization before building it.

    Reads of the replaced files are not reads of the tree below.
    """

    def __init__(self, tree: Tree, files: Mapping[RepoPath, bytes]) -> None:
        self._tree = tree
        self._files = dict(files)

    @property
    def label(self) -> str:
        return self._tree.label

    def read(self, path: RepoPath) -> bytes:
        return self._files[path] if path in self._files else self._tree.read(path)

    def entries(self, path: RepoPath) -> tuple[str, ...]:
        added = {file[len(path) + 1 if path else 0 :].split("/")[0] for file in self._files if file != path and is_within(file, path)}
        if not added:
            return self._tree.entries(path)
        below = self._tree.entries(path) if self._tree.kind(path) is EntryKind.DIRECTORY else ()
        return tuple(sorted(added.union(below), key=_bytes))

    def kind(self, path: RepoPath, *, follow: bool = True) -> EntryKind | None:
        if path in self._files:
            return EntryKind.FILE
        if any(is_within(file, path) for file in self._files):
            return EntryKind.DIRECTORY
        return self._tree.kind(path, follow=follow)

    def identity(self, path: RepoPath) -> str | None:
        if path in self._files:
            return _sha256(self._files[path])
        over = sorted((file, _sha256(data)) for file, data in self._files.items() if is_within(file, path))
        below = self._tree.identity(path)
        return _sha256(repr((below, over)).encode()) if over else below

    def resolve(self, path: RepoPath) -> RepoPath:
        return path if path in self._files else self._tree.resolve(path)


class MemoryTree(OverlayTree):
    """A tree of given files and nothing else."""

    def __init__(self, files: Mapping[RepoPath, bytes], label: str = "memory") -> None:
        super().__init__(_EmptyTree(label), files)


class _EmptyTree:
    def __init__(self, label: str) -> None:
        self.label = label

    def read(self, path: RepoPath) -> bytes:
        raise Missing(path, "does not exist")

    def entries(self, path: RepoPath) -> tuple[str, ...]:
        if path:
            raise Missing(path, "does not exist")
        return ()

    def kind(self, path: RepoPath, *, follow: bool = True) -> EntryKind | None:
        return None if path else EntryKind.DIRECTORY

    def identity(self, path: RepoPath) -> str | None:
        return None if path else "empty"

    def resolve(self, path: RepoPath) -> RepoPath:
        return path


def nearest(tree: Tree, path: RepoPath) -> RepoPath | None:
    """An existing path like the missing one, for "did you mean"."""
    from difflib import get_close_matches

    directory = parent(path)
    if tree.kind(directory) is not EntryKind.DIRECTORY:
        close = nearest(tree, directory) if directory else None
        candidate = None if close is None else join(close, basename(path))
        return candidate if candidate is not None and tree.kind(candidate) else close
    found = get_close_matches(basename(path), tree.entries(directory), n=1)
    return join(directory, found[0]) if found else None


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
