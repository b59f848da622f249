"""An Argo CD repository through the command line: what is listed, what is said of syncs, clusters of the settings, tags."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main
from tests.gitrepo import GitRepo

URL = "https://git.example.com/acme/fleet"
APPLICATION = """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: NAME, namespace: argocd}
spec:
  project: team
  destination: {name: prod, namespace: shop}
  source: {repoURL: https://git.example.com/acme/fleet, path: PATH, targetRevision: REVISION}
"""
AUTOMATED = "  syncPolicy: {automated: {prune: true, selfHeal: true}, syncOptions: [Replace=true]}\n"
PROJECT = """apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: team, namespace: argocd}
spec:
  sourceRepos: ["*"]
  destinations: [{name: prod, server: "https://10.1.2.3", namespace: shop}]
  syncWindows:
  - {kind: deny, schedule: "0 22 * * *", duration: 8h, timeZone: Europe/Berlin, applications: ["by-h*"]}
"""
SET = """apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: everywhere, namespace: argocd}
spec:
  goTemplate: true
  generators: [{clusters: {selector: {matchLabels: {tier: edge}}}}]
  template:
    metadata: {name: "agent-{{.name}}"}
    spec:
      project: team
      destination: {server: "{{.server}}", namespace: "{{index .metadata.labels \\"where\\"}}shop"}
      source: {repoURL: https://git.example.com/acme/fleet, path: agent, targetRevision: HEAD}
"""
SETTINGS = """version: 1
clusters:
  edge-1: {server: "https://10.9.9.1", labels: {tier: edge, where: north-}}
  edge-2: {server: "https://10.9.9.2", labels: {tier: edge}}
"""


def config_map(value: str) -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings}}\ndata: {{value: {value}}}\n"


@pytest.fixture
def fleet(git_home: Path, tmp_path: Path) -> GitRepo:
    repo = GitRepo.create(tmp_path / "fleet")
    repo.git("remote", "add", "origin", URL)

    def application(name: str, revision: str, more: str = "", path: str = "shop") -> str:
        return APPLICATION.replace("NAME", name).replace("PATH", path).replace("REVISION", revision) + more

    repo.commit(files={"shop/cm.yaml": config_map("one"), "agent/cm.yaml": config_map("a")})
    repo.git("tag", "v1.2.0")
    repo.commit(
        files={
            "apps/by-hand.yaml": application("by-hand", "HEAD"),
            "apps/by-itself.yaml": application("by-itself", "main", AUTOMATED),
            "apps/by-tag.yaml": application("by-tag", "1.x", AUTOMATED),
            "apps/project.yaml": PROJECT,
            "apps/set.yaml": SET,
            ".gitops-check.yaml": SETTINGS,
        }
    )
    repo.branch("next")
    repo.commit(files={"shop/cm.yaml": config_map("two")})
    return repo


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def run_command(*argv: str | Path, code: int = 0) -> str:
        assert main([str(word) for word in argv]) == code
        return capsys.readouterr().out

    return run_command


def test_units_are_listed_with_project_source_revision_and_sync(run: Callable[..., str], fleet: GitRepo) -> None:
    text = run("units", "-C", fleet.root)
    rows = {line.split()[4]: line.split() for line in text.splitlines() if "argocd-" in line}
    assert rows["argocd/by-hand"][2:8] == ["team", "argocd-application", "argocd/by-hand", "shop", "HEAD", "manual"]
    assert rows["argocd/by-itself"][6:8] == ["main", "auto+prune+self-heal"]
    assert rows["argocd/by-tag"][5:9] == ["shop", "1.x", "auto+prune+self-heal", "rendered"]
    assert rows["argocd/everywhere"][5:8] == ["clusters", "-", "sync"]
    assert {name for name in rows if "agent" in name} == {"argocd/agent-edge-1", "argocd/agent-edge-2"}
    assert "; 3 of those rendered wait for a manual sync" in text.splitlines()[-1]


def test_columns_that_nobody_fills_are_left_out(run: Callable[..., str], git_home: Path, tmp_path: Path) -> None:
    repo = GitRepo.create(tmp_path / "plain", files={"base/kustomization.yaml": "resources: [cm.yaml]\n", "base/cm.yaml": config_map("x")})
    head = run("units", "-C", repo.root).splitlines()[0].split()
    assert head == ["CLUSTER", "ENVIRONMENT", "CONTROLLER", "UNIT", "SOURCE", "STATE"]


def test_what_waits_for_somebody_and_what_a_tag_holds_back_is_said(run: Callable[..., str], fleet: GitRepo) -> None:
    report: Any = json.loads(run("check", "-C", fleet.root, "--base", "main", "-o", "json", "--fail-on", "never"))
    units = {unit["name"]: unit for environment in report["diff"] for unit in environment["units"]}
    assert set(units) == {"by-hand", "by-itself"}
    text = run("check", "-C", fleet.root, "--base", "main", "--fail-on", "never")
    assert "is synced by hand: merging does not deploy this by itself" in text
    assert "windows of project team let it: deny 0 22 * * * for 8h Europe/Berlin" in text
    assert "replaces whole objects instead of patching them" in text
    assert "by-tag follows 1.x, now tag v1.2.0: this change does not move it" in " ".join(text.split())


def test_a_change_of_a_cluster_in_a_generator_shows_in_its_applications(run: Callable[..., str], fleet: GitRepo) -> None:
    assert "namespace: north-shop" in run("render", "-C", fleet.root, "agent-edge-1")
    assert "namespace: shop" in run("render", "-C", fleet.root, "agent-edge-2")


PLUGIN = (
    APPLICATION.replace("NAME", "rendered-by-a-plugin")
    .replace("REVISION", "HEAD")
    .replace("path: PATH", "path: plugged, plugin: {name: x}")
)


@pytest.mark.parametrize(("changed", "touches"), [("plugged/values.yaml", True), ("common/values.yaml", True), ("shop/cm.yaml", False)])
def test_what_a_plugin_may_read_is_never_nothing(
    run: Callable[..., str], git_home: Path, tmp_path: Path, changed: str, touches: bool
) -> None:
    annotated = PLUGIN.replace(
        "namespace: argocd}", "namespace: argocd, annotations: {argocd.argoproj.io/manifest-generate-paths: .;/common}}"
    )
    files = {"apps/app.yaml": annotated, "plugged/values.yaml": "a: 1\n", "common/values.yaml": "a: 1\n", "shop/cm.yaml": config_map("one")}
    repo = GitRepo.create(tmp_path / "repo", files=files)
    repo.git("remote", "add", "origin", URL)
    repo.branch("next")
    repo.commit(files={changed: "a: 2\n" if changed != "shop/cm.yaml" else config_map("two")})
    text = run("diff", "-C", repo.root, "--base", "main")
    assert ("this change touches it" in text) is touches
    assert ("1 unit could not be rendered and may change" in text) is touches


def test_values_of_a_chart_that_is_not_at_hand_are_no_silence(run: Callable[..., str], git_home: Path, tmp_path: Path) -> None:
    source = "{repoURL: https://git.example.com/acme/fleet, path: PATH, targetRevision: REVISION}"
    chart = "{repoURL: https://charts.example.com, chart: loki, targetRevision: 1.0.0, helm: {valueFiles: [$here/values/loki.yaml]}}"
    here = "{repoURL: https://git.example.com/acme/fleet, targetRevision: main, ref: here}"
    application = APPLICATION.replace("NAME", "loki").replace(f"source: {source}", f"sources: [{chart}, {here}]")
    settings = "version: 1\nenvironments: {production: {match: [{destination: prod}], guarded: true}}\nrules: {expect-no-change: enforce}\n"
    repo = GitRepo.create(
        tmp_path / "fleet", files={"apps/loki.yaml": application, "values/loki.yaml": "replicas: 1\n", ".gitops-check.yaml": settings}
    )
    repo.git("remote", "add", "origin", URL)
    repo.branch("next")
    repo.commit(files={"README.md": "loki\n"})
    assert "Nothing would change in any cluster" in run("check", "-C", repo.root, "--base", "main")
    repo.commit(files={"values/loki.yaml": "replicas: 3\n"})
    text = run("diff", "-C", repo.root, "--base", "main")
    assert "1 unit could not be rendered and may change" in text
    assert "does not move" not in text
    told = " ".join(run("gate", "-C", repo.root, "--base", "main", "--explain", "production").split())
    assert "production (guarded) may move: 1 unit could not be rendered" in told
    assert "Not read by it: README.md" in told


def test_a_new_folder_is_the_cause_of_the_application_that_a_generator_makes_of_it(
    run: Callable[..., str], git_home: Path, tmp_path: Path
) -> None:
    generated = SET.replace(
        "{clusters: {selector: {matchLabels: {tier: edge}}}}",
        "{git: {repoURL: https://git.example.com/acme/fleet, revision: HEAD, directories: [{path: teams/*}]}}",
    ).replace("agent-{{.name}}", "{{.path.basename}}")
    generated = generated.replace("{{.server}}", "https://10.1.2.3").replace('{{index .metadata.labels \\"where\\"}}', "")
    generated = generated.replace("path: agent", 'path: "{{.path.path}}"')
    repo = GitRepo.create(tmp_path / "fleet", files={"apps/set.yaml": generated, "teams/one/cm.yaml": config_map("a")})
    repo.git("remote", "add", "origin", URL)
    repo.branch("next")
    repo.commit(files={"teams/two/cm.yaml": config_map("a"), "teams/one/notes.md": "a"})
    report: Any = json.loads(run("diff", "-C", repo.root, "--base", "main", "-o", "json"))
    causes = {unit["name"]: unit["cause"] for environment in report["diff"] for unit in environment["units"]}
    assert causes["everywhere"] == ["teams/two/cm.yaml"]


def test_a_fork_names_what_it_was_forked_from(run: Callable[..., str], git_home: Path, tmp_path: Path) -> None:
    application = APPLICATION.replace("NAME", "shop").replace("PATH", "shop/overlays/prod").replace("REVISION", "main")
    files = {"apps/shop.yaml": application, "shop/overlays/prod/cm.yaml": config_map("one")}
    repo = GitRepo.create(tmp_path / "fleet", files=files)
    repo.git("remote", "add", "origin", "https://git.example.com/me/fleet")
    assert main(["render", "-C", str(repo.root), "shop"]) == 3
    repo.commit(files={".gitops-check.yaml": f"version: 1\nsources: {{{URL}: .}}\n"})
    assert "value: one" in run("render", "-C", repo.root, "shop")
    repo.branch("next")
    repo.commit(files={"shop/overlays/prod/cm.yaml": config_map("two")})
    text = run("diff", "-C", repo.root, "--base", "main")
    assert "Application argocd/shop" in text
    assert "data.value  one -> two" in text
