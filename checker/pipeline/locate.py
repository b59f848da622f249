"""Where a field of a rendered object was written: in the last patch that holds it, else in the document it was read from."""

from __future__ import annotations

from checker.model.objects import KubeObject, Location, mapping, text
from checker.model.tree import TreeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from checker.model.objects import JSONValue, Origin
    from checker.model.tree import Tree

Locate: TypeAlias = "Callable[[KubeObject, str, bool], Location]"


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
    """The place in a patch, None where the patch does not hold the field: a merge patch by its shape, a JSON patch by its operations."""
    from checker.tools.yaml import load_documents, locate

    data = _read(tree, origin)
    documents = load_documents(data)
    if origin.document >= len(documents):
        return None
    value = documents[origin.document].value
    if isinstance(value, list):
        pointer = _operation(value, pointer)
    elif not _holds(value, pointer):
        return None
    found = locate(data, origin.document, pointer, key=key) if pointer else None
    return Location(path=origin.path, line=found[0], column=found[1]) if found else None


def _operation(operations: list[JSONValue], pointer: str) -> str:
    """The last operation on the field or on what holds it."""
    for index in range(len(operations) - 1, -1, -1):
        target = text(mapping(operations[index]).get("path"))
        if target and (pointer == target or pointer.startswith(target + "/")):
            return f"/{index}/value"
    return ""


def _holds(value: JSONValue, pointer: str) -> bool:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return False
    return bool(pointer)


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
