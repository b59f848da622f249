"""Files in, those among them that a patching kustomization takes in, or that lie in its folder, out: what they lack, a patch may add.

Whether it does is known when the kustomization is rendered; here a missing field is no proof of a mistake. What lies in
the folder and is not taken in is applied by nobody (repositories keep entries commented out until they are wanted).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checker.model.objects import mapping, sequence
from checker.model.paths import KUSTOMIZATION_FILES, PathEscapes, RepoPath, basename, is_within, parent, repo_path

_PATCHING = ("patches", "patchesStrategicMerge", "patchesJson6902", "components", "replacements", "transformers")
_TAKING = ("resources", "bases", "components")


def completed_files(files: Iterable[tuple[RepoPath, bytes]]) -> frozenset[RepoPath]:
    """Of all that are given; a folder that is taken in stands for every file below it."""
    known = list(files)
    taken = {place for path, data in known if basename(path) in KUSTOMIZATION_FILES for place in _taken_in(path, data)}
    if not taken:
        return frozenset()
    return frozenset(path for path, _ in known if any(place in taken for place in _upwards(path)))


def _taken_in(path: RepoPath, data: bytes) -> Iterator[RepoPath]:
    from checker.tools.yaml import Rules, load_documents

    folder = parent(path)
    for document in load_documents(data, rules=Rules.KUSTOMIZE):
        body = mapping(document.value)
        if not any(body.get(field) for field in _PATCHING):
            continue
        yield folder
        for entry in (entry for field in _TAKING for entry in sequence(body.get(field))):
            if isinstance(entry, str) and "://" not in entry and "\n" not in entry:
                try:
                    place = repo_path(entry, folder)
                except PathEscapes:
                    continue
                if not is_within(folder, place):
                    yield place


def _upwards(path: RepoPath) -> Iterator[RepoPath]:
    """The path and the folders it lies in."""
    while path:
        yield path
        path = parent(path)
