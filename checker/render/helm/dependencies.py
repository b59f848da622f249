"""A chart's declared dependencies -> the chart with all of them in charts/.

What is not vendored there is taken from next door (`file://`), from a copy that the settings name, or is fetched as a remote
chart is. Chart.lock says which version of a range (source-controller internal/helm/chart/dependency_manager.go).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from checker.model.objects import Location, mapping, sequence, text
from checker.model.paths import PathEscapes, RepoPath, join, repo_path
from checker.model.records import dataclass, replace
from checker.model.tree import Tree
from checker.model.units import Reason, RenderFailure
from checker.render.helm.copies import find_copy
from checker.render.options import RenderOptions
from checker.tools.helm import ChartFiles, read_chart
from checker.tools.helm.remote import RemoteChart, Unreachable, fetch

ARCHIVES = (".tgz", ".tar.gz")
FILES = ("Chart.yaml", "requirements.yaml")
LOCKS = ("Chart.lock", "requirements.lock")


@dataclass(frozen=True, slots=True)
class _Dependency:
    name: str
    repository: str
    version: str


def with_dependencies(tree: Tree, path: RepoPath, chart: ChartFiles, options: RenderOptions) -> ChartFiles:
    """Raises RenderFailure, with reason REMOTE for a dependency that is not at hand, HelmFailed."""
    if chart.is_archive:
        return chart
    files = dict(chart.files)
    locked = {dependency.name: dependency.version for dependency in _declared(files, LOCKS)}
    where = Location(path=join(path, "Chart.yaml"))
    for dependency in _declared(files, FILES):
        if dependency.name and not _is_vendored(files, dependency.name):
            pinned = replace(dependency, version=locked.get(dependency.name) or dependency.version)
            files.update(_found(tree, path, pinned, options, where))
    return replace(chart, files=files)


def _declared(files: Mapping[RepoPath, bytes], names: tuple[str, ...]) -> Iterator[_Dependency]:
    from checker.tools.yaml import load_documents

    for name in names:
        for document in load_documents(files[RepoPath(name)]) if RepoPath(name) in files else ():
            for item in sequence(mapping(document.value).get("dependencies")):
                known = mapping(item)
                yield _Dependency(text(known.get("name")), text(known.get("repository")).rstrip("/"), text(known.get("version")))


def _is_vendored(files: Mapping[RepoPath, bytes], name: str) -> bool:
    if any(path.startswith(f"charts/{name}-") and path.endswith(ARCHIVES) for path in files):
        return True
    inside = [path for path in files if re.fullmatch(r"charts/[^/]+/Chart\.yaml", path)]
    return any(
        path == f"charts/{name}/Chart.yaml" or re.search(rb"(?m)^name:\s*[\"']?" + re.escape(name.encode()) + rb"[\"']?\s*$", files[path])
        for path in inside
    )


def _found(tree: Tree, path: RepoPath, wanted: _Dependency, options: RenderOptions, where: Location) -> dict[RepoPath, bytes]:
    sources = {url.rstrip("/"): RepoPath(str(folder).strip("/")) for url, folder in options.sources.items()}
    if wanted.repository.startswith("file://"):
        try:
            folder = repo_path(wanted.repository.removeprefix("file://"), path)
        except PathEscapes as error:
            raise RenderFailure(f"chart dependency {wanted.name}: {error}", location=where) from error
    elif wanted.repository in sources:
        folder = find_copy(tree, sources[wanted.repository], wanted.name, wanted.version)
    elif f"{wanted.repository}/{wanted.name}" in sources:
        folder = sources[f"{wanted.repository}/{wanted.name}"]
    else:
        return {RepoPath(f"charts/{wanted.name}.tgz"): _fetched(wanted, options, where)}
    found = read_chart(tree, folder)
    if found.is_archive:
        return {RepoPath(f"charts/{file}"): data for file, data in found.files.items()}
    return {RepoPath(f"charts/{wanted.name}/{file}"): data for file, data in found.files.items()}


def _fetched(wanted: _Dependency, options: RenderOptions, where: Location) -> bytes:
    what = f"chart dependency {wanted.name} {wanted.version} from {wanted.repository or 'no repository'}"
    url = f"{wanted.repository}/{wanted.name}" if wanted.repository.startswith("oci://") else wanted.repository
    try:
        archive = fetch(RemoteChart(url=url, name=wanted.name, version=wanted.version), allow_network=options.allow_network)
    except Unreachable as error:
        raise RenderFailure(f"{what} could not be fetched: {error.message}", reason=Reason.REMOTE, location=where) from error
    if archive is None:
        message = f"{what} is not in charts/ and is remote; vendor it, map it under sources:, or pass --allow-network"
        raise RenderFailure(message, reason=Reason.REMOTE, location=where)
    return archive
