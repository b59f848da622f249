"""What policies may ask besides the object: `data.gitops` with unit, environment, cluster, base version, images, names.

Facts that hold for the whole run are loaded once as data; those of one object travel with it. What no module of the set
mentions is not computed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from checker.evaluate.model import EvaluateOptions, EvaluationInput, Meaning, PolicySet
from checker.model.objects import JSONValue, KubeObject, dig, mapping, sequence
from checker.model.paths import basename, parent
from checker.model.records import dataclass, field

_POD_SPECS = (("spec",), ("spec", "template", "spec"), ("spec", "jobTemplate", "spec", "template", "spec"))


@dataclass(slots=True)
class Facts:
    data: dict[str, JSONValue]
    wants_base: bool = False
    wants_file: bool = False
    seen: dict[tuple[object, ...], str] = field(default_factory=dict)


def facts_of(inputs: Sequence[EvaluationInput], policies: PolicySet, options: EvaluateOptions) -> Facts:
    words = {word for word in ("gitops", "images", "objects", "base", "change", "conftest") if _is_mentioned(word, policies)}
    own: dict[str, JSONValue] = {"change": dict(options.change) if "change" in words else {}}
    if "gitops" in words:
        own["images"] = _images(inputs) if "images" in words else {}
        own["objects"] = _objects(inputs) if "objects" in words else {}
    data = {**policies.data, "gitopscheck": own}
    return Facts(data, wants_base="gitops" in words and "base" in words, wants_file="conftest" in words)


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
