"""What is wrong with one kustomization file, without building it: its fields, and the local files and folders it names.

For a commit hook, where a whole build would be late: a typo in a field or a path is what breaks builds most.
"""

from __future__ import annotations

from collections.abc import Iterator

from checker.model.paths import PathEscapes, RepoPath, parent, repo_path
from checker.model.tree import EntryKind, Tree, TreeError
from checker.model.units import RenderFailure
from checker.render.kustomize.failure import broken
from checker.render.kustomize.kustomization import Kustomization, read_kustomization
from checker.render.kustomize.loader import Loader, is_remote

_ONE_OR_TEXT = ("generators", "transformers", "validators", "patchesStrategicMerge")
"""Lists whose entries are paths, or the object itself as text."""
_FILES = ("configurations", "crds")
_ENTRIES_WITH_PATH = ("patches", "patchesJson6902", "replacements")
_GENERATORS = ("configMapGenerator", "secretGenerator")


def mistakes(tree: Tree, path: RepoPath) -> tuple[RenderFailure, ...]:
    """Every mistake, each with its place: the first among the fields, or all paths that lead to nothing. Raises TreeError."""
    try:
        kustomization = read_kustomization(path, tree.read(path))
    except RenderFailure as failure:
        return (failure,)
    loader = Loader(tree=tree, root=parent(path), anywhere=True, sources={})
    return tuple(_lost(kustomization, loader))


def _lost(kustomization: Kustomization, loader: Loader) -> Iterator[RenderFailure]:
    for pointer, named in _named(kustomization):
        try:
            _look(loader, named, is_folder=pointer.startswith("/components/"))
        except PathEscapes:
            continue  # whether that is wrong depends on what is built from where
        except RenderFailure as failure:
            failure.location = kustomization.location(pointer)
            yield failure
        except TreeError as error:
            yield broken(str(error), kustomization.location(pointer))


def _look(loader: Loader, named: str, *, is_folder: bool) -> None:
    if is_remote(named) or named.startswith(("http://", "https://")):
        return
    found = repo_path(named, loader.root)
    if is_folder or loader.tree.kind(found) is EntryKind.DIRECTORY:
        loader.below(named).kustomization_file()
    else:
        loader.file_path(named)


def _named(kustomization: Kustomization) -> Iterator[tuple[str, str]]:
    """The pointer of each path, and the path."""
    for field in ("resources", "components", *_FILES, *_ONE_OR_TEXT):
        for index, entry in enumerate(kustomization.entries(field)):
            if field not in _ONE_OR_TEXT or not _is_text(entry):
                yield f"/{field}/{index}", entry
    for field in _ENTRIES_WITH_PATH:
        for index, entry in enumerate(kustomization.entries(field)):
            if entry.get("path"):
                yield f"/{field}/{index}/path", entry["path"]
    for field in _GENERATORS:
        for index, entry in enumerate(kustomization.entries(field)):
            for number, file in enumerate(entry.get("files") or []):
                yield f"/{field}/{index}/files/{number}", file.partition("=")[2] or file
            for number, file in enumerate(entry.get("envs") or []):
                yield f"/{field}/{index}/envs/{number}", file
    if (kustomization.fields.get("openapi") or {}).get("path"):
        yield "/openapi/path", kustomization.fields["openapi"]["path"]


def _is_text(entry: str) -> bool:
    return "\n" in entry or ":" in entry or "{" in entry
