"""The ordered set of resources that a kustomization works on. No two may have the same identity when they are added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from checker.render.kustomize.failure import broken, unsupported
from checker.render.kustomize.ids import Gvk, ResId
from checker.render.kustomize.resource import Resource
from checker.render.kustomize.values import Quoted, is_empty, is_null, quoted_if_needed, text_of

Key = tuple[Gvk, str, str]
MOST_COPIED_AT_ONCE = 100_000
MOST_COPIED = 20_000_000
"""Values: the first as many as a repository has in all, the second what fits into memory."""


class ResMap:
    """`_keys` are the current identities while nothing but adding has happened; None when they must be taken anew."""

    __slots__ = ("_grown", "_keys", "resources")

    def __init__(self) -> None:
        self.resources: list[Resource] = []
        self._keys: set[Key] | None = set()
        self._grown = 0

    def grow(self, amount: int, times: int = 1) -> None:
        """Patches and replacements that copy can double what is there each time: `amount` is the weight of what one writes."""
        self._grown += amount * times
        if amount > MOST_COPIED_AT_ONCE or self._grown > MOST_COPIED:
            raise unsupported("patches and replacements copy more here than can be followed safely")

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)

    def changed(self) -> None:
        """Identities may have changed."""
        self._keys = None

    def append(self, resource: Resource) -> None:
        if self._keys is None:
            self._keys = {known.cur_id.key for known in self.resources}
        current = resource.cur_id
        if current.key in self._keys:
            raise broken(f"{_words(current)} is here already: two resources may not have the same identity", resource.origin.location)
        self._keys.add(current.key)
        self.resources.append(resource)

    def append_all(self, resources: Iterable[Resource]) -> None:
        for resource in resources:
            self.append(resource)

    def replace_all(self, resources: list[Resource]) -> None:
        """The given ones alone, checked as if added one by one."""
        self.resources, self._keys = [], set()
        self.append_all(resources)

    def drop_empty(self) -> None:
        if any(is_empty(resource.body) for resource in self.resources):
            self.resources = [resource for resource in self.resources if not is_empty(resource.body)]
        self._keys = None

    def with_any_id(self, wanted: ResId) -> list[Resource]:
        """Those that are or were called that."""
        key, found = wanted.key, []
        for resource in self.resources:
            if resource.previous:
                if key in resource.any_keys and not is_empty(resource.body):
                    found.append(resource)
            elif resource.name == key[1] and resource.cur_id.key == key:
                found.append(resource)
        return found

    def absorb(self, made: Resource) -> None:
        """Add what a generator made, or merge it into what it shall merge with or replace."""
        current = made.cur_id
        matches = self.with_any_id(current)
        if not matches:
            if made.behavior in ("merge", "replace"):
                raise broken(f"{_words(current)} is not here, so nothing can be {made.behavior}d: is its behavior meant to be `create`?")
            self.append(made)
            return
        if len(matches) > 1:
            raise broken(f"{len(matches)} resources are or were called {_words(current)}; which to {made.behavior or 'merge'} is unclear")
        if made.behavior not in ("merge", "replace"):
            raise broken(f"{_words(current)} exists already; set `behavior: merge` or `behavior: replace` to change it")
        old, merges = matches[0], made.behavior == "merge"
        take_over(made, old)
        if merges:
            for field in ("data", "binaryData"):
                _merge_data(made, old, field)
            made.made_by = old.made_by or made.made_by
        if made.cur_id.key != old.cur_id.key:
            raise broken(f"cannot find {_words(made.cur_id)} to replace")
        made.contributors = [*old.contributors, made.origin]
        made.origin = old.origin
        self.resources[self.resources.index(old)] = made
        self._keys = None


def take_over(made: Resource, old: Resource) -> None:
    """Labels and annotations of both (the new win), name, namespace and history of the old."""
    labels = old.texts("labels") | made.texts("labels")
    annotations = old.texts("annotations") | made.texts("annotations")
    set_texts(made, "labels", labels)
    set_texts(made, "annotations", annotations)
    made.metadata()["name"] = old.name
    if old.namespace:
        made.metadata()["namespace"] = old.namespace
    else:
        made.metadata().pop("namespace", None)
    made.previous = list(old.previous)
    made.prefixes, made.suffixes = list(old.prefixes), list(old.suffixes)
    made.needs_hash = made.needs_hash and old.needs_hash
    made.var_names = list(old.var_names)
    made.from_helm, made.behavior = old.from_helm, old.behavior
    made.made_by = made.made_by or old.made_by
    made.transformations = made.transformations or list(old.transformations)


def set_texts(resource: Resource, name: str, texts: dict[str, str]) -> None:
    metadata: dict[str, Any] = resource.metadata()
    metadata.pop(name, None)
    if texts:
        # text of several lines becomes a block, which later counts as quoted
        metadata[name] = {key: Quoted(text) if "\n" in text else quoted_if_needed(text) for key, text in texts.items()}


def _merge_data(made: Resource, old: Resource, field: str) -> None:
    merged: dict[str, str] = {}
    for body in (old.body, made.body):
        data = body.get(field)
        if type(data) is dict:
            merged |= {key: "" if is_null(value) else text_of(value) for key, value in data.items()}
    made.body.pop(field, None)
    if merged:
        made.body[field] = merged


def _words(res_id: ResId) -> str:
    gvk, name, namespace, _ = res_id
    where = f" in namespace {namespace}" if namespace else ""
    return f"{gvk.kind} {name}{where} ({gvk.api_version or 'no apiVersion'})"


words = _words
