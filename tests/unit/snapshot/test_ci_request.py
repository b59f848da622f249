"""Where a CI run posts, from its environment and event alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from checker.snapshot.ci_request import RequestFacts, read_request

SHA, MERGE = "a" * 40, "b" * 40


def github(tmp_path: Path, event: dict[str, Any], **more: str) -> RequestFacts:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event), encoding="utf-8")
    return read_request(
        {
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_SERVER_URL": "https://git.acme.example",
            "GITHUB_API_URL": "https://git.acme.example/api/v3",
            "GITHUB_RUN_ID": "42",
            "GITHUB_SHA": MERGE,
            "GITHUB_EVENT_PATH": str(path),
            **more,
        }
    )


def test_a_pull_request_on_github_enterprise(tmp_path: Path) -> None:
    facts = github(tmp_path, {"pull_request": {"number": 3, "head": {"sha": SHA}}})
    assert facts.api == "https://git.acme.example/api/v3"
    assert (facts.project, facts.number, facts.commit) == ("acme/shop", 3, SHA)
    assert facts.run_url == "https://git.acme.example/acme/shop/actions/runs/42"
    assert facts.source_url == f"https://git.acme.example/acme/shop/blob/{SHA}/{{path}}#L{{line}}"
    assert not facts.report_is_foreign


@pytest.mark.parametrize(("repository", "foreign"), [("mallory/shop", True), ("Acme/Shop", False), ("", True)])
def test_a_run_after_another(repository: str, foreign: bool, tmp_path: Path) -> None:
    run = {"head_sha": SHA, "head_branch": "x", "head_repository": {"full_name": repository, "owner": {"login": "mallory"}}}
    facts = github(tmp_path, {"workflow_run": run})
    assert facts.report_is_foreign is foreign
    assert (facts.commit, facts.head_owner, facts.head_branch, facts.number) == (SHA, "mallory", "x", None)


def test_a_merge_request_of_a_fork_belongs_to_the_project_it_goes_to() -> None:
    facts = read_request(
        {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": "https://gitlab.acme.example/api/v4",
            "CI_PROJECT_PATH": "mallory/shop",
            "CI_MERGE_REQUEST_PROJECT_PATH": "acme/shop",
            "CI_MERGE_REQUEST_IID": "5",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "",
            "CI_COMMIT_SHA": SHA,
            "CI_PROJECT_URL": "javascript:alert(1)",
        }
    )
    assert (facts.project, facts.number, facts.commit, facts.source_url) == ("acme/shop", 5, SHA, "")


def test_elsewhere_nothing_is_known() -> None:
    assert read_request({}) == RequestFacts()
    assert read_request({"JENKINS_URL": "x"}) == RequestFacts()
