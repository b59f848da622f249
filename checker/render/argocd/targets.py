"""What the sources generate -> what Argo CD would apply: namespaces filled in, duplicates and excluded kinds dropped.

Duplicates are found after namespaces are filled in, by group, kind, namespace and name; the last one wins
(controller/state.go, argo-cd). Tracking metadata is left out: it is the same on both sides of a comparison.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from checker.model.objects import KubeObject, ObjectKey, dig, mapping, text
from checker.model.records import replace
from checker.model.units import DeployUnit, Note
from checker.render.argocd.excluded import excluded
from checker.render.argocd.hooks import is_applied
from checker.render.argocd.scope import is_cluster_scoped
from checker.tools.argocd.projects import LOCAL_NAME, LOCAL_SERVER

CRD_GROUP = "apiextensions.k8s.io"


def targets(generated: Sequence[KubeObject], unit: DeployUnit) -> tuple[tuple[KubeObject, ...], tuple[Note, ...]]:
    """The objects in the order of their sources, and a note for each that was dropped."""
    assert unit.declaration is not None
    namespace = text(dig(unit.declaration.body, "spec", "destination", "namespace"))
    cluster_kinds = cluster_scoped_kinds((*unit.related, *generated))
    placed = [_placed(obj, namespace, cluster_kinds) for obj in generated]
    kept, notes = _deduplicated(placed, unit)
    is_excluded = excluded(unit.related, _server(unit))
    allowed = tuple(obj for obj in kept if not is_excluded(obj) and is_applied(obj))
    notes = [*notes, *(_excluded_note(obj) for obj in kept if is_excluded(obj))]
    return allowed, tuple(notes)


def _server(unit: DeployUnit) -> str:
    """Empty where the destination names a cluster whose address is not known."""
    assert unit.declaration is not None
    destination = mapping(dig(unit.declaration.body, "spec", "destination"))
    return LOCAL_SERVER if text(destination.get("name")) == LOCAL_NAME else text(destination.get("server"))


def cluster_scoped_kinds(objects: Iterable[KubeObject]) -> frozenset[tuple[str, str]]:
    """The kinds that CustomResourceDefinitions among the objects declare as cluster-scoped."""
    return frozenset(
        (text(dig(obj.body, "spec", "group")), text(dig(obj.body, "spec", "names", "kind")))
        for obj in objects
        if obj.kind == "CustomResourceDefinition" and obj.group == CRD_GROUP and dig(obj.body, "spec", "scope") == "Cluster"
    )


def _placed(obj: KubeObject, namespace: str, cluster_kinds: frozenset[tuple[str, str]]) -> KubeObject:
    """Namespaced and unknown kinds get the destination namespace; cluster-scoped ones lose theirs."""
    if is_cluster_scoped(obj.group, obj.kind) or (obj.group, obj.kind) in cluster_kinds:
        if "namespace" not in obj.metadata:
            return obj
        metadata = {key: value for key, value in obj.metadata.items() if key != "namespace"}
    elif namespace and not obj.namespace:
        metadata = {**obj.metadata, "namespace": namespace}
    else:
        return obj
    return replace(obj, body={**obj.body, "metadata": metadata})


def _deduplicated(objects: Sequence[KubeObject], unit: DeployUnit) -> tuple[list[KubeObject], list[Note]]:
    def key(number: int, obj: KubeObject) -> tuple[ObjectKey, int]:
        return (obj.key, -1 if obj.metadata.get("name") else number)

    last = {key(number, obj): number for number, obj in enumerate(objects)}
    kept = [obj for number, obj in enumerate(objects) if last[key(number, obj)] == number]
    return kept, list(_repeated(objects, unit))


def _repeated(objects: Sequence[KubeObject], unit: DeployUnit) -> Iterator[Note]:
    counts = Counter(obj.key for obj in objects if obj.metadata.get("name"))
    for obj in objects:
        count = counts.pop(obj.key, 1)
        if count > 1:
            times = "twice" if count == 2 else f"{count} times"
            message = f"{obj.key} appears {times} among the sources of {unit.name}; Argo CD applies the last one"
            yield Note(id="repeated-resource", message=message, location=obj.origin.location)


def _excluded_note(obj: KubeObject) -> Note:
    message = f"Argo CD leaves {obj.kind} objects alone: {obj.name} is not applied"
    return Note(id="excluded-resource", message=message, location=obj.origin.location)
