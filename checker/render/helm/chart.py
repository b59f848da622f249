"""A chart in a tree and a release's values -> its objects, each with the template file it came from.

Templates that draw random values or look at the clock are rendered twice, and what differs is replaced by a fixed text:
it changes at every render, and must not look like a change of the pull request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from checker.model.objects import JSONValue, KubeObject, Location, Origin, mapping, sequence, text
from checker.model.paths import PathEscapes, RepoPath, join, repo_path
from checker.model.tree import EntryKind, Tree
from checker.model.units import Note, Reason, RenderFailure
from checker.render.helm.copies import find_copy
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

CHANGES = "<changes at every render>"
_ACTION = re.compile(rb"\{\{(?!-?\s*/\*)(.*?)\}\}", re.DOTALL)
_RANDOM_PARTS = (b"rand", b"gen", b"uuidv4", b"shuffle", b"htpasswd", b"bcrypt", b"encryptAES")
_CLOCK_PARTS = (b"now", b"ago")
_RANDOM = re.compile(
    rb"\b(?:rand(?:Alpha|Numeric|Ascii|AlphaNum|Bytes|Int)|gen(?:CA|CAWithKey|PrivateKey|SelfSignedCert|SelfSignedCertWithKey|SignedCert|SignedCertWithKey)"
    rb"|uuidv4|shuffle|htpasswd|bcrypt|encryptAES)\b"
)
_CLOCK = re.compile(rb"\b(?:now|ago)\b")
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
        _check_kube_version(chart, request, where)
        chart = _with_dependencies(tree, chart_path, chart, options)
        templated = _template(chart, request)
    except HelmFailed as error:
        raise RenderFailure(error.message, location=where) from error
    except HelmMissing as error:
        raise RenderFailure(f"{error.message}; {error.hint}", reason=Reason.UNSUPPORTED, location=where) from error
    objects = list(_objects(templated.outputs, tree, chart_path, request))
    notes = [Note(id="assumed-capabilities", message=templated.assumed, location=where)] if templated.assumed else []
    if templated.again:
        objects, count = _settled(objects, list(_objects(_second(templated), tree, chart_path, request)))
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


def _check_kube_version(chart: ChartFiles, request: HelmRequest, where: Location) -> None:
    """`kubeVersion` of Chart.yaml against the cluster's, which the library knows nothing of."""
    from checker.tools.yaml import load_documents

    documents = load_documents(chart.files.get(RepoPath("Chart.yaml"), b""))
    wanted = text(mapping(documents[0].value).get("kubeVersion")) if documents else ""
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


def _template(chart: ChartFiles, request: HelmRequest) -> Templated:
    templates = [data for path, data in chart.files.items() if "templates/" in path or path.endswith((".tgz", ".tar.gz"))]
    clock = any(_names(_CLOCK, _CLOCK_PARTS, data) for data in templates)
    call = HelmCall(
        release=request.release,
        namespace=request.namespace,
        values=request.values,
        include_crds=request.include_crds,
        kube_version=request.kube_version,
        api_versions=request.api_versions,
        helm=request.helm,
        is_upgrade=request.is_upgrade,
        twice=clock or any(_names(_RANDOM, _RANDOM_PARTS, data) for data in templates),
        pause=1.01 if clock else 0.0,  # times are mostly printed in seconds
    )
    return template_chart(chart, call, request.engine)


def _second(templated: Templated) -> tuple[TemplateOutput, ...]:
    """All outputs as the second render gave them."""
    changed = {output.source for output in templated.again}
    return (*(output for output in templated.outputs if output.source not in changed), *templated.again)


def _names(functions: re.Pattern[bytes], parts: Sequence[bytes], template: bytes) -> bool:
    """Whether an action of the template has one of the functions; most templates have not even a part of such a name."""
    return any(part in template for part in parts) and any(functions.search(action) for action in _ACTION.findall(template))


def _with_dependencies(tree: Tree, path: RepoPath, chart: ChartFiles, options: RenderOptions) -> ChartFiles:
    """Every declared dependency must lie in charts/, next door (`file://`), or in a copy that the settings name."""
    if chart.is_archive:
        return chart
    from checker.tools.yaml import load_documents

    files = dict(chart.files)
    declared = [
        mapping(document.value)
        for name in ("Chart.yaml", "requirements.yaml")
        if RepoPath(name) in files
        for document in load_documents(files[RepoPath(name)])
    ]
    for document in declared:
        for item in sequence(document.get("dependencies")):
            dependency = mapping(item)
            name = text(dependency.get("name"))
            if name and not _is_vendored(files, name):
                files.update(_found_dependency(tree, path, name, dependency, options))
    return replace(chart, files=files)


def _is_vendored(files: Mapping[RepoPath, bytes], name: str) -> bool:
    if any(path.startswith(f"charts/{name}-") and path.endswith((".tgz", ".tar.gz")) for path in files):
        return True
    inside = [path for path in files if re.fullmatch(r"charts/[^/]+/Chart\.yaml", path)]
    return any(
        path == f"charts/{name}/Chart.yaml" or re.search(rb"(?m)^name:\s*[\"']?" + re.escape(name.encode()) + rb"[\"']?\s*$", files[path])
        for path in inside
    )


def _found_dependency(
    tree: Tree, path: RepoPath, name: str, dependency: Mapping[str, JSONValue], options: RenderOptions
) -> dict[RepoPath, bytes]:
    repository, version = text(dependency.get("repository")), text(dependency.get("version"))
    where = Location(path=_chart_file(tree, path))
    if repository.startswith("file://"):
        try:
            folder = repo_path(repository.removeprefix("file://"), path)
        except PathEscapes as error:
            raise RenderFailure(f"chart dependency {name}: {error}", location=where) from error
    elif repository in options.sources:
        folder = find_copy(tree, RepoPath(str(options.sources[repository]).strip("/")), name, version)
    elif f"{repository}/{name}" in options.sources:
        folder = RepoPath(str(options.sources[f"{repository}/{name}"]).strip("/"))
    else:
        home = repository or "no repository"
        message = f"chart dependency {name} {version} from {home} is not in charts/ and is remote; vendor it, or map it under sources:"
        raise RenderFailure(message, reason=Reason.REMOTE, location=where)
    found = read_chart(tree, folder)
    if found.is_archive:
        return {RepoPath(f"charts/{file}"): data for file, data in found.files.items()}
    return {RepoPath(f"charts/{name}/{file}"): data for file, data in found.files.items()}


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


def _settled(first: list[KubeObject], second: list[KubeObject]) -> tuple[list[KubeObject], int]:
    """The first render with every value that the second has otherwise replaced by CHANGES, and how many they are."""
    if [obj.key for obj in first] != [obj.key for obj in second]:
        pairs: list[tuple[KubeObject, KubeObject | None]] = [(obj, None) for obj in first]
        by_key = {obj.key: obj for obj in second}
        pairs = [(obj, by_key.get(obj.key)) for obj, _ in pairs]
    else:
        pairs = list(zip(first, second, strict=True))
    done: list[KubeObject] = []
    total = 0
    for one, two in pairs:
        body, count = _common(dict(one.body), dict(two.body) if two is not None else dict(one.body))
        total += count
        done.append(replace(one, body=mapping(body)) if count else one)
    return done, total


def _common(one: JSONValue, two: JSONValue) -> tuple[JSONValue, int]:
    if isinstance(one, dict) and isinstance(two, dict) and one.keys() == two.keys():
        parts = {key: _common(one[key], two[key]) for key in one}
        return {key: part[0] for key, part in parts.items()}, sum(part[1] for part in parts.values())
    if isinstance(one, list) and isinstance(two, list) and len(one) == len(two):
        items = [_common(left, right) for left, right in zip(one, two, strict=True)]
        return [item[0] for item in items], sum(item[1] for item in items)
    return (one, 0) if one == two else (CHANGES, 1)
