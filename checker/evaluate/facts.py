"""What policies may ask besides the object: `data.gitops` with unit, environment, cluster, base version, images, names.

Facts that hold for the whole run are loaded once as data; those of one object travel with it. What no module of the set
mentions is not computed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Container, Iterator, Mapping, Sequence

from checker.evaluate.model import EvaluateOptions, EvaluationInput, Inputs, Meaning, PolicySet, UnitInputs
from checker.model.objects import JSONValue, KubeObject, dig, mapping, sequence
from checker.model.paths import basename, parent

_POD_SPECS = (("spec",), ("spec", "template", "spec"), ("spec", "jobTemplate", "spec", "template", "spec"))


class Facts:
    """What one policy set may ask. For our own library that is what stands in the scope of an object, for others everything."""

    def __init__(self, inputs: Inputs, policies: PolicySet, options: EvaluateOptions) -> None:
        words = {word for word in ("gitops", "images", "objects", "base", "change", "conftest") if _is_mentioned(word, policies)}
        self.wants_base = {"gitops", "base"} <= words
        self.wants_file = "conftest" in words
        self.seen: dict[tuple[object, ...], str] = {}
        self._has_gitops = "gitops" in words
        self._wanted = [what for what in _OF_UNITS if {"gitops", what} <= words]
        self._given: dict[str, JSONValue] = dict(policies.data)
        self._change: dict[str, JSONValue] = dict(options.change) if "change" in words else {}
        self._memory = options.memory
        self._is_narrow = policies.meaning is Meaning.LIBRARY
        self._units = inputs.units
        self._by_scope: dict[str, list[UnitInputs]] = {}
        for unit in inputs.units:
            self._by_scope.setdefault(unit_scope(unit), []).append(unit)
        self._digests: dict[tuple[str, str | None], str] = {}
        self._told_all = json.dumps([self._given, self._change])

    def data(self, scopes: Container[str]) -> dict[str, JSONValue]:
        """For objects in these scopes."""
        own: dict[str, JSONValue] = {"change": self._change, **({what: {} for what in _OF_UNITS} if self._has_gitops else {})}
        for what in self._wanted:
            near = (unit for unit in self._units if unit_scope(unit) in scopes or not self._is_local(what))
            own[what] = _OF_UNITS[what]([item for unit in near for item in unit.inputs])
        return {**self._given, "gitopscheck": own}

    def digest(self, scope: str) -> str:
        """Of all that an object in the scope may be asked about; nothing is loaded for units of which that is known."""
        parts = [self._digest(what, scope if self._is_local(what) else None) for what in self._wanted]
        return digest_of(self._told_all, *parts)

    def _is_local(self, what: str) -> bool:
        return self._is_narrow and what == "objects"

    def _digest(self, what: str, scope: str | None) -> str:
        known = self._digests.get((what, scope))
        if known is None:
            units = self._units if scope is None else self._by_scope.get(scope, ())
            known = self._digests[what, scope] = digest_of(*(self._told(what, unit) for unit in units))
        return known

    def _told(self, what: str, unit: UnitInputs) -> str:
        """A digest of what one unit adds."""
        name = f"{unit.content} {unit_scope(unit)}"
        known = self._memory.recall_text(what, name) if self._memory is not None and unit.content else None
        if known is None:
            known = digest_of(json.dumps(_OF_UNITS[what](unit.inputs)))
            if self._memory is not None and unit.content:
                self._memory.keep_text(known, what, name)
        return known


def digest_of(*parts: str) -> str:
    digest = hashlib.blake2b(digest_size=24)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()


def _is_mentioned(word: str, policies: PolicySet) -> bool:
    """Anywhere at all in policies that we do not know; in ours, which name facts in one way only, as that."""
    wanted = f"data.gitops.{word}" if policies.meaning is Meaning.LIBRARY and word != "gitops" else word
    return any(wanted in module.text for module in policies.modules)


def context_of(item: EvaluationInput, facts: Facts) -> str:
    """JSON text without tabs or newlines."""
    key = (item.unit, item.environment, item.cluster, item.object.origin.path if facts.wants_file else "")
    text = facts.seen.get(key)
    if text is None:
        text = facts.seen[key] = json.dumps(_context(item, facts))
    if facts.wants_base and item.base is not None:
        return f'{{"base": {json.dumps(item.base)}, {text[1:]}'
    return text


def _context(item: EvaluationInput, facts: Facts) -> dict[str, JSONValue]:
    found: dict[str, JSONValue] = {"scope": scope_of(item), "environment": item.environment, "cluster": item.cluster}
    if item.unit is not None:
        found["unit"] = {"controller": str(item.unit.controller), "namespace": item.unit.namespace, "name": item.unit.name}
    if facts.wants_file:
        path = item.object.origin.path
        found["file"] = {"name": basename(path), "dir": parent(path) or "."}
    return found


def scope_of(item: EvaluationInput) -> str:
    return f"{item.cluster}/{item.environment}"


def unit_scope(unit: UnitInputs) -> str:
    return f"{unit.cluster}/{unit.environment}"


def _images(inputs: Sequence[EvaluationInput]) -> dict[str, JSONValue]:
    """Image references by environment, sorted."""
    found: dict[str, set[str]] = {}
    for item in inputs:
        found.setdefault(item.environment, set()).update(images_of(item.object))
    return {environment: list[JSONValue](sorted(images)) for environment, images in found.items()}


def images_of(obj: KubeObject) -> Iterator[str]:
    for path in _POD_SPECS:
        spec: JSONValue = dict(obj.body)
        for key in path:
            spec = mapping(spec).get(key)
        for name in ("containers", "initContainers", "ephemeralContainers"):
            for container in sequence(mapping(spec).get(name)):
                image = mapping(container).get("image")
                if isinstance(image, str):
                    yield image


def _objects(inputs: Sequence[EvaluationInput]) -> dict[str, JSONValue]:
    """scope -> kind -> namespace -> name -> what others ask about it."""
    found: dict[str, dict[str, dict[str, dict[str, JSONValue]]]] = {}
    for item in inputs:
        obj = item.object
        kind = f"{obj.group}/{obj.kind}" if obj.group else obj.kind
        names = found.setdefault(scope_of(item), {}).setdefault(kind, {}).setdefault(obj.namespace, {})
        names[obj.name] = _about(obj)
    return found  # type: ignore[return-value]


def _about(obj: KubeObject) -> dict[str, JSONValue]:
    """Its labels; `pods`, the labels of its pods; `target`, `selector` and `secret`, what it scales, selects and fills."""
    about: dict[str, JSONValue] = {"labels": dict(obj.labels)}
    spec = mapping(obj.body.get("spec"))
    if spec:
        pods = dig(spec, "template", "metadata", "labels") if "template" in spec else None
        held = (
            ("pods", pods),
            ("target", spec.get("scaleTargetRef")),
            ("selector", spec.get("selector")),
            ("secret", spec.get("secretName")),
        )
        about.update((name, value) for name, value in held if value is not None)
        external = dig(spec, "target", "name") if "target" in spec else None
        if isinstance(external, str):
            about["secret"] = external
    if obj.kind == "Pod":
        about["pods"] = dict(obj.labels)
    return about


_OF_UNITS: Mapping[str, Callable[[Sequence[EvaluationInput]], dict[str, JSONValue]]] = {"images": _images, "objects": _objects}
"""Facts that are found in the objects themselves, by the word that policies ask for them with."""
