"""An Application -> its target objects: plan the sources, find the tool of each, generate, then what Argo CD does to all.

Source: https://argo-cd.readthedocs.io/en/stable/user-guide/application_sources/
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator

from checker.model.objects import KubeObject, Location, mapping, text
from checker.model.paths import PathEscapes, RepoPath
from checker.model.records import replace
from checker.model.tree import EntryKind, Tree, TreeError, walk
from checker.model.units import DeployUnit, Note, Rendered, RenderFailure, unreadable
from checker.render.argocd.context import Context
from checker.render.argocd.detect import tool_of, with_overrides
from checker.render.argocd.directory import expanded_list, render_directory
from checker.render.argocd.helm import render_helm
from checker.render.argocd.kustomize import render_kustomize
from checker.render.argocd.project import project_notes
from checker.render.argocd.sources import plan_sources
from checker.render.argocd.targets import targets
from checker.render.options import RenderOptions

GENERATE_PATHS = "argocd.argoproj.io/manifest-generate-paths"
MAX_LOOKED_AT = 5_000
Generated = tuple[tuple[KubeObject, ...], tuple[Note, ...]]


def render_application(unit: DeployUnit, tree: Tree, options: RenderOptions) -> Rendered:
    """The target objects in the order of the sources. Raises RenderFailure where Argo CD would apply nothing."""
    assert unit.declaration is not None
    plan = plan_sources(unit, tree, options)
    objects: list[KubeObject] = []
    notes: list[Note] = [*plan.notes]
    for source in plan.sources:
        generated, said = _generate(Context(unit=unit, plan=plan, source=source, options=options))
        objects.extend(generated)
        notes.extend(said)
    applied, dropped = targets(objects, unit)
    notes.extend(dropped)
    notes.extend(_emptied(unit, applied))
    notes.extend(project_notes(unit, applied))
    return Rendered(objects=applied, notes=tuple(notes))


def _generate(context: Context) -> Generated:
    try:
        context = with_overrides(context)
        objects, notes = _RENDERERS[tool_of(context)](context)
    except RenderFailure as failure:
        raise _located(failure, context) from failure
    except TreeError as error:
        raise unreadable(error, context.unit.origin.location) from error
    listed = [item for obj in objects for item in _unpacked(obj)]
    _check_annotations(listed, context)
    return tuple(_with_origin(obj, context) for obj in listed), tuple(_with_location(note, context) for note in notes)


def _check_annotations(objects: Iterable[KubeObject], context: Context) -> None:
    """Argo CD marks every object but definitions by an annotation, and fails on those beside it that are no text (util/kube/kube.go)."""
    for obj in objects:
        wrong = next((name for name, value in mapping(obj.metadata.get("annotations")).items() if not isinstance(value, str)), None)
        if wrong is not None and obj.kind != "CustomResourceDefinition":
            value = json.dumps(mapping(obj.metadata["annotations"])[wrong])[:40]
            message = f"annotation {wrong} of {obj.kind} {obj.name} is {value} and no text, and Argo CD renders nothing; put it in quotes"
            raise _located(context.broken(message, obj.origin.location), context)


def _unpacked(obj: KubeObject) -> Iterator[KubeObject]:
    if not isinstance(obj.body.get("items"), list):
        yield obj
        return
    for item in expanded_list(obj.body, obj.origin):
        yield replace(item, contributors=obj.contributors)


def _plugin(context: Context) -> Generated:
    """Never run. What it is likely to read is read, so that a change of it is known to touch the Application."""
    _look_at(context)
    name = context.section("plugin").get("name") or "of no name"
    raise context.refused(f"the config management plugin {name} is never run here, and what it reads outside its folder is not known")


def _look_at(context: Context) -> None:
    """The source's folder, and what the annotation says that manifests are made from."""
    tree, checkout = context.source.checkout.tree, context.source.checkout
    listed = text(context.declaration.annotations.get(GENERATE_PATHS)).split(";")
    folders = {context.source.path}
    for entry in filter(None, (entry.strip() for entry in listed)):
        try:
            folders.add(checkout.path(entry.partition("*")[0], context.source.path))
        except PathEscapes:
            continue
    for path in itertools.islice((path for folder in sorted(folders) for path in _files(tree, folder)), MAX_LOOKED_AT):
        tree.read(path)


def _files(tree: Tree, path: RepoPath) -> Iterator[RepoPath]:
    kind = tree.kind(path)
    if kind is EntryKind.FILE:
        yield path
    elif kind is EntryKind.DIRECTORY:
        yield from (file for file in walk(tree, path) if tree.kind(file) is EntryKind.FILE)


_RENDERERS: dict[str, Callable[[Context], Generated]] = {
    "kustomize": lambda context: (render_kustomize(context), ()),
    "helm": render_helm,
    "directory": lambda context: (render_directory(context), ()),
    "plugin": _plugin,
}


def _with_origin(obj: KubeObject, context: Context) -> KubeObject:
    """What comes from elsewhere is found by the Application that asks for it, and what Argo CD edits in stands there."""
    if context.source.checkout.is_tree_at_hand:
        return obj
    return replace(obj, origin=context.unit.origin, contributors=())


def _with_location(note: Note, context: Context) -> Note:
    return note if context.source.checkout.is_tree_at_hand else replace(note, location=context.unit.origin.location)


def _located(failure: RenderFailure, context: Context) -> RenderFailure:
    inside = failure.location is not None and context.source.checkout.is_tree_at_hand
    location: Location | None = failure.location if inside else context.unit.origin.location
    chain = failure.chain if context.source.checkout.is_tree_at_hand else ()
    return RenderFailure(failure.message, reason=failure.reason, location=location, chain=chain)


def _emptied(unit: DeployUnit, applied: tuple[KubeObject, ...]) -> Iterator[Note]:
    """Automated pruning never removes everything at once unless it is allowed to (controller/appcontroller.go, argo-cd)."""
    assert unit.declaration is not None
    spec = mapping(unit.declaration.body.get("spec"))
    automated = mapping(mapping(spec.get("syncPolicy")).get("automated"))
    if applied or automated.get("prune") is not True or automated.get("enabled") is False:
        return
    if automated.get("allowEmpty") is True:
        message = f"{unit.name} renders no objects and may prune everything: whatever it applied before is deleted"
        yield Note(id="prunes-everything", message=message, location=unit.origin.location)
    else:
        message = f"{unit.name} renders no objects; Argo CD refuses to sync it and deletes nothing, since allowEmpty is not set"
        yield Note(id="sync-refused", message=message, location=unit.origin.location)
