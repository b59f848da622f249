"""Vendored copies of charts: found by name, and only in the version that is asked for."""

from __future__ import annotations

import pytest

from checker.model.paths import RepoPath
from checker.model.units import Reason, RenderFailure
from checker.render.helm.copies import find_copy
from tests.unit.render.flux.builders import repository


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


def test_what_is_no_version_is_refused() -> None:
    with pytest.raises(RenderFailure, match="not a version constraint"):
        find_copy(repository(charts(app="1.0.0")), RepoPath("vendor"), "app", "one")
