"""A plain folder of manifests: every object of every YAML or JSON file directly in it, in file order.

Files that hold no objects (values, CI settings) contribute nothing, as in an Argo CD directory source.
"""

from __future__ import annotations

from checker.model.objects import KubeObject, Location
from checker.model.paths import RepoPath, join
from checker.model.tree import EntryKind, Tree, TreeError
from checker.model.units import DeployUnit, Rendered, RenderFailure
from checker.render.options import RenderOptions

SUFFIXES = (".yaml", ".yml", ".json")


def render_directory(unit: DeployUnit, tree: Tree, options: RenderOptions) -> Rendered:
    """Raises RenderFailure for a file that does not parse: half a folder is not an answer."""
    del options
    assert unit.path is not None
    objects: list[KubeObject] = []
    for name in tree.entries(unit.path):
        path = join(unit.path, name)
        if name.endswith(SUFFIXES) and tree.kind(path) is EntryKind.FILE:
            objects.extend(_objects(tree, path))
    return Rendered(objects=tuple(objects))


def _objects(tree: Tree, path: RepoPath) -> tuple[KubeObject, ...]:
    from checker.tools.yaml import read_objects

    try:
        data = tree.read(path)
    except TreeError as error:
        raise RenderFailure(str(error), location=Location(path=path)) from error
    read = read_objects(data, path)
    for problem in read.problems if b"apiVersion" in data and b"kind" in data else ():
        raise RenderFailure(problem.message, location=Location(path=path, line=problem.line, column=problem.column))
    return read.objects
