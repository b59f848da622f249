"""Dependencies that a chart declares and does not hold: fetched as remote charts are, by the version that Chart.lock names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.model.paths import ROOT
from checker.model.units import Reason, RenderFailure
from checker.render.helm import HelmRequest, render_chart
from checker.render.options import RenderOptions
from checker.tools.helm import remote
from tests.registry import ChartRepository, pack, serve_charts
from tests.unit.render.flux.builders import repository

SHOW = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Chart.Name }}-{{ .Chart.Version }}'}\n"


@pytest.fixture
def charts(helm: Path, tmp_path: Path) -> Iterator[ChartRepository]:
    remote._fetched.cache_clear()
    remote._index.cache_clear()
    for version in ("1.0.0", "1.5.0"):
        pack(helm, tmp_path, version, {"templates/show.yaml": SHOW}, name="lib")
    yield from serve_charts(helm, tmp_path)


def names(url: str, lock: str = "", *, allow_network: bool = True) -> list[str]:
    files = {"Chart.yaml": f"apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies: [{{name: lib, version: 1.x, repository: '{url}'}}]\n"}
    if lock:
        files["Chart.lock"] = f"dependencies: [{{name: lib, version: {lock}, repository: '{url}'}}]\n"
    objects = render_chart(repository(files), ROOT, HelmRequest(release="r"), RenderOptions(allow_network=allow_network))
    return [obj.name for obj in objects]


def test_the_newest_version_that_fits_is_fetched(charts: ChartRepository) -> None:
    assert names(charts.url) == ["lib-1.5.0"]


def test_a_lock_file_says_which_version(charts: ChartRepository) -> None:
    assert names(charts.url, "1.0.0") == ["lib-1.0.0"]
    remote._fetched.cache_clear()
    assert names(charts.url, "1.0.0", allow_network=False) == ["lib-1.0.0"], "pinned by the lock, it comes out of the cache"


def test_without_the_network_it_is_named(charts: ChartRepository) -> None:
    with pytest.raises(RenderFailure, match=r"chart dependency lib 1\.x from http://.* or pass --allow-network") as caught:
        names(charts.url, allow_network=False)
    assert caught.value.reason is Reason.REMOTE


def test_a_repository_that_is_down_is_no_fault_of_the_chart(charts: ChartRepository) -> None:
    with pytest.raises(RenderFailure, match=r"could not be fetched: .*/gone/index\.yaml answered 404") as caught:
        names(f"{charts.url}/gone")
    assert caught.value.reason is Reason.REMOTE
