"""What a real hook of a real `git commit` sees: the commit that is being made, whatever is in the index file or on disk."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.gitrepo import GitRepo

_PROBE = """\
import json, os, sys
from pathlib import Path
from checker.model.tree import walk
from checker.snapshot import open_repository, resolve_change

where = sys.argv[2] if len(sys.argv) > 2 else "."
snapshot = resolve_change(open_repository(Path(where)), staged=True, environ={})
seen = {path: snapshot.head.read(path).decode() for path in walk(snapshot.head)}
changes = [f"{file.status} {file.path}" for file in snapshot.facts.files]
variables = sorted(name for name in os.environ if name.startswith("GIT_"))
Path(sys.argv[1]).write_text(json.dumps({"seen": seen, "changes": changes, "variables": variables}))
"""


class Probe:
    """A script for a hook that notes what the staged change looks like from inside."""

    def __init__(self, folder: Path) -> None:
        self.answer = folder / "answer.json"
        script = folder / "probe.py"
        script.write_text(_PROBE)
        self.command = f"PYTHONPATH='{Path(__file__).parents[3]}' '{sys.executable}' '{script}' '{self.answer}'"

    def said(self) -> dict[str, Any]:
        answer = json.loads(self.answer.read_text())
        self.answer.unlink()
        assert isinstance(answer, dict)
        return answer


@pytest.fixture
def probe(git_repo: GitRepo, tmp_path: Path) -> Probe:
    git_repo.commit(files={"a": "1", "b": "1", "sub/c": "1"})
    probe = Probe(tmp_path)
    git_repo.hook("pre-commit", probe.command)
    return probe


def test_a_plain_commit(git_repo: GitRepo, probe: Probe) -> None:
    git_repo.write("a", "staged")
    git_repo.git("add", "a")
    git_repo.write("a", "edited since")
    git_repo.write("b", "edited")
    git_repo.git("commit", "--message", "plain")
    said = probe.said()
    assert said["changes"] == ["M a"]
    assert said["seen"] == {"a": "staged", "b": "1", "sub/c": "1"}


def test_a_commit_of_everything_tracked(git_repo: GitRepo, probe: Probe) -> None:
    git_repo.write("b", "edited")
    git_repo.delete("a")
    git_repo.write("new", "not tracked")
    git_repo.git("commit", "--all", "--message", "all")
    said = probe.said()
    assert "GIT_INDEX_FILE" in said["variables"]
    assert said["changes"] == ["D a", "M b"]
    assert said["seen"] == {"b": "edited", "sub/c": "1"}


@pytest.mark.parametrize("options", [["--only"], ["--include"]])
def test_a_commit_of_one_path(git_repo: GitRepo, probe: Probe, options: list[str]) -> None:
    git_repo.write("a", "staged")
    git_repo.git("add", "a")
    git_repo.write("b", "edited")
    git_repo.git("commit", *options, "--message", "one", "b")
    said = probe.said()
    assert said["changes"] == (["M b"] if options == ["--only"] else ["M a", "M b"])
    assert said["seen"]["a"] == ("1" if options == ["--only"] else "staged")
    assert said["seen"]["b"] == "edited"


def test_a_commit_from_a_subfolder(git_repo: GitRepo, probe: Probe) -> None:
    git_repo.write("sub/c", "edited")
    git_repo.git("-C", "sub", "commit", "--message", "sub", "c")
    assert probe.said()["changes"] == ["M sub/c"]


def test_a_commit_in_a_linked_work_tree(git_repo: GitRepo, probe: Probe, tmp_path: Path) -> None:
    git_repo.git("worktree", "add", "--quiet", "-b", "side", tmp_path / "side")
    side = GitRepo(tmp_path / "side")
    side.write("a", "on the side")
    git_repo.write("b", "in the main one")
    git_repo.git("add", "b")
    side.git("commit", "--all", "--message", "side")
    said = probe.said()
    assert "GIT_DIR" in said["variables"]
    assert said["changes"] == ["M a"]


def test_the_first_commit(git_repo: GitRepo, tmp_path: Path) -> None:
    probe = Probe(tmp_path)
    git_repo.hook("pre-commit", probe.command)
    git_repo.write("a", "1")
    git_repo.git("add", "a")
    git_repo.git("commit", "--message", "first")
    assert probe.said() | {"variables": []} == {"seen": {"a": "1"}, "changes": ["A a"], "variables": []}


def test_a_hook_that_looks_at_another_repository_sees_that_one(git_repo: GitRepo, tmp_path: Path) -> None:
    other = GitRepo.create(tmp_path / "other", files={"x": "1"})
    other.write("x", "2")
    other.git("add", "x")
    probe = Probe(tmp_path)
    git_repo.commit(files={"a": "1"})
    git_repo.hook("pre-commit", f"{probe.command} '{other.root}'")
    git_repo.write("a", "2")
    git_repo.git("commit", "--all", "--message", "all")
    assert probe.said()["changes"] == ["M x"]


def test_pre_commit_hands_on_the_temporary_index(git_repo: GitRepo, probe: Probe, tmp_path: Path) -> None:
    hook = {
        "id": "probe",
        "name": "probe",
        "language": "system",
        "entry": f'sh -c "{probe.command}"',
        "always_run": True,
        "pass_filenames": False,
    }
    git_repo.commit(files={".pre-commit-config.yaml": json.dumps({"repos": [{"repo": "local", "hooks": [hook]}]})})
    options = "--hook-type=pre-commit --hook-dir=.git/hooks --config=.pre-commit-config.yaml"
    git_repo.hook("pre-commit", f"'{sys.executable}' -m pre_commit hook-impl {options} -- \"$@\"")
    git_repo.write("b", "edited")
    git_repo.git("commit", "--all", "--message", "all")
    assert probe.said()["changes"] == ["M b"]
    git_repo.write("a", "staged")
    git_repo.git("add", "a")
    git_repo.write("a", "edited")
    git_repo.git("commit", "--message", "partly staged")
    said = probe.said()
    assert (said["changes"], said["seen"]["a"]) == (["M a"], "staged")


def test_a_server_sees_what_is_pushed_before_it_accepts_it(git_repo: GitRepo, tmp_path: Path) -> None:
    git_repo.commit(files={"a": "1"})
    bare = git_repo.clone(tmp_path / "bare.git", "--bare")
    script = tmp_path / "receive.py"
    script.write_text(
        "import sys\nfrom pathlib import Path\nfrom checker.model.paths import RepoPath\nfrom checker.snapshot import open_repository\n"
        "base, head, _ = sys.stdin.read().split()\n"
        "Path(sys.argv[1]).write_bytes(open_repository(Path()).commit_tree(head).read(RepoPath('a')))\n"
    )
    hook = bare.root / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nPYTHONPATH='{Path(__file__).parents[3]}' '{sys.executable}' '{script}' '{tmp_path}/pushed'\n")
    hook.chmod(0o755)
    git_repo.commit(files={"a": "pushed"})
    git_repo.git("push", "--quiet", bare.root.as_uri(), "main")
    assert (tmp_path / "pushed").read_text() == "pushed"
