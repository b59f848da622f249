"""`spec.include` of a GitRepository: parts of other repositories inside this one."""

from __future__ import annotations

from typing import Any

import pytest

from checker.model.objects import KubeObject
from checker.model.paths import RepoPath
from checker.model.units import Reason, Rendered, RenderFailure
from checker.render.flux import render_kustomization
from checker.render.options import RenderOptions
from tests.unit.discover.test_flux import BOOTSTRAPPED, children
from tests.unit.discover.test_flux import git_repository as declared
from tests.unit.discover.test_flux import kustomization as applied
from tests.unit.render.flux.builders import config_map, git_repository, kube, kustomization, names, repository

BASE_URL = "https://example.com/base"
FILES = {
    "app/kustomization.yaml": "resources: [own.yaml, ../shared/web]\n",
    "app/own.yaml": config_map("own"),
    "vendor/base/deploy/web/kustomization.yaml": "resources: [web.yaml]\n",
    "vendor/base/deploy/web/web.yaml": config_map("web"),
    "vendor/base/top.yaml": config_map("top"),
}


def build(files: dict[str, str], *include: dict[str, Any], path: str = "./app", **source: Any) -> Rendered:
    base = kube("GitRepository", "base", group="source.toolkit.fluxcd.io/v1", spec={"url": BASE_URL})
    related: tuple[KubeObject, ...] = (git_repository(include=list(include), **source), base)
    options = RenderOptions(sources={BASE_URL: RepoPath("vendor/base")})
    return render_kustomization(kustomization(path, related=related), repository(files), options)


def of_base(start: str = "", to: str = "") -> dict[str, Any]:
    return {"repository": {"name": "base"}, "fromPath": start, "toPath": to}


def test_a_part_of_another_repository_lies_where_it_is_put() -> None:
    rendered = build(FILES, of_base("deploy", "shared"))
    assert names(rendered) == ["own", "web"]
    assert [obj.origin.path for obj in rendered.objects] == ["app/own.yaml", "vendor/base/deploy/web/web.yaml"]


@pytest.mark.parametrize(
    ("include", "path", "found"),
    [
        (of_base(), "./base", ["web", "top"]),
        (of_base("./deploy/web", "/a/b"), "./a", ["web"]),
        (of_base("../top.yaml", "app/new/top.yaml"), "./app/new", ["top"]),
        (of_base("deploy/web/web.yaml", "app/own.yaml"), "./app/only", ["web"]),
    ],
)
def test_where_from_and_where_to(include: dict[str, Any], path: str, found: list[str]) -> None:
    files = {**FILES, "app/only/kustomization.yaml": "resources: [../own.yaml]\n"}
    assert sorted(names(build(files, include, path=path))) == sorted(found)


def test_one_lies_inside_another_and_ignore_rules_hold_for_both() -> None:
    both = of_base("deploy", "shared"), of_base("top.yaml", "shared/more/top.yaml")
    assert sorted(names(build(FILES, *both, path="./shared"))) == ["top", "web"]
    assert names(build(FILES, *both, path="./shared", ignore="/shared/more")) == ["web"]


@pytest.mark.parametrize(
    ("include", "message", "reason"),
    [
        (of_base("gone", "x"), "there is no gone", Reason.BROKEN),
        (of_base("deploy", "app"), "at app, where something is already", Reason.BROKEN),
        (of_base("deploy", "./"), "where something is already", Reason.BROKEN),
        ({"repository": {"name": "other"}}, "GitRepository flux-system/other is not declared", Reason.REMOTE),
        ({"repository": {"name": "flux-system"}}, "is made from itself", Reason.BROKEN),
    ],
)
def test_what_the_controller_refuses_or_nobody_knows(include: dict[str, Any], message: str, reason: Reason) -> None:
    with pytest.raises(RenderFailure, match=message) as caught:
        build(FILES, include)
    assert caught.value.reason is reason


def test_the_units_of_a_cluster_bring_the_included_repositories_along() -> None:
    fleet = {**declared("flux-system", "ssh://git@example.com/acme/fleet", include=[of_base()])}
    files = {**BOOTSTRAPPED, "clusters/prod/flux-system/gotk-sync.yaml": [fleet, applied("flux-system", "./clusters/prod")]}
    units = children(files, fleet, declared("base", BASE_URL), applied("apps", "./apps"))
    assert [obj.name for obj in units["apps"].related] == ["flux-system", "base"]
