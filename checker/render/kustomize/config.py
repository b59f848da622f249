"""The transformer configuration: which fields hold names, labels, images... Built-in table, plus `configurations` and `crds`.

One surprise: kustomize merges configurations upward, so that a base's `configurations` also hold for what includes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from checker.model.records import dataclass, field_names, replace
from checker.model.units import RenderFailure
from checker.render.kustomize.decode import Decoder, boolean, listed, loosely, string
from checker.render.kustomize.failure import broken
from checker.render.kustomize.fieldspec import FieldSpec, FieldSpecs, merge_all, sorted_specs
from checker.render.kustomize.ids import Gvk, field_spec_order
from checker.render.kustomize.openapi import table
from checker.tools.yaml import Rules, load_documents


class NameReference(NamedTuple):
    """What `target` kinds are called, `referrers` hold."""

    target: Gvk
    referrers: FieldSpecs


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformerConfig:
    name_prefix: FieldSpecs = ()
    name_suffix: FieldSpecs = ()
    namespace: FieldSpecs = ()
    common_labels: FieldSpecs = ()
    labels: FieldSpecs = ()
    template_labels: FieldSpecs = ()
    common_annotations: FieldSpecs = ()
    var_reference: FieldSpecs = ()
    images: FieldSpecs = ()
    replicas: FieldSpecs = ()
    name_reference: tuple[NameReference, ...] = ()


EMPTY = TransformerConfig()

_FIELDS = {
    "namePrefix": "name_prefix",
    "nameSuffix": "name_suffix",
    "namespace": "namespace",
    "commonLabels": "common_labels",
    "labels": "labels",
    "templateLabels": "template_labels",
    "commonAnnotations": "common_annotations",
    "varReference": "var_reference",
    "images": "images",
    "replicas": "replicas",
}

_GVK = {"group": string, "version": string, "kind": string}
_SPEC = Decoder("a field spec", {**_GVK, "path": string, "create": boolean})
_REFERENCE = Decoder("a name reference", {**_GVK, "fieldSpecs": listed(_SPEC)})
_CONFIG = Decoder("a transformer configuration", {**{name: listed(_SPEC) for name in _FIELDS}, "nameReference": listed(_REFERENCE)})


@cache
def default() -> TransformerConfig:
    """What kustomize knows by itself."""
    return from_value(table("fieldspecs"))


@cache
def _default_joined() -> TransformerConfig:
    return merged(EMPTY, default())


def joined(gathered: TransformerConfig, own: TransformerConfig) -> TransformerConfig:
    """What a kustomization has gathered so far, with its own. One surprise: even joining to nothing can drop specs, as sorting
    has put narrow ones first, and a general one is there already to kustomize when a narrow one of its path is."""
    if own is default() and (gathered is EMPTY or gathered is _default_joined()):
        return _default_joined()
    return merged(gathered, own)


def merged(left: TransformerConfig, right: TransformerConfig) -> TransformerConfig:
    """Both. Merging the built-in table once more changes nothing, so that is not done again."""
    if right is EMPTY or left is right:
        return left
    parts: dict[str, Any] = {}
    for name in field_names(TransformerConfig):
        if name != "name_reference":
            parts[name] = sorted_specs(merge_all(getattr(left, name), getattr(right, name)))
    references = left.name_reference
    for reference in right.name_reference:
        references = _with_reference(references, reference)
    parts["name_reference"] = tuple(sorted(references, key=lambda reference: field_spec_order(reference.target)))
    both = TransformerConfig(**parts)
    return left if both == left else both  # so that merging once more is seen to be needless


def _with_reference(references: tuple[NameReference, ...], added: NameReference) -> tuple[NameReference, ...]:
    if all(known.target != added.target for known in references):
        return (*references, added)
    return tuple(
        NameReference(known.target, merge_all(known.referrers, added.referrers)) if known.target == added.target else known
        for known in references
    )


def from_value(value: Any) -> TransformerConfig:
    read = _CONFIG(value, "")
    parts: dict[str, Any] = {attribute: sorted_specs(field_specs(read.get(name))) for name, attribute in _FIELDS.items()}
    references = [NameReference(gvk_from(entry), field_specs(entry.get("fieldSpecs"))) for entry in read.get("nameReference") or []]
    parts["name_reference"] = tuple(sorted(references, key=lambda reference: field_spec_order(reference.target)))
    return TransformerConfig(**parts)


def from_bytes(data: bytes) -> TransformerConfig:
    """A file named under `configurations`."""
    documents = load_documents(data, rules=Rules.KUBERNETES)
    if not documents:
        return EMPTY
    problem = documents[0].error or (documents[0].duplicates[0] if documents[0].duplicates else None)
    if problem is not None:
        raise broken(f"transformer configuration: {problem.message}")
    with loosely(strict_fields=True):
        try:
            return from_value(documents[0].value)
        except RenderFailure as failure:
            raise broken(f"transformer configuration: {failure.message}") from failure


def field_specs(entries: Iterable[dict[str, Any]] | None) -> FieldSpecs:
    return tuple(FieldSpec(entry.get("path", ""), gvk_from(entry), entry.get("create", False)) for entry in entries or ())


def gvk_from(entry: dict[str, Any]) -> Gvk:
    return Gvk(entry.get("group", ""), entry.get("version", ""), entry.get("kind", ""))


def added(config: TransformerConfig, name: str, spec: FieldSpec) -> TransformerConfig:
    changed: dict[str, Any] = {name: merge_all(getattr(config, name), [spec])}
    return replace(config, **changed)


def added_reference(config: TransformerConfig, reference: NameReference) -> TransformerConfig:
    return replace(config, name_reference=_with_reference(config.name_reference, reference))


SPEC_DECODER = _SPEC
