"""Both sides of the change, discovered and rendered: units declare units until nothing new appears.

A unit whose recorded reads are the same in both trees is rendered once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from checker.discover import DiscoverOptions, Layout, ParseCache, find_declared, find_unreached, read_layout
from checker.discover.layout import BrokenFile
from checker.model.tree import Tree, unchanged
from checker.model.units import BuiltUnit, Controller, DeployUnit, Failure, Reason, UnitKey
from checker.render import render_unit
from checker.render.options import RenderOptions

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
class ExpandOptions:
    discover: DiscoverOptions
    render: RenderOptions
    exclude: tuple[str, ...] = ()
    digest_key: bytes = b""


def expand(base: Tree, head: Tree, options: ExpandOptions) -> tuple[Side, Side]:
    """Every unit of both trees with its result, sorted by key."""
    cache: ParseCache = {}
    layouts = [read_layout(tree, options.exclude, cache) for tree in (base, head)]
    declared_base = _declared(base, layouts[0], options, {})
    declared_head = _declared(head, layouts[1], options, declared_base)
    declared_base |= _undeclared(layouts[0], declared_base, declared_head)
    declared_head |= _undeclared(layouts[1], declared_head, declared_base)
    controlled = (*declared_base.values(), *declared_head.values())
    unreached_base = _render_all(find_unreached(base, layouts[0], controlled, options.discover), base, options, {})
    unreached_head = _render_all(find_unreached(head, layouts[1], controlled, options.discover), head, options, unreached_base)
    return (
        Side(tree=base, layout=layouts[0], built=_sorted({**declared_base, **unreached_base})),
        Side(tree=head, layout=layouts[1], built=_sorted({**declared_head, **unreached_head})),
    )


def expand_one(tree: Tree, options: ExpandOptions) -> Side:
    """One side alone, for commands that compare nothing."""
    layout = read_layout(tree, options.exclude, {})
    declared = _declared(tree, layout, options, {})
    unreached = _render_all(find_unreached(tree, layout, declared.values(), options.discover), tree, options, {})
    return Side(tree=tree, layout=layout, built=_sorted({**declared, **unreached}))


def _declared(tree: Tree, layout: Layout, options: ExpandOptions, other: Mapping[UnitKey, BuiltUnit]) -> dict[UnitKey, BuiltUnit]:
    built: dict[UnitKey, BuiltUnit] = {}
    for _ in range(MAX_ROUNDS):
        wanted = find_declared(tree, layout, tuple(built.values()), options.discover)
        stale = [unit for unit in wanted if unit.key not in built or not _same_work(unit, built[unit.key].unit)]
        # what is rendered already may have turned out to have a parent, or another environment
        again = {unit.key for unit in stale}
        built.update((unit.key, replace(built[unit.key], unit=unit)) for unit in wanted if unit.key not in again)
        if not stale:
            break
        first = [unit for unit in stale if unit.controller not in LEAVES]
        built.update(_render_all(first or stale, tree, options, other))
    keys = {unit.key for unit in wanted}
    return {key: unit for key, unit in built.items() if key in keys}


def _undeclared(layout: Layout, here: Mapping[UnitKey, BuiltUnit], there: Mapping[UnitKey, BuiltUnit]) -> dict[UnitKey, BuiltUnit]:
    """Units of the other side whose file is broken on this one: unknown here, and not gone."""
    broken = {file.location.path: file for file in layout.broken}
    return {
        key: replace(built, result=_failure(broken[built.unit.origin.path]))
        for key, built in there.items()
        if key not in here and built.unit.origin.path in broken
    }


def _failure(file: BrokenFile) -> Failure:
    return Failure(message=f"the file that declares it cannot be read: {file.message}", reason=Reason.BROKEN, location=file.location)


def _render_all(
    units: Iterable[DeployUnit], tree: Tree, options: ExpandOptions, other: Mapping[UnitKey, BuiltUnit]
) -> dict[UnitKey, BuiltUnit]:
    return {unit.key: _rendered(unit, tree, options, other.get(unit.key)) for unit in units}


def _rendered(unit: DeployUnit, tree: Tree, options: ExpandOptions, other: BuiltUnit | None) -> BuiltUnit:
    if other is not None and _same_work(unit, other.unit) and unchanged(other.result.reads, tree):
        return replace(other, unit=unit)
    return render_unit(unit, tree, options.render, digest_key=options.digest_key)


def _same_work(one: DeployUnit, two: DeployUnit) -> bool:
    """Whether both would be rendered from the same inputs, the tree aside."""
    return _work(one) == _work(two)


def _work(unit: DeployUnit) -> tuple[object, ...]:
    declaration = unit.declaration.body if unit.declaration is not None else None
    return (unit.key, unit.path, declaration, [related.body for related in unit.related])


def _sorted(built: Mapping[UnitKey, BuiltUnit]) -> tuple[BuiltUnit, ...]:
    return tuple(built[key] for key in sorted(built))
