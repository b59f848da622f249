"""Branch per environment, folder per environment and hydrated branches: through the real pre-commit at commit and at push, and
through `check` in clones as GitHub Actions, GitLab CI and Jenkins leave them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from checker.cli import main
from tests.e2e.conftest import run_program
from tests.e2e.layouts import LAYOUTS, Edit, Layout, built, files_of
from tests.gitrepo import GitRepo

NAMES = [layout.name for layout in LAYOUTS]


@pytest.fixture(params=LAYOUTS, ids=NAMES)
def hooked_layout(
    request: pytest.FixtureRequest,
    sources: Path,
    pre_commit_home: Path,
    git_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Layout, GitRepo]:
    """A layout whose every branch asks for our gate, installed by the real pre-commit for commit and push."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(pre_commit_home))
    rev = run_program("git", "rev-parse", "HEAD", cwd=sources).strip()
    config = f"repos:\n  - repo: {sources}\n    rev: {rev}\n    hooks:\n      - id: gitops-gate\n"
    repo = built(request.param, tmp_path, {".pre-commit-config.yaml": config})
    run_program(sys.executable, "-m", "pre_commit", "install", "-t", "pre-commit", "-t", "pre-push", cwd=repo.root)
    return request.param, repo


def test_the_real_hooks_at_commit_and_at_push(hooked_layout: tuple[Layout, GitRepo]) -> None:
    layout, repo = hooked_layout
    bad, good = layout.bad, layout.good
    repo.git("switch", "-q", "-c", bad.branch, bad.start)
    repo.stage(bad.files)
    said = run_program("git", "commit", "--message", "bad", cwd=repo.root, code=1)
    assert bad.words in unwrapped(said)
    repo.git("commit", "-q", "--no-verify", "--message", "bad all the same")
    said = run_program("git", "push", "origin", bad.branch, cwd=repo.root, code=1)
    assert bad.words in unwrapped(said)
    repo.git("switch", "-q", "-C", good.branch, good.start)
    repo.stage(files_of(layout, good, repo))
    run_program("git", "commit", "--message", "good", cwd=repo.root)
    run_program("git", "push", "--force", "origin", good.branch, cwd=repo.root)


def unwrapped(said: str) -> str:
    return " ".join(said.split())


def github(edit: Edit, folder: Path) -> dict[str, str]:
    repository = {"full_name": "acme/shop"}
    event = {
        "action": "synchronize",
        "pull_request": {
            "number": 7,
            "head": {"ref": edit.branch, "repo": repository},
            "base": {"ref": edit.into, "repo": repository},
            "user": {"login": "ada"},
            "labels": [],
            "draft": False,
        },
    }
    (folder / "event.json").write_text(json.dumps(event))
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_PATH": str(folder / "event.json"),
        "GITHUB_REPOSITORY": "acme/shop",
        "GITHUB_HEAD_REF": edit.branch,
        "GITHUB_BASE_REF": edit.into,
        "GITHUB_REF": "refs/pull/7/merge",
    }


def gitlab(edit: Edit, folder: Path) -> dict[str, str]:
    return {
        "GITLAB_CI": "true",
        "CI_MERGE_REQUEST_IID": "7",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": edit.branch,
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": edit.into,
        "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "acme/shop",
        "CI_MERGE_REQUEST_PROJECT_PATH": "acme/shop",
    }


def jenkins(edit: Edit, folder: Path) -> dict[str, str]:
    return {
        "JENKINS_URL": "https://jenkins.example.com/",
        "CHANGE_ID": "7",
        "CHANGE_BRANCH": edit.branch,
        "CHANGE_TARGET": edit.into,
        "CHANGE_URL": "https://github.com/acme/shop/pull/7",
        "BRANCH_NAME": "PR-7",
    }


@pytest.fixture
def no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever runs these tests says nothing of its own."""
    for name in list(os.environ):
        if name.startswith(("GITHUB_", "CI_", "CHANGE_", "GITLAB", "JENKINS", "BITBUCKET", "SYSTEM_", "BUILD_", "TF_BUILD")):
            monkeypatch.delenv(name)


@pytest.fixture(params=LAYOUTS, ids=NAMES)
def pushed_layout(request: pytest.FixtureRequest, git_home: Path, tmp_path: Path) -> tuple[Layout, GitRepo]:
    return request.param, built(request.param, tmp_path, {})


@pytest.mark.parametrize("provider", [github, gitlab, jenkins])
def test_check_in_ci(
    pushed_layout: tuple[Layout, GitRepo],
    provider: Callable[[Edit, Path], Mapping[str, str]],
    no_ci: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    layout, repo = pushed_layout
    for edit in (layout.bad, layout.good):
        repo.git("switch", "-q", "-C", edit.branch, f"origin/{edit.start}")
        repo.commit("change", files=files_of(layout, edit, repo))
        repo.git("switch", "-q", "--detach")
        with monkeypatch.context() as patch:
            for name, value in provider(edit, tmp_path).items():
                patch.setenv(name, value)
            code = main(["check", "-C", str(repo.root), "-o", "json"])
        report = json.loads(capsys.readouterr().out)
        broken = {rule["rule"]: rule["message"] for rule in report["rules"] if rule["verdict"] != "passed"}
        assert set(broken) == ({edit.rule} if edit.rule else set()), broken
        assert code == (1 if edit.rule else 0), report["findings"]
        assert edit.words in broken.get(edit.rule, "")
        assert "production" in [entry["environment"] for entry in report["diff"]]
