"""A Flux HelmRelease -> the objects helm-controller would apply: chart, values, post-renderers, metadata.

Rendered as an install, with what the repository knows: values from objects that live only in the cluster are left out and
noted. Nothing of a live release is known, so `preserveValues` is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from checker.model.objects import JSONValue, KubeObject, Location, dig, mapping, text
from checker.model.paths import RepoPath
from checker.model.records import replace
from checker.model.tree import Tree
from checker.model.units import DeployUnit, Note, Reason, Rendered, RenderFailure
from checker.render.helm.chart import HelmRequest, hook_events, template_release
from checker.render.helm.postrender import post_rendered, strategy_of
from checker.render.helm.source import ChartSource, open_chart
from checker.render.helm.values import compose_values
from checker.render.options import RenderOptions
from checker.tools.flux.versions import helm_of

GROUP = "helm.toolkit.fluxcd.io"
MAX_NAME = 53


def render_helmrelease(unit: DeployUnit, tree: Tree, options: RenderOptions) -> Rendered:
    """Raises RenderFailure where the chart is remote or refuses its values."""
    assert unit.declaration is not None
    spec = mapping(unit.declaration.body.get("spec"))
    if dig(spec, "upgrade", "preserveValues") is True:
        _refuse(unit, "upgrade.preserveValues keeps values of the live release, which are unknown here")
    chart = open_chart(unit, tree, options)
    values, notes = compose_values(unit, options)
    try:
        result = template_release(chart.tree, chart.path, _request(unit, chart, spec, values, options), options)
    except RenderFailure as failure:
        where = Location(path=chart.tree.origin(failure.location.path)) if failure.location else unit.origin.location
        raise RenderFailure(failure.message, reason=failure.reason, location=where) from failure
    located = tuple(replace(obj, origin=replace(obj.origin, path=chart.tree.origin(obj.origin.path))) for obj in result.objects)
    kept = tuple(obj for obj in located if not _is_stray_crd_file(obj))
    rendered = post_rendered(kept, spec, unit, options)
    hooks_too = strategy_of(spec, options) != "nohooks"
    objects = tuple(_labelled(obj, unit, spec) if hooks_too or not hook_events(obj) else obj for obj in rendered)
    return Rendered(objects=objects, notes=(*notes, *(_by_repository(note, chart) for note in result.notes)))


def release_name(declaration: KubeObject) -> str:
    """spec.releaseName, else composed; long names end in a digest (helm-controller internal/release/name.go)."""
    spec = mapping(declaration.body.get("spec"))
    target = text(spec.get("targetNamespace"))
    name = text(spec.get("releaseName")) or (f"{target}-{declaration.name}" if target else declaration.name)
    data = name.encode()
    if len(data) <= MAX_NAME:
        return name
    return f"{data[:40].decode('utf-8', 'ignore')}-{hashlib.sha256(data).hexdigest()[:12]}"


def release_namespace(declaration: KubeObject) -> str:
    return text(dig(declaration.body, "spec", "targetNamespace")) or declaration.namespace or "default"


def _request(
    unit: DeployUnit, chart: ChartSource, spec: Mapping[str, JSONValue], values: Mapping[str, JSONValue], options: RenderOptions
) -> HelmRequest:
    assert unit.declaration is not None
    return HelmRequest(
        release=release_name(unit.declaration),
        namespace=release_namespace(unit.declaration),
        values=values,
        chart_values=chart.values,
        include_crds=text(dig(spec, "install", "crds"), "Create") != "Skip",
        hooks=dig(spec, "install", "disableHooks") is not True,
        tests=dig(spec, "test", "enable") is True,
        kube_version=options.kubernetes,
        api_versions=options.api_versions,
        helm=options.helm or helm_of(options.flux),
    )


def _is_stray_crd_file(obj: KubeObject) -> bool:
    """Whether the object stands in crds/ and is no CustomResourceDefinition: helm-controller leaves it out."""
    return "/crds/" in f"/{obj.origin.path}" and "/templates/" not in f"/{obj.origin.path}" and obj.kind != "CustomResourceDefinition"


def _labelled(obj: KubeObject, unit: DeployUnit, spec: Mapping[str, JSONValue]) -> KubeObject:
    """Common metadata, then the origin labels, which win."""
    assert unit.declaration is not None
    common = mapping(spec.get("commonMetadata"))
    metadata: dict[str, JSONValue] = dict(obj.metadata)
    origin: dict[str, JSONValue] = {f"{GROUP}/name": unit.declaration.name, f"{GROUP}/namespace": unit.namespace}
    metadata["labels"] = {**mapping(metadata.get("labels")), **mapping(common.get("labels")), **origin}
    if mapping(common.get("annotations")):
        metadata["annotations"] = {**mapping(metadata.get("annotations")), **mapping(common.get("annotations"))}
    return replace(obj, body={**obj.body, "metadata": metadata})


def _by_repository(note: Note, chart: ChartSource) -> Note:
    if note.location is None:
        return note
    return replace(note, location=Location(path=RepoPath(chart.tree.origin(note.location.path))))


def _refuse(unit: DeployUnit, why: str) -> None:
    raise RenderFailure(f"HelmRelease {unit.namespace}/{unit.name}: {why}", reason=Reason.UNSUPPORTED, location=unit.origin.location)
