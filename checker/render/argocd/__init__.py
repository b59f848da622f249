"""Argo CD Applications: what the repository server would generate from a source in this repository.

Source: https://argo-cd.readthedocs.io/en/stable/user-guide/application_sources/
"""

from __future__ import annotations

from dataclasses import replace

from checker.model.objects import JSONValue, KubeObject, dig, mapping, text
from checker.model.paths import RepoPath, join
from checker.model.tree import EntryKind, Tree
from checker.model.units import DeployUnit, Reason, Rendered, RenderFailure
from checker.render.argocd.scope import is_cluster_scoped
from checker.render.options import RenderOptions

KUSTOMIZATION_FILES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


def render_application(unit: DeployUnit, tree: Tree, options: RenderOptions) -> Rendered:
    """The target objects, with the destination namespace where they name none. Raises RenderFailure."""
    assert unit.declaration is not None
    spec = mapping(unit.declaration.body.get("spec"))
    for field in ("sources", "sourceHydrator"):
        if spec.get(field):
            raise RenderFailure(f"spec.{field} is not rendered by this version", reason=Reason.UNSUPPORTED, location=unit.origin.location)
    source = mapping(spec.get("source"))
    if unit.path is None:
        raise _remote(unit, source)
    if tree.kind(unit.path) is not EntryKind.DIRECTORY:
        raise RenderFailure(f"spec.source.path {text(source.get('path'))} is not a folder of this repository", location=unit.origin.location)
    objects = _generate(unit, source, tree, options)
    return Rendered(objects=_placed(objects, text(dig(spec, "destination", "namespace"))))


def render_applicationset(unit: DeployUnit, tree: Tree, options: RenderOptions) -> Rendered:
    """Refused: its Applications are not generated, so nothing is said of them."""
    del tree, options
    raise RenderFailure("ApplicationSets are not expanded by this version; its Applications were not looked at", reason=Reason.UNSUPPORTED, location=unit.origin.location)


def _remote(unit: DeployUnit, source: object) -> RenderFailure:
    body = mapping(source)
    chart = text(body.get("chart"))
    what = f"chart {chart} {text(body.get('targetRevision'))} of {text(body.get('repoURL'))}" if chart else f"{text(body.get('path'))} of {text(body.get('repoURL'))}"
    return RenderFailure(f"{what} is not in this repository; map it under sources: in the settings", reason=Reason.REMOTE, location=unit.origin.location)


def _generate(unit: DeployUnit, source: object, tree: Tree, options: RenderOptions) -> tuple[KubeObject, ...]:
    assert unit.path is not None
    body = mapping(source)
    for override in (".argocd-source.yaml", f".argocd-source-{unit.name}.yaml"):
        if tree.kind(join(unit.path, override)) is EntryKind.FILE:
            raise RenderFailure(f"{override} is not read by this version", reason=Reason.UNSUPPORTED, location=unit.origin.location)
    if body.get("plugin") is not None:
        raise RenderFailure("config management plugins are never run", reason=Reason.UNSUPPORTED, location=unit.origin.location)
    names = tree.entries(unit.path)
    if any(name in KUSTOMIZATION_FILES for name in names):
        return _kustomize(unit, body.get("kustomize"), tree, options)
    if "Chart.yaml" in names:
        return _helm(unit, body.get("helm"), tree, options)
    return _directory(unit, body.get("directory"), tree, options)


def _kustomize(unit: DeployUnit, settings: JSONValue, tree: Tree, options: RenderOptions) -> tuple[KubeObject, ...]:
    from checker.render.kustomize import KustomizeOptions, build

    _refuse_fields("spec.source.kustomize", settings, frozenset(), unit)
    assert unit.path is not None
    return build(tree, unit.path, KustomizeOptions(sources=options.sources))


def _helm(unit: DeployUnit, settings: JSONValue, tree: Tree, options: RenderOptions) -> tuple[KubeObject, ...]:
    from checker.render.helm import HelmRequest, render_chart

    _refuse_fields("spec.source.helm", settings, frozenset({"releaseName"}), unit)
    assert unit.path is not None
    assert unit.declaration is not None
    namespace = text(dig(unit.declaration.body, "spec", "destination", "namespace"), "default")
    release = text(mapping(settings).get("releaseName")) or unit.name
    return render_chart(tree, unit.path, HelmRequest(release=release, namespace=namespace, include_crds=True, kube_version=options.kubernetes))


def _directory(unit: DeployUnit, settings: JSONValue, tree: Tree, options: RenderOptions) -> tuple[KubeObject, ...]:
    from checker.render.directory import render_directory

    _refuse_fields("spec.source.directory", settings, frozenset({"recurse"}), unit)
    assert unit.path is not None
    folders = [unit.path, *(_below(tree, unit.path) if mapping(settings).get("recurse") is True else [])]
    return tuple(obj for folder in folders for obj in render_directory(replace(unit, path=folder), tree, options).objects)


def _below(tree: Tree, folder: RepoPath) -> list[RepoPath]:
    found = [join(folder, name) for name in tree.entries(folder) if tree.kind(join(folder, name), follow=False) is EntryKind.DIRECTORY]
    return [path for child in found for path in (child, *_below(tree, child))]


def _refuse_fields(place: str, settings: JSONValue, known: frozenset[str], unit: DeployUnit) -> None:
    for field, value in mapping(settings).items():
        if field not in known and value:
            raise RenderFailure(f"{place}.{field} is not rendered by this version", reason=Reason.UNSUPPORTED, location=unit.origin.location)


def _placed(objects: tuple[KubeObject, ...], namespace: str) -> tuple[KubeObject, ...]:
    """Namespaced and unknown kinds get the destination namespace; cluster-scoped ones lose theirs (controller/state.go, argo-cd)."""
    return tuple(_place(obj, namespace) for obj in objects)


def _place(obj: KubeObject, namespace: str) -> KubeObject:
    if is_cluster_scoped(obj.group, obj.kind):
        metadata = {key: value for key, value in obj.metadata.items() if key != "namespace"}
    elif namespace and not obj.namespace:
        metadata = {**obj.metadata, "namespace": namespace}
    else:
        return obj
    return replace(obj, body={**obj.body, "metadata": metadata})
