"""Labels and annotations that kustomize keeps as one value in several places of an object.

A label that a kustomization adds to an object's metadata, its selectors and its templates is one node in all of them
until the object is rebuilt. So when an overlay changes it in the metadata alone, it changes in the selectors too.
"""

from __future__ import annotations

from typing import Any

Place = tuple[dict[str, Any], str]


class Sharing:
    """Which places of one object hold the same value. Places are known by their mapping, which the groups keep alive."""

    __slots__ = ("_groups",)

    def __init__(self) -> None:
        self._groups: dict[tuple[int, str], list[Place]] = {}

    def join(self, places: list[Place]) -> None:
        """These were given one value in one go."""
        if len(places) > 1:
            for holder, key in places:
                self._groups[id(holder), key] = places

    def write(self, holder: Any, key: Any, value: Any) -> None:
        """Set a value that exists, and with it whatever shares it."""
        old = holder[key]
        holder[key] = value
        for other, name in self._groups.get((id(holder), key), ()) if self._groups else ():
            if other is not holder and name in other and other[name] == old:
                other[name] = value

    def forget(self) -> None:
        self._groups.clear()
