"""`gitops-check comment` as CI runs it: a report in a file, facts and token in the environment, a forge on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main as entry
from checker.report import FormatOptions, format_report
from tests.contract.forge import State, forge
from tests.unit.report.builders import STORIES

TOKEN = "t0ken-that-nobody-may-see"
SHA = "c" * 40


class Ci:
    """A job of one forge: its environment, and the command line in it."""

    def __init__(self, name: str, address: str, state: State, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
        self.state, self.folder, self.patch, self.capsys, self.name = state, folder, monkeypatch, capsys, name
        self.address = address
        variables = {
            "github": {
                "GITHUB_ACTIONS": "true",
                "GITHUB_API_URL": address,
                "GITHUB_REPOSITORY": "acme/shop",
                "GITHUB_SERVER_URL": "https://github.test",
                "GITHUB_RUN_ID": "42",
                "GITHUB_TOKEN": TOKEN,
            },
            "gitlab": {
                "GITLAB_CI": "true",
                "CI_API_V4_URL": address,
                "CI_PROJECT_PATH": "acme/shop",
                "CI_PROJECT_URL": "https://gitlab.test/acme/shop",
                "CI_MERGE_REQUEST_IID": "3",
                "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": SHA,
                "CI_JOB_URL": "https://gitlab.test/acme/shop/-/jobs/42",
                "GITLAB_TOKEN": TOKEN,
            },
        }[name]
        for variable, value in variables.items():
            monkeypatch.setenv(variable, value)
        if name == "github":
            self.event({"pull_request": {"number": 3, "head": {"sha": SHA, "ref": "feature"}, "base": {"ref": "main"}}})

    def event(self, payload: dict[str, Any]) -> None:
        path = self.folder / "event.json"
        path.write_text(json.dumps(payload), encoding="utf-8")
        self.patch.setenv("GITHUB_EVENT_PATH", str(path))

    def report(self, story: str, **options: Any) -> str:
        path = self.folder / "report.md"
        path.write_text(format_report("markdown", STORIES[story](), FormatOptions(**options)), encoding="utf-8")
        return str(path)

    def run(self, *words: str) -> tuple[int, str, str]:
        # loopback is not encrypted, so the address is given by hand
        code = entry(["comment", *words, "--api", self.address])
        out, err = self.capsys.readouterr()
        assert TOKEN not in out + err
        return code, out, err


@pytest.fixture(params=["github", "gitlab"])
def ci(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Ci]:
    state = State(head=SHA)
    with forge(request.param, state) as address:
        yield Ci(request.param, address, state, tmp_path, monkeypatch, capsys)
    assert state.complaints == []


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Ci]:
    state = State(head=SHA)
    with forge("github", state) as address:
        yield Ci("github", address, state, tmp_path, monkeypatch, capsys)
    assert state.complaints == []


def test_one_comment_through_several_pushes(ci: Ci) -> None:
    assert ci.run(ci.report("release"))[:2][0] == 0
    assert len(ci.state.comments) == 1
    assert "release" not in ci.run(ci.report("broken-render"))[2]
    assert len(ci.state.comments) == 1
    assert "could not be rendered" in ci.state.comments[0]["body"]
    assert ci.run(ci.report("broken-render"))[1].startswith("the comment says so already")


def test_checks_of_one_request_keep_apart(ci: Ci) -> None:
    ci.run(ci.report("release", instance="shop"))
    ci.run(ci.report("release", instance="bank"))
    ci.run(ci.report("release", instance="shop"))
    assert len(ci.state.comments) == 2


@pytest.mark.parametrize(
    ("when", "before", "after"), [("update", 0, 0), ("update", 1, 1), ("delete", 0, 0), ("delete", 1, 0), ("post", 0, 1), ("post", 1, 1)]
)
def test_when_there_is_nothing_to_say(when: str, before: int, after: int, ci: Ci) -> None:
    if before:
        ci.run(ci.report("release"))
    code, _, _ = ci.run(ci.report("quiet"), "--when-empty", when)
    assert code == 0
    assert len(ci.state.comments) == after
    assert all("othing would change" in comment["body"] for comment in ci.state.comments)


def test_two_comments_of_a_race_become_one(ci: Ci) -> None:
    ci.run(ci.report("release"))
    ci.state.add(ci.state.comments[0]["body"])
    ci.run(ci.report("broken-render"))
    assert len(ci.state.comments) == 1


def test_a_lost_answer_makes_no_second_comment(ci: Ci, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.pipeline.comment.sleep", lambda _: None)
    monkeypatch.setattr("checker.pipeline.comment.open_thread.__defaults__", (lambda _: None,))
    lost = (502, {"message": "bad gateway"}, {})
    ci.state.after = [lambda what: lost if what.startswith("POST") else None for _ in range(3)]
    code, out, _ = ci.run(ci.report("release"))
    assert (code, len(ci.state.comments)) == (0, 1), out


def test_an_older_run_does_not_write_over_a_newer_one(ci: Ci) -> None:
    ci.state.head = "d" * 40
    code, out, _ = ci.run(ci.report("release"), "--status")
    assert (code, ci.state.comments, ci.state.statuses) == (0, [], [])
    assert "moved on" in out


def test_the_verdict_as_a_status_of_the_commit(ci: Ci) -> None:
    ci.run(ci.report("release"), "--status", "deploy-check")
    (status,) = ci.state.statuses
    assert status["sha"] == SHA
    assert status["state"] in ("failure", "failed")
    assert status.get("context", status.get("name")) == "deploy-check"
    assert "production" in status["description"].lower()
    assert status["target_url"].endswith("42")
    ci.run(ci.report("quiet"), "--status")
    assert ci.state.statuses[-1]["state"] == "success"


def test_what_failed_to_run_says_that_the_comment_is_old(ci: Ci) -> None:
    assert "no comment" in ci.run("--stale")[1]
    ci.run(ci.report("release"))
    ci.run("--stale")
    (comment,) = ci.state.comments
    assert "about an earlier commit" in comment["body"]
    assert ci.run("--stale")[1].startswith("the comment says so already")
    ci.run(ci.report("release"))
    assert "about an earlier commit" not in comment["body"]


def test_a_file_that_is_no_report_is_refused(ci: Ci) -> None:
    path = ci.folder / "other.md"
    path.write_text("<!-- gitops-check -->\nAll is well\n", encoding="utf-8")
    code, _, err = ci.run(str(path))
    assert code == 2
    assert "is not a Markdown report of gitops-check" in err
    assert ci.state.asked == []


def test_without_a_token_it_says_where_it_looks(ci: Ci, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "GITLAB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    code, _, err = ci.run(ci.report("release"))
    assert code == 2
    assert "GITOPS_CHECK_TOKEN" in err


def test_a_token_is_not_sent_in_the_clear_unless_asked(ci: Ci) -> None:
    path = ci.report("release")
    assert entry(["comment", path]) == 2
    assert "not encrypted" in ci.capsys.readouterr().err
    assert ci.state.asked == []


def test_outside_ci_everything_can_be_said(github: Ci, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_EVENT_PATH", "GITHUB_REPOSITORY"):
        monkeypatch.delenv(name)
    path = github.report("release")
    code, _, err = github.run(path)
    assert (code, "which forge" in err) == (2, True)
    code, out, _ = github.run(path, "--forge", "github", "--project", "acme/shop", "--request", "3")
    assert (code, len(github.state.comments)) == (0, 1), out


def workflow_run(repository: str) -> dict[str, Any]:
    owner = repository.partition("/")[0]
    return {
        "workflow_run": {
            "head_sha": SHA,
            "head_branch": "feature",
            "head_repository": {"full_name": repository, "owner": {"login": owner}},
            "pull_requests": [],
        }
    }


def test_the_second_run_for_a_fork_finds_its_request_by_itself(github: Ci) -> None:
    github.event(workflow_run("mallory/shop"))
    assert github.run(github.report("release"))[0] == 0
    assert len(github.state.comments) == 1
    assert any(asked.endswith("/issues/5/comments") for asked in github.state.asked)


def test_a_report_that_a_fork_could_have_written_sets_no_status(github: Ci) -> None:
    github.event(workflow_run("mallory/shop"))
    code, _, err = github.run(github.report("release"), "--status")
    assert (code, github.state.statuses) == (2, [])
    assert "a fork made" in err
    github.event(workflow_run("acme/shop"))
    assert github.run(github.report("release"), "--status")[0] == 0
    assert len(github.state.statuses) == 1


def test_what_is_too_long_for_the_forge_is_not_sent(github: Ci) -> None:
    path = Path(github.report("release"))
    path.write_text(path.read_text(encoding="utf-8") + "x" * 66_000, encoding="utf-8")
    code, _, err = github.run(str(path))
    assert (code, github.state.comments) == (3, [])
    assert "65,536" in err


def test_who_approved_one_a_line(ci: Ci) -> None:
    ci.state.reviews = [{"id": 1, "state": "APPROVED", "user": {"login": login}, "commit_id": SHA} for login in ("bob", "ann")]
    assert entry(["approvers", "--api", ci.address]) == 0
    assert ci.capsys.readouterr().out == "ann\nbob\n"
