"""HelmReleases whose chart is fetched: from the cache or the network, as `checker.tools.helm.remote` gives it."""

from __future__ import annotations

from typing import Any

import pytest

from checker.model.units import Reason, Rendered, RenderFailure
from checker.render.helm import render_helmrelease
from checker.render.options import RenderOptions
from checker.tools.helm import HelmFailed
from checker.tools.helm.remote import RemoteChart, Unreachable
from tests.unit.render.flux.builders import kube, repository
from tests.unit.render.helm.builders import CHART, archive, release, values_of

CHART_OF = {"chart": "app", "version": "1.x", "sourceRef": {"kind": "HelmRepository", "name": "charts"}}


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[RemoteChart, bool]]:
    asked: list[tuple[RemoteChart, bool]] = []

    def fetch(chart: RemoteChart, *, allow_network: bool) -> bytes | None:
        asked.append((chart, allow_network))
        if chart.name == "down":
            raise Unreachable("https://r.example cannot be reached: no route")
        if chart.name == "bad":
            raise HelmFailed("chart bad 1.x is not among the 0 versions at https://r.example")
        return archive() if allow_network else None

    monkeypatch.setattr("checker.render.helm.source.fetch", fetch)
    return asked


def render(chart: dict[str, Any], *, allow_network: bool = True, url: str = "https://r.example", **source: Any) -> Rendered:
    repo = kube("HelmRepository", "charts", group="source.toolkit.fluxcd.io/v1", spec={"url": url, **source})
    return render_helmrelease(release(related=[repo], chart={"spec": chart}), repository({}), RenderOptions(allow_network=allow_network))


def test_a_fetched_chart_stands_where_the_release_does(fetched: list[tuple[RemoteChart, bool]]) -> None:
    rendered = render(CHART_OF)
    assert rendered.objects[0].origin.path == "clusters/prod/app.yaml"
    assert fetched == [(RemoteChart(url="https://r.example", name="app", version="1.x"), True)]


def test_its_values_files_lie_in_the_chart(fetched: list[tuple[RemoteChart, bool]]) -> None:
    assert values_of(render({**CHART_OF, "valuesFiles": ["values-prod.yaml"]})) == {"replicas": 5}
    with pytest.raises(RenderFailure, match=r"gone\.yaml"):
        render({**CHART_OF, "valuesFiles": ["gone.yaml"]})


def test_a_registry_holds_the_chart_below_the_repository(fetched: list[tuple[RemoteChart, bool]]) -> None:
    render(CHART_OF, url="oci://r.example/team", insecure=True)
    assert fetched[0][0] == RemoteChart(url="oci://r.example/team/app", name="app", version="1.x", insecure=True)


@pytest.mark.parametrize(
    ("name", "allowed", "reason", "message"),
    [
        ("app", False, Reason.REMOTE, "is remote; vendor it"),
        ("down", True, Reason.REMOTE, "could not be fetched: https://r.example cannot be reached"),
        ("bad", True, Reason.BROKEN, "not among the 0 versions"),
    ],
)
def test_what_cannot_be_fetched_says_whose_fault_it_is(
    fetched: list[tuple[RemoteChart, bool]], name: str, allowed: bool, reason: Reason, message: str
) -> None:
    with pytest.raises(RenderFailure, match=message) as caught:
        render({**CHART_OF, "chart": name}, allow_network=allowed)
    assert caught.value.reason is reason


def test_a_failure_inside_a_fetched_chart_points_at_the_release(
    fetched: list[tuple[RemoteChart, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CHART, "charts/app/templates/bad.yaml", '{{ fail "no" }}')
    with pytest.raises(RenderFailure) as caught:
        render(CHART_OF)
    assert caught.value.location is not None
    assert caught.value.location.path == "clusters/prod/app.yaml"
