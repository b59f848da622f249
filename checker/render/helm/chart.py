"""A chart in a tree and a release's values -> its objects, each with the template file it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from checker.model.objects import JSONValue, KubeObject, Location, Origin, mapping, sequence, text
from checker.model.paths import RepoPath, join
from checker.model.records import dataclass, field, replace
from checker.model.tree import EntryKind, Tree
from checker.model.units import Note, Reason, RenderFailure
from checker.render.helm.dependencies import with_dependencies
from checker.render.helm.unsettled import settled
from checker.render.options import RenderOptions
from checker.tools.helm import (
    ChartFiles,
    Engine,
    HelmCall,
    HelmFailed,
    HelmMissing,
    Templated,
    TemplateOutput,
    read_chart,
    template_chart,
)
from checker.tools.semver import ConstraintError, parse_constraint, parse_version

_INSTALL_ORDER = (
    *("PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy", "PodDisruptionBudget"),
    *("ServiceAccount", "Secret", "SecretList", "ConfigMap", "StorageClass", "PersistentVolume", "PersistentVolumeClaim"),
    *("CustomResourceDefinition", "ClusterRole", "ClusterRoleList", "ClusterRoleBinding", "ClusterRoleBindingList", "Role", "RoleList"),
    *("RoleBinding", "RoleBindingList", "Service", "DaemonSet", "Pod", "ReplicationController", "ReplicaSet", "Deployment"),
    *("HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob", "IngressClass", "Ingress", "APIService"),
)
_RANK = {kind: rank for rank, kind in enumerate(_INSTALL_ORDER)}


@dataclass(frozen=True, slots=True, kw_only=True)
class HelmRequest:
    """`values` lie over the chart's own. `keep_lists`: leave `kind: List` objects as the template wrote them."""

    release: str
    namespace: str = "default"
    values: Mapping[str, JSONValue] = field(default_factory=dict)
    chart_values: Mapping[str, JSONValue] | None = None
    """In place of the chart's values.yaml."""
    include_crds: bool = False
    hooks: bool = True
    tests: bool = True
    kube_version: str = ""
    api_versions: tuple[str, ...] = ()
    helm: str = ""
    """The release of Helm that renders in the cluster, where it matters."""
    is_upgrade: bool = False
    keep_lists: bool = False
    engine: Engine = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartResult:
    objects: tuple[KubeObject, ...]
    notes: tuple[Note, ...] = ()


def render_chart(tree: Tree, chart_path: RepoPath, request: HelmRequest, options: RenderOptions | None = None) -> tuple[KubeObject, ...]:
    """The objects in install order, hooks last. Raises RenderFailure."""
    return template_release(tree, chart_path, request, options).objects


def template_release(tree: Tree, chart_path: RepoPath, request: HelmRequest, options: RenderOptions | None = None) -> ChartResult:
    """As `render_chart`, with what is worth saying about the result."""
    options = options or RenderOptions()
    where = Location(path=_chart_file(tree, chart_path))
    try:
        chart = _read(tree, chart_path, request)
        _check(chart, request, where)
        chart = with_dependencies(tree, chart_path, chart, options)
        templated = template_chart(chart, _call(request), request.engine)
    except HelmFailed as error:
        raise RenderFailure(error.message, location=where) from error
    except HelmMissing as error:
        raise RenderFailure(f"{error.message}; {error.hint}", reason=Reason.UNSUPPORTED, location=where) from error
    objects = list(_objects(templated.outputs, tree, chart_path, request))
    notes = [Note(id="assumed-helm", message=templated.assumed, location=where)] if templated.assumed else []
    if templated.again:
        objects, count = settled(objects, list(_objects(_second(templated), tree, chart_path, request)))
        if count:
            message = f"{count} value{'s' * (count != 1)} of the chart change{'s' * (count == 1)} at every render and cannot be predicted"
            notes.append(Note(id="not-reproducible", message=message, location=where))
    return ChartResult(objects=tuple(sorted(objects, key=_install_order)), notes=tuple(notes))


def _read(tree: Tree, path: RepoPath, request: HelmRequest) -> ChartFiles:
    import json

    chart = read_chart(tree, path)
    if request.chart_values is None:
        return chart
    if chart.is_archive:
        raise RenderFailure(f"{path} is an archive, and other values files for an archive are not supported", reason=Reason.UNSUPPORTED)
    return replace(chart, files={**chart.files, RepoPath("values.yaml"): json.dumps(dict(request.chart_values)).encode()})


def _check(chart: ChartFiles, request: HelmRequest, where: Location) -> None:
    """What `helm install` refuses and the library would render: library charts, and a `kubeVersion` that is not the cluster's."""
    from checker.tools.yaml import load_documents

    documents = load_documents(chart.files.get(RepoPath("Chart.yaml"), b""))
    declared = mapping(documents[0].value) if documents else {}
    if declared.get("type") == "library":
        raise RenderFailure("library charts are not installable: they only lend templates to other charts", location=where)
    wanted = text(declared.get("kubeVersion"))
    version = parse_version(request.kube_version)
    if not wanted or version is None:
        return
    try:
        fits = parse_constraint(wanted)(version)
    except ConstraintError as error:
        raise RenderFailure(f"kubeVersion of the chart: {error}", location=where) from error
    if not fits:
        message = f"the chart requires Kubernetes {wanted}, and the cluster has {request.kube_version}"
        raise RenderFailure(message, location=where)


def _call(request: HelmRequest) -> HelmCall:
    return HelmCall(
        release=request.release,
        namespace=request.namespace,
        values=request.values,
        include_crds=request.include_crds,
        kube_version=request.kube_version,
        api_versions=request.api_versions,
        helm=request.helm,
        is_upgrade=request.is_upgrade,
    )


def _second(templated: Templated) -> tuple[TemplateOutput, ...]:
    """All outputs as the second render gave them, its templates in the order of the first."""
    changed = {output.source for output in templated.again}
    kept = [output for output in templated.outputs if output.source not in changed]
    order = {output.source: number for number, output in enumerate(templated.outputs)}
    return tuple(sorted((*kept, *templated.again), key=lambda output: order.get(output.source, len(order))))


def _chart_file(tree: Tree, path: RepoPath) -> RepoPath:
    return path if tree.kind(path) is EntryKind.FILE else join(path, "Chart.yaml")


def _objects(outputs: Sequence[TemplateOutput], tree: Tree, chart_path: RepoPath, request: HelmRequest) -> Iterator[KubeObject]:
    from checker.tools.yaml import load_documents

    for output in outputs:
        if output.source.endswith("NOTES.txt"):
            continue
        file = _template_file(tree, chart_path, output.source)
        for document in load_documents(output.text.encode("utf-8", "surrogateescape")):
            if document.error:
                raise RenderFailure(f"{output.source} renders to invalid YAML: {document.error.message}", location=Location(path=file))
            if isinstance(document.value, dict) and document.value:
                obj = KubeObject(body=document.value, origin=Origin(path=file))
                yield from (kept for kept in _unpacked(obj, request) if _is_wanted(kept, request))


def _unpacked(obj: KubeObject, request: HelmRequest) -> Iterator[KubeObject]:
    if obj.kind == "List" and isinstance(obj.body.get("items"), list) and not request.keep_lists:
        for number, item in enumerate(sequence(obj.body.get("items"))):
            if isinstance(item, dict):
                yield KubeObject(body=item, origin=replace(obj.origin, item=number))
    else:
        yield obj


def hook_events(obj: KubeObject) -> frozenset[str]:
    """When Helm runs the object as a hook, empty for an ordinary object."""
    return frozenset(event.strip() for event in text(obj.annotations.get("helm.sh/hook")).split(",") if event.strip())


def _is_wanted(obj: KubeObject, request: HelmRequest) -> bool:
    events = hook_events(obj)
    if events and not request.hooks:
        return False
    return request.tests or not events & {"test", "test-success", "test-failure"}


def _template_file(tree: Tree, chart_path: RepoPath, source: str) -> RepoPath:
    """The file in the tree behind `podinfo/templates/x.yaml`; Chart.yaml where it came out of an archive or an alias."""
    inside = source.partition("/")[2]
    candidates = (f"{chart_path}/{inside}", f"{chart_path}/{source}") if chart_path else (inside, source)
    for candidate in candidates:
        if inside and tree.kind(RepoPath(candidate)) is EntryKind.FILE:
            return RepoPath(candidate)
    return _chart_file(tree, chart_path)


def _install_order(obj: KubeObject) -> tuple[bool, int, str]:
    return (bool(hook_events(obj)), _RANK.get(obj.kind, len(_RANK)), obj.kind if obj.kind not in _RANK else "")
