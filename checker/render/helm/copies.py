"""A folder of vendored charts -> the copy that a version asks for. A copy of another version is none: the result would be a guess."""

from __future__ import annotations

from collections.abc import Iterator

from checker.model.objects import mapping, text
from checker.model.paths import RepoPath, join
from checker.model.tree import EntryKind, Tree
from checker.model.units import Reason, RenderFailure
from checker.tools.helm import HelmFailed
from checker.tools.helm.archive import unpacked
from checker.tools.semver import ConstraintError, best_version

ANY = ">=0.0.0-0"
ARCHIVES = (".tgz", ".tar.gz")


def find_copy(tree: Tree, folder: RepoPath, name: str, version: str) -> RepoPath:
    """The chart itself, `name/`, or the best of `name-*` as folder or archive. `version` is a constraint, `latest` or a digest.

    Raises RenderFailure with reason REMOTE where there is no such copy.
    """
    found = {known: path for path in _candidates(tree, folder, name) if (known := _version(tree, path))}
    if not found:
        raise RenderFailure(f"chart {name} {version} is not in {folder or '.'}, where sources: says its copy is", reason=Reason.REMOTE)
    is_any = version == "latest" or version.startswith("sha256:")
    try:
        best = best_version(ANY if is_any else version, found)
    except ConstraintError as error:
        raise RenderFailure(f"chart {name}: {error}") from error
    if best is None:
        have = ", ".join(sorted(found))
        message = (
            f"chart {name} {version} is remote: the copy in {folder or '.'} is of version {have}; vendor the version that is asked for"
        )
        raise RenderFailure(message, reason=Reason.REMOTE)
    return found[best]


def _candidates(tree: Tree, folder: RepoPath, name: str) -> Iterator[RepoPath]:
    if tree.kind(folder) is EntryKind.FILE or tree.kind(join(folder, "Chart.yaml")) is EntryKind.FILE:
        yield folder
        return
    for entry in tree.entries(folder) if tree.kind(folder) is EntryKind.DIRECTORY else ():
        path = join(folder, entry)
        is_chart = tree.kind(join(path, "Chart.yaml")) is EntryKind.FILE
        if ((entry == name or entry.startswith(f"{name}-")) and (is_chart or entry.endswith(ARCHIVES))) or entry == f"{name}.tgz":
            yield path


def _version(tree: Tree, path: RepoPath) -> str:
    """Of the chart there, empty where that is none."""
    from checker.tools.yaml import load_documents

    try:
        data = (
            unpacked(tree.read(path)).get(RepoPath("Chart.yaml"), b"")
            if tree.kind(path) is EntryKind.FILE
            else tree.read(join(path, "Chart.yaml"))
        )
    except HelmFailed:
        return ""
    document = next(iter(load_documents(data)), None)
    value = mapping(document.value).get("version") if document is not None else None
    return text(value, "" if value is None else str(value))
