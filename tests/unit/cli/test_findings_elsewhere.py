"""What `check` lists of findings that a repository had before, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from checker.cli import main
from tests.gitrepo import GitRepo

WEB = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: web}
spec: {type: ClusterIP, externalIPs: [192.0.2.1], selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: web}
data: {level: info}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: web, labels: {app: web}}
spec: {containers: [{name: web, image: "web:1.0", envFrom: [{configMapRef: {name: settings}}]}]}
"""
RULE = "service-external-ips"

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(git_repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> Run:
    """`check` of what the work tree changes of two environments with the same warning in each."""
    git_repo.write(".gitops-check.yaml", "version: 1\nenvironments: {a: {match: [{path: apps/a/**}]}, b: {match: [{path: apps/b/**}]}}\n")
    for name in ("a", "b"):
        git_repo.write(f"apps/{name}/kustomization.yaml", "resources: [web.yaml]\n")
        git_repo.write(f"apps/{name}/web.yaml", WEB)
    git_repo.commit("two environments")

    def check(*flags: str) -> tuple[int, str]:
        git_repo.commit("change")
        code = main(("check", "-C", str(git_repo.root), "--base", "HEAD~1", *flags))
        return code, capsys.readouterr().out

    return check


def test_warnings_where_nothing_moves_are_counted_and_others_listed(run: Run, git_repo: GitRepo) -> None:
    git_repo.write("apps/a/web.yaml", WEB.replace("info", "debug"))
    code, out = run()
    assert code == 0
    assert "apps/a/web.yaml:4" in out
    assert "apps/b/web.yaml" not in out
    assert "where this change moves nothing: " in out
    assert f"{RULE} 1" in out


@pytest.mark.parametrize("flags", [("--verbose",), ("--fail-on", "warning")])
def test_they_are_listed_where_asked_for_and_where_they_fail_the_run(run: Run, git_repo: GitRepo, flags: tuple[str, ...]) -> None:
    git_repo.write("apps/a/web.yaml", WEB.replace("info", "debug"))
    code, out = run(*flags)
    assert code == (1 if "--fail-on" in flags else 0)
    assert "apps/a/web.yaml:4" in out
    assert "apps/b/web.yaml:4" in out


def test_an_error_where_nothing_moves_is_listed_and_fails_the_run(run: Run, git_repo: GitRepo) -> None:
    git_repo.write("apps/b/web.yaml", WEB.replace("ports: [", "prots: ["))
    git_repo.commit("an error before the change")
    git_repo.write("apps/a/web.yaml", WEB.replace("info", "debug"))
    code, out = run()
    assert code == 1
    assert "apps/b/web.yaml:4" in out


def test_an_object_that_stays_as_it_is_fails_for_want_of_another_and_is_listed(run: Run, git_repo: GitRepo) -> None:
    git_repo.write(".gitops-check.yaml", "version: 1\npolicies: [{builtin: all}]\nenvironments: {a: {match: [{path: apps/a/**}]}}\n")
    git_repo.write("apps/a/kustomization.yaml", "resources: [web.yaml, pod.yaml]\n")
    git_repo.write("apps/a/pod.yaml", POD)
    git_repo.commit("a Pod that reads the ConfigMap of another file")
    git_repo.write("apps/a/web.yaml", WEB.replace("name: settings", "name: other"))
    _, out = run()
    assert "no ConfigMap settings is deployed to this environment" in " ".join(out.partition("Findings")[2].split())


def test_every_finding_stays_in_the_data(run: Run, git_repo: GitRepo) -> None:
    git_repo.write("apps/a/web.yaml", WEB.replace("info", "debug"))
    _, out = run("-o", "json")
    found = [(one["rule"], one["location"]["path"]) for one in json.loads(out)["findings"] if one["rule"] == RULE]
    assert found == [(RULE, "apps/a/web.yaml"), (RULE, "apps/b/web.yaml")]
