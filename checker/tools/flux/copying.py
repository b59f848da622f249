"""One copy rule of an ArtifactGenerator -> the files it selects, as source-watcher does it.

fluxcd/source-watcher docs/spec/v1beta1/artifactgenerators.md
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from checker.model.paths import ROOT, RepoPath, clamped_path, join
from checker.model.tree import EntryKind, walk
from checker.tools.flux.ignore import name_matches
from checker.tools.flux.trees import ArtifactTree


def copied_files(
    tree: ArtifactTree, pattern: str, to: str, excluded: Sequence[str], present: Mapping[RepoPath, object]
) -> dict[RepoPath, tuple[ArtifactTree, RepoPath]] | None:
    """The files one rule copies, None where it selects nothing. As `cp -r`: a folder lands inside the destination."""
    target = clamped_path(to)
    if not re.search(r"[*?\[\]]", pattern):
        source = clamped_path(pattern)
        kind = tree.kind(source)
        if kind is None:
            return None
        if kind is EntryKind.DIRECTORY:
            return _below(tree, source, clamped_path(source.rpartition("/")[2], target), source, excluded)
        into = to.endswith("/") or to == "" or any(file.startswith(f"{target}/") for file in present)
        return (
            {}
            if _is_excluded(source, ROOT, excluded)
            else {clamped_path(source.rpartition("/")[2], target) if into else target: (tree, source)}
        )
    segments = [segment for segment in pattern.split("/") if segment not in ("", ".")]
    literal = next(index for index, segment in enumerate(segments) if re.search(r"[*?\[\]]", segment))
    base = RepoPath("/".join(segments[:literal]))
    matches = [path for path in _matches(tree, segments) if not _is_excluded(path, base, excluded)]
    if not matches:
        return None
    stripped = "/".join(segments[:-1]) + "/" if segments[-1] == "**" and len(segments) > 1 else ""
    files: dict[RepoPath, tuple[ArtifactTree, RepoPath]] = {}
    for path in matches:
        destination = clamped_path(path.removeprefix(stripped), target)
        files.update(
            _below(tree, path, destination, base, excluded) if tree.kind(path) is EntryKind.DIRECTORY else {destination: (tree, path)}
        )
    return files


def _below(
    tree: ArtifactTree, source: RepoPath, target: RepoPath, base: RepoPath, excluded: Sequence[str]
) -> dict[RepoPath, tuple[ArtifactTree, RepoPath]]:
    return {
        clamped_path(path[len(source) :], target): (tree, path) for path in walk(tree, source) if not _is_excluded(path, base, excluded)
    }


def _matches(tree: ArtifactTree, segments: Sequence[str]) -> list[RepoPath]:
    """Go's fs.Glob: `**` means no more than `*` here; what a matching folder holds is copied with it."""
    found = [ROOT]
    for segment in segments:
        plain = segment.replace("**", "*")
        found = [
            join(directory, name)
            for directory in found
            if tree.kind(directory) is EntryKind.DIRECTORY
            for name in tree.entries(directory)
            if name_matches(plain, name)
        ]
    return found


def _is_excluded(path: RepoPath, base: RepoPath, patterns: Sequence[str]) -> bool:
    relative = path[len(base) :].lstrip("/") if base else path
    return any(_glob(pattern).fullmatch(relative) for pattern in patterns)


def _glob(pattern: str) -> re.Pattern[str]:
    """doublestar: `**/` crosses folders, `{a,b}` is a choice."""
    table = {"**/": "(?:.*/)?", "/**": "(?:/.*)?", "**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|"}
    pieces = re.split(r"(\*\*/|/\*\*$|\*\*|\*|\?|\{|\}|,)", pattern)
    try:
        return re.compile("".join(table.get(piece, re.escape(piece)) for piece in pieces), re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern))
