"""`spec.postRenderers` of a HelmRelease: kustomize patches and images over the rendered objects, one build each, in order."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from checker.model.objects import JSONValue, KubeObject, mapping, sequence, text
from checker.model.paths import ROOT, RepoPath
from checker.model.records import replace
from checker.model.tree import MemoryTree
from checker.model.units import DeployUnit, RenderFailure
from checker.render.helm.chart import hook_events
from checker.render.options import RenderOptions
from checker.tools.flux import release

FIELDS = ("patches", "images", "patchesStrategicMerge", "patchesJson6902")
OUTPUT = RepoPath("helm-output.yaml")


def post_rendered(
    objects: Sequence[KubeObject], spec: Mapping[str, JSONValue], unit: DeployUnit, options: RenderOptions
) -> tuple[KubeObject, ...]:
    """The objects in their order. Hooks take part unless the strategy says otherwise."""
    renderers = [mapping(mapping(item).get("kustomize")) for item in sequence(spec.get("postRenderers"))]
    if not any(any(renderer.get(field) for field in FIELDS) for renderer in renderers):
        return tuple(objects)
    strategy = strategy_of(spec, options)
    hooks = [obj for obj in objects if hook_events(obj)]
    plain = [obj for obj in objects if not hook_events(obj)]
    for renderer in renderers:
        kustomization = _kustomization(renderer)
        if strategy == "combined":
            both = _built([*plain, *hooks], kustomization, unit)
            plain, hooks = [obj for obj in both if not hook_events(obj)], [obj for obj in both if hook_events(obj)]
        else:
            plain = _built(plain, kustomization, unit)
            hooks = _built(hooks, kustomization, unit) if strategy == "separate" else hooks
    return (*plain, *hooks)


def strategy_of(spec: Mapping[str, JSONValue], options: RenderOptions) -> str:
    """`combined`, `separate` or `nohooks`: Helm 3, in Flux before 2.8, did not show hooks to post-renderers."""
    return text(spec.get("postRenderStrategy")) or ("combined" if release(options.flux) >= (2, 8) else "nohooks")


def _kustomization(renderer: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    content: dict[str, JSONValue] = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": [OUTPUT]}
    for field in ("patches", "images"):
        if renderer.get(field):
            content[field] = renderer[field]
    if renderer.get("patchesStrategicMerge"):
        content["patchesStrategicMerge"] = [json.dumps(item) for item in sequence(renderer["patchesStrategicMerge"])]
    if renderer.get("patchesJson6902"):
        patches = [mapping(item) for item in sequence(renderer["patchesJson6902"])]
        content["patchesJson6902"] = [{"target": patch.get("target"), "patch": json.dumps(patch.get("patch"))} for patch in patches]
    return content


def _built(objects: Sequence[KubeObject], kustomization: Mapping[str, JSONValue], unit: DeployUnit) -> list[KubeObject]:
    """Origins come back by the position of the document; what patches contribute stands in the HelmRelease."""
    from checker.render.kustomize import KustomizeOptions, build

    if not objects:
        return []
    text_of_objects = "\n---\n".join(json.dumps(obj.body, ensure_ascii=False) for obj in objects)
    files = {RepoPath("kustomization.yaml"): json.dumps(kustomization).encode(), OUTPUT: text_of_objects.encode("utf-8", "surrogateescape")}
    try:
        built = build(MemoryTree(files), ROOT, KustomizeOptions(load_restrictor="none", order="fifo"))
    except RenderFailure as failure:
        raise RenderFailure(f"postRenderers: {failure.message}", reason=failure.reason, location=unit.origin.location) from failure
    done: list[KubeObject] = []
    for obj in built:
        if obj.origin.path != OUTPUT or obj.origin.document >= len(objects):
            done.append(replace(obj, origin=unit.origin, contributors=()))
            continue
        before = objects[obj.origin.document]
        changed = (*before.contributors, unit.origin) if obj.body != before.body else before.contributors
        done.append(replace(obj, origin=before.origin, contributors=changed))
    return done
