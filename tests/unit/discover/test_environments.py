from __future__ import annotations

import pytest

from checker.discover.environments import classified, glob_matches, guarded_environments, own_branch, promotion_order
from checker.model.objects import KubeObject, Origin
from checker.model.paths import RepoPath
from checker.model.settings import EnvironmentMatch, EnvironmentSetting
from checker.model.units import Controller, DeployUnit


def unit(path: str | None = None, *, declared: str = "", cluster: str = "", destination: str = "") -> DeployUnit:
    body = {"spec": {"destination": {"name": destination}}}
    origin = Origin(path=RepoPath(declared or "clusters/east.yaml"))
    return DeployUnit(
        controller=Controller.KUSTOMIZATION,
        name="app",
        path=RepoPath(path) if path is not None else None,
        cluster=cluster,
        declaration=KubeObject(body=body, origin=origin) if destination or declared else None,
        origin=origin,
    )


@pytest.mark.parametrize(
    ("given", "parent", "environment"),
    [
        (unit("apps/shop/overlays/eu-live"), "", "eu-live"),
        (unit("envs/qa"), "", "qa"),
        (unit("environments/blue/app"), "", "blue"),
        (unit("apps/production"), "", "production"),
        (unit("apps/production", cluster="staging"), "staging", "production"),
        (unit("apps/base", declared="clusters/prod-eu-1/apps.yaml"), "", "prod"),
        (unit("apps/base", declared="clusters/homelab/apps.yaml"), "", "homelab"),
        (unit("apps/base", declared="clusters/east.yaml"), "", "east"),
        (unit("apps/base", declared="envs/blue.yaml"), "", "blue"),
        (unit(None, declared="apps/base/release.yaml"), "staging", "staging"),
        (unit("app", cluster="prod-eu-1"), "", "prod"),
        (unit("app", declared="app.yaml", destination="staging-2"), "", "staging"),
        (unit("app", cluster="prod-eu-1"), "in-cluster", "prod"),
        (unit("app", cluster="prod-eu-1"), "staging", "prod"),
        (unit("app", cluster="eu-1"), "in-cluster", "eu-1"),
        (unit("app", cluster="eu-1"), "staging", "staging"),
        (unit("app", cluster="in-cluster (apps/live-eu)"), "", "live"),
        (unit("app", cluster="in-cluster (apps/eu)"), "", "in-cluster"),
        (unit("app"), "", ""),
        (unit("apps/testing-tools"), "", ""),
    ],
)
def test_inference_reads_the_usual_names(given: DeployUnit, parent: str, environment: str) -> None:
    assert classified(given, (), parent).environment == environment


def test_settings_win_over_names() -> None:
    settings = (EnvironmentSetting(name="eu", match=(EnvironmentMatch(path="apps/*/overlays/eu-*"),)),)
    assert classified(unit("apps/shop/overlays/eu-live"), settings).environment == "eu"


def test_all_parts_of_a_match_must_hold() -> None:
    settings = (EnvironmentSetting(name="eu", match=(EnvironmentMatch(path="apps/**", cluster="prod-*"),)),)
    assert classified(unit("apps/x", cluster="prod-1"), settings).environment == "eu"
    assert classified(unit("apps/x", cluster="other"), settings).environment != "eu"


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("clusters/production/**", "clusters/production/apps/x.yaml", True),
        ("clusters/production/**", "clusters/production", True),
        ("clusters/*", "clusters/a/b", False),
        ("**/production", "a/b/production", True),
        ("**/production", "production", True),
        ("prod-?", "prod-1", True),
        ("a.c", "abc", False),
    ],
)
def test_globs_stop_at_slashes_unless_doubled(pattern: str, value: str, expected: bool) -> None:
    assert glob_matches(pattern, value) is expected


def test_guarded_are_those_settings_name_else_those_named_like_production() -> None:
    names = ("production", "prod-eu", "staging", "product-catalog")
    assert guarded_environments(names, ()) == {"production", "prod-eu"}
    assert guarded_environments(names, (EnvironmentSetting(name="staging", guarded=True), EnvironmentSetting(name="production"))) == {
        "staging"
    }


def declared(spec: dict[str, object], **labels: str) -> DeployUnit:
    origin = Origin(path=RepoPath("x.yaml"))
    body = {"metadata": {"labels": labels}, "spec": spec}
    return DeployUnit(
        controller=Controller.ARGOCD_APPLICATION,
        name="app",
        namespace="argocd",
        path=None,
        declaration=KubeObject(body=body, origin=origin),
        origin=origin,
    )


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        (EnvironmentMatch(destination="https://eu.*"), True),
        (EnvironmentMatch(destination="eu-1"), True),
        (EnvironmentMatch(namespace="shop-*"), True),
        (EnvironmentMatch(namespace="argocd"), True),
        (EnvironmentMatch(label="env=prod*"), True),
        (EnvironmentMatch(label="env=dev"), False),
        (EnvironmentMatch(branch="env/*"), True),
        (EnvironmentMatch(branch="env/*", label="env=dev"), False),
        (EnvironmentMatch(branch="main"), False),
    ],
)
def test_every_part_of_a_match(match: EnvironmentMatch, expected: bool) -> None:
    given = declared({"destination": {"name": "eu-1", "server": "https://eu.example.com", "namespace": "shop-live"}}, env="prod-eu")
    settings = (EnvironmentSetting(name="found", match=(match,)),)
    assert (classified(given, settings, branch="env/production").environment == "found") is expected


def test_an_unknown_branch_matches_no_environment() -> None:
    settings = (EnvironmentSetting(name="found", match=(EnvironmentMatch(branch="**"),)),)
    assert classified(unit("app"), settings, branch=None).environment == ""


def test_the_first_environment_that_matches_is_the_only_one() -> None:
    settings = tuple(EnvironmentSetting(name=name, match=(EnvironmentMatch(path="**"),)) for name in ("one", "two"))
    assert classified(unit("apps/production"), settings).environment == "one"


def test_promotion_goes_in_the_order_of_settings_else_by_the_words_of_the_names() -> None:
    names = ("production", "prod-eu", "dev", "staging", "homelab", "")
    assert promotion_order(names, ()) == ("dev", "staging", "prod-eu", "production")
    assert promotion_order(names, (EnvironmentSetting(name="b"), EnvironmentSetting(name="a"))) == ("b", "a")


def test_a_branch_that_is_an_environment() -> None:
    settings = (
        EnvironmentSetting(name="a", match=(EnvironmentMatch(path="x"),)),
        EnvironmentSetting(name="b", match=(EnvironmentMatch(branch="env/*"),)),
    )
    assert own_branch("env/b", settings) == 1
    assert own_branch("main", settings) is None
