"""Edits that fit the object they are made for: patches from its own fields, pointers and paths that lead somewhere in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from tests.unit.render.kustomize.overlays import IMAGES, NAMES, WORDS, Raw

Step = str | int
FIELDS = ("metadata", "spec", "data", "stringData", "rules", "subjects", "webhooks", "roleRef")
SINGLES: tuple[Any, ...] = ("new", "5", Raw("7"), Raw("true"), "a:b", Raw("1.50"), "multi\nline", "é☃", "")
VALUES: tuple[Any, ...] = (*SINGLES, Raw("null"), {"k": "v"}, ["x"], {"name": "side", "image": "busybox:2"}, Raw("{}"), Raw("[]"))


def places(value: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """Every path below a value, with what is there; identity left alone."""
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        here = (*path, key)
        if here in (("apiVersion",), ("kind",), ("metadata",), ("metadata", "name")):
            if here == ("metadata",):
                yield from places(item, here)
            continue
        yield here, item
        yield from places(item, here)


def pointer(path: tuple[Step, ...]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def dotted(random: Random, path: tuple[Step, ...], body: Any, *, target: bool) -> str:
    """As replacements write it: positions as numbers, by a field, or all of them."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            element = body[step]
            how = random.random()
            if isinstance(element, dict) and isinstance(element.get("name"), str) and element["name"] and how < 0.5:
                parts.append(f"[name={element['name']}]")
            elif isinstance(element, str) and element.isalnum() and how < 0.3:
                parts.append(f"[={element}]")
            else:
                parts.append("*" if target and how > 0.85 else str(step))
        else:
            parts.append(f"[{step}]" if "." in step and random.random() < 0.1 else step.replace(".", "\\."))
        body = body[step]
    return ".".join(parts)


class Edits:
    """Made from one source of chance, for one object at a time."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    def pick(self, options: Any) -> Any:
        return options[self.random.randrange(len(options))]

    def operations(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        known = list(places(body))
        return [self._operation(known) for _ in range(self.random.randint(1, 2))] if known else []

    def _operation(self, known: list[tuple[tuple[Step, ...], Any]]) -> dict[str, Any]:
        path, value = self.pick(known)
        how = (
            self.pick(("replace", "replace", "replace", "add", "add", "add", "add"))
            if self.maybe(0.85)
            else self.pick(("remove", "test", "copy", "move"))
        )
        if how == "add":
            parent = self.pick([one for one, item in known if isinstance(item, dict | list)] or [("metadata",)])
            item = next((item for one, item in known if one == parent), {})
            step: Step = (
                self.pick(("-", 0, len(item), -1)) if isinstance(item, list) else self.pick(("added", "a/b", "x~y", "example.com/z"))
            )
            return {"op": "add", "path": pointer((*parent, step)), "value": self._value()}
        if how == "test":
            return {"op": "test", "path": pointer(path), "value": value}
        if how in ("copy", "move"):
            return {"op": how, "from": pointer(path), "path": self.pick(("/metadata/annotations", "/moved", "/metadata/labels"))}
        if how == "replace" and isinstance(value, dict | list) and self.maybe(0.8):
            return {"op": how, "path": pointer(path), "value": value}
        return {"op": how, "path": pointer(path), **({"value": self._value(value)} if how == "replace" else {})}

    def _value(self, old: Any = None) -> Any:
        if isinstance(old, str) and not isinstance(old, Raw) and self.maybe(0.7):
            return self.pick((*WORDS, *IMAGES))
        return self.pick(SINGLES if isinstance(old, str) and self.maybe(0.9) else VALUES)

    def merge(self, body: dict[str, Any]) -> dict[str, Any]:
        """A strategic merge patch from parts of the body, changed."""
        patch: dict[str, Any] = {"apiVersion": body["apiVersion"], "kind": body["kind"], "metadata": {"name": body["metadata"]["name"]}}
        if "namespace" in body["metadata"]:
            patch["metadata"]["namespace"] = body["metadata"]["namespace"]
        for field in FIELDS:
            if field in body and self.maybe(0.6):
                part = self._part(body[field])
                if field != "metadata":
                    patch[field] = part
                elif isinstance(part, dict):
                    patch["metadata"] = {
                        **{key: item for key, item in part.items() if key in ("labels", "annotations")},
                        **patch["metadata"],
                    }
        if self.maybe(0.3):
            patch.setdefault("metadata", {}).setdefault("annotations", {"patched": self.pick(WORDS)})
        return patch

    def _part(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._mapping(value)
        if isinstance(value, list):
            return self._list(value)
        return self._value(value) if self.maybe(0.5) else value

    def _mapping(self, value: dict[str, Any]) -> Any:
        made = {
            key: self._part(item) for key, item in value.items() if key in ("name", "key", "mountPath", "containerPort") or self.maybe(0.6)
        }
        if self.maybe(0.1):
            made[self.pick(("added", "env", "labels", "zone"))] = self._value()
        if value and self.maybe(0.07):
            made[self.pick([key for key in value if key != "name"] or ["none"])] = Raw("null")
        if self.maybe(0.04):
            made["$patch"] = self.pick(("delete", "replace", "merge"))
        if self.maybe(0.03):
            made["$retainKeys"] = list(made)[:2]
        for key, item in list(made.items()):
            if isinstance(item, list) and item and self.maybe(0.05):
                made[f"$setElementOrder/{key}"] = [{"name": one.get("name", "x")} if isinstance(one, dict) else one for one in item]
        return made

    def _list(self, value: list[Any]) -> Any:
        made = [self._part(item) for item in value if self.maybe(0.7)]
        if self.maybe(0.3):
            made.insert(self.random.randint(0, len(made)), self._sibling(value))
        if self.maybe(0.05):
            made.append({"$patch": self.pick(("replace", "delete", "merge"))})
        return made

    def _sibling(self, value: list[Any]) -> Any:
        if not value or not isinstance(value[0], dict):
            return self.pick(WORDS)
        return {
            **value[0],
            **({"name": self.pick(("extra", *NAMES))} if "name" in value[0] else {}),
            **({"key": "other"} if "key" in value[0] else {}),
        }

    def source(self, body: dict[str, Any]) -> str:
        """A path to a value that a replacement may read."""
        found = [(path, value) for path, value in places(body) if value not in ({}, [], None, "") and not isinstance(value, Raw)]
        if not found or self.maybe(0.25):
            return "metadata.name"
        singles = [path for path, value in found if isinstance(value, str)]
        path = self.pick(singles) if singles and self.maybe(0.8) else self.pick(found)[0]
        return dotted(self.random, path, body, target=False)

    def target(self, body: dict[str, Any]) -> tuple[str, bool]:
        """A path that a replacement may write to, and whether it must be created."""
        found = [(path, value) for path, value in places(body) if path not in (("metadata", "annotations"), ("metadata", "labels"))]
        singles = [path for path, value in found if isinstance(value, str)]
        if not singles or self.maybe(0.25):
            return self.pick(
                (
                    "metadata.annotations.copied",
                    "metadata.labels.copied",
                    "metadata.annotations.example\\.com/c",
                    "spec.made.here",
                    "spec.list.0",
                )
            ), True
        path = self.pick(singles) if self.maybe(0.95) else self.pick(found)[0]
        return dotted(self.random, path, body, target=True), self.maybe(0.2)

    def as_text(self, operations: list[dict[str, Any]]) -> str:
        return json.dumps(operations)
