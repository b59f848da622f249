"""Patches, whether strategic merge or JSON, on the resources they target."""

from __future__ import annotations

from typing import Any

from checker.model.objects import Origin
from checker.model.records import dataclass
from checker.render.kustomize import json6902
from checker.render.kustomize.failure import broken
from checker.render.kustomize.ids import ResId
from checker.render.kustomize.merge import MISSING, Merger
from checker.render.kustomize.metadata import ORIGIN, TRANSFORMATIONS
from checker.render.kustomize.notes import PREFIX, notes_of
from checker.render.kustomize.resmap import ResMap, set_texts, words
from checker.render.kustomize.resource import Resource
from checker.render.kustomize.selector import Selector, select
from checker.render.kustomize.values import copied, is_empty, is_null, number_text, resolved, restyled, set_loosely, text_of, weight
from checker.tools.yaml.scalars import narrowed

_ANNOTATIONS = ("/metadata/annotations", "/metadata")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """One entry of `patches`, loaded. Exactly one of `merges` and `operations` is used."""

    merges: tuple[Resource, ...] = ()
    operations: list[dict[str, Any]] | None = None
    target: Selector | None = None
    allow_name_change: bool = False
    allow_kind_change: bool = False
    origin: Origin
    keeps_history: bool = True
    """Whether a JSON patch remembers the identity it found (`patches` does, `patchesJson6902` does not)."""


def apply_patch(resources: ResMap, patch: Patch, merger: Merger) -> None:
    if patch.operations is not None:
        _apply_operations(resources, patch, merger)
    elif patch.target is None:
        for merge in patch.merges:
            _merge(_by_id(resources, merge.org_id), merge.clone(), patch, merger)
    elif len(patch.merges) > 1:
        raise broken("a patch with a `target` must be a single one; split the file, or drop the target")
    elif patch.merges:
        chosen = select(resources, patch.target)
        merge_into(resources, chosen, patch.merges[0], patch, merger)
    resources.changed()


def merge_into(resources: ResMap, chosen: list[Resource], merge: Resource, patch: Patch, merger: Merger) -> None:
    """The way of targeted patches: labels and annotations of the patch become text, and what is left is checked for duplicates."""
    ids = {resource.cur_id for resource in chosen}
    resources.grow(weight(merge.body), len(chosen))
    kept = []
    for resource in resources:
        if resource.cur_id in ids:
            copy = merge.clone()
            _as_targeted(copy)
            copy.body["apiVersion"] = resource.body.get("apiVersion")
            _merge(resource, copy, patch, merger)
        if not is_empty(resource.body):
            kept.append(resource)
    resources.replace_all(kept)


def _as_targeted(patch: Resource) -> None:
    """Labels and annotations as text, so that null does not delete them: kustomize's way."""
    metadata = patch.metadata()
    for field in ("labels", "annotations"):
        if field in metadata:
            set_texts(patch, field, patch.texts(field))
    if not patch.namespace:
        metadata.pop("namespace", None)


def _by_id(resources: ResMap, wanted: ResId) -> Resource:
    found = resources.with_any_id(wanted)
    if len(found) == 1:
        return found[0]
    if found:
        raise broken(f"the patch for {words(wanted)} fits {len(found)} resources")
    raise broken(f"nothing to patch: no resource is {words(wanted)}{_near(resources, wanted)}")


def _near(resources: ResMap, wanted: ResId) -> str:
    from difflib import get_close_matches

    same = [resource for resource in resources if resource.name == wanted.name and resource.gvk.kind == wanted.gvk.kind]
    if same:
        return f"; there is {words(same[0].cur_id)}"
    close = get_close_matches(wanted.name, [resource.name for resource in resources if resource.gvk.kind == wanted.gvk.kind], n=1)
    return f"; did you mean {close[0]}?" if close else ""


def merge_by_id(resources: ResMap, merges: tuple[Resource, ...], origin: Origin, merger: Merger) -> None:
    """`patchesStrategicMerge`."""
    patch = Patch(merges=merges, origin=origin)
    for merge in merges:
        merge_into(resources, [_by_id(resources, merge.org_id)], merge, patch, merger)
    resources.changed()


def _merge(resource: Resource, merge: Resource, patch: Patch, merger: Merger) -> None:
    """`merge` is used up."""
    name, namespace, kind = resource.name, resource.namespace, resource.body.get("kind")
    if patch.allow_name_change or patch.allow_kind_change:
        resource.remember_id()
    takes_notes = _takes_annotations(merge.body)
    merged = merger.merge(resource.body, merge.body, resource.shared)
    if merged is MISSING or is_empty(merged):
        resource.body = {}
        return
    resource.body = merged
    if takes_notes:
        resource.forget()
    resource.allows.update(what for what, allowed in (("Name", patch.allow_name_change), ("Kind", patch.allow_kind_change)) if allowed)
    if not patch.allow_kind_change:
        merged["kind"] = kind if is_null(kind) else set_loosely(merged.get("kind"), text_of(kind), styled=merger.styled)
    if not patch.allow_name_change:
        _set_meta(resource, "name", name, styled=merger.styled)
    if namespace:
        _set_meta(resource, "namespace", namespace, styled=merger.styled)
    else:
        resource.metadata().pop("namespace", None)
    resource.contributed(merge.origin)


def _set_meta(resource: Resource, field: str, text: str, *, styled: bool) -> None:
    metadata = resource.metadata()
    metadata[field] = set_loosely(metadata.get(field), text, styled=styled)


def _takes_annotations(body: dict[str, Any]) -> bool:
    """Whether a patch overwrites the annotations as a whole, and so what kustomize notes in them."""
    place: Any = body
    for step in ("metadata", "annotations", ""):
        if is_null(place):
            return True
        if not isinstance(place, dict):
            return False
        if place.get("$patch") in ("replace", "delete"):
            return True
        if step not in place:
            return False
        place = place[step]
    return False


def _apply_operations(resources: ResMap, patch: Patch, merger: Merger) -> None:
    assert patch.operations is not None
    if patch.target is None:
        raise broken("a JSON patch needs a `target`")

    def counted(value: Any) -> Any:
        resources.grow(weight(value))
        return copied(value)

    for resource in select(resources, patch.target):
        if patch.keeps_history:
            resource.remember_id()
        body = _with_notes(resource, patch.operations)
        body = _rounded(json6902.apply(body, patch.operations, counted))
        if resource.has_notes and any(_tells(operation) for operation in patch.operations):
            _without_notes(resource, body)
        _tidy_annotations(body)
        resource.body = restyled(body) if merger.styled else body
        resource.shared.forget()
        resource.refuse_odd_texts("annotations")
        resource.contributed(patch.origin)


def _with_notes(resource: Resource, operations: list[dict[str, Any]]) -> dict[str, Any]:
    """The body as kustomize patches it: with notes of its own in the annotations, where an operation can tell."""
    body: dict[str, Any] = resolved(resource.body)
    metadata = body.get("metadata")
    if not isinstance(metadata, dict) or not resource.has_notes:
        return body
    annotations = metadata.get("annotations")
    if any(_tells(operation) for operation in operations):
        metadata["annotations"] = {**(annotations if isinstance(annotations, dict) else {}), **notes_of(resource)}
    elif not annotations:
        metadata["annotations"] = {}
    return body


def _tells(operation: dict[str, Any]) -> bool:
    return any(operation.get(field) in (*_ANNOTATIONS, "") for field in ("path", "from"))


def _without_notes(resource: Resource, body: dict[str, Any]) -> None:
    """kustomize puts its internal notes back after a JSON patch, but not what it noted of origin and transformers."""
    metadata = body.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    kept = annotations if isinstance(annotations, dict) else {}
    if ORIGIN not in kept:
        resource.made_by = None
    if TRANSFORMATIONS not in kept:
        resource.transformations = []
    for key in [key for key in kept if key.startswith(PREFIX) or key in (ORIGIN, TRANSFORMATIONS)]:
        del kept[key]


def _rounded(value: Any) -> Any:
    """Numbers as they come through Go's float64, as everything that a JSON patch passes over does."""
    if type(value) is dict:
        return {key: _rounded(item) for key, item in value.items()}
    if type(value) is list:
        return [_rounded(item) for item in value]
    if type(value) is int and abs(value) > 1 << 53:
        return int(float(value))
    return narrowed(value) if type(value) is float else value


def _tidy_annotations(body: dict[str, Any]) -> None:
    """kustomize puts its own annotations back after a JSON patch, and by that makes all of them text."""
    metadata = body.get("metadata")
    if not isinstance(metadata, dict) or "annotations" not in metadata:
        return
    annotations = metadata["annotations"]
    if isinstance(annotations, list) and len(annotations) % 2:
        return  # which is refused in a moment
    del metadata["annotations"]
    if isinstance(annotations, list):  # taken for keys and values
        annotations = {_as_text(key): value for key, value in zip(annotations[::2], annotations[1::2], strict=True)}
    if isinstance(annotations, dict) and annotations:
        metadata["annotations"] = {key: _as_text(value) for key, value in annotations.items()}


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if isinstance(value, dict | list) else number_text(value)


def load_patch(
    text: bytes, resources: tuple[Resource, ...] | None, *, target: Selector | None, options: dict[str, Any], origin: Origin, trimmed: bool
) -> Patch:
    """Tell a strategic merge patch (`resources` are what it reads as, None where it does not) from a JSON patch."""
    source = text.decode("utf-8", "surrogateescape")
    operations = json6902.operations(source.strip() if trimmed else source)
    if resources and operations:
        raise broken("this is both a strategic merge patch and a JSON patch")
    if resources is None and operations is None:
        raise broken("this is neither a strategic merge patch (a resource with kind and name) nor a JSON patch (a list of operations)")
    if resources is not None:
        return Patch(
            merges=resources,
            target=target,
            origin=origin,
            allow_name_change=options.get("allowNameChange", False),
            allow_kind_change=options.get("allowKindChange", False),
        )
    return Patch(operations=[copied(operation) for operation in operations or []], target=target, origin=origin)
