"""Symbolic links to folders: an overlay that is a link to another one is an overlay too, at the path of the link.

kustomize and Argo CD build such a folder as if it stood there; Flux leaves links out of its artifacts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from checker.discover.layout import Layout, is_component
from checker.model.objects import Origin
from checker.model.paths import RepoPath, basename, is_within, lies_in, parent
from checker.model.records import replace
from checker.model.tree import EntryKind, Tree
from checker.model.units import Controller, DeployUnit


def find_linked(
    tree: Tree, layout: Layout, standing: Mapping[RepoPath, DeployUnit], bases: Container[RepoPath], reads: Container[str]
) -> Iterator[DeployUnit]:
    """What stands behind links that nothing reads and no kustomization builds on. `standing` are the units that the folders of the tree
    are, by their paths. A link beside overlays that leads nowhere is one that cannot be rendered.
    """
    charts = frozenset(layout.charts)
    places = sorted(standing)
    above_overlays = {parent(folder) for folder in layout.kustomizations}
    for link in layout.links:
        if lies_in(link, charts) or any(part.startswith(".") for part in link.split("/")):
            continue
        if link in layout.dead_links:
            if parent(link) in above_overlays and "." not in basename(link):
                yield _overlay(link)
            continue
        for path, unit in _behind(tree, link, layout, standing, places):
            if path not in bases and path not in reads and f"{path}/" not in reads:
                yield replace(unit, name=path, path=path, origin=Origin(path=link))


def _behind(
    tree: Tree, link: RepoPath, layout: Layout, standing: Mapping[RepoPath, DeployUnit], places: Sequence[RepoPath]
) -> Iterable[tuple[RepoPath, DeployUnit]]:
    """Each unit in the folder that the link leads to, with its path through the link; none where that folder holds the link itself."""
    if tree.kind(link) is not EntryKind.DIRECTORY:
        return
    target = tree.resolve(link)
    if is_within(link, target):
        return
    if target in standing:
        yield link, standing[target]
    elif target in layout.kustomizations and not is_component(tree, target):
        yield link, _overlay(link)  # a base is one where a link makes an overlay of it
    for folder in places[bisect_left(places, f"{target}/") : bisect_left(places, f"{target}0")]:
        yield RepoPath(link + folder[len(target) :]), standing[folder]


def _overlay(link: RepoPath) -> DeployUnit:
    return DeployUnit(controller=Controller.KUSTOMIZATION, name=link, path=link, origin=Origin(path=link))
