"""What a tree holds, found by file name and one cheap look inside: kustomizations, charts, manifests, controller objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checker.discover.memo import Memo
from checker.model.objects import JSONValue, KubeObject, Location, mapping, sequence
from checker.model.paths import KUSTOMIZATION_FILES, MANIFEST_SUFFIXES, PathEscapes, RepoPath, basename, lies_in, parent, repo_path
from checker.model.records import dataclass, field
from checker.model.tree import EntryKind, Tree, TreeError, symbolic_links, walk

DECLARING_GROUPS = ("fluxcd", "argoproj.io", "apiextensions.k8s.io")
"""Parts of the API groups whose objects matter before anything is rendered: units, their sources, and CRDs for schemas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenFile:
    """A file that may declare units and cannot be read: what it would declare is unknown, not gone."""

    message: str
    location: Location


Parsed = tuple[tuple[KubeObject, ...], tuple[BrokenFile, ...]]
DECLARES, ADDRESSES = "declares", "addresses"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Paths are sorted. `declarations` are the Flux, Argo CD and CustomResourceDefinition objects written in files outside charts."""

    kustomizations: tuple[RepoPath, ...]
    addressing: tuple[RepoPath, ...]
    """The kustomization files that hold something like an address."""
    charts: tuple[RepoPath, ...]
    manifests: tuple[RepoPath, ...]
    declarations: tuple[KubeObject, ...]
    broken: tuple[BrokenFile, ...] = ()
    links: tuple[RepoPath, ...] = ()
    """Symbolic links, to files and to folders."""
    dead_links: Mapping[RepoPath, BrokenFile] = field(default_factory=dict)
    """Those that lead to nothing in this repository."""


def read_layout(tree: Tree, excluded: Iterable[str], memo: Memo) -> Layout:
    """Look at every file name once; parse only files that mention one of DECLARING_GROUPS."""
    patterns = tuple(excluded)
    files = [path for path in walk(tree) if not patterns or not _is_excluded(path, patterns)]
    charts = frozenset(parent(path) for path in files if basename(path) == "Chart.yaml")
    outer = tuple(sorted(chart for chart in charts if not chart or not lies_in(parent(chart), charts)))
    above = frozenset(outer)
    kustomizations = [path for path in files if basename(path) in KUSTOMIZATION_FILES]
    manifests = tuple(
        path
        for path in files
        # its templates, values, CRDs and Chart.yaml are not manifests by themselves
        if path.endswith(MANIFEST_SUFFIXES) and basename(path) not in KUSTOMIZATION_FILES and not lies_in(path, above)
    )
    declarations: list[KubeObject] = []
    broken: list[BrokenFile] = []
    for path in manifests:
        objects, problems = declared_in(tree, path, memo)
        declarations.extend(objects)
        broken.extend(problems)
    links = tuple(path for path in symbolic_links(tree) if not _is_excluded(path, patterns))
    return Layout(
        kustomizations=tuple(map(parent, kustomizations)),
        addressing=tuple(path for path in kustomizations if _holds_address(tree, path, memo)),
        charts=outer,
        manifests=manifests,
        declarations=tuple(declarations),
        broken=tuple(broken),
        links=links,
        dead_links={link: BrokenFile(message=why, location=Location(path=link)) for link in links if (why := _leads_nowhere(tree, link))},
    )


def holds_objects(tree: Tree, path: RepoPath) -> bool:
    """Whether a file looks like Kubernetes objects: it names an apiVersion and a kind."""
    try:
        data = tree.read(path)
    except TreeError:
        return False
    return b"apiVersion" in data and b"kind" in data


def is_library(tree: Tree, file: RepoPath) -> bool:
    """Whether a Chart.yaml says `type: library`."""
    from checker.tools.yaml import load_documents

    try:
        return any(mapping(document.value).get("type") == "library" for document in load_documents(tree.read(file)))
    except TreeError:
        return False


def referenced(tree: Tree, kustomizations: Iterable[RepoPath]) -> frozenset[RepoPath]:
    """The kustomization folders and files that another kustomization builds on, and the folders that are components."""
    found: set[RepoPath] = set()
    for folder in kustomizations:
        for body in _kustomizations(tree, folder):
            if body.get("kind") == "Component":
                found.add(folder)
            found.update(_built_on(body, folder))
    return frozenset(found)


def is_component(tree: Tree, folder: RepoPath) -> bool:
    """Whether the kustomization of the folder says that it is a part of others."""
    return any(body.get("kind") == "Component" for body in _kustomizations(tree, folder))


def references(tree: Tree, folder: RepoPath) -> frozenset[RepoPath]:
    """The folders and files that the kustomization of one folder builds on."""
    return frozenset(path for body in _kustomizations(tree, folder) for path in _built_on(body, folder))


def _kustomizations(tree: Tree, folder: RepoPath) -> Iterable[Mapping[str, JSONValue]]:
    from checker.tools.yaml import Rules, load_documents

    for name in KUSTOMIZATION_FILES:
        path = repo_path(name, folder)
        if tree.kind(path) is EntryKind.FILE:
            yield from (mapping(document.value) for document in load_documents(tree.read(path), rules=Rules.KUSTOMIZE))


def _built_on(body: Mapping[str, JSONValue], folder: RepoPath) -> Iterable[RepoPath]:
    for name in ("resources", "bases", "components"):
        for entry in sequence(body.get(name)):
            if isinstance(entry, str) and "://" not in entry:
                yield from _inside(entry, folder)


def _inside(entry: str, folder: RepoPath) -> tuple[RepoPath, ...]:
    try:
        return (repo_path(entry, folder),)
    except PathEscapes:
        return ()


def declared_in(tree: Tree, path: RepoPath, memo: Memo) -> Parsed:
    """What one file declares, and what of it cannot be read."""
    try:
        return memo.of(DECLARES, tree, path, _parsed)
    except TreeError as error:
        return (), (BrokenFile(message=str(error), location=Location(path=path)),)


def _leads_nowhere(tree: Tree, link: RepoPath) -> str:
    """Why there is neither file nor folder at the end of a link, empty where there is one."""
    if tree.kind(link) in (EntryKind.FILE, EntryKind.DIRECTORY):
        return ""
    try:
        tree.entries(link)
    except TreeError as error:
        return str(error)
    return ""


def _holds_address(tree: Tree, path: RepoPath, memo: Memo) -> bool:
    try:
        return memo.of(ADDRESSES, tree, path, _is_addressing)
    except TreeError:
        return False


def _is_addressing(data: bytes, _path: RepoPath) -> bool:
    return b"://" in data or b"github.com" in data or b"git@" in data


def _parsed(data: bytes, path: RepoPath) -> Parsed:
    if not any(group.encode() in data for group in DECLARING_GROUPS):
        return (), ()
    from checker.tools.yaml import read_objects

    read = read_objects(data, path)
    objects = tuple(obj for obj in read.objects if any(group in obj.group for group in DECLARING_GROUPS))
    problems = ((problem.message, Location(path=path, line=problem.line, column=problem.column)) for problem in read.problems)
    return objects, tuple(BrokenFile(message=message, location=location) for message, location in problems)


def _is_excluded(path: RepoPath, patterns: tuple[str, ...]) -> bool:
    from checker.discover.environments import glob_matches

    return any(glob_matches(pattern, path) for pattern in patterns)
