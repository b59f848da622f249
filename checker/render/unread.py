"""What a render that stopped early had still to read.

A unit whose chart is not at hand fails before its values files, its other resources and its bases are looked at. They decide
what the cluster would get all the same, so they are noted as read: a change to one of them is never taken for no change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checker.model.objects import JSONValue, dig, mapping, sequence, text
from checker.model.paths import KUSTOMIZATION_FILES, ROOT, PathEscapes, RepoPath, join, parent, repo_path
from checker.model.tree import EntryKind, RecordingTree, Tree, TreeError
from checker.model.units import DeployUnit
from checker.render.unexpanded import possible_files
from checker.tools.yaml import Rules, load_documents

_FILE = "file://"
_MOST_FOLDERS = 1_000


def note_unread(unit: DeployUnit, tree: RecordingTree, whole: Tree) -> None:
    """Look at what the unit is made of, as far as files name it: `tree` records that, and `whole` is what it looks into."""
    for path in possible_files(unit, whole):
        if whole.kind(path) is EntryKind.DIRECTORY:
            tree.entries(path)
        else:
            tree.identity(path)
    waiting = [*([unit.path] if unit.path is not None else []), *_declared(unit)]
    seen: set[RepoPath] = set()
    while waiting and len(seen) < _MOST_FOLDERS:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        try:
            if tree.kind(path) is EntryKind.DIRECTORY:
                waiting += _folder(path, tree)
            else:
                tree.identity(path)
        except TreeError:
            continue


def _folder(folder: RepoPath, tree: Tree) -> Iterator[RepoPath]:
    """Of a kustomization what it names, of any other folder all that lies in it."""
    for name in KUSTOMIZATION_FILES:
        file = join(folder, name)
        if tree.kind(file) is EntryKind.FILE:
            yield file
            for value in _values(tree, file):
                yield from _at((named.rpartition("=")[2] for named in _texts(value) if "\n" not in named), folder)
            yield join(folder, "charts")
            return
    tree.identity(folder)
    chart = join(folder, "Chart.yaml")
    if tree.kind(chart) is EntryKind.FILE:
        for value in _values(tree, chart):
            copies = (text(mapping(item).get("repository")) for item in sequence(mapping(value).get("dependencies")))
            yield from _at((copy.removeprefix(_FILE) for copy in copies if copy.startswith(_FILE)), folder)


def _declared(unit: DeployUnit) -> Iterator[RepoPath]:
    """What the unit's own object names: other sources of an Application, files of values, a chart in a folder."""
    spec = mapping(unit.declaration.body.get("spec")) if unit.declaration is not None else {}
    for source in (mapping(item) for item in (spec.get("source"), *sequence(spec.get("sources")))):
        folder = text(source.get("path"))
        yield from _at([folder] if folder else [], ROOT)
        helm = mapping(source.get("helm"))
        named = [*sequence(helm.get("valueFiles")), *(mapping(item).get("path") for item in sequence(helm.get("fileParameters")))]
        for file in map(text, named):
            start, _, rest = file.partition("/")
            place = ROOT if start.startswith("$") else next(_at([folder], ROOT), ROOT)
            yield from _at([_before_pattern(rest if start.startswith("$") else file)], place)
    chart = mapping(dig(spec, "chart", "spec"))
    yield from _at([text(chart.get("chart")), *map(text, sequence(chart.get("valuesFiles")))], ROOT)


def _before_pattern(path: str) -> str:
    """The folder above the first part with a wildcard; the path itself where none has one."""
    plain = path.split("*", 1)[0]
    return path if plain == path else parent(RepoPath(plain))


def _at(names: Iterable[str], folder: RepoPath) -> Iterator[RepoPath]:
    for name in names:
        try:
            if name:
                yield repo_path(name, folder)
        except PathEscapes:
            continue


def _values(tree: Tree, path: RepoPath) -> Iterator[JSONValue]:
    return (document.value for document in load_documents(tree.read(path), rules=Rules.KUSTOMIZE))


def _texts(value: JSONValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
