"""A Tree -> the content of a Flux artifact as another Tree, with the way back to the repository's own paths.

Artifacts are views: what a build reads from one is a read of the file in the repository it came from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from checker.model.paths import ROOT, RepoPath, is_within, join, parent
from checker.model.tree import EntryKind, Missing, Tree, TreeError
from checker.tools.flux.ignore import DEFAULTS, VERSION_CONTROL, Pattern, is_excluded, parse_patterns

IGNORE_FILE = ".sourceignore"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object


class ArtifactTree(Tree, Protocol):
    """A Tree that knows where in the repository a path of its own comes from."""

    def origin(self, path: RepoPath) -> RepoPath:
        """The repository's path for one of the artifact; the path itself where nothing is known."""

    def absence(self, path: RepoPath) -> str:
        """Why a path is not in the artifact although the repository has it: "is excluded ...". Empty where it has not."""


class FolderTree:
    """A folder of the repository as the root of an artifact: a vendored copy of remote content, taken as it is."""

    def __init__(self, tree: Tree, folder: RepoPath) -> None:
        self._tree = tree
        self._folder = folder

    @property
    def label(self) -> str:
        return self._tree.label

    def origin(self, path: RepoPath) -> RepoPath:
        return RepoPath(f"{self._folder}/{path}".strip("/"))

    def absence(self, path: RepoPath) -> str:
        del path
        return ""

    def read(self, path: RepoPath) -> bytes:
        return self._tree.read(self.origin(path))

    def entries(self, path: RepoPath) -> tuple[str, ...]:
        return self._tree.entries(self.origin(path))

    def kind(self, path: RepoPath, *, follow: bool = True) -> EntryKind | None:
        return self._tree.kind(self.origin(path), follow=follow)

    def identity(self, path: RepoPath) -> str | None:
        return self._tree.identity(self.origin(path))

    def resolve(self, path: RepoPath) -> RepoPath:
        resolved = self._tree.resolve(self.origin(path))
        if not is_within(resolved, self._folder):
            raise Missing(resolved, "lies outside the copy of the source")
        return RepoPath(resolved[len(self._folder) :].strip("/"))


class RepositoryTree:
    """This repository as source-controller packs it: regular files only, what ignore rules exclude left out.

    The default exclusions hold only while no ignore file in the whole repository has a pattern, so a path that they would
    exclude makes us look for one; other paths need the ignore files above them alone.
    """

    def __init__(self, tree: Tree, ignore: str = "") -> None:
        self._tree = tree
        self._own = parse_patterns(ignore)
        self._written: dict[RepoPath, tuple[Pattern, ...]] = {}
        self._kinds: dict[RepoPath, EntryKind | None] = {ROOT: EntryKind.DIRECTORY}
        self._any_pattern: bool | None = True if self._own else None
        self._defaults = parse_patterns("\n".join(DEFAULTS))
        self._always = parse_patterns("\n".join(VERSION_CONTROL))

    @property
    def label(self) -> str:
        return self._tree.label

    def origin(self, path: RepoPath) -> RepoPath:
        return path

    def absence(self, path: RepoPath) -> str:
        try:
            kind = self._tree.kind(path, follow=False)
        except TreeError as error:
            return error.reason
        if kind is EntryKind.SYMLINK:
            return "is a symbolic link, which Flux leaves out of the artifact"
        return "is excluded from the artifact by ignore rules" if kind else ""

    def read(self, path: RepoPath) -> bytes:
        if self.kind(path) is None:
            raise Missing(path, self.absence(path) or "does not exist")
        return self._tree.read(path)

    def entries(self, path: RepoPath) -> tuple[str, ...]:
        if self.kind(path) is not EntryKind.DIRECTORY:
            raise Missing(path, self.absence(path) or "does not exist")
        return tuple(name for name in self._tree.entries(path) if self.kind(join(path, name)) is not None)

    def kind(self, path: RepoPath, *, follow: bool = True) -> EntryKind | None:
        del follow  # no links are left to follow
        if path not in self._kinds:
            self._kinds[path] = self._kind(path)
        return self._kinds[path]

    def identity(self, path: RepoPath) -> str | None:
        kind = self.kind(path)
        if kind is not EntryKind.DIRECTORY:
            return self._tree.identity(path) if kind else None
        return _digest((name, self.identity(join(path, name))) for name in self.entries(path))

    def resolve(self, path: RepoPath) -> RepoPath:
        return path

    def _kind(self, path: RepoPath) -> EntryKind | None:
        if self._parent_kind(path) is not EntryKind.DIRECTORY:
            return None
        kind = self._tree.kind(path, follow=False)
        if kind is EntryKind.FILE:
            return None if self._excluded(path, is_directory=False) else kind
        if kind is EntryKind.DIRECTORY:
            return None if self._excluded(path, is_directory=True) and not self._keeps_something(path) else kind
        return None

    def _parent_kind(self, path: RepoPath) -> EntryKind | None:
        """What the directory above is in the repository: a file may come back although its directory is excluded."""
        above = parent(path)
        if not above or self._kinds.get(above) is EntryKind.DIRECTORY:
            return EntryKind.DIRECTORY
        if self._parent_kind(above) is not EntryKind.DIRECTORY:
            return None
        return self._tree.kind(above, follow=False)

    def _excluded(self, path: RepoPath, *, is_directory: bool) -> bool:
        parts = path.split("/")
        written = self._patterns_above(path)
        patterns = (*self._always, *written, *self._own)
        if not is_excluded((*self._defaults, *patterns), parts, is_directory=is_directory):
            return False
        return is_excluded(patterns, parts, is_directory=is_directory) or not (written or self._has_patterns())

    def _keeps_something(self, path: RepoPath) -> bool:
        """Whether an excluded directory still holds a file that a later `!` pattern brought back."""
        names = self._tree.entries(path)
        if not any(pattern.includes for pattern in (*self._patterns_above(join(path, "x")), *self._own)) and IGNORE_FILE not in names:
            return False
        for name in names:
            below = join(path, name)
            kind = self._tree.kind(below, follow=False)
            if kind is EntryKind.FILE and not self._excluded(below, is_directory=False):
                return True
            if kind is EntryKind.DIRECTORY and self._keeps_something(below):
                return True
        return False

    def _patterns_above(self, path: RepoPath) -> tuple[Pattern, ...]:
        directories = [ROOT]
        for part in path.split("/")[:-1]:
            directories.append(join(directories[-1], part))
        return tuple(pattern for directory in directories for pattern in self._patterns_in(directory))

    def _patterns_in(self, directory: RepoPath) -> tuple[Pattern, ...]:
        if directory not in self._written:
            file = join(directory, IGNORE_FILE)
            text = self._tree.read(file).decode("utf-8", "replace") if self._tree.kind(file, follow=False) is EntryKind.FILE else ""
            self._written[directory] = parse_patterns(text, tuple(filter(None, directory.split("/"))))
        return self._written[directory]

    def _has_patterns(self) -> bool:
        if self._any_pattern is None:
            self._any_pattern = any(self._patterns_in(directory) for directory in _directories(self._tree, ROOT))
        return self._any_pattern


class CopiedTree:
    """The artifact of an ArtifactGenerator: files of other artifacts under new paths."""

    def __init__(self, label: str, files: Mapping[RepoPath, tuple[ArtifactTree, RepoPath]]) -> None:
        self.label = label
        self._files = dict(files)
        self._listing: dict[RepoPath, set[str]] = {ROOT: set()}
        for file in self._files:
            above = file
            while above:
                self._listing.setdefault(parent(above), set()).add(above.rpartition("/")[2])
                above = parent(above)

    def origin(self, path: RepoPath) -> RepoPath:
        if path in self._files:
            tree, source = self._files[path]
            return tree.origin(source)
        below = next((file for file in self._files if is_within(file, path)), None)
        if below is None:
            return path
        tree, source = self._files[below]
        tail = below[len(path) :] if path else f"/{below}"
        whole = tree.origin(source)
        return RepoPath(whole[: -len(tail)]) if whole.endswith(tail) else parent(whole)

    def absence(self, path: RepoPath) -> str:
        del path
        return ""

    def read(self, path: RepoPath) -> bytes:
        if path not in self._files:
            raise Missing(path, "is not among the files that the ArtifactGenerator copies")
        tree, source = self._files[path]
        return tree.read(source)

    def entries(self, path: RepoPath) -> tuple[str, ...]:
        if path not in self._listing:
            raise Missing(path, "is not among the files that the ArtifactGenerator copies")
        return tuple(sorted(self._listing[path], key=lambda name: name.encode("utf-8", "surrogateescape")))

    def kind(self, path: RepoPath, *, follow: bool = True) -> EntryKind | None:
        del follow
        if path in self._files:
            return EntryKind.FILE
        return EntryKind.DIRECTORY if path in self._listing else None

    def identity(self, path: RepoPath) -> str | None:
        if path in self._files:
            tree, source = self._files[path]
            return tree.identity(source)
        return _digest((name, self.identity(join(path, name))) for name in self.entries(path)) if path in self._listing else None

    def resolve(self, path: RepoPath) -> RepoPath:
        return path


class CombinedTree:
    """A repository with parts of other artifacts in it, each at a path of its own."""

    def __init__(self, tree: Tree, parts: Mapping[RepoPath, tuple[ArtifactTree, RepoPath]]) -> None:
        self._tree = tree
        self.label = tree.label
        self.parts = parts

    def origin(self, path: RepoPath) -> RepoPath:
        part = self._part(path)
        return part[0].origin(part[1]) if part is not None else path

    def absence(self, path: RepoPath) -> str:
        part = self._part(path)
        return part[0].absence(part[1]) if part is not None else ""

    def read(self, path: RepoPath) -> bytes:
        tree, inside = self._part(path) or (self._tree, path)
        return tree.read(inside)

    def entries(self, path: RepoPath) -> tuple[str, ...]:
        tree, inside = self._part(path) or (self._tree, path)
        here = tree.entries(inside) if tree.kind(inside) is EntryKind.DIRECTORY else ()
        names = {*here, *(to[len(path) :].lstrip("/").partition("/")[0] for to in self._below(path))}
        return tuple(sorted(names, key=lambda name: name.encode("utf-8", "surrogateescape")))

    def kind(self, path: RepoPath, *, follow: bool = True) -> EntryKind | None:
        tree, inside = self._part(path) or (self._tree, path)
        return EntryKind.DIRECTORY if self._below(path) else tree.kind(inside, follow=follow)

    def identity(self, path: RepoPath) -> str | None:
        if self._below(path):
            return _digest((name, self.identity(join(path, name))) for name in self.entries(path))
        tree, inside = self._part(path) or (self._tree, path)
        return tree.identity(inside)

    def resolve(self, path: RepoPath) -> RepoPath:
        return path

    def _part(self, path: RepoPath) -> tuple[ArtifactTree, RepoPath] | None:
        to = max((to for to in self.parts if is_within(path, to)), key=len, default=None)
        if to is None:
            return None
        tree, start = self.parts[to]
        return tree, RepoPath(f"{start}{path[len(to) :]}".strip("/"))

    def _below(self, path: RepoPath) -> list[RepoPath]:
        return [to for to in self.parts if to != path and is_within(to, path)]


class RepackedTree(RepositoryTree):
    """What is made of other artifacts is packed like a repository: ignore rules hold once more, on its own paths."""

    def __init__(self, made: CopiedTree | CombinedTree, ignore: str = "") -> None:
        super().__init__(made, ignore)
        self._made = made

    def origin(self, path: RepoPath) -> RepoPath:
        return self._made.origin(path)


def _directories(tree: Tree, top: RepoPath) -> Iterable[RepoPath]:
    yield top
    for name in tree.entries(top):
        path = join(top, name)
        if name != ".git" and tree.kind(path, follow=False) is EntryKind.DIRECTORY:
            yield from _directories(tree, path)


def _digest(parts: Iterable[tuple[str, str | None]]) -> str:
    return hashlib.sha256(repr(list(parts)).encode("utf-8", "surrogateescape")).hexdigest()
