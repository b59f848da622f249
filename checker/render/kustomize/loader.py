"""Where a kustomization may read: its own folder or anywhere in the tree, never outside it, never the network.

One surprise: names that look like a repository (`github.com/o/r`, `https://...`) are remote to kustomize even where a
folder of that name exists, so they are looked up in `sources` only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from checker.model.paths import KUSTOMIZATION_FILES, PathEscapes, RepoPath, is_within, parent, repo_path, shown
from checker.model.records import dataclass
from checker.model.tree import EntryKind, Missing, Tree, TreeError, nearest
from checker.render.kustomize.failure import broken, remote, unsupported

_SCHEMES = ("ssh://", "https://", "http://", "file://")
_USER = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loader:
    """Reads for the kustomization in folder `root`, which `referrer` led to."""

    tree: Tree
    root: RepoPath
    anywhere: bool
    sources: Mapping[str, RepoPath]
    referrer: Loader | None = None

    def read(self, path: str) -> bytes:
        """A file named in the kustomization."""
        return self.tree.read(self.file_path(path))

    def file_path(self, path: str) -> RepoPath:
        """The path of a file that exists and may be read. Raises RenderFailure with a suggestion."""
        if path.startswith(("http://", "https://")):
            copy = source_for(path, self.sources)
            if copy is None:
                raise remote(f"remote file {path} is not vendored; map it under `sources:`")
            return copy
        found = self._inside(path)
        kind = self.tree.kind(found)
        if kind is None:
            raise broken(f"{shown(found)} does not exist{self._hint(found)}")
        if kind is EntryKind.SYMLINK:
            self.tree.resolve(found)  # tells where it leads to
        if kind is not EntryKind.FILE:
            raise broken(f"{shown(found)} is a {kind.value}, not a file")
        resolved = self.tree.resolve(found)
        if not self.anywhere and not is_within(parent(resolved), self.root):
            raise broken(
                f"{shown(resolved)} is not in or below {shown(self.root)}, and kustomize may not read outside that folder (load restrictor)"
            )
        return resolved if not self.anywhere else found

    def kind(self, path: str) -> EntryKind | None:
        """What a local path leads to, None for nothing or for what lies outside."""
        try:
            return self.tree.kind(self._inside(path))
        except TreeError:
            return None

    def below(self, path: str) -> Loader:
        """The loader for a folder named in the kustomization."""
        if not path:
            raise broken("an empty path is no folder")
        if is_remote(path):
            copy = source_for(path, self.sources)
            if copy is None:
                repository, _, reference = path.partition("?")
                ref = dict(part.partition("=")[::2] for part in reference.split("&")).get("ref", "")
                at = f" at ref {ref}" if ref else ""
                raise remote(f"remote base {repository}{at} is not vendored; map it under `sources:`")
            return Loader(tree=self.tree, root=self.tree.resolve(copy), anywhere=False, sources=self.sources, referrer=self)
        found = self._inside(path)
        if self.tree.kind(found) is EntryKind.SYMLINK:
            self.tree.resolve(found)
        if self.tree.kind(found) is EntryKind.SUBMODULE:
            self.tree.entries(found)
        if self.tree.kind(found) is not EntryKind.DIRECTORY:
            raise broken(
                f"{shown(found)} does not exist{self._hint(found)}" if self.tree.kind(found) is None else f"{shown(found)} is not a folder"
            )
        root = self.tree.resolve(found)
        ancestor: Loader | None = self
        while ancestor is not None:
            if is_within(ancestor.root, root):
                raise broken(f"cycle: {shown(root)} is or contains {shown(ancestor.root)}, which led here")
            ancestor = ancestor.referrer
        return Loader(tree=self.tree, root=root, anywhere=self.anywhere, sources=self.sources, referrer=self)

    def kustomization_file(self) -> RepoPath:
        found = [path for path in (self._child(name) for name in KUSTOMIZATION_FILES) if path is not None]
        if len(found) > 1:
            raise broken(f"{shown(self.root)} holds {' and '.join(shown(path) for path in found)}; kustomize wants exactly one")
        if not found:
            raise broken(f"{shown(self.root)} holds no {', '.join(KUSTOMIZATION_FILES[:-1])} or {KUSTOMIZATION_FILES[-1]}{self._lost()}")
        return found[0]

    def _lost(self) -> str:
        """Where a kustomization file that is a link leads, for one that may not be read."""
        links = (repo_path(name, self.root) for name in KUSTOMIZATION_FILES)
        for path in links:
            if self.tree.kind(path, follow=False) is EntryKind.SYMLINK:
                try:
                    self.tree.read(path)
                except TreeError as error:
                    return f" that can be read: {error}"
                return f" that may be read: {shown(path)} is a link out of the folder, and kustomize may not read there (load restrictor)"
        return ""

    def _child(self, name: str) -> RepoPath | None:
        path = repo_path(name, self.root)
        try:
            if self.tree.kind(path) is not EntryKind.FILE:
                return None
            return path if self.anywhere or is_within(parent(self.tree.resolve(path)), self.root) else None
        except TreeError:
            return None

    def _inside(self, path: str) -> RepoPath:
        if path.startswith("/"):
            raise broken(f"{path} is absolute; kustomize wants paths relative to the kustomization")
        try:
            return repo_path(path, self.root)
        except PathEscapes:
            raise broken(f"{path} leaves the repository") from None

    def _hint(self, path: RepoPath) -> str:
        try:
            close = nearest(self.tree, path)
        except (Missing, TreeError):
            return ""
        if close is None:
            return ""
        return f"; did you mean {relative(close, self.root)}?"


def relative(path: RepoPath, start: RepoPath) -> str:
    """The path as a kustomization in `start` would write it."""
    there, here = path.split("/") if path else [], start.split("/") if start else []
    while there and here and there[0] == here[0]:
        there, here = there[1:], here[1:]
    return "/".join([*[".."] * len(here), *there]) or "."


def is_remote(path: str) -> bool:
    """Whether kustomize takes a resource for a repository instead of a folder."""
    if path.startswith("/"):
        return False
    text = path.partition("?")[0]
    text = text[5:] if text[:5].lower() == "git::" else text
    scheme = next((one for one in _SCHEMES if text.lower().startswith(one)), "")
    text = text[len(scheme) :]
    user = _USER.match(text)
    text = text[user.end() :] if user else text
    github = text.lower().startswith(("github.com/", "github.com:"))
    if not scheme and not user and not github:
        return False
    if scheme == "file://":
        return bool(text)
    cut = re.search(r"[/:]" if not scheme else "/", text)
    rest = text[cut.end() :] if cut else ""
    if "_git/" in rest or "//" in rest or ".git" in rest:
        return True
    return len(rest.split("/")) >= 2


def source_for(path: str, sources: Mapping[str, RepoPath]) -> RepoPath | None:
    """The copy of a remote base or file: by its whole URL, or by its repository and the path inside."""
    if path in sources:
        return sources[path]
    location, _, query = path.partition("?")
    wanted = _plain_url(location)
    for url in sorted(sources, key=len, reverse=True):
        base, _, base_query = url.partition("?")
        if base_query and base_query not in query.split("&"):
            continue
        known = _plain_url(base)
        if wanted == known or wanted.startswith(known + "/"):
            try:
                return repo_path(wanted[len(known) :].lstrip("/"), sources[url])
            except PathEscapes:
                raise unsupported(f"{path} leaves its repository") from None
    return None


def _plain_url(url: str) -> str:
    """Host and path alone, the same for every way to write them."""
    text = url[5:] if url[:5].lower() == "git::" else url
    scheme = next((one for one in (*_SCHEMES, "oci://") if text.lower().startswith(one)), "")
    text = text[len(scheme) :]
    user = _USER.match(text)
    text = text[user.end() :] if user else text
    if not scheme:
        text = text.replace(":", "/", 1)
    return re.sub(r"/{2,}", "/", re.sub(r"\.git(?=/|$)", "", text)).strip("/")
