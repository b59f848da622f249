"""The steps of `action.yml` as a runner would run them, on a repository and a forge that are here. Only the install is left out."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checker.tools.yaml import load_documents
from tests.contract.forge import State, forge
from tests.gitrepo import GitRepo

ROOT = Path(__file__).parents[2]
ACTION: Any = next(iter(load_documents((ROOT / "action.yml").read_bytes()))).value
TOKEN = "t0ken-that-nobody-may-see"


class Runner:
    """What GitHub's runner does for a composite action, as far as ours needs it."""

    def __init__(self, repo: GitRepo, folder: Path, address: str) -> None:
        self.repo, self.folder = repo, folder
        self.inputs = {name: str(entry.get("default", "")) for name, entry in ACTION["inputs"].items()} | {"token": TOKEN}
        self.inputs["repository"] = str(repo.root)
        self.steps: dict[str, dict[str, str]] = {
            "install": {"folder": str(folder / "out"), "program": str(Path(sys.executable).parent / "gitops-check")}
        }
        (folder / "out").mkdir()
        self.event: dict[str, Any] = {}
        self.event_name = "pull_request"
        self.address = address
        self.said = ""
        self.summary = folder / "summary"
        self.summary.write_text("")

    def pull_request(self, *, number: int, head: str, repository: str = "acme/shop") -> None:
        pull = {
            "number": number,
            "head": {"sha": head, "ref": "feature", "repo": {"full_name": repository}},
            "base": {"ref": "main", "repo": {"full_name": "acme/shop"}},
            "user": {"login": "ann"},
        }
        self.event = {"pull_request": pull}

    def run(self) -> int:
        """Every step of ours in order; the exit code of the last."""
        code = 0
        for step in ACTION["runs"]["steps"]:
            if "run" not in step or step.get("id") == "install" or not self._wanted(step.get("if", "")):
                continue
            code = self._step(step)
            if code:
                return code
        return code

    def _wanted(self, condition: str) -> bool:
        fork = self.event["pull_request"]["head"]["repo"]["full_name"] != "acme/shop"
        if condition == "github.event_name == 'pull_request_target'":
            return self.event_name == "pull_request_target"
        if condition.startswith("inputs.comment"):
            return self.inputs["comment"] == "true" and (self.event_name == "pull_request_target" or not fork)
        assert not condition, condition
        return True

    def _step(self, step: dict[str, Any]) -> int:
        output = self.folder / "output"
        output.write_text("")
        (self.folder / "event.json").write_text(json.dumps(self.event))
        environment = {name: self._filled(str(value)) for name, value in (step.get("env") or {}).items()}
        runner = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_REPOSITORY": "acme/shop",
            "GITHUB_SERVER_URL": "https://github.test",
            "GITHUB_API_URL": self.address,
            "GITHUB_RUN_ID": "42",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "RUNNER_TEMP": str(self.folder),
        }
        script = self.folder / "step.sh"
        # the loopback forge is not encrypted, which an action never asks for; so it is asked for here
        script.write_text(step["run"].replace('comment "${words[@]}"', f'comment "${{words[@]}}" --api {self.address}'))
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.repo.root,
            env={**os.environ, **runner, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        self.said += done.stdout + done.stderr
        if "id" in step:
            self.steps[step["id"]] = dict(line.split("=", 1) for line in output.read_text().splitlines())
        return done.returncode

    def _filled(self, text: str) -> str:
        return re.sub(r"\$\{\{\s*(.*?)\s*\}\}", lambda match: self._value(match[1]), text)

    def _value(self, expression: str) -> str:
        kind, _, name = expression.partition(".")
        if kind == "inputs":
            return self.inputs[name]
        if kind == "steps":
            step, _, output = name.partition(".outputs.")
            return self.steps[step].get(output, "")
        if "&&" in expression:
            return self.event["pull_request"]["head"]["sha"] if self.event_name == "pull_request_target" else ""
        assert expression == "github.event.pull_request.number", expression
        return str(self.event["pull_request"]["number"])


MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x, namespace: shop}}\ndata: {{a: '{}'}}\n"


@pytest.fixture
def state() -> Iterator[State]:
    made = State()
    made.me = None
    yield made
    assert made.complaints == []


@pytest.fixture
def runner(git_repo: GitRepo, tmp_path: Path, state: State) -> Iterator[Runner]:
    git_repo.commit(
        files={"overlays/production/x.yaml": MANIFEST.format(1), "overlays/production/kustomization.yaml": "resources: [x.yaml]\n"}
    )
    git_repo.git("remote", "add", "origin", str(git_repo.root))
    git_repo.branch("feature")
    git_repo.commit(files={"overlays/production/x.yaml": MANIFEST.format(2)})
    git_repo.git("update-ref", "refs/pull/3/head", "HEAD")
    state.head = git_repo.head
    folder = tmp_path / "runner"
    folder.mkdir()
    with forge("github", state) as address:
        made = Runner(git_repo, folder, address)
        made.pull_request(number=3, head=git_repo.head)
        yield made
    assert TOKEN not in made.said


def test_a_pull_request_gets_its_check_summary_and_comment(runner: Runner, state: State) -> None:
    assert runner.run() == 0, runner.said
    assert "PRODUCTION" in runner.said
    assert "### gitops-check: production would change" in runner.summary.read_text()
    (comment,) = state.comments
    assert "production would change" in comment["body"]
    assert {path.name for path in (runner.folder / "out").iterdir()} == {"report.md", "report.html", "report.json", "report.sarif"}


def test_findings_fail_the_run_after_the_comment(runner: Runner, state: State) -> None:
    runner.repo.commit(files={"overlays/production/x.yaml": MANIFEST.format(2).replace("data", "dta")})
    state.head = runner.repo.head
    runner.pull_request(number=3, head=runner.repo.head)
    runner.inputs["status"] = "deploy"
    assert runner.run() == 1, runner.said
    assert "::error " in runner.said
    assert "1 error to fix" in state.comments[0]["body"]
    assert [status["state"] for status in state.statuses] == ["failure"]


def test_a_pull_request_of_a_fork_gets_no_comment_and_no_token(runner: Runner, state: State) -> None:
    runner.pull_request(number=3, head=runner.repo.head, repository="mallory/shop")
    assert runner.run() == 0, runner.said
    assert state.asked == []


def test_the_base_branch_judges_a_fork_without_checking_it_out(runner: Runner, state: State) -> None:
    head = runner.repo.head
    runner.repo.switch("main")
    runner.event_name = "pull_request_target"
    runner.pull_request(number=3, head=head, repository="mallory/shop")
    runner.inputs["status"] = "deploy"
    assert runner.run() == 0, runner.said
    assert runner.repo.git("branch", "--show-current") == "main"
    assert "production would change" in state.comments[0]["body"]
    assert state.statuses[0]["sha"] == head


def test_what_cannot_run_says_that_the_comment_is_old(runner: Runner, state: State) -> None:
    assert runner.run() == 0
    runner.inputs["arguments"] = "--base\nno-such-revision"
    assert runner.run() == 2
    assert "about an earlier commit" in state.comments[0]["body"]


def test_options_are_words_and_never_shell(runner: Runner) -> None:
    runner.inputs["arguments"] = "--environment\n$(touch pwned); `touch pwned`\n\n--fail-on\nnever"
    assert runner.run() == 0, runner.said
    assert not (runner.repo.root / "pwned").exists()


def test_no_script_holds_an_expression() -> None:
    assert all("${{" not in step.get("run", "") for step in ACTION["runs"]["steps"])
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"]) for step in ACTION["runs"]["steps"] if "uses" in step)
