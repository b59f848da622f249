"""One folder, built as it stands on disk: the drop-in for `kustomize build`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from checker.model.findings import CheckerError, UsageError
from checker.model.objects import JSONValue, Origin
from checker.model.paths import RepoPath, basename
from checker.model.records import dataclass, field
from checker.model.tree import Tree
from checker.model.units import BuiltUnit, Controller, DeployUnit, Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOptions:
    """What `build` may be told. `sources` are those of the settings, `load_restrictor` is `root` or `none` as in KustomizeOptions."""

    load_restrictor: str = "root"
    enable_helm: bool = False
    allow_network: bool = False
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """A folder on disk and the tree it lies in."""

    folder: Path
    tree: Tree
    path: RepoPath


def place_of(folder: Path) -> Place:
    """The tree is the Git repository around the folder, the whole of it so that bases are found; without one, the
    whole disk, as kustomize has it. Raises UsageError where there is nothing to build.
    """
    from checker.snapshot import DirectoryTree

    top = folder.resolve()
    if not top.is_dir():
        raise UsageError(f"{folder} is not a folder", "name a folder with a kustomization, a Chart.yaml or manifests")
    root = _root(top)
    return Place(top, DirectoryTree(root), RepoPath("" if top == root else top.relative_to(root).as_posix()))


def build_folder(place: Place, options: BuildOptions) -> BuiltUnit:
    """The folder as a unit with its objects, Secrets as written: the reader asked for what would be applied."""
    from checker.render import render_unit
    from checker.render.options import RenderOptions

    unit = DeployUnit(
        controller=_controller(place.folder),
        name=basename(place.path) or place.folder.name,
        path=place.path,
        origin=Origin(path=place.path),
    )
    rendering = RenderOptions(
        allow_network=options.allow_network,
        load_restrictor=options.load_restrictor,
        enable_helm=options.enable_helm,
        sources={url: RepoPath(path) for url, path in options.sources.items()},
    )
    return render_unit(unit, place.tree, rendering, digest_key=None)


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


def built_by_kustomize(place: Place, options: BuildOptions) -> tuple[JSONValue, ...]:
    """The same folder built by the real kustomize. Raises CheckerError in its words."""
    from checker.tools.kustomize import kustomize_build
    from checker.tools.yaml import load_documents

    printed = kustomize_build(place.folder, options.load_restrictor, enable_helm=options.enable_helm)
    return tuple(document.value for document in load_documents(printed))


def disagreement(one: BuiltUnit, place: Place, options: BuildOptions) -> str:
    """How our build differs from the real one, empty where it does not: both refuse, or the same objects in the same order."""
    from checker.tools.yaml import dump_documents, load_documents

    try:
        theirs = built_by_kustomize(place, options)
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
