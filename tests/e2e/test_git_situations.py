"""States of a Git repository that are no plain branch off main: each is right, or says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main
from tests.gitrepo import GitRepo

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:1.25"}]}
"""
OVERLAY = "resources: [../../base]\n"
FILES = {
    "base/deployment.yaml": DEPLOYMENT,
    "base/kustomization.yaml": "resources: [deployment.yaml]\n",
    "overlays/production/kustomization.yaml": OVERLAY,
    "overlays/staging/kustomization.yaml": OVERLAY,
}
Run = Callable[..., str]


@pytest.fixture
def repo(git_home: Path, tmp_path: Path) -> GitRepo:
    return GitRepo.create(tmp_path / "fleet", files=FILES)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_command(*argv: str | Path, code: int = 0) -> str:
        assert main([str(word) for word in argv]) == code
        return capsys.readouterr().out

    return run_command


def test_a_commit_beside_itself_is_no_comparison(run: Run, repo: GitRepo) -> None:
    said = " ".join(run("diff", "-C", repo.root).split())
    assert "note: main and its base are the same commit, so there was nothing to compare: name what it is compared with by --base" in said
    repo.branch("next")
    repo.commit(files={"README.md": "more"})
    assert "nothing to compare" not in run("diff", "-C", repo.root)


def test_a_submodule_is_content_from_elsewhere(run: Run, repo: GitRepo, tmp_path: Path) -> None:
    module = GitRepo.create(tmp_path / "module", files={"kustomization.yaml": "resources: []\n"})
    repo.git("submodule", "--quiet", "add", module.root, "overlays/module")
    repo.commit(files={"overlays/staging/kustomization.yaml": "resources: [../../base, ../module]\n"})
    repo.branch("next")
    module.commit(files={"other.yaml": DEPLOYMENT})
    repo.git("-C", "overlays/module", "pull", "--quiet")
    repo.commit("The module moves")
    report: Any = json.loads(run("check", "-C", repo.root, "-o", "json"))
    (gap,) = report["notRendered"]
    assert (gap["name"], gap["reason"], gap["affected"]) == ("overlays/staging", "remote", True)
    assert gap["message"].startswith("overlays/module is a submodule: its content is in another repository")
    assert report["diff"] == []


def test_names_of_folders_do_not_act_in_a_listing(run: Run, repo: GitRepo) -> None:
    repo.commit(files={"overlays/a\nb\x1b[31m/kustomization.yaml": OVERLAY})
    listed = run("units", "-C", repo.root)
    assert "overlays/a\\nb\\x1b[31m" in listed
    assert "\x1b" not in listed
    rendered = run("render", "-C", repo.root, "--all")
    assert [line for line in rendered.splitlines() if line.startswith("#")] == [
        "# kustomization overlays/a\\nb\\x1b[31m",
        "# kustomization overlays/production",
        "# kustomization overlays/staging",
    ]


def test_a_change_of_a_base_that_a_broken_unit_did_not_come_to_is_unknown(run: Run, repo: GitRepo) -> None:
    repo.commit(files={"overlays/staging/kustomization.yaml": "resources: [missing.yaml, ../../base]\n"})
    repo.branch("next")
    repo.commit(files={"base/deployment.yaml": DEPLOYMENT.replace("replicas: 2", "replicas: 3")})
    said = run("diff", "-C", repo.root)
    assert "1 unit could not be rendered and may change; production would change" in " ".join(said.split())
    assert "STAGING     unknown: 1 unit could not be rendered" in said
