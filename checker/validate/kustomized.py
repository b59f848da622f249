"""Kustomizations in, the files that one which patches takes in, or that lie in its folder, out: what they lack, a patch may add.

Whether it does is known when the kustomization is rendered; here a missing field is no proof of a mistake. What lies in
the folder and is not taken in is applied by nobody (repositories keep entries commented out until they are wanted).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from checker.model.objects import mapping, sequence
from checker.model.paths import PathEscapes, RepoPath, is_within, parent, repo_path

_PATCHING = ("patches", "patchesStrategicMerge", "patchesJson6902", "components", "replacements", "transformers")
_TAKING = ("resources", "bases", "components")


class CompletedFiles:
    """The set of those files, asked for with `in`. The kustomizations are read at the first question: most runs have none."""

    def __init__(self, kustomizations: Callable[[], Iterable[tuple[RepoPath, bytes]]]) -> None:
        self._kustomizations = kustomizations

    @cached_property
    def _taken(self) -> frozenset[RepoPath]:
        """Files and folders; a folder stands for every file below it."""
        return frozenset(place for path, data in self._kustomizations() for place in _taken_in(path, data))

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and any(place in self._taken for place in _upwards(RepoPath(path)))


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
