"""What kustomize notes about a resource in annotations while it works, and we in fields: read from and written as those annotations.

Facts: https://github.com/kubernetes-sigs/kustomize/tree/kustomize/v5.8.1/api/internal/utils/annotations.go.
"""

from __future__ import annotations

from checker.render.kustomize.failure import broken
from checker.render.kustomize.metadata import ORIGIN, TRANSFORMATIONS, origin_text, transformations_text
from checker.render.kustomize.resource import Resource
from checker.render.kustomize.values import text_of

PREFIX = "internal.config.kubernetes.io/"


def take_notes(resource: Resource) -> None:
    """What kustomize had noted in annotations when it wrote this file in an earlier build: it goes on from there."""
    metadata = resource.body.get("metadata")
    annotations = metadata.get("annotations") if type(metadata) is dict else None
    if type(annotations) is not dict or not any(key.startswith(PREFIX) for key in annotations):
        return
    notes = {key.removeprefix(PREFIX): text_of(annotations.pop(key)) for key in list(annotations) if key.startswith(PREFIX)}
    names, namespaces, kinds = (
        notes[name].split(",") if name in notes else [] for name in ("previousNames", "previousNamespaces", "previousKinds")
    )
    if not len(names) == len(namespaces) == len(kinds):
        raise broken("annotations previousNames, previousNamespaces and previousKinds are of different lengths", resource.origin.location)
    resource.previous = list(zip(names, namespaces, kinds, strict=True))
    resource.prefixes = notes["prefixes"].split(",") if "prefixes" in notes else []
    resource.suffixes = notes["suffixes"].split(",") if "suffixes" in notes else []
    resource.behavior = notes.get("generatorBehavior", "")
    resource.needs_hash = notes.get("needsHashSuffix") == "enabled"
    resource.from_helm = notes.get("helm-generated") == "true"


def notes_of(resource: Resource) -> dict[str, str]:
    """The annotations that stand for what is noted now."""
    names, namespaces, kinds = (",".join(parts) for parts in zip(*resource.previous, strict=True)) if resource.previous else ("", "", "")
    internal = {
        "previousNames": names,
        "previousNamespaces": namespaces,
        "previousKinds": kinds,
        "prefixes": ",".join(resource.prefixes),
        "suffixes": ",".join(resource.suffixes),
        "generatorBehavior": resource.behavior,
        "needsHashSuffix": "enabled" if resource.needs_hash else "",
        "helm-generated": "true" if resource.from_helm else "",
    }
    internal |= {f"allow{what}Change": "enabled" for what in resource.allows}
    noted = {PREFIX + name: text for name, text in internal.items() if text}
    if resource.made_by is not None:
        noted[ORIGIN] = origin_text(resource.made_by)
    if resource.transformations:
        noted[TRANSFORMATIONS] = transformations_text(resource.transformations)
    return noted
