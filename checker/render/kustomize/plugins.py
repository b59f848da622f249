"""Generators, transformers and validators: those of the kustomization's own fields, and built-in ones configured by objects.

Anything else under `generators:`, `transformers:` and `validators:` is a program to run, and is named and refused.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from checker.model.objects import Origin
from checker.model.units import RenderFailure
from checker.render.kustomize import charts, generators, metadata
from checker.render.kustomize import transform as transforms
from checker.render.kustomize.config import SPEC_DECODER, field_specs
from checker.render.kustomize.context import Accumulated
from checker.render.kustomize.decode import Decoder, boolean, integer, listed, loosely, nullable, string, texts
from checker.render.kustomize.failure import broken, unsupported
from checker.render.kustomize.fieldspec import FieldSpecs
from checker.render.kustomize.hashing import add_hashes
from checker.render.kustomize.images import set_images
from checker.render.kustomize.kustomization import GENERATOR, IMAGE
from checker.render.kustomize.patches import apply_patch, merge_by_id
from checker.render.kustomize.reader import read_resources
from checker.render.kustomize.replacements import FIELD_DECODERS
from checker.render.kustomize.resmap import ResMap
from checker.render.kustomize.resource import Resource
from checker.render.kustomize.selector import SELECTOR
from checker.render.kustomize.transformers import json_patch_from, patch_from, replacing, strategic_merges
from checker.render.kustomize.values import copied, resolved

if TYPE_CHECKING:
    from checker.render.kustomize.target import Target

Run = Callable[[ResMap], None]
VALIDATED_BY = "validated-by"


def generate(target: Target, accumulated: Accumulated) -> None:
    """Config maps, secrets and charts of the kustomization, then what `generators` names."""
    made: list[tuple[str, dict[str, Any], list[Resource]]] = []
    options = target.kustomization.fields.get("generatorOptions")
    for field, kind in (("configMapGenerator", "ConfigMapGenerator"), ("secretGenerator", "SecretGenerator")):
        for index, args in enumerate(target.kustomization.entries(field)):
            with target.place(f"/{field}/{index}"):
                whole = generators.with_global_options(args, options)
                made.append(
                    (
                        f"/{field}/{index}",
                        metadata.builtin(target, kind),
                        [_generated(target, kind, whole, target.origin(field, args.get("name", "")))],
                    )
                )
    for index, chart in enumerate(target.kustomization.entries("helmCharts")):
        with target.place(f"/helmCharts/{index}"):
            made.append((f"/helmCharts/{index}", metadata.builtin(target, "HelmChartInflationGenerator"), charts.inflate(target, chart)))
    for plugin, configured_in in _configured(target, "generators"):
        with target.place("/generators"):
            made.append(("/generators", metadata.configured(plugin, configured_in), _generate_configured(target, plugin)))
    for pointer, note, resources in made:
        with target.place(pointer):
            for resource in resources:
                if target.build.annotated and resource.made_by is None:
                    resource.made_by = note
                accumulated.resources.absorb(resource)


def _generated(target: Target, kind: str, args: dict[str, Any], origin: Origin) -> Resource:
    make = generators.config_map if kind == "ConfigMapGenerator" else generators.secret
    return make(args, target.loader.read, origin, styled=target.build.styled)


def transform(target: Target, accumulated: Accumulated) -> None:
    """What `transformers` names."""
    loaded = [(plugin, where, _transformer(target, plugin)) for plugin, where in _configured(target, "transformers")]
    for plugin, where, run in loaded:
        with target.place("/transformers"):
            run(accumulated.resources)
        if target.build.annotated:
            metadata.note_transformer(accumulated.resources, metadata.configured(plugin, where))
        accumulated.resources.drop_empty()


def validate(target: Target, accumulated: Accumulated) -> None:
    """What `validators` names: built-in transformers that must not change anything."""
    for plugin, _ in _configured(target, "validators"):
        with target.place("/validators"):
            before = [copied(resource.body) for resource in accumulated.resources]
            _transformer(target, plugin)(accumulated.resources)
            after = [resource.body for resource in accumulated.resources]
            if before != after:
                raise broken(f"validator {plugin.gvk.kind} {plugin.name} changes resources, which a validator must not")


def _configured(target: Target, field: str) -> Iterator[tuple[Resource, str]]:
    """The objects that configure plugins, and where for origin annotations they stand."""
    accumulated = Accumulated()
    file = target.kustomization.path.rpartition("/")[2]
    for index, entry in enumerate(target.kustomization.entries(field)):
        with target.place(f"/{field}/{index}"):
            origin = target.origin(field)
            try:
                inline = read_resources(entry.encode("utf-8", "surrogateescape"), target.build.source(origin.path, origin.line))
            except RenderFailure:
                if "\n" in entry:
                    raise
                inline = None
            if inline is None:
                target.include(accumulated, [entry], field)
                continue
            for resource in inline:
                resource.made_by = {"path": posixpath.join(target.where, file)}
            accumulated.resources.append_all(inline)
    for plugin in accumulated.resources:
        if plugin.gvk.group or plugin.gvk.version != "builtin":
            name = f"{plugin.gvk.api_version} {plugin.gvk.kind}"
            raise unsupported(
                f"`{field}` names {name}, which is a program or container to run; nothing is run here", plugin.origin.location
            )
        yield plugin, (plugin.made_by or {}).get("path", "")


_META = Decoder("metadata", {"name": string, "namespace": string}, strict=False)
_SPECS = {"fieldSpecs": listed(SPEC_DECODER)}


def _config(plugin: Resource, fields: dict[str, Any]) -> dict[str, Any]:
    read = Decoder(plugin.gvk.kind, {"metadata": _META, **fields}, strict=False)
    with loosely():
        config: dict[str, Any] = read(resolved(plugin.body), "")
    return config


def _generate_configured(target: Target, plugin: Resource) -> list[Resource]:
    kind = plugin.gvk.kind
    if kind in ("ConfigMapGenerator", "SecretGenerator"):
        args = _config(plugin, {**GENERATOR, "type": string})
        own = args.get("metadata") or {}
        args["name"] = args.get("name") or own.get("name", "")
        args["namespace"] = args.get("namespace") or own.get("namespace", "")
        return [_generated(target, kind, args, plugin.origin)]
    if kind == "HelmChartInflationGenerator":
        return charts.inflate(target, charts.configured(plugin))
    if kind == "IAMPolicyGenerator":
        return [_service_account(plugin)]
    raise broken(f"`generators` names the built-in {kind}, which is no generator", plugin.origin.location)


def _service_account(plugin: Resource) -> Resource:
    name = Decoder("serviceAccount", {"name": string, "projectId": string}, strict=False)
    service = Decoder("kubernetesService", {"name": string, "namespace": string}, strict=False)
    args = _config(plugin, {"cloud": string, "kubernetesService": service, "serviceAccount": name})
    account, kubernetes = args.get("serviceAccount", {}), args.get("kubernetesService", {})
    if args.get("cloud") != "gke":
        raise broken(f"IAMPolicyGenerator: cloud {args.get('cloud', '')!r} is not supported by kustomize; gke is")
    email = f"{account.get('name', '')}@{account.get('projectId', '')}.iam.gserviceaccount.com"
    meta: dict[str, Any] = {"annotations": {"iam.gke.io/gcp-service-account": email}, "name": kubernetes.get("name", "")}
    if kubernetes.get("namespace"):
        meta["namespace"] = kubernetes["namespace"]
    return Resource(body={"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}, origin=plugin.origin)


def _transformer(target: Target, plugin: Resource) -> Run:
    make = _TRANSFORMERS.get(plugin.gvk.kind)
    if make is None:
        raise broken(f"the built-in {plugin.gvk.kind} is no transformer", plugin.origin.location)
    with target.place("/transformers"):
        return make(target, plugin)


def _specs(args: dict[str, Any]) -> FieldSpecs:
    return field_specs(args.get("fieldSpecs"))


def _needed_specs(args: dict[str, Any], kind: str) -> FieldSpecs:
    if args.get("fieldSpecs") is None:
        raise broken(f"{kind} needs fieldSpecs")
    return _specs(args)


def _labels(_target: Target, plugin: Resource) -> Run:
    args = _config(plugin, {"labels": texts, **_SPECS})
    return lambda resources: transforms.set_texts_at(resources, args.get("labels") or {}, _specs(args))


def _annotations(_target: Target, plugin: Resource) -> Run:
    args = _config(plugin, {"annotations": texts, **_SPECS})
    return lambda resources: transforms.set_texts_at(resources, args.get("annotations") or {}, _specs(args))


def _namespace(_target: Target, plugin: Resource) -> Run:
    args = _config(plugin, {"unsetOnly": boolean, "setRoleBindingSubjects": string, **_SPECS})
    namespace, subjects = args.get("metadata", {}).get("namespace", ""), args.get("setRoleBindingSubjects") or "defaultOnly"
    if subjects not in transforms.SUBJECT_MODES:
        raise broken(f"setRoleBindingSubjects must be one of {', '.join(transforms.SUBJECT_MODES)}, not {subjects!r}")

    def run(resources: ResMap) -> None:
        if namespace:
            transforms.set_namespace(resources, namespace, _specs(args), unset_only=args.get("unsetOnly", False), subjects=subjects)

    return run


def _prefix(_target: Target, plugin: Resource) -> Run:
    args = _config(plugin, {"prefix": string, **_SPECS})
    specs = _needed_specs(args, "PrefixTransformer")
    return lambda resources: transforms.add_prefix(resources, args.get("prefix", ""), specs)


def _suffix(_target: Target, plugin: Resource) -> Run:
    args = _config(plugin, {"suffix": string, **_SPECS})
    specs = _needed_specs(args, "SuffixTransformer")
    return lambda resources: transforms.add_suffix(resources, args.get("suffix", ""), specs)


def _prefix_suffix(target: Target, plugin: Resource) -> Run:
    first, second = _prefix(target, plugin), _suffix(target, plugin)

    def run(resources: ResMap) -> None:
        first(resources)
        second(resources)

    return run


def _image(_target: Target, plugin: Resource) -> Run:
    args = _config(plugin, {"imageTag": IMAGE, **_SPECS})
    return lambda resources: set_images(resources, args.get("imageTag", {}), _specs(args))


def _replicas(target: Target, plugin: Resource) -> Run:
    args = _config(plugin, {"replica": Decoder("replica", {"name": string, "count": integer}, strict=False), **_SPECS})
    replica, styled = args.get("replica", {}), target.build.styled
    return lambda resources: transforms.set_replicas(
        resources, replica.get("name", ""), replica.get("count", 0), _specs(args), styled=styled
    )


def _patch(target: Target, plugin: Resource) -> Run:
    patch = patch_from(
        target, _config(plugin, {"path": string, "patch": string, "target": nullable(SELECTOR), "options": _PATCH_OPTIONS}), "transformers"
    )
    return lambda resources: apply_patch(resources, patch, target.build.merger)


_PATCH_OPTIONS = Decoder("options", {"allowNameChange": boolean, "allowKindChange": boolean}, strict=False)


def _json_patch(target: Target, plugin: Resource) -> Run:
    patch = json_patch_from(target, _config(plugin, {"path": string, "jsonOp": string, "target": nullable(SELECTOR)}), "transformers")
    return lambda resources: apply_patch(resources, patch, target.build.merger)


def _strategic(target: Target, plugin: Resource) -> Run:
    args = _config(plugin, {"paths": listed(string), "patches": string})
    if not args.get("paths") and not args.get("patches"):
        raise broken("PatchStrategicMergeTransformer needs paths or patches")
    merges = [merge for path in args.get("paths") or [] for merge in strategic_merges(target, path, "transformers")]
    if args.get("patches"):
        origin = plugin.origin
        merges += read_resources(args["patches"].encode("utf-8", "surrogateescape"), target.build.source(origin.path, origin.line))
    if not merges:
        raise broken("the patches are empty")
    return lambda resources: merge_by_id(resources, tuple(merges), plugin.origin, target.build.merger)


def _replacement(target: Target, plugin: Resource) -> Run:
    entry = Decoder("a replacement", {**FIELD_DECODERS, "path": string}, strict=False)
    return replacing(target, _config(plugin, {"replacements": listed(entry)}).get("replacements") or [], "transformers")


def _hash(_target: Target, _plugin: Resource) -> Run:
    return add_hashes


def _value_add(target: Target, plugin: Resource) -> Run:
    from checker.render.kustomize.value_add import value_adder

    return value_adder(target, resolved(plugin.body))


_TRANSFORMERS: dict[str, Callable[[Any, Resource], Run]] = {
    "AnnotationsTransformer": _annotations,
    "HashTransformer": _hash,
    "ImageTagTransformer": _image,
    "LabelTransformer": _labels,
    "NamespaceTransformer": _namespace,
    "PatchJson6902Transformer": _json_patch,
    "PatchStrategicMergeTransformer": _strategic,
    "PatchTransformer": _patch,
    "PrefixSuffixTransformer": _prefix_suffix,
    "PrefixTransformer": _prefix,
    "SuffixTransformer": _suffix,
    "ReplacementTransformer": _replacement,
    "ReplicaCountTransformer": _replicas,
    "ValueAddTransformer": _value_add,
}
