"""Where a field of a rendered object was written: the last patch that holds it, else the document it was read from, else the unit's file."""

from __future__ import annotations

from collections.abc import Callable

from checker.model.objects import KubeObject, Location, Origin
from checker.model.tree import Tree, TreeError

Locate = Callable[[KubeObject, str, bool], Location]


def locator(tree: Tree) -> Locate:
    """`locate(object, pointer, key)`: the place of the value (or of its key) under a JSON pointer, in the files of `tree`."""

    def locate(obj: KubeObject, pointer: str, key: bool) -> Location:
        for origin in reversed(obj.contributors):
            place = _exact(tree, origin, pointer, key=key)
            if place is not None:
                return place
        return _nearest(tree, obj.origin, pointer, key=key)

    return locate


def _exact(tree: Tree, origin: Origin, pointer: str, *, key: bool) -> Location | None:
    from checker.tools.yaml import locate_exactly

    found = locate_exactly(_read(tree, origin), origin.document, pointer, key=key)
    return Location(path=origin.path, line=found[0], column=found[1]) if found else None


def _nearest(tree: Tree, origin: Origin, pointer: str, *, key: bool) -> Location:
    from checker.tools.yaml import locate

    inside = f"/items/{origin.item}{pointer}" if origin.item is not None else pointer
    found = locate(_read(tree, origin), origin.document, inside, key=key)
    return Location(path=origin.path, line=found[0], column=found[1]) if found else origin.location


def _read(tree: Tree, origin: Origin) -> bytes:
    try:
        return tree.read(origin.path)
    except TreeError:
        return b""
