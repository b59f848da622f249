"""Remote charts from a real registry and from a repository that the real Helm has indexed: versions, digests, what is asked."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.tools.helm import remote
from checker.tools.helm.archive import unpacked
from checker.tools.helm.call import HelmFailed
from checker.tools.helm.remote import RemoteChart, Unreachable, fetch
from tests.registry import ChartRepository, Registry, pack, serve_charts

VERSIONS = ("1.0.0", "1.2.0", "1.2.3+build.7", "1.10.0", "2.0.0-rc.1")
CONSTRAINTS = (
    "*",
    "1.x",
    "~1.2",
    "^1.2.0",
    ">=1.0.0 <1.10.0",
    ">=1.0.0-0",
    "1.0.0 || 1.2.0",
    "!=1.10.0",
    "1.0 - 1.2",
    "2.0.0-rc.1",
    "1.2.3+build.7",
)


@pytest.fixture(scope="session")
def archives(helm: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("charts")
    return {version: pack(helm, folder, version, {"values.yaml": f"of: {version!r}\n"}) for version in VERSIONS}


@pytest.fixture(scope="session")
def digests(registry: Registry, archives: dict[str, Path]) -> dict[str, str]:
    """By version, once all are pushed to `team`."""
    return {version: registry.push(archive, "team") for version, archive in archives.items()}


@pytest.fixture
def charts(helm: Path, archives: dict[str, Path]) -> Iterator[ChartRepository]:
    yield from serve_charts(helm, next(iter(archives.values())).parent)


@pytest.fixture(autouse=True)
def nothing_fetched() -> None:
    remote._fetched.cache_clear()
    remote._index.cache_clear()


def in_registry(registry: Registry, version: str = "*", **more: str) -> RemoteChart:
    return RemoteChart(url=f"oci://{registry.host}/team/app", name="app", version=version, insecure=True, **more)


def version_of(chart: RemoteChart) -> str:
    data = fetch(chart, allow_network=True)
    assert data is not None
    return next(text for path, text in unpacked(data).items() if path == "values.yaml").decode().split("'")[1]


def pulled(helm: Path, folder: Path, *words: str) -> str:
    """The version that the real Helm fetches."""
    subprocess.run([helm, "pull", *words, "--destination", folder], capture_output=True, check=True)
    (archive,) = folder.glob("*.tgz")
    return archive.name.removeprefix("app-").removesuffix(".tgz")


@pytest.mark.parametrize("constraint", CONSTRAINTS)
@pytest.mark.usefixtures("digests")
def test_a_registry_gives_the_version_that_helm_would_pull(helm: Path, registry: Registry, tmp_path: Path, constraint: str) -> None:
    theirs = pulled(helm, tmp_path, f"oci://{registry.host}/team/app", "--plain-http", "--version", constraint)
    assert version_of(in_registry(registry, constraint)) == theirs


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_a_repository_gives_the_version_that_helm_would_pull(helm: Path, charts: ChartRepository, tmp_path: Path, constraint: str) -> None:
    theirs = pulled(helm, tmp_path, "app", "--repo", charts.url, "--version", constraint)
    assert version_of(RemoteChart(url=charts.url, name="app", version=constraint)) == theirs


def test_a_digest_pins_a_chart(registry: Registry, digests: dict[str, str]) -> None:
    assert version_of(in_registry(registry, digest=digests["1.2.0"])) == "1.2.0"
    with pytest.raises(Unreachable, match="answered 404"):
        fetch(in_registry(registry, digest=f"sha256:{'0' * 64}"), allow_network=True)


@pytest.mark.usefixtures("digests")
def test_a_tag_is_taken_as_it_is_written(registry: Registry) -> None:
    assert version_of(in_registry(registry, tag="1.2.3_build.7")) == "1.2.3+build.7"
    with pytest.raises(Unreachable, match=r"manifests/latest answered 404"):
        fetch(in_registry(registry, tag="latest"), allow_network=True)


@pytest.mark.usefixtures("digests")
def test_a_filter_chooses_among_the_tags(registry: Registry) -> None:
    assert version_of(in_registry(registry, ">=0.0.0-0", tags=r".*-rc\..*")) == "2.0.0-rc.1"
    assert version_of(in_registry(registry, tags=r"^1\.2\.\d+$")) == "1.2.0"
    with pytest.raises(HelmFailed, match="not among the 0 versions"):
        fetch(in_registry(registry, tags="^v"), allow_network=True)


@pytest.mark.usefixtures("digests")
def test_a_chart_is_pulled_once(registry: Registry) -> None:
    before = registry.asked("/blobs/")
    assert version_of(in_registry(registry, "1.0.0")) == version_of(in_registry(registry, "1.0.0"))
    remote._fetched.cache_clear()  # as the next run
    assert version_of(in_registry(registry, "1.0.0")) == "1.0.0"
    assert registry.asked("/blobs/") == before + 1
    remote._fetched.cache_clear()
    assert fetch(in_registry(registry, "1.0.0"), allow_network=False) is not None
    assert fetch(in_registry(registry, "1.x"), allow_network=False) is None


def test_a_repository_is_asked_for_its_index_once(charts: ChartRepository) -> None:
    for version in ("1.x", "1.0.0", "1.x"):
        version_of(RemoteChart(url=charts.url, name="app", version=version))
    assert charts.asked == ["/index.yaml", "/app-1.10.0.tgz", "/app-1.0.0.tgz"]


@pytest.mark.usefixtures("digests")
def test_an_unknown_chart_is_no_chart(registry: Registry) -> None:
    with pytest.raises(Unreachable, match="answered 404"):
        fetch(RemoteChart(url=f"oci://{registry.host}/team/other", name="other", insecure=True), allow_network=True)


def test_a_registry_that_wants_a_password_is_named(closed_registry: Registry) -> None:
    with pytest.raises(Unreachable, match="answered 401: it wants credentials"):
        fetch(in_registry(closed_registry, "1.0.0"), allow_network=True)
