"""A HelmRelease's chart reference -> the chart in a tree, with the values files that take the place of the chart's own.

A remote chart is rendered from a copy that `sources` names, by the URL of its repository or of the chart itself; else from
the cache, or the network where that is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.model.objects import JSONValue, KubeObject, Location, dig, mapping, sequence, text
from checker.model.paths import ROOT, RepoPath, clamped_path
from checker.model.records import dataclass
from checker.model.tree import EntryKind, MemoryTree, Missing, Tree
from checker.model.units import DeployUnit, Reason, RenderFailure
from checker.render.helm.copies import find_copy
from checker.render.options import RenderOptions
from checker.tools.flux import ArtifactTree, FolderTree, SourceOptions, SourceRef, open_source, source_url
from checker.tools.helm import HelmFailed, merged_values
from checker.tools.helm.archive import unpacked
from checker.tools.helm.remote import RemoteChart, Unreachable, fetch

HOW = "vendor it and map it under sources:, or pass --allow-network"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSource:
    """`path` in `tree`; `values` replace the chart's values.yaml where the release names values files."""

    tree: ArtifactTree
    path: RepoPath
    values: Mapping[str, JSONValue] | None = None


def open_chart(unit: DeployUnit, tree: Tree, options: RenderOptions) -> ChartSource:
    """Raises RenderFailure, with reason REMOTE for a chart that is not at hand."""
    assert unit.declaration is not None
    direct = mapping(dig(unit.declaration.body, "spec", "chartRef"))
    chart = mapping(dig(unit.declaration.body, "spec", "chart", "spec"))
    if bool(direct) == bool(chart):
        which = "both spec.chart and spec.chartRef" if direct else "neither spec.chart nor spec.chartRef"
        raise RenderFailure(f"HelmRelease {unit.name} has {which}; exactly one is needed", location=unit.origin.location)
    try:
        if chart:
            return _from_chart(chart, unit.namespace, unit, tree, options)
        reference = _reference(direct, unit.namespace)
        if reference.kind != "HelmChart":
            return _whole(reference, unit, tree, options)
        between = _find(reference, unit)
        if between is None:
            raise RenderFailure(f"{reference} is not declared in this repository, so the chart is unknown", reason=Reason.REMOTE)
        return _from_chart(mapping(between.body.get("spec")), between.namespace, unit, tree, options)
    except RenderFailure as failure:
        raise (
            failure if failure.location else RenderFailure(failure.message, reason=failure.reason, location=unit.origin.location)
        ) from failure


def _from_chart(chart: Mapping[str, JSONValue], namespace: str, unit: DeployUnit, tree: Tree, options: RenderOptions) -> ChartSource:
    reference = _reference(mapping(chart.get("sourceRef")), namespace)
    if reference.kind == "HelmRepository":
        found = _from_repository(chart, reference, unit, tree, options)
        return _with_values(found, chart, (found.tree, found.path, "the chart"))
    artifact = open_source(reference, unit.related, tree, _source_options(options))
    path = clamped_path(text(chart.get("chart")))
    if artifact.kind(path) is None:
        raise RenderFailure(f"chart {text(chart.get('chart'))!r} does not exist in {reference}")
    return _with_values(_opened(artifact, path), chart, (artifact, ROOT, "the source"))


def _from_repository(
    chart: Mapping[str, JSONValue], reference: SourceRef, unit: DeployUnit, tree: Tree, options: RenderOptions
) -> ChartSource:
    name, version = text(chart.get("chart")), text(chart.get("version"), "*")
    repository = _find(reference, unit)
    url = source_url(repository).rstrip("/") if repository is not None else ""
    sources = {known.rstrip("/"): RepoPath(str(folder).strip("/")) for known, folder in options.sources.items()}
    for known in (f"{url}/{name}", url, "/".join(reference)):
        if known in sources:
            return _opened(FolderTree(tree, ROOT), find_copy(tree, sources[known], name, version))
    if repository is None:
        raise RenderFailure(f"chart {name} {version}: {reference} is not declared in this repository; {HOW}", reason=Reason.REMOTE)
    is_registry = url.startswith("oci://")
    insecure = dig(repository.body, "spec", "insecure") is True
    remote = RemoteChart(url=f"{url}/{name}" if is_registry else url, name=name, version=version, insecure=insecure)
    return _fetched(remote, f"chart {name} {version} from HelmRepository {url}", unit, options)


def _whole(reference: SourceRef, unit: DeployUnit, tree: Tree, options: RenderOptions) -> ChartSource:
    """An OCIRepository or ExternalArtifact holds the chart itself."""
    source = _find(reference, unit)
    url = source_url(source).rstrip("/") if source is not None else ""
    sources = {known.rstrip("/"): RepoPath(str(folder).strip("/")) for known, folder in options.sources.items()}
    name = url.rpartition("/")[2]
    ref = mapping(dig(source.body, "spec", "ref")) if source is not None else {}
    digest, semver = text(ref.get("digest")), text(ref.get("semver"))
    tag = "" if digest or semver else text(ref.get("tag")) or "latest"
    version = digest or semver or tag
    for known in (url, url.rpartition("/")[0], "/".join(reference) if url else ""):
        if known and known in sources:
            return _opened(FolderTree(tree, ROOT), find_copy(tree, sources[known], name, version))
    if reference.kind == "OCIRepository" and source is not None:
        remote = RemoteChart(
            url=url,
            name=name,
            version=semver,
            tag=tag,
            digest=digest,
            tags=text(ref.get("semverFilter")),
            insecure=dig(source.body, "spec", "insecure") is True,
        )
        return _fetched(remote, f"chart {name} {version} from OCIRepository {url}", unit, options)
    return ChartSource(tree=open_source(reference, unit.related, tree, _source_options(options)), path=ROOT)


def _opened(tree: ArtifactTree, path: RepoPath) -> ChartSource:
    """The chart there, an archive unpacked: values files lie in it."""
    if tree.kind(path) is not EntryKind.FILE:
        return ChartSource(tree=tree, path=path)
    try:
        return ChartSource(tree=_PackedTree(unpacked(tree.read(path)), tree.origin(path)), path=ROOT)
    except HelmFailed as error:
        raise RenderFailure(error.message, location=Location(path=tree.origin(path))) from error


class _PackedTree(MemoryTree):
    """The files of an archive: all it gives comes from the archive, or from the object that names a fetched one."""

    def __init__(self, files: Mapping[RepoPath, bytes], declared: RepoPath) -> None:
        super().__init__(files, "the chart's archive")
        self._declared = declared

    def origin(self, path: RepoPath) -> RepoPath:
        del path
        return self._declared

    def absence(self, path: RepoPath) -> str:
        del path
        return ""


def _fetched(remote: RemoteChart, what: str, unit: DeployUnit, options: RenderOptions) -> ChartSource:
    try:
        archive = fetch(remote, allow_network=options.allow_network)
        if archive is None:
            raise RenderFailure(f"{what} is remote; {HOW}", reason=Reason.REMOTE)
        return ChartSource(tree=_PackedTree(unpacked(archive), unit.origin.path), path=ROOT)
    except Unreachable as error:
        raise RenderFailure(f"{what} could not be fetched: {error.message}", reason=Reason.REMOTE) from error
    except HelmFailed as error:
        raise RenderFailure(error.message) from error


def _with_values(found: ChartSource, chart: Mapping[str, JSONValue], home: tuple[ArtifactTree, RepoPath, str]) -> ChartSource:
    """spec.valuesFiles replace the chart's values.yaml, left to right; the old spec.valuesFile comes first. `home` is where they lie."""
    tree, base, place = home
    single = text(chart.get("valuesFile"))
    names = [*([single] if single else []), *(text(item) for item in sequence(chart.get("valuesFiles")))]
    if not names:
        return found
    values: dict[str, JSONValue] = {}
    for name in names:
        path = clamped_path(name, base)
        try:
            values = merged_values(values, _read_values(tree, path))
        except Missing as error:
            if chart.get("ignoreMissingValuesFiles") is not True:
                raise RenderFailure(f"values file {name!r} does not exist in {place}") from error
    return ChartSource(tree=found.tree, path=found.path, values=values)


def _read_values(tree: ArtifactTree, path: RepoPath) -> dict[str, JSONValue]:
    from checker.tools.yaml import load_documents

    document = next(iter(load_documents(tree.read(path))), None)
    if document is None or (document.value is None and not document.error):
        return {}
    if document.error or not isinstance(document.value, dict):
        message = document.error.message if document.error else "values must be a mapping"
        raise RenderFailure(
            message, location=Location(path=tree.origin(path), line=document.error.line if document.error else document.line)
        )
    return dict(document.value)


def _find(reference: SourceRef, unit: DeployUnit) -> KubeObject | None:
    return next((obj for obj in unit.related if (obj.kind, obj.namespace, obj.name) == reference), None)


def _reference(value: Mapping[str, JSONValue], namespace: str) -> SourceRef:
    return SourceRef(text(value.get("kind")), text(value.get("namespace")) or namespace, text(value.get("name")))


def _source_options(options: RenderOptions) -> SourceOptions:
    return SourceOptions(sources=options.sources, repository_urls=options.repository_urls, revisions=options.revisions)
