"""Kustomizations that lead to Argo CD's objects -> the overlays that somebody applies by hand, and the files they use up.

An Application that a kustomization lists is what the overlay on top makes of it: its file alone may be half of it, or a patch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from checker.discover.memo import Memo
from checker.model.objects import mapping, sequence
from checker.model.paths import KUSTOMIZATION_FILES, PathEscapes, RepoPath, basename, join, parent, repo_path
from checker.model.records import dataclass
from checker.model.tree import Tree, TreeError, walk

REFERENCES = "references"
_RESOURCES = ("resources", "bases", "components")
_PATCHES = ("patches", "patchesStrategicMerge", "patchesJson6902", "transformers", "replacements", "configurations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlays:
    """`tops` are folders; `used` are files that some kustomization lists, `patches` those it only patches with."""

    tops: tuple[RepoPath, ...]
    used: frozenset[RepoPath]
    patches: frozenset[RepoPath]


def overlays_of(tree: Tree, files: Iterable[RepoPath], memo: Memo) -> Overlays:
    """The topmost kustomizations above `files`."""
    users, patches = _users(tree, memo)
    used = frozenset(path for path in files if path in users)
    return Overlays(tops=_tops(used, users), used=used, patches=patches)


@lru_cache(maxsize=4)
def _users(tree: Tree, memo: Memo) -> tuple[Mapping[RepoPath, set[RepoPath]], frozenset[RepoPath]]:
    """The folders that list each file or folder, and the files that are only patched with. Every round asks again."""
    users: dict[RepoPath, set[RepoPath]] = {}
    patches: set[RepoPath] = set()
    for path in walk(tree):
        if basename(path) in KUSTOMIZATION_FILES:
            folder = parent(path)
            try:
                listed, patching = memo.of(REFERENCES, tree, path, _references)
            except TreeError:
                continue
            for target in listed:
                users.setdefault(target, set()).add(folder)
            patches.update(patching)
    return users, frozenset(patches - users.keys())


def _tops(used: frozenset[RepoPath], users: Mapping[RepoPath, set[RepoPath]]) -> tuple[RepoPath, ...]:
    """Up from the files to the folders that no other kustomization builds on."""
    seen: set[RepoPath] = set()
    tops: set[RepoPath] = set()
    waiting = [folder for path in used for folder in users[path]]
    while waiting:
        folder = waiting.pop()
        if folder in seen:
            continue
        seen.add(folder)
        above = {user for name in (folder, *(join(folder, file) for file in KUSTOMIZATION_FILES)) for user in users.get(name, ())} - {
            folder
        }
        if above:
            waiting.extend(above)
        else:
            tops.add(folder)
    return tuple(sorted(tops))


def _references(data: bytes, path: RepoPath) -> tuple[frozenset[RepoPath], frozenset[RepoPath]]:
    """What one kustomization lists, and what it patches with."""
    from checker.tools.yaml import Rules, load_documents

    folder = parent(path)
    listed: set[RepoPath] = set()
    patching: set[RepoPath] = set()
    for document in load_documents(data, rules=Rules.KUSTOMIZE)[:1]:
        body = mapping(document.value)
        for field in _RESOURCES:
            listed.update(target for item in sequence(body.get(field)) for target in _inside(item, folder))
        for field in _PATCHES:
            patching.update(target for item in sequence(body.get(field)) for target in _inside(mapping(item).get("path") or item, folder))
    return frozenset(listed), frozenset(patching)


def _inside(entry: object, folder: RepoPath) -> tuple[RepoPath, ...]:
    if not isinstance(entry, str) or "://" in entry or "\n" in entry:
        return ()
    try:
        return (repo_path(entry, folder),) if not entry.startswith("/") else ()
    except PathEscapes:
        return ()
