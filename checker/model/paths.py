"""Paths inside a tree: POSIX, normalised, relative to the root (which is the empty path), never above it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from typing import NewType

    RepoPath = NewType("RepoPath", str)
else:
    RepoPath = str
ROOT = RepoPath("")
KUSTOMIZATION_FILES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""The names by which kustomize, Flux and Argo CD know a kustomization, in the order in which they look for them."""

MANIFEST_SUFFIXES = (".yaml", ".yml", ".json")
SETTINGS_FILE = RepoPath(".gitops-check.yaml")
"""Ours, at the root of a repository: no manifest of anything."""


class PathEscapes(ValueError):
    """The path leaves the tree."""


def repo_path(text: str, base: RepoPath = ROOT) -> RepoPath:
    """`text` (relative to `base`, or from the root when it starts with `/`) as a normalised path.

    Raises PathEscapes when `..` climbs above the root: a pull request must not read outside its own tree.
    """
    parts = [] if text.startswith("/") else [part for part in base.split("/") if part]
    for part in text.split("/"):
        if part in ("", "."):
            continue
        if part != "..":
            parts.append(part)
        elif parts:
            parts.pop()
        else:
            raise PathEscapes(f"{text!r} leaves the repository")
    return RepoPath("/".join(parts))


def clamped_path(text: str, base: RepoPath = ROOT) -> RepoPath:
    """As `repo_path`, but `..` at the root stays there, as Flux joins `spec.path` (securejoin)."""
    parts = [part for part in base.split("/") if part]
    for part in text.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return RepoPath("/".join(parts))


def join(base: RepoPath, name: str) -> RepoPath:
    """`name`, one entry of directory `base`."""
    return RepoPath(f"{base}/{name}" if base else name)


def parent(path: RepoPath) -> RepoPath:
    return RepoPath(path.rpartition("/")[0])


def basename(path: RepoPath) -> str:
    return path.rpartition("/")[2]


def is_within(path: RepoPath, directory: RepoPath) -> bool:
    """Whether `path` is `directory` or lies below it."""
    return not directory or path == directory or path.startswith(directory + "/")


def lies_in(path: RepoPath, folders: Container[RepoPath]) -> bool:
    """Whether `path` is one of `folders` or lies below one, by looking up its own folders: however many there are."""
    while path not in folders:
        if not path:
            return False
        path = parent(path)
    return True


def shown(path: RepoPath) -> str:
    """The path for people: `.` for the root, undecodable bytes and control characters made visible."""
    return (
        "".join(
            char if char.isprintable() else ascii(char)[1:-1]
            for char in path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        )
        or "."
    )
