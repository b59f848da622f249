"""What an AppProject refuses of an Application, as notes before merge. One refusal fails the whole sync.

The project is among `unit.related`; without it nothing
is known, except that `default` allows everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from checker.model.objects import JSONValue, KubeObject, dig, mapping, sequence, text
from checker.model.units import DeployUnit, Note
from checker.render.argocd.context import CONTROL_PLANE, project_name
from checker.render.argocd.hooks import is_applied
from checker.render.argocd.scope import is_cluster_scoped
from checker.render.argocd.targets import cluster_scoped_kinds
from checker.tools.argocd import glob_matches, permits_destination, permits_kind, permits_source

RULE = "sync-refused"
MAX_NAMED = 5


def project_notes(unit: DeployUnit, objects: Sequence[KubeObject]) -> tuple[Note, ...]:
    """Every refusal, each as one note."""
    project = project_of(unit)
    if project is None:
        return ()
    spec = mapping(project.body.get("spec"))
    name = project.name
    refusals = [*refused_sources(unit, spec), *refused_destination(unit, spec), *_refused_namespace(unit, spec)]
    refusals += refused_objects(unit, spec, objects)
    return tuple(
        Note(id=RULE, message=f"Argo CD will not sync {unit.name}: project {name} does not permit {refusal}", location=unit.origin.location)
        for refusal in refusals
    )


def project_of(unit: DeployUnit) -> KubeObject | None:
    """The AppProject that the Application names, where the repository declares it."""
    assert unit.declaration is not None
    wanted = project_name(unit.declaration)
    found = [obj for obj in unit.related if obj.kind == "AppProject" and obj.name == wanted]
    return next(iter(found), None)


def refused_sources(unit: DeployUnit, spec: Mapping[str, JSONValue]) -> Iterator[str]:
    assert unit.declaration is not None
    app = mapping(unit.declaration.body.get("spec"))
    sources = sequence(app.get("sources")) or [app.get("source")]
    if mapping(app.get("sourceHydrator")):
        sources = [dig(app, "sourceHydrator", "drySource"), dig(app, "sourceHydrator", "syncSource")]
    allowed = [text(item) for item in sequence(spec.get("sourceRepos"))]
    for url in dict.fromkeys(text(mapping(source).get("repoURL")) for source in sources):
        if url and not permits_source(url, allowed):
            yield f"the repository {url}"


def refused_destination(unit: DeployUnit, spec: Mapping[str, JSONValue]) -> Iterator[str]:
    assert unit.declaration is not None
    destination = mapping(dig(unit.declaration.body, "spec", "destination"))
    namespace = text(destination.get("namespace"))
    if not permits_destination(destination, namespace, sequence(spec.get("destinations"))):
        yield f"the destination {_cluster(destination)}, namespace {namespace or '(none)'}"


def _cluster(destination: Mapping[str, JSONValue]) -> str:
    return text(destination.get("name")) or text(destination.get("server"))


def _refused_namespace(unit: DeployUnit, spec: Mapping[str, JSONValue]) -> Iterator[str]:
    if unit.namespace in CONTROL_PLANE:
        return
    patterns = [text(item) for item in sequence(spec.get("sourceNamespaces"))]
    if any(pattern.startswith("/") and pattern.endswith("/") for pattern in patterns):
        return
    if not any(glob_matches(pattern, unit.namespace) for pattern in patterns):
        yield f"Applications in namespace {unit.namespace}"


def refused_objects(unit: DeployUnit, spec: Mapping[str, JSONValue], objects: Sequence[KubeObject]) -> Iterator[str]:
    """Kinds by the allow and deny lists, and namespaces that are no permitted destination."""
    assert unit.declaration is not None
    cluster_kinds = cluster_scoped_kinds((*unit.related, *objects))
    destination = mapping(dig(unit.declaration.body, "spec", "destination"))
    destinations = sequence(spec.get("destinations"))
    refused: dict[str, list[str]] = {}
    for obj in (item for item in objects if is_applied(item)):
        is_cluster = is_cluster_scoped(obj.group, obj.kind) or (obj.group, obj.kind) in cluster_kinds
        if not permits_kind(spec, obj.group, obj.kind, obj.name, is_cluster=is_cluster):
            what = "the cluster-scoped kind" if is_cluster else "the kind"
            refused.setdefault(f"{what} {f'{obj.group}/' if obj.group else ''}{obj.kind}", []).append(obj.name)
        elif not is_cluster and obj.namespace and not permits_destination(destination, obj.namespace, destinations):
            refused.setdefault(f"namespace {obj.namespace} on {_cluster(destination)}", []).append(f"{obj.kind} {obj.name}")
    options = [text(item) for item in sequence(dig(unit.declaration.body, "spec", "syncPolicy", "syncOptions"))]
    namespace = text(destination.get("namespace"))
    if "CreateNamespace=true" in options and namespace and not permits_kind(spec, "", "Namespace", namespace, is_cluster=True):
        refused.setdefault("the cluster-scoped kind Namespace", []).append(f"{namespace} by CreateNamespace, unless it exists")
    for what, names in refused.items():
        more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
        yield f"{what} ({', '.join(names[:MAX_NAMED])}{more})"
