"""One folder, built as it stands on disk: the drop-in for `kustomize build`."""

from __future__ import annotations

from pathlib import Path

from checker.model.findings import CheckerError, UsageError
from checker.model.objects import JSONValue, Origin
from checker.model.paths import RepoPath, basename
from checker.model.units import BuiltUnit, Controller, DeployUnit, Failure


def build_folder(folder: Path, *, load_restrictor: str, allow_network: bool) -> BuiltUnit:
    """The folder as a unit with its objects, Secrets as written: the reader asked for what would be applied.

    The tree is the Git repository around the folder, the whole of it so that bases are found; without one, the
    whole disk, as kustomize has it. Raises UsageError where there is nothing to build.
    """
    from checker.render import render_unit
    from checker.render.options import RenderOptions
    from checker.snapshot import DirectoryTree

    top = folder.resolve()
    if not top.is_dir():
        raise UsageError(f"{folder} is not a folder", "name a folder with a kustomization, a Chart.yaml or manifests")
    root = _root(top)
    path = RepoPath("" if top == root else top.relative_to(root).as_posix())
    controller = _controller(top)
    unit = DeployUnit(controller=controller, name=basename(path) or top.name, path=path, origin=Origin(path=path))
    options = RenderOptions(allow_network=allow_network, load_restrictor=load_restrictor)
    return render_unit(unit, DirectoryTree(root), options, digest_key=None)


def _root(folder: Path) -> Path:
    from checker.snapshot import open_repository

    try:
        return open_repository(folder).root or folder
    except CheckerError:
        return Path(folder.anchor)


def _controller(folder: Path) -> Controller:
    names = {entry.name for entry in folder.iterdir()}
    if names & {"kustomization.yaml", "kustomization.yml", "Kustomization"}:
        return Controller.KUSTOMIZATION
    return Controller.CHART if "Chart.yaml" in names else Controller.DIRECTORY


def built_by_kustomize(folder: Path, load_restrictor: str) -> tuple[JSONValue, ...]:
    """The same folder built by the real kustomize on PATH. Raises CheckerError in its words."""
    from checker.tools.kustomize import kustomize_build
    from checker.tools.yaml import load_documents

    return tuple(document.value for document in load_documents(kustomize_build(folder, load_restrictor)))


def disagreement(one: BuiltUnit, folder: Path, load_restrictor: str) -> str:
    """How our build differs from the real one, empty where it does not: both refuse, or the same objects in the same order."""
    from checker.tools.yaml import dump_documents, load_documents

    try:
        theirs = built_by_kustomize(folder, load_restrictor)
    except CheckerError as error:
        return "" if isinstance(one.result, Failure) else f"built here, and {error.message}"
    if isinstance(one.result, Failure):
        return f"refused here, and built by kustomize: {one.result.message}"
    ours = tuple(document.value for document in load_documents(dump_documents([dict(obj.body) for obj in one.objects]).encode()))
    if len(ours) != len(theirs):
        return f"{len(ours)} objects here, {len(theirs)} by kustomize"
    for obj, mine, real in zip(one.objects, ours, theirs, strict=True):
        if mine != real:
            return f"{obj.key} differs"
    return ""
