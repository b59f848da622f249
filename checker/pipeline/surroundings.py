"""What a file's repository says of it: part of a chart, a patch, a base; and the definitions of custom resources around it.

Everything is computed when it is first asked for: a hook that judges one good file reads little else.
"""

from __future__ import annotations

from checker.model.cached import cached_property
from checker.model.objects import mapping, sequence
from checker.model.paths import KUSTOMIZATION_FILES, MANIFEST_SUFFIXES, PathEscapes, basename, is_within, join, parent, repo_path
from checker.model.tree import EntryKind, TreeError, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from checker.model.objects import KubeObject
    from checker.model.paths import RepoPath
    from checker.model.tree import Tree

_PATCH_FIELDS = ("patches", "patchesStrategicMerge", "patchesJson6902", "configurations", "transformers", "generators", "replacements")


class Surroundings:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._charts: dict[RepoPath, bool] = {}
        self._parts: dict[RepoPath, frozenset[RepoPath]] = {}

    def reason(self, path: RepoPath) -> str:
        """Why a file is not judged by itself, empty where it is."""
        if any(part.startswith(".") for part in path.split("/")):
            return "hidden: settings of a tool"
        folder = parent(path)
        while True:
            if self._is_chart(folder):
                return f"part of the chart {folder or '.'}; judged as rendered"
            if path in self._patches(folder):
                return f"a patch or setting of {folder or '.'}'s kustomization; judged as rendered"
            if not folder:
                return ""
            folder = parent(folder)

    @cached_property
    def kustomizations(self) -> tuple[tuple[RepoPath, bytes], ...]:
        """Every kustomization file of the tree with its content."""
        return tuple(self._readable(path for path in walk(self._tree) if basename(path) in KUSTOMIZATION_FILES))

    def is_base(self, path: RepoPath) -> bool:
        """Whether another kustomization builds on the folder of the file, so that only what overlays render is deployed."""
        return any(is_within(path, folder) for folder in self._bases)

    @cached_property
    def definitions(self) -> tuple[KubeObject, ...]:
        """The CustomResourceDefinitions written anywhere in the tree."""
        from checker.tools.yaml import read_objects

        files = self._readable(path for path in walk(self._tree) if path.endswith(MANIFEST_SUFFIXES))
        mentioning = ((path, data) for path, data in files if b"CustomResourceDefinition" in data)
        return tuple(obj for path, data in mentioning for obj in read_objects(data, path).objects if obj.kind == "CustomResourceDefinition")

    @cached_property
    def _bases(self) -> frozenset[RepoPath]:
        from checker.discover.layout import referenced

        folders = {parent(path) for path, _ in self.kustomizations}
        return referenced(self._tree, folders) & folders

    def _readable(self, paths: Iterable[RepoPath]) -> Iterable[tuple[RepoPath, bytes]]:
        for path in paths:
            try:
                yield path, self._tree.read(path)
            except TreeError:
                continue

    def _is_chart(self, folder: RepoPath) -> bool:
        if folder not in self._charts:
            self._charts[folder] = self._tree.kind(join(folder, "Chart.yaml")) is EntryKind.FILE
        return self._charts[folder]

    def _patches(self, folder: RepoPath) -> frozenset[RepoPath]:
        if folder not in self._parts:
            self._parts[folder] = frozenset(_parts_of(self._tree, folder))
        return self._parts[folder]


def _parts_of(tree: Tree, folder: RepoPath) -> Iterable[RepoPath]:
    """The files that a folder's kustomization uses as something else than a manifest."""
    from checker.tools.yaml import Rules, load_documents

    for name in KUSTOMIZATION_FILES:
        if tree.kind(join(folder, name)) is not EntryKind.FILE:
            continue
        for document in load_documents(tree.read(join(folder, name)), rules=Rules.KUSTOMIZE):
            body = mapping(document.value)
            for entry in (entry for field in _PATCH_FIELDS for entry in sequence(body.get(field))):
                file = entry if isinstance(entry, str) else mapping(entry).get("path")
                if isinstance(file, str) and "\n" not in file:
                    try:
                        yield repo_path(file, folder)
                    except PathEscapes:
                        continue
