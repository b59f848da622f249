"""Vendored copies of charts: found by name, and only in the version that is asked for."""

from __future__ import annotations

import pytest

from checker.model.paths import RepoPath
from checker.model.tree import MemoryTree
from checker.model.units import Reason, Rendered, RenderFailure
from checker.render.helm import render_helmrelease
from checker.render.helm.copies import find_copy
from checker.render.options import RenderOptions
from tests.unit.render.flux.builders import kube, repository
from tests.unit.render.helm.builders import archive, release, values_of


def charts(**versions: str) -> dict[str, str]:
    return {f"vendor/{folder}/Chart.yaml": f"name: app\nversion: {version}\n" for folder, version in versions.items()}


@pytest.mark.parametrize(
    ("version", "path"),
    [
        ("*", "vendor/app-2"),
        ("1.x", "vendor/app"),
        ("1.0.0", "vendor/app"),
        ("latest", "vendor/app-2"),
        ("sha256:abc", "vendor/app-2"),
        ("2.0.0", "vendor/app-2"),
    ],
)
def test_the_best_copy_is_taken(version: str, path: str) -> None:
    tree = repository({**charts(**{"app": "1.0.0", "app-2": "2.0.0", "application": "9.0.0"}), "vendor/app-broken.tgz": "x"})
    assert find_copy(tree, RepoPath("vendor"), "app", version) == path


def test_the_folder_may_be_the_chart() -> None:
    assert find_copy(repository(charts(app="1.0.0")), RepoPath("vendor/app"), "app", "1.x") == "vendor/app"


@pytest.mark.parametrize(
    ("folder", "version", "message"), [("vendor", "2.x", "the copy in vendor is of version 1.0.0"), ("gone", "*", "is not in gone")]
)
def test_another_version_is_no_copy(folder: str, version: str, message: str) -> None:
    with pytest.raises(RenderFailure, match=message) as caught:
        find_copy(repository(charts(app="1.0.0")), RepoPath(folder), "app", version)
    assert caught.value.reason is Reason.REMOTE


def test_values_files_lie_in_a_copy_that_is_an_archive() -> None:
    tree = MemoryTree({RepoPath("vendor/app-1.0.0.tgz"): archive()})
    source = kube("HelmRepository", "charts", group="source.toolkit.fluxcd.io/v1", spec={"url": "https://r.example"})
    chart = {"chart": "app", "version": "1.x", "sourceRef": {"kind": "HelmRepository", "name": "charts"}}
    options = RenderOptions(sources={"https://r.example": RepoPath("vendor")})

    def rendered(*files: str) -> Rendered:
        return render_helmrelease(release(related=[source], chart={"spec": {**chart, "valuesFiles": list(files)}}), tree, options)

    assert values_of(rendered("values-prod.yaml")) == {"replicas": 5}
    assert rendered("values-prod.yaml").objects[0].origin.path == "vendor/app-1.0.0.tgz"
    with pytest.raises(RenderFailure, match=r"'gone\.yaml' does not exist in the chart"):
        rendered("gone.yaml")


def test_what_is_no_version_is_refused() -> None:
    with pytest.raises(RenderFailure, match="not a version constraint"):
        find_copy(repository(charts(app="1.0.0")), RepoPath("vendor"), "app", "one")
