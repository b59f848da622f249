"""Kustomizations in, the files that some of them take in, or that lie in their folders, out.

What a file lacks, a kustomization that patches or sets labels may add, and one that sets a namespace names the Namespaces
it takes in. Whether it does is known when it is rendered; here a missing field or a placeholder is no proof of a mistake.
What lies in the folder and is not taken in is applied by nobody (repositories keep entries commented out until they are
wanted).
"""

from __future__ import annotations

from checker.model.cached import cached_property
from checker.model.objects import JSONValue, mapping, sequence
from checker.model.paths import PathEscapes, RepoPath, is_within, parent, repo_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import TypeAlias

_COMPLETING = (
    *("patches", "patchesStrategicMerge", "patchesJson6902", "components", "replacements", "transformers"),
    *("commonLabels", "labels"),
)
_TAKING = ("resources", "bases", "components")


Body: TypeAlias = "Mapping[str, JSONValue]"


def completes(kustomization: Body) -> bool:
    """Whether fields that its files lack may come from it: labels become selectors, too."""
    return any(kustomization.get(field) for field in _COMPLETING)


def names_namespaces(kustomization: Body) -> bool:
    """Whether Namespaces are named by it, or, for a component, by those that build with it."""
    return bool(kustomization.get("namespace")) or kustomization.get("kind") == "Component"


class TakenFiles:
    """The files of the kustomizations that matter, asked for with `in`. All are read at the first question: most runs have none."""

    def __init__(self, kustomizations: Callable[[], Iterable[tuple[RepoPath, bytes]]], matters: Callable[[Body], bool]) -> None:
        self._kustomizations = kustomizations
        self._matters = matters

    @cached_property
    def _taken(self) -> frozenset[RepoPath]:
        """Files and folders; a folder stands for every file below it."""
        return frozenset(place for path, data in self._kustomizations() for place in _taken_in(path, data, self._matters))

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and any(place in self._taken for place in _upwards(RepoPath(path)))


def _taken_in(path: RepoPath, data: bytes, matters: Callable[[Body], bool]) -> Iterator[RepoPath]:
    from checker.tools.yaml import Rules, load_documents

    folder = parent(path)
    for document in load_documents(data, rules=Rules.KUSTOMIZE):
        body = mapping(document.value)
        if not matters(body):
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
