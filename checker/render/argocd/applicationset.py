"""An ApplicationSet -> the Applications that it generates, as objects.

A generator or template that fails freezes the whole set: nothing is created, changed or deleted, and so it is a failure
here. Generators that succeed with no result delete every Application of the set: that is said aloud.
Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from checker.model.objects import JSONValue, KubeObject, mapping, sequence, text
from checker.model.tree import Tree
from checker.model.units import DeployUnit, Note, Reason, Rendered, RenderFailure
from checker.render.argocd.appset.clusters import known_clusters
from checker.render.argocd.appset.generators import World, generate
from checker.render.argocd.appset.outside import OUTSIDE
from checker.render.argocd.appset.params import GeneratorFailed, NotExpanded, Params, filled
from checker.render.argocd.appset.patch import patched
from checker.render.argocd.appset.templating import Templating, templating_of
from checker.render.argocd.sources import Checkout, Planner
from checker.render.options import RenderOptions

FINALIZER = "resources-finalizer.argocd.argoproj.io"
PARAMETERS = "argocd-cmd-params-cm"
NESTING = ("matrix", "merge")
METADATA = ("name", "labels", "annotations", "finalizers")
KNOWN = frozenset({"list", "clusters", "git", "matrix", "merge", "selector", "template", *OUTSIDE})
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def render_applicationset(unit: DeployUnit, tree: Tree, options: RenderOptions) -> Rendered:
    """The Applications in the order of the generators. Raises RenderFailure where the set is frozen or cannot be known."""
    assert unit.declaration is not None
    spec = mapping(unit.declaration.body.get("spec"))
    planner = Planner(unit, tree, options)

    def checkout(generator: Mapping[str, JSONValue]) -> Checkout:
        revision = {"repoURL": generator.get("repoURL"), "targetRevision": generator.get("revision"), "path": "git generator"}
        return planner.checkout(revision)

    try:
        clusters = known_clusters(unit.related, options.clusters)
        world = World(
            templating=templating_of(spec),
            clusters=clusters,
            checkout=checkout,
            given=_given(unit, spec, options),
            new_globbing=_has_new_globbing(unit.related),
        )
        applications = list(_applications(spec, world, unit))
    except GeneratorFailed as error:
        message = f"{error}; Argo CD leaves every Application of {unit.name} as it is"
        raise RenderFailure(message, location=unit.origin.location) from error
    except NotExpanded as error:
        reason = Reason.REMOTE if error.remote else Reason.UNSUPPORTED
        raise RenderFailure(f"not expanded: {error}", reason=reason, location=unit.origin.location) from error
    kept, notes = _valid(applications, unit)
    return Rendered(objects=kept, notes=(*planner.notes, *_generator_notes(spec, unit, bool(applications), bool(clusters)), *notes))


def _has_new_globbing(related: Sequence[KubeObject]) -> bool:
    """What the controller is started with, as far as the repository holds it; a change of it counts after a restart."""
    parameters = mapping(next((obj.body.get("data") for obj in related if obj.kind == "ConfigMap" and obj.name == PARAMETERS), None))
    return text(parameters.get("applicationsetcontroller.enable.new.git.file.globbing")).lower() == "true"


def _given(unit: DeployUnit, spec: Mapping[str, JSONValue], options: RenderOptions) -> Mapping[str, Sequence[Mapping[str, JSONValue]]]:
    """What settings say of this set's generators. Two of one kind would be told the same, which one of them is not."""
    given = options.generators.get(f"{unit.namespace}/{unit.name}", options.generators.get(unit.name, {}))
    for name in given:
        if _count(spec.get("generators"), name) > 1:
            raise NotExpanded(f"the settings give one list of parameters for {name}, and the set has several such generators", remote=False)
    return given


def _count(value: JSONValue, name: str) -> int:
    if isinstance(value, dict):
        return (value.get(name) is not None) + sum(_count(item, name) for key, item in value.items() if key in (*NESTING, "generators"))
    return sum(_count(item, name) for item in sequence(value))


def _applications(spec: Mapping[str, JSONValue], world: World, unit: DeployUnit) -> Iterator[KubeObject]:
    for item in sequence(spec.get("generators")):
        for generated in generate(mapping(item), world):
            template = filled(generated.template, spec.get("template"))
            for params in generated.params:
                body = _application(template, params, spec, world.templating, unit)
                yield KubeObject(body=body, origin=unit.origin)


def _application(
    template: Mapping[str, JSONValue], params: Params, spec: Mapping[str, JSONValue], templating: Templating, unit: DeployUnit
) -> dict[str, JSONValue]:
    """An empty set of parameters leaves the template as it is, and adds no finalizer."""
    rendered: dict[str, Any] = templating.tree(mapping(template), params) if params else dict(mapping(template))
    metadata: dict[str, JSONValue] = {key: value for key, value in mapping(rendered.get("metadata")).items() if key in METADATA and value}
    metadata["namespace"] = unit.namespace
    keeps = mapping(spec.get("syncPolicy")).get("preserveResourcesOnDeletion") is True
    if params and not keeps and not metadata.get("finalizers"):
        metadata["finalizers"] = [FINALIZER]
    body: dict[str, JSONValue] = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": metadata,
        "spec": rendered.get("spec") or {},
    }
    patch = text(spec.get("templatePatch"))
    return patched(body, templating.text(patch, params)) if patch else body


def _valid(applications: list[KubeObject], unit: DeployUnit) -> tuple[tuple[KubeObject, ...], tuple[Note, ...]]:
    """Names that are taken twice or that the API server refuses withhold their Applications; the others go on."""
    counts = Counter(obj.name for obj in applications)
    notes: list[Note] = []
    for name, count in counts.items():
        if not _NAME.fullmatch(name) or len(name) > 253:
            notes.append(_note("invalid-application", f"{unit.name} generates an Application named {name!r}, which is no valid name", unit))
        elif count > 1:
            message = f"{unit.name} generates {count} Applications named {name}; Argo CD creates and updates none of them"
            notes.append(_note("duplicate-application", message, unit))
    kept = tuple(obj for obj in applications if counts[obj.name] == 1 and _NAME.fullmatch(obj.name) and len(obj.name) <= 253)
    return kept, tuple(notes)


def _generator_notes(spec: Mapping[str, JSONValue], unit: DeployUnit, has_result: bool, knows_clusters: bool) -> Iterator[Note]:
    entries = [mapping(item) for item in sequence(spec.get("generators"))]
    for name in sorted({name for entry in entries for name in entry if name not in KNOWN}):
        yield _note("unknown-generator", f"{unit.name} has a generator {name!r} that Argo CD does not know; it generates nothing", unit)
    if any("clusters" in entry for entry in entries) and not knows_clusters:
        message = f"{unit.name} is for all clusters, and none is known here: only the one that Argo CD runs in is shown"
        yield _note("assumed-clusters", message, unit)
    if not has_result:
        policy = text(mapping(spec.get("syncPolicy")).get("applicationsSync")) or "sync"
        keeps = policy in ("create-only", "create-update")
        effect = "none is created" if keeps else "Argo CD deletes those that it has, with what they deployed"
        yield _note("generates-nothing", f"{unit.name} generates no Application: {effect}", unit)


def _note(rule: str, message: str, unit: DeployUnit) -> Note:
    return Note(id=rule, message=message, location=unit.origin.location)
