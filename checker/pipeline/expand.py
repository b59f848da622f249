"""Both sides of the change, discovered and rendered: units declare units until nothing new appears.

A unit whose recorded reads are the same in both trees is rendered once.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from checker.discover import DiscoverOptions, Layout, find_declared, find_released, find_roots, find_unreached, read_layout
from checker.discover.layout import BrokenFile
from checker.model.paths import RepoPath, parent
from checker.model.records import dataclass, replace
from checker.model.tree import Tree
from checker.model.units import BuiltUnit, Controller, DeployUnit, Failure, Reason, Rendered, UnitKey, ancestors
from checker.pipeline.files import Files
from checker.pipeline.rendering import FIXED, Rendering, RenderingOptions, same_work
from checker.render.redact import rekeyed

MAX_ROUNDS = 50
"""Depth of units declaring units; a repository that needs more declares them without end."""
LEAVES = frozenset({Controller.FLUX_HELMRELEASE})
"""Rendered after the others of a round, so that the sources and values that they name have been found."""


@dataclass(frozen=True, kw_only=True)
class Side:
    tree: Tree
    layout: Layout
    built: tuple[BuiltUnit, ...]


@dataclass(frozen=True, kw_only=True)
class ExpandOptions(RenderingOptions):
    """`report_key` is under what key digests of secret values leave; empty where `digest_key` is of this run alone."""

    discover: DiscoverOptions
    exclude: tuple[str, ...] = ()
    files: Files | None = None
    report_key: bytes = b""


def expand(base: Tree, head: Tree, options: ExpandOptions) -> tuple[Side, Side]:
    """Every unit of both trees with its result, sorted by key."""
    options.watch.enter("reading")
    layouts = [read_layout(base, options.exclude, options.discover.memo)]
    on_base = Rendering(base, options)
    options.watch.enter("rendering base")
    declared_base = _declared(base, layouts[0], options, on_base, {})
    if options.files is not None and isinstance(base, FIXED):
        options.files.keep(base)
    options.watch.enter("rendering head")
    layouts.append(read_layout(head, options.exclude, options.discover.memo))
    on_head = Rendering(head, options, on_base)
    declared_head = _declared(head, layouts[1], options, on_head, declared_base)
    declared_base |= _undeclared(layouts[0], declared_base, declared_head)
    declared_head |= _undeclared(layouts[1], declared_head, declared_base)
    options.watch.enter("rendering what no controller names")
    unreached_base = _unreached(base, layouts[0], _controlled(declared_base, declared_head), options, on_base, {})
    unreached_head = _unreached(head, layouts[1], _controlled(declared_head, declared_base), options, on_head, unreached_base)
    unreached_base |= _undeclared(layouts[0], unreached_base, unreached_head)
    unreached_head |= _undeclared(layouts[1], unreached_head, unreached_base)
    on_base.close()
    all_base, all_head = {**declared_base, **unreached_base}, {**declared_head, **unreached_head}
    done: _Rekeyed = {}
    return (
        _side(base, layouts[0], _without_raw(all_base, all_head), options, done),
        _side(head, layouts[1], _without_raw(all_head, all_base), options, done),
    )


def expand_one(tree: Tree, options: ExpandOptions) -> Side:
    """One side alone, for commands that compare nothing."""
    layout = read_layout(tree, options.exclude, options.discover.memo)
    rendering = Rendering(tree, options)
    declared = _declared(tree, layout, options, rendering, {})
    unreached = _unreached(tree, layout, tuple(declared.values()), options, rendering, {})
    rendering.close()
    return _side(tree, layout, {**declared, **unreached}, options, {})


def _declared(
    tree: Tree, layout: Layout, options: ExpandOptions, rendering: Rendering, other: Mapping[UnitKey, BuiltUnit]
) -> dict[UnitKey, BuiltUnit]:
    built: dict[UnitKey, BuiltUnit] = {}
    roots = find_roots(tree, layout, options.discover)
    for _ in range(MAX_ROUNDS):
        wanted = find_declared(roots, tuple(built.values()), tree, options.discover)
        stale = [unit for unit in wanted if unit.key not in built or not same_work(unit, built[unit.key].unit)]
        # what is rendered already may have turned out to have a parent, or another environment
        again = {unit.key for unit in stale}
        known = ((unit, built[unit.key]) for unit in wanted if unit.key not in again)
        built.update((unit.key, replace(one, unit=unit)) for unit, one in known if one.unit is not unit)
        if not stale:
            break
        first = [unit for unit in stale if unit.controller not in LEAVES]
        built.update(rendering.all(first or stale, other))
    keys = {unit.key for unit in wanted}
    return {key: unit for key, unit in built.items() if key in keys}


def _unreached(
    tree: Tree,
    layout: Layout,
    controlled: Sequence[BuiltUnit],
    options: ExpandOptions,
    rendering: Rendering,
    other: Mapping[UnitKey, BuiltUnit],
) -> dict[UnitKey, BuiltUnit]:
    """What no controller names, with the releases in it. A chart that one of those is made of is no unit of its own."""
    folders = rendering.all(find_unreached(tree, layout, controlled, options.discover), other)
    releases = rendering.all(find_released(tuple(folders.values()), tree, layout, options.discover), other)
    reads = {path for built in releases.values() for path in built.result.reads}
    return {
        key: built for key, built in {**folders, **releases}.items() if key.controller is not Controller.CHART or not _is_in(built, reads)
    }


def _is_in(chart: BuiltUnit, reads: Container[str]) -> bool:
    return chart.unit.origin.path in reads


def _controlled(here: Mapping[UnitKey, BuiltUnit], there: Mapping[UnitKey, BuiltUnit]) -> tuple[BuiltUnit, ...]:
    """What controllers build on either side, and the overlays above them on this one. An overlay of the other side that leads to no
    Application here, since it is broken or lists none any more, is still an overlay.
    """
    return (*here.values(), *(built for built in there.values() if built.unit.controller is not Controller.KUSTOMIZATION))


def _without_raw(here: Mapping[UnitKey, BuiltUnit], there: Mapping[UnitKey, BuiltUnit]) -> dict[UnitKey, BuiltUnit]:
    """Without the units that were read from their files because what renders them on the other side cannot be rendered on this one, and
    without what those declare. A controller keeps the last that it could render, and the file may be half of it.
    """
    rendered = {(built.unit.controller, built.unit.origin): built.unit for built in there.values() if built.unit.parent is not None}
    alone = ((key, rendered.get((built.unit.controller, built.unit.origin))) for key, built in here.items() if built.unit.parent is None)
    raw = {key for key, unit in alone if unit is not None and _is_stuck(unit, here, there)}
    return {key: built for key, built in here.items() if key not in raw and raw.isdisjoint(ancestors(built.unit, here))}


def _is_stuck(unit: DeployUnit, here: Mapping[UnitKey, BuiltUnit], there: Mapping[UnitKey, BuiltUnit]) -> bool:
    """Whether the nearest on this side of those that declare a unit of the other cannot be rendered."""
    nearest = next((here[key] for key in ancestors(unit, there) if key in here), None)
    return nearest is not None and isinstance(nearest.result, Failure)


def _undeclared(layout: Layout, here: Mapping[UnitKey, BuiltUnit], there: Mapping[UnitKey, BuiltUnit]) -> dict[UnitKey, BuiltUnit]:
    """Units of the other side whose file, or the link to whose folder, is broken on this one: unknown here, and not gone."""
    broken = {**layout.dead_links, **{file.location.path: file for file in layout.broken}}
    found = ((key, built, _breaking(built.unit, broken)) for key, built in there.items() if key not in here) if broken else ()
    return {key: replace(built, result=_failure(file), content="") for key, built, file in found if file is not None}


def _breaking(unit: DeployUnit, broken: Mapping[RepoPath, BrokenFile]) -> BrokenFile | None:
    """The broken file that declares the unit; of a folder that nothing declares, the link on the way to it."""
    path = unit.path if unit.declaration is None and unit.path else unit.origin.path
    while path and path not in broken:
        path = parent(path)
    return broken.get(unit.origin.path) or broken.get(path)


def _failure(file: BrokenFile) -> Failure:
    return Failure(message=f"the file that declares it cannot be read: {file.message}", reason=Reason.BROKEN, location=file.location)


_Rekeyed = dict[int, Rendered | Failure]
"""Results as they leave, by the identity of those they were: one that both sides share stays one."""


def _side(tree: Tree, layout: Layout, built: Mapping[UnitKey, BuiltUnit], options: ExpandOptions, done: _Rekeyed) -> Side:
    units = [built[key] for key in sorted(built)]
    if options.report_key:
        for unit in units:
            if id(unit.result) not in done:
                done[id(unit.result)] = rekeyed(unit.result, options.report_key)
        units = [unit if (result := done[id(unit.result)]) is unit.result else replace(unit, result=result) for unit in units]
    return Side(tree=tree, layout=layout, built=tuple(units))
