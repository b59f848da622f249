"""Symbolic links to overlays: each is an overlay at its own path, and what it leads to is what would be deployed from there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from checker.cli import main
from tests.gitrepo import GitRepo


def overlay(name: str, tag: str) -> dict[str, str]:
    pod = f"{{template: {{spec: {{containers: [{{name: web, image: 'web:{tag}'}}]}}}}}}"
    deployment = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec: {pod}\n"
    return {f"{name}/kustomization.yaml": "resources: [web.yaml]\n", f"{name}/web.yaml": deployment}


@pytest.fixture
def repo(git_repo: GitRepo) -> GitRepo:
    """`overlays/qa` is a link to `staging`, and nothing but its name says that it is deployed."""
    git_repo.link("overlays/qa", "staging")
    git_repo.commit(files={**overlay("overlays/staging", "2"), **overlay("overlays/production", "1")})
    git_repo.branch("change")
    return git_repo


def relink(repo: GitRepo, path: str, target: str) -> None:
    if (repo.root / path).is_symlink():
        repo.delete(path)
    repo.link(path, target)
    repo.commit()


def check(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    code = main(["check", "-C", str(repo.root), "--base", "main", "--no-cache", "-o", "json"])
    out, err = capsys.readouterr()
    assert err == ""
    return code, json.loads(out)


def moved(report: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [
        (environment["environment"], unit["name"], obj["name"], obj["change"])
        for environment in report["diff"]
        for unit in environment["units"]
        for obj in unit["objects"]
    ]


def test_a_relinked_overlay_shows_what_it_would_deploy_instead(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    relink(repo, "overlays/qa", "production")
    _, report = check(repo, capsys)
    assert moved(report) == [("qa", "overlays/qa", "web", "changed")]
    [unit] = report["diff"][0]["units"]
    assert unit["cause"] == ["overlays/qa"]
    [field] = unit["objects"][0]["fields"]
    assert (field["before"], field["after"]) == ("web:2", "web:1")


def test_what_a_link_leads_to_moves_both(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit(files=overlay("overlays/staging", "3"))
    _, report = check(repo, capsys)
    assert moved(report) == [("qa", "overlays/qa", "web", "changed"), ("staging", "overlays/staging", "web", "changed")]


def test_a_link_that_is_taken_away_takes_what_it_deployed(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.commit(delete=["overlays/qa"])
    _, report = check(repo, capsys)
    assert moved(report) == [("qa", "overlays/qa", "web", "deleted")]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("../../secrets", "overlays/qa is a symbolic link out of the repository"),
        ("/etc", "overlays/qa is a symbolic link out of the repository"),
        ("qa", "overlays/qa is a symbolic link that leads round in circles"),
        ("stagin", "overlays/qa links to overlays/stagin, which does not exist"),
    ],
)
@pytest.mark.parametrize("place", ["overlays/qa", "envs/qa"])
def test_a_link_that_leads_nowhere_is_unknown_and_not_everything_deleted(
    repo: GitRepo, capsys: pytest.CaptureFixture[str], target: str, said: str, place: str
) -> None:
    """Beside other overlays it is known by them, elsewhere by what it was."""
    if place == "envs/qa":
        repo.switch("main")
        relink(repo, place, "../overlays/staging")
        repo.git("switch", "-C", "change")
    relink(repo, place, target)
    code, report = check(repo, capsys)
    assert code == 1
    assert moved(report) == []
    [unit] = [unit for unit in report["notRendered"] if unit["name"] == place]
    assert said.replace("overlays/qa", place).replace("overlays/stagin,", f"{place[:-3]}/stagin,") in unit["message"]


def test_a_link_above_overlays_has_each_of_them(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.switch("main")
    repo.link("live", "fleet/one")
    repo.commit(files={**overlay("fleet/one/web", "1"), **overlay("fleet/two/web", "2")})
    repo.git("switch", "-C", "change")
    relink(repo, "live", "fleet/two")
    _, report = check(repo, capsys)
    assert moved(report) == [("live", "live/web", "web", "changed")]


def test_a_link_to_a_base_makes_an_overlay_of_it(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.switch("main")
    relink(repo, "overlays/dev", "../base")
    repo.commit(files={**overlay("base", "1"), "overlays/test/kustomization.yaml": "resources: [../../base]\n"})
    repo.git("switch", "-C", "change")
    repo.commit(files=overlay("base", "2"))
    _, report = check(repo, capsys)
    assert moved(report) == [("dev", "overlays/dev", "web", "changed"), ("test", "overlays/test", "web", "changed")]


@pytest.mark.parametrize(
    ("link", "target", "files"),
    [
        ("overlays/staging/part", "../../part", {**overlay("part", "1"), "overlays/staging/kustomization.yaml": "resources: [part]\n"}),
        ("parts/latest", "v2", {"parts/v2/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"}),
        ("overlays/staging/all", "../..", {}),
        ("bin/tool", "/usr/bin/tool", {}),
        ("docs/latest", "v2", {"docs/v2/index.md": "# Two\n"}),
    ],
    ids=["built on by a kustomization", "a component", "above itself", "out of the repository", "no manifests"],
)  # fmt: skip
def test_links_that_are_no_overlays(
    repo: GitRepo, capsys: pytest.CaptureFixture[str], link: str, target: str, files: dict[str, str]
) -> None:
    repo.switch("main")
    repo.commit(files=files)
    repo.git("switch", "-C", "change")
    relink(repo, link, target)
    _, report = check(repo, capsys)
    assert moved(report) == []
    assert not any(unit["name"].startswith(link) for unit in report["notRendered"])


def test_a_link_that_an_application_names_is_its_own(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    url = "https://git.example.com/acme/shop.git"
    repo.git("remote", "add", "origin", url)
    repo.switch("main")
    source = f"{{repoURL: '{url}', path: overlays/qa, targetRevision: HEAD}}"
    spec = f"{{project: default, source: {source}, destination: {{name: in-cluster, namespace: qa}}}}"
    repo.commit(
        files={"qa.yaml": f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: qa, namespace: argocd}}\nspec: {spec}\n"}
    )
    repo.git("switch", "-C", "change")
    relink(repo, "overlays/qa", "production")
    _, report = check(repo, capsys)
    assert [(name, change) for _, name, _, change in moved(report)] == [("qa", "changed")]


def test_a_kustomization_file_that_is_a_link_to_nothing_is_told(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.delete("overlays/staging/kustomization.yaml")
    relink(repo, "overlays/staging/kustomization.yaml", "../common.yaml")
    _, report = check(repo, capsys)
    assert moved(report) == []
    assert {unit["name"] for unit in report["notRendered"]} == {"overlays/qa", "overlays/staging"}
    assert all("links to overlays/common.yaml, which does not exist" in unit["message"] for unit in report["notRendered"])
