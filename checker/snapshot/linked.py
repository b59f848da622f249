"""What all trees share: following symbolic links, refusing what cannot be read, digests of files and directories.

A subclass says what lies at a path *as it is stored*; here links are followed. A digest is Git's own object id, so a file
or a directory has the same digest in a commit, in the index and on disk, with two differences: permission bits do not
count (they are no content), and a directory whose links lead out of it is digested together with what they lead to.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from checker.model.paths import ROOT, is_within, join, parent, shown
from checker.model.records import NamedTuple
from checker.model.tree import Elsewhere, EntryKind, Missing, Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from checker.model.paths import RepoPath

MAX_LINKS = 40
MAX_DEPTH = 256
SIZE_LIMIT = 32 * 1024 * 1024
LINK_LIMIT = 4096
_POINTER_LIMIT = 1024
_POINTER_STARTS = (
    b"version https://git-lfs.github.com/spec/",
    b"version http://git-media.io/v/",
    b"version https://hawser.github.com/spec/",
)

_MODES = {EntryKind.FILE: b"100644", EntryKind.DIRECTORY: b"40000", EntryKind.SYMLINK: b"120000", EntryKind.SUBMODULE: b"160000"}


class Digest(NamedTuple):
    """A directory's digest, and the links somewhere below it."""

    name: str
    links: tuple[RepoPath, ...]


class LinkedTree(ABC):
    """A Tree over what a subclass stores. Stored paths are looked up with no link on the way to them."""

    def __init__(self, label: str, object_format: str) -> None:
        self._label = label
        self._object_format = object_format
        self._resolved: dict[RepoPath, RepoPath] = {}
        self._digests: dict[RepoPath, Digest] = {}

    @abstractmethod
    def stored_kind(self, path: RepoPath) -> EntryKind | None:
        """What is stored at the path, None for nothing."""

    @abstractmethod
    def stored_names(self, path: RepoPath) -> tuple[str, ...]:
        """The names in a stored directory, sorted bytewise."""

    @abstractmethod
    def stored_bytes(self, path: RepoPath, limit: int) -> bytes:
        """A stored file, or a link's text. Raises Unreadable, also for more than `limit` bytes."""

    @abstractmethod
    def stored_id(self, path: RepoPath) -> str:
        """The object id that a stored file, link or submodule has or would have in Git."""

    @property
    def label(self) -> str:
        return self._label

    def read(self, path: RepoPath) -> bytes:
        real = self.resolve(path)
        kind = self._kind(real)
        if kind is None:
            raise self._missing(path, real)
        if kind is EntryKind.DIRECTORY:
            raise Unreadable(path, "is a directory")
        if kind is EntryKind.SUBMODULE:
            raise Elsewhere(path, self._submodule_reason(real))
        data = self.stored_bytes(real, SIZE_LIMIT)
        if len(data) < _POINTER_LIMIT and data.startswith(_POINTER_STARTS):
            raise Unreadable(path, "is a Git LFS pointer: its content is not in the repository")
        return data

    def entries(self, path: RepoPath) -> tuple[str, ...]:
        real = self.resolve(path)
        kind = self._kind(real)
        if kind is EntryKind.SUBMODULE:
            raise Elsewhere(path, self._submodule_reason(real))
        if kind is not EntryKind.DIRECTORY:
            raise self._missing(path, real) if kind is None else Missing(path, "is not a directory")
        return self.stored_names(real)

    def kind(self, path: RepoPath, *, follow: bool = True) -> EntryKind | None:
        """As Tree says. A link that leads out of the tree or round in circles stays a SYMLINK; below a submodule all is SUBMODULE."""
        try:
            if follow:
                return self._kind(self.resolve(path))
            above = self.resolve(parent(path)) if path else ROOT
        except Missing:
            return None
        except Unreadable:
            return EntryKind.SYMLINK if follow else None
        return self._kind(join(above, path.rpartition("/")[2])) if path else EntryKind.DIRECTORY

    def identity(self, path: RepoPath) -> str | None:
        try:
            real = self.resolve(path)
        except Missing:
            return None
        kind = self._kind(real)
        if kind is None:
            return None
        if kind is EntryKind.DIRECTORY:
            return self._directory_identity(real)
        return self.stored_id(self._submodule_at(real) or real)

    def resolve(self, path: RepoPath) -> RepoPath:
        known = self._resolved.get(path)
        if known is None:
            known = self._resolved[path] = self._follow(path)
        return known

    def _follow(self, path: RepoPath) -> RepoPath:
        done = ROOT
        ahead = path.split("/")[::-1]
        links = 0
        while ahead:
            name = ahead.pop()
            if name in ("", "."):
                continue
            if name == "..":
                if not done:
                    raise Unreadable(path, "is a symbolic link out of the repository")
                if self.stored_kind(done) is not EntryKind.DIRECTORY:
                    raise Missing(path, f"links through {shown(done)}, which is not a directory")
                done = parent(done)
                continue
            step = join(done, name)
            if self.stored_kind(step) is not EntryKind.SYMLINK:
                done = step
                continue
            links += 1
            if links > MAX_LINKS:
                raise Unreadable(path, "is a symbolic link that leads round in circles")
            target = self.stored_bytes(step, LINK_LIMIT).decode("utf-8", "surrogateescape")
            if target.startswith("/") or not target or "\0" in target:
                raise Unreadable(path, "is a symbolic link out of the repository")
            ahead.extend(target.split("/")[::-1])
        return done

    @staticmethod
    def _missing(path: RepoPath, real: RepoPath) -> Missing:
        return Missing(path, "does not exist" if real == path else f"links to {shown(real)}, which does not exist")

    def _kind(self, real: RepoPath) -> EntryKind | None:
        if not real:
            return EntryKind.DIRECTORY
        kind = self.stored_kind(real)
        return EntryKind.SUBMODULE if kind is None and self._submodule_at(real) else kind

    def _submodule_at(self, real: RepoPath) -> RepoPath | None:
        """The submodule that the path is or lies in."""
        while real:
            kind = self.stored_kind(real)
            if kind is not None:
                return real if kind is EntryKind.SUBMODULE else None
            real = parent(real)
        return None

    def _submodule_reason(self, real: RepoPath) -> str:
        module = self._submodule_at(real)
        where = "is a submodule" if module == real else f"lies in the submodule {shown(module or real)}"
        return f"{where}: its content is in another repository"

    def _directory_identity(self, top: RepoPath) -> str:
        own = self._digest(top)
        outside: dict[str, str] = {}
        ahead = list(own.links)
        while ahead:
            link = ahead.pop()
            try:
                real = self.resolve(link)
            except Unreadable as error:
                outside[link] = error.reason
                continue
            except Missing:
                real = link
            if is_within(real, top) or real in outside:
                continue
            if self._kind(real) is EntryKind.DIRECTORY:
                found = self._digest(real)
                outside[real] = found.name
                ahead.extend(found.links)
            else:
                outside[real] = self.identity(real) or "nothing"
        if not outside:
            return own.name
        import hashlib

        return hashlib.sha256(repr((own.name, sorted(outside.items()))).encode()).hexdigest()

    def _digest(self, path: RepoPath) -> Digest:
        known = self._digests.get(path)
        if known is None:
            known = self._digests[path] = self._compute_digest(path)
        return known

    def _compute_digest(self, path: RepoPath) -> Digest:
        rows: list[tuple[bytes, bytes]] = []
        links: list[RepoPath] = []
        for name in self.stored_names(path):
            below = join(path, name)
            kind = self.stored_kind(below)
            assert kind is not None
            spelled = name.encode("utf-8", "surrogateescape")
            if kind is EntryKind.DIRECTORY:
                found = self._digest(below)
                links.extend(found.links)
                # Git knows no empty directories and orders a directory as if its name ended in a slash.
                if found.name != self._empty:
                    rows.append((spelled + b"/", _MODES[kind] + b" " + spelled + b"\0" + bytes.fromhex(found.name)))
                continue
            if kind is EntryKind.SYMLINK:
                links.append(below)
            rows.append((spelled, _MODES[kind] + b" " + spelled + b"\0" + bytes.fromhex(self.stored_id(below))))
        return Digest(object_id("tree", b"".join(row for _, row in sorted(rows)), self._object_format), tuple(links))

    @property
    def _empty(self) -> str:
        return object_id("tree", b"", self._object_format)


def object_id(kind: str, data: bytes, object_format: str) -> str:
    """The id Git gives this content."""
    import hashlib

    return hashlib.new(object_format, b"%s %d\0" % (kind.encode(), len(data)) + data, usedforsecurity=False).hexdigest()


def too_large(path: RepoPath, size: int, limit: int = SIZE_LIMIT) -> Unreadable:
    if limit < SIZE_LIMIT:
        return Unreadable(path, f"is a symbolic link of {size} bytes")
    return Unreadable(path, f"is {size / 1024 / 1024:.0f} MB large; files above {limit // 1024 // 1024} MB are not read")
