"""The transformers that the fields of a kustomization ask for, in the order kustomize runs them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from checker.model.records import dataclass
from checker.model.units import RenderFailure
from checker.render.kustomize import transform
from checker.render.kustomize.config import TransformerConfig, field_specs
from checker.render.kustomize.decode import loosely
from checker.render.kustomize.failure import broken
from checker.render.kustomize.fieldspec import FieldSpec, FieldSpecs, merge_all, merge_one
from checker.render.kustomize.images import set_images
from checker.render.kustomize.patches import Patch, apply_patch, load_patch, merge_by_id
from checker.render.kustomize.reader import read_resources
from checker.render.kustomize.replacements import REPLACEMENT, apply_replacement
from checker.render.kustomize.resmap import ResMap
from checker.render.kustomize.resource import Resource
from checker.render.kustomize.selector import selector_from
from checker.tools.yaml import Rules, load_documents

if TYPE_CHECKING:
    from checker.render.kustomize.target import Target

METADATA_LABELS = FieldSpec("metadata/labels", create=True)


@dataclass(frozen=True, slots=True)
class Transformer:
    """`kind` is kustomize's name for it, `pointer` the field that asks for it."""

    kind: str
    pointer: str
    run: Callable[[ResMap], None]


def transformers_of(target: Target, config: TransformerConfig) -> Iterator[Transformer]:
    """All of them are loaded before the first one runs, as kustomize does: what cannot be read is told first."""
    loaded: list[Transformer] = []
    for maker in (_merges, _patches, _namespace, _affixes, _labels, _annotations, _json_patches, _replicas, _images, _replacements):
        loaded.extend(maker(target, config))
    yield from loaded


def _merges(target: Target, _config: TransformerConfig) -> Iterator[Transformer]:
    entries = target.kustomization.entries("patchesStrategicMerge")
    if not entries:
        return
    merges: list[Resource] = []
    for index, entry in enumerate(entries):
        with target.place(f"/patchesStrategicMerge/{index}"):
            merges.extend(strategic_merges(target, entry, "patchesStrategicMerge"))
    with target.place("/patchesStrategicMerge"):
        if not merges:
            raise broken("the patches are empty")
    origin = target.origin("patchesStrategicMerge")
    merger = target.build.merger
    yield Transformer(
        "PatchStrategicMergeTransformer",
        "/patchesStrategicMerge",
        lambda resources: merge_by_id(resources, tuple(merges), origin, merger),
    )


def strategic_merges(target: Target, entry: str, field: str) -> list[Resource]:
    """A patch given as text, or as the path of a file."""
    origin = target.origin(field)
    try:
        return read_resources(entry.encode("utf-8", "surrogateescape"), target.build.source(origin.path, origin.line))
    except RenderFailure:
        if "\n" in entry:
            raise
    file = target.loader.file_path(entry)
    return read_resources(target.build.tree.read(file), target.build.source(file))


def _patches(target: Target, _config: TransformerConfig) -> Iterator[Transformer]:
    for index, entry in enumerate(target.kustomization.entries("patches")):
        pointer = f"/patches/{index}"
        with target.place(pointer):
            patch = patch_from(target, entry)
        yield _patching("PatchTransformer", pointer, patch, target)


def _patching(kind: str, pointer: str, patch: Patch, target: Target) -> Transformer:
    merger = target.build.merger
    return Transformer(kind, pointer, lambda resources: apply_patch(resources, patch, merger))


def patch_from(target: Target, entry: dict[str, Any], field: str = "patches") -> Patch:
    """An entry of `patches`, whichever kind of patch it holds."""
    path, text = entry.get("path", ""), entry.get("patch", "").strip()
    if bool(path) == bool(text):
        raise broken("a patch has either a `path` or a `patch`" + (", not both" if path else ""))
    if text:
        origin = target.origin(field, text.partition("\n")[0])
        data, source = text.encode("utf-8", "surrogateescape"), target.build.source(origin.path, origin.line)
    else:
        file = target.loader.file_path(path)
        data, source = target.build.tree.read(file), target.build.source(file)
    failure: RenderFailure | None = None
    try:
        merges: tuple[Resource, ...] | None = tuple(read_resources(data, source))
    except RenderFailure as error:
        merges, failure = None, error
    from checker.model.objects import Origin

    try:
        return load_patch(
            data,
            merges,
            target=selector_from(entry["target"]) if entry.get("target") is not None else None,
            options=entry.get("options") or {},
            origin=Origin(path=source.path, line=source.line or 1),
            trimmed=False,
        )
    except RenderFailure as error:
        if merges is None and failure is not None and "YAML" in failure.message:
            raise failure from error
        raise


def _json_patches(target: Target, _config: TransformerConfig) -> Iterator[Transformer]:
    for index, entry in enumerate(target.kustomization.entries("patchesJson6902")):
        pointer = f"/patchesJson6902/{index}"
        with target.place(pointer):
            patch = json_patch_from(target, entry, "patchesJson6902")
        yield _patching("PatchJson6902Transformer", pointer, patch, target)


def json_patch_from(target: Target, entry: dict[str, Any], field: str) -> Patch:
    from checker.render.kustomize import json6902

    path, text, chosen = entry.get("path", ""), entry.get("patch") or entry.get("jsonOp") or "", entry.get("target")
    if chosen is None or not chosen.get("name"):
        raise broken("a JSON patch needs a target with a name")
    if bool(path) == bool(text):
        raise broken("a JSON patch has either a `path` or a `patch`" + (", not both" if path else ""))
    origin = target.origin(field, text.partition("\n")[0])
    if path:
        from checker.model.objects import Origin

        origin = Origin(path=target.loader.file_path(path))
        text = target.loader.read(path).decode("utf-8", "surrogateescape")
    operations = json6902.operations(text)
    if not operations:
        raise broken("a JSON patch is a list of operations" if operations is None else "the JSON patch is empty")
    return Patch(operations=operations, target=selector_from(chosen), origin=origin, keeps_history=False)


def _namespace(target: Target, config: TransformerConfig) -> Iterator[Transformer]:
    namespace = target.kustomization.text("namespace")
    if namespace:
        yield Transformer(
            "NamespaceTransformer", "/namespace", lambda resources: transform.set_namespace(resources, namespace, config.namespace)
        )


def _affixes(target: Target, config: TransformerConfig) -> Iterator[Transformer]:
    prefix, suffix = target.kustomization.text("namePrefix"), target.kustomization.text("nameSuffix")
    if prefix:
        yield Transformer("PrefixTransformer", "/namePrefix", lambda resources: transform.add_prefix(resources, prefix, config.name_prefix))
    if suffix:
        yield Transformer("SuffixTransformer", "/nameSuffix", lambda resources: transform.add_suffix(resources, suffix, config.name_suffix))


def _labels(target: Target, config: TransformerConfig) -> Iterator[Transformer]:
    for index, entry in enumerate(target.kustomization.entries("labels")):
        with target.place(f"/labels/{index}"):
            specs = merge_all(field_specs(entry.get("fields")), config.labels)
            if entry.get("includeSelectors"):
                specs = merge_all(specs, config.common_labels)
            else:
                if entry.get("includeTemplates"):
                    specs = merge_all(specs, config.template_labels)
                specs = merge_one(specs, METADATA_LABELS)
        yield _setting("LabelTransformer", f"/labels/{index}", entry.get("pairs") or {}, specs)
    common = target.kustomization.fields.get("commonLabels") or {}
    if common or target.kustomization.entries("labels"):
        yield _setting("LabelTransformer", "/commonLabels", common, config.common_labels)


def _annotations(target: Target, config: TransformerConfig) -> Iterator[Transformer]:
    common = target.kustomization.fields.get("commonAnnotations") or {}
    if common:
        yield _setting("AnnotationsTransformer", "/commonAnnotations", common, config.common_annotations)


def _setting(kind: str, pointer: str, texts: dict[str, str], specs: FieldSpecs) -> Transformer:
    return Transformer(kind, pointer, lambda resources: transform.set_texts_at(resources, texts, specs))


def _replicas(target: Target, config: TransformerConfig) -> Iterator[Transformer]:
    styled = target.build.styled

    def setting(entry: dict[str, Any]) -> Callable[[ResMap], None]:
        return lambda resources: transform.set_replicas(
            resources, entry.get("name", ""), entry.get("count", 0), config.replicas, styled=styled
        )

    for index, entry in enumerate(target.kustomization.entries("replicas")):
        yield Transformer("ReplicaCountTransformer", f"/replicas/{index}", setting(entry))


def _images(target: Target, config: TransformerConfig) -> Iterator[Transformer]:
    def setting(entry: dict[str, Any]) -> Callable[[ResMap], None]:
        return lambda resources: set_images(resources, entry, config.images)

    for index, entry in enumerate(target.kustomization.entries("images")):
        yield Transformer("ImageTagTransformer", f"/images/{index}", setting(entry))


def _replacements(target: Target, _config: TransformerConfig) -> Iterator[Transformer]:
    entries = target.kustomization.entries("replacements")
    if not entries:
        return
    with target.place("/replacements"):
        run = replacing(target, entries, "replacements")
    yield Transformer("ReplacementTransformer", "/replacements", run)


def replacing(target: Target, entries: list[dict[str, Any]], field: str) -> Callable[[ResMap], None]:
    from checker.model.objects import Origin

    loaded: list[tuple[dict[str, Any], Origin]] = []
    for entry in entries:
        path = entry.get("path", "")
        if not path:
            loaded.append((entry, target.origin(field)))
            continue
        if entry.get("source") is not None or entry.get("targets"):
            raise broken("a replacement has either a path or a source and targets")
        file = target.loader.file_path(path)
        documents = load_documents(target.build.tree.read(file), rules=Rules.KUBERNETES)
        value = documents[0].value if documents else None
        if not isinstance(value, dict | list):
            raise broken(f"{path} holds no replacement")
        with loosely():
            loaded.extend((REPLACEMENT(item, path), Origin(path=file)) for item in (value if isinstance(value, list) else [value]))

    def run(resources: ResMap) -> None:
        for replacement, origin in loaded:
            apply_replacement(resources, replacement, origin, styled=target.build.styled)

    return run
