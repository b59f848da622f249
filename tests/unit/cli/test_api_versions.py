"""What is said of API versions that a cluster does not serve, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from checker.cli import main
from tests.gitrepo import GitRepo

OLD = """\
apiVersion: autoscaling/v2beta2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: web}
spec: {maxReplicas: 3, minReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
"""
REMOVED = "HorizontalPodAutoscaler autoscaling/v2beta2 was removed in Kubernetes 1.26; use autoscaling/v2"
ASSUMED = f"{REMOVED} (Kubernetes 1.33 is assumed: state yours as `kubernetes` in the settings, or by --kubernetes)"
URL = "https://git.example.com/acme/fleet"
SYNC = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 1m, url: "%s", ref: {branch: main}}
---
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: flux-system, namespace: flux-system}
spec: {interval: 10m, path: ./%s, prune: true, sourceRef: {kind: GitRepository, name: flux-system}}
"""

Said = Callable[..., tuple[int, list[tuple[str, str, str]]]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """The exit code, and rule, severity and message of every finding."""

    def run(*argv: str) -> tuple[int, list[tuple[str, str, str]]]:
        code = main((*argv, "-o", "json"))
        report = json.loads(capsys.readouterr().out)
        return code, [(one["rule"], one["severity"], one["message"]) for one in report["findings"]]

    return run


def test_a_version_that_hangs_on_an_assumed_kubernetes_is_a_warning_that_names_it(said: Said, tmp_path: Path) -> None:
    (tmp_path / "hpa.yaml").write_text(OLD)
    assert said("lint", "-C", str(tmp_path)) == (0, [("removed-api", "warning", ASSUMED)])


@pytest.mark.parametrize("stated", ["flag", "settings", "required"])
def test_it_is_an_error_where_the_kubernetes_is_stated_or_schemas_are_required(said: Said, tmp_path: Path, stated: str) -> None:
    (tmp_path / "hpa.yaml").write_text(OLD)
    if stated == "settings":
        (tmp_path / ".gitops-check.yaml").write_text('version: 1\nkubernetes: ["1.33"]\n')
    flags = {"flag": ("--kubernetes", "1.33"), "settings": (), "required": ("--require-schemas",)}[stated]
    assert said("lint", "-C", str(tmp_path), *flags) == (1, [("removed-api", "error", REMOVED)])


def test_what_no_version_that_can_be_stated_serves_is_an_error_by_any(said: Said, tmp_path: Path) -> None:
    (tmp_path / "psp.yaml").write_text("apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {name: web}\n")
    message = "PodSecurityPolicy policy/v1beta1 was removed in Kubernetes 1.25"
    assert said("lint", "-C", str(tmp_path)) == (1, [("removed-api", "error", message)])


def test_a_cluster_whose_version_is_stated_is_judged_by_it_beside_one_whose_is_not(said: Said, git_repo: GitRepo) -> None:
    git_repo.git("remote", "add", "origin", URL)
    for name in ("blue", "green"):
        git_repo.write(f"clusters/{name}/flux-system/gotk-sync.yaml", SYNC % (URL, f"clusters/{name}"))
        git_repo.write(f"clusters/{name}/hpa.yaml", OLD)
    git_repo.write(".gitops-check.yaml", 'version: 1\nclusters: {green: {kubernetes: "1.33"}}\n')
    git_repo.commit("two clusters")
    _, found = said("check", "-C", str(git_repo.root), "--base", "HEAD")
    assert [one for one in found if one[0] == "removed-api"] == [("removed-api", "warning", ASSUMED), ("removed-api", "error", REMOVED)]


BETA = """\
apiVersion: source.toolkit.fluxcd.io/v1beta2
kind: HelmRepository
metadata: {name: podinfo, namespace: podinfo}
spec: {interval: 5m, url: "https://stefanprodan.github.io/podinfo"}
"""
DEPRECATED = "source.toolkit.fluxcd.io/v1beta2 is deprecated and removed by newer Flux; use source.toolkit.fluxcd.io/v1"
GONE = "HelmRepository podinfo: source.toolkit.fluxcd.io/v1beta2 is no longer served since Flux 2.8; use source.toolkit.fluxcd.io/v1"
UNCHECKED = "its fields were not checked"


def test_an_old_version_of_flux_is_told_once_in_a_file(said: Said, tmp_path: Path) -> None:
    (tmp_path / "source.yaml").write_text(BETA)
    assert said("lint", "-C", str(tmp_path)) == (0, [("flux-api-deprecated", "warning", f"{DEPRECATED}; {UNCHECKED}")])


def test_it_is_told_without_policies_too(said: Said, tmp_path: Path) -> None:
    (tmp_path / "source.yaml").write_text(BETA)
    (tmp_path / ".gitops-check.yaml").write_text("version: 1\npolicies: []\n")
    message = "HelmRepository source.toolkit.fluxcd.io/v1beta2 is not served by Flux 2.9; use source.toolkit.fluxcd.io/v1"
    assert said("lint", "-C", str(tmp_path)) == (0, [("removed-api", "note", message)])


@pytest.mark.parametrize("runs", [1, 2])
def test_what_the_flux_of_a_cluster_refuses_is_told_there_alone(said: Said, git_repo: GitRepo, runs: int) -> None:
    git_repo.git("remote", "add", "origin", URL)
    for name in ("production", "staging"):
        git_repo.write(f"clusters/{name}/flux-system/gotk-sync.yaml", SYNC % (URL, f"clusters/{name}"))
        git_repo.write(f"clusters/{name}/source.yaml", BETA)
    git_repo.write(".gitops-check.yaml", 'version: 1\nclusters: {production: {flux: "2.9"}, staging: {flux: "2.6"}}\n')
    git_repo.commit("two clusters")
    for _ in range(runs):
        _, found = said("check", "-C", str(git_repo.root), "--base", "HEAD")
    assert [one for one in found if one[0] in ("api-version-removed", "flux-api-deprecated", "removed-api")] == [
        ("api-version-removed", "warning", f"{GONE}; {UNCHECKED}"),
        ("flux-api-deprecated", "warning", f"{DEPRECATED}; {UNCHECKED}"),
    ]
