from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from checker.model.findings import UsageError
from checker.snapshot import Push, open_repository, pushed, resolve_push
from tests.gitrepo import GitRepo

ZERO = "0" * 40


@pytest.fixture
def clone(git_repo: GitRepo, tmp_path: Path) -> GitRepo:
    git_repo.commit(files={"a": "1"})
    git_repo.git("config", "receive.denyCurrentBranch", "ignore")
    return git_repo.clone(tmp_path / "clone")


def test_the_lines_of_git(clone: GitRepo) -> None:
    old = clone.head
    new = clone.commit(files={"a": "2"})
    repository = open_repository(clone.root)
    lines = [
        f"refs/heads/main {new} refs/heads/main {old}\n",
        f"HEAD {new} refs/heads/new {ZERO}\n",
        f"refs/heads/x {new} refs/heads/x {'f' * 40}\n",
        f"refs/tags/v1 {new} refs/tags/v1 {ZERO}\n",
        f"(delete) {ZERO} refs/heads/gone {old}\n",
        "\n",
    ]
    assert pushed(repository, lines, {}) == (
        Push(head=new, base=old, source_branch="main", target_branch="main"),
        Push(head=new, base=None, source_branch="main", target_branch="new"),
        Push(head=new, base=None, source_branch="x", target_branch="x"),
    )
    assert pushed(repository, [], {}) == ()
    with pytest.raises(UsageError, match="not what Git gives a pre-push hook"):
        pushed(repository, ["a b c"], {})


def test_the_variables_of_pre_commit(clone: GitRepo) -> None:
    old = clone.head
    new = clone.commit(files={"a": "2"})
    repository = open_repository(clone.root)
    names = {"PRE_COMMIT_LOCAL_BRANCH": "refs/heads/main", "PRE_COMMIT_REMOTE_BRANCH": "refs/heads/release"}
    revisions = {"PRE_COMMIT_FROM_REF": old, "PRE_COMMIT_TO_REF": new}
    push = Push(head=new, base=old, source_branch="main", target_branch="release")
    assert pushed(repository, ["not read"], {**names, **revisions}) == (push,)
    assert pushed(repository, [], names) == (Push(head=new, base=None, source_branch="main", target_branch="release"),)
    assert pushed(repository, [], revisions) == (Push(head=new, base=old, source_branch=None, target_branch=None),)
    assert pushed(repository, [], {"PRE_COMMIT_LOCAL_BRANCH": "refs/heads/none"}) == ()


def test_what_git_really_gives_a_hook(clone: GitRepo, tmp_path: Path) -> None:
    clone.branch("feature")
    head = clone.commit(files={"b": "1"})
    clone.hook("pre-push", f"cat > '{tmp_path}/lines'")
    clone.git("push", "--quiet", "origin", "feature")
    lines = (tmp_path / "lines").read_text().splitlines()
    assert pushed(open_repository(clone.root), lines, {}) == (Push(head=head, base=None, source_branch="feature", target_branch="feature"),)


def test_what_pre_commit_really_sets(clone: GitRepo, tmp_path: Path) -> None:
    script = tmp_path / "hook.py"
    script.write_text(f"import json, os\njson.dump(dict(os.environ), open({str(tmp_path / 'seen.json')!r}, 'w'))\n")
    hook = {
        "id": "x",
        "name": "x",
        "language": "system",
        "entry": f"{sys.executable} {script}",
        "always_run": True,
        "pass_filenames": False,
    }
    config = {"repos": [{"repo": "local", "hooks": [{**hook, "stages": ["pre-push"]}]}]}
    clone.branch("feature")
    old = clone.head
    head = clone.commit(files={".pre-commit-config.yaml": json.dumps(config), "b": "1"})
    clone.hook(
        "pre-push",
        f'{sys.executable} -m pre_commit hook-impl --hook-type=pre-push --hook-dir=.git/hooks --config=.pre-commit-config.yaml -- "$@"',
    )
    clone.git("push", "--quiet", "origin", "feature")
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert pushed(open_repository(clone.root), [], seen) == (Push(head=head, base=old, source_branch="feature", target_branch="feature"),)


def test_a_push_of_a_branch_is_judged_as_its_pull_request(clone: GitRepo) -> None:
    clone.branch("feature")
    first = clone.commit(files={"b": "1"})
    second = clone.commit(files={"c": "1"})
    repository = open_repository(clone.root)
    snapshot = resolve_push(repository, Push(head=second, base=first, source_branch="feature", target_branch="feature"), {})
    assert [file.path for file in snapshot.facts.files] == ["b", "c"]
    request = snapshot.facts.pull_request
    assert (request.source_branch, request.target_branch, request.from_fork) == ("feature", "main", False)


def test_a_push_onto_the_default_branch_is_judged_against_it(clone: GitRepo) -> None:
    old = clone.head
    clone.commit(files={"b": "1"})
    clone.git("update-ref", "refs/remotes/origin/main", "HEAD")  # as another tool may have fetched
    new = clone.commit(files={"c": "1"})
    snapshot = resolve_push(open_repository(clone.root), Push(head=new, base=old, source_branch="hotfix", target_branch="main"), {})
    assert [file.path for file in snapshot.facts.files] == ["b", "c"]
    assert (snapshot.facts.pull_request.source_branch, snapshot.facts.pull_request.target_branch) == ("hotfix", "main")


def test_a_push_with_no_default_branch_is_judged_against_the_remote(git_repo: GitRepo) -> None:
    git_repo.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    old = git_repo.commit(files={"a": "1"})
    new = git_repo.commit(files={"a": "2"})
    snapshot = resolve_push(open_repository(git_repo.root), Push(head=new, base=old, source_branch="trunk", target_branch="trunk"), {})
    assert [file.path for file in snapshot.facts.files] == ["a"]
    assert snapshot.facts.pull_request.target_branch == "trunk"


def test_revisions_given_to_pre_commit_in_ci_are_judged_with_the_facts_of_ci(clone: GitRepo) -> None:
    clone.branch("feature")
    first = clone.commit(files={"b": "1"})
    second = clone.commit(files={"c": "1"})
    repository = open_repository(clone.root)
    environ = {"GITLAB_CI": "true", "CI_COMMIT_BRANCH": "feature", "PRE_COMMIT_FROM_REF": first, "PRE_COMMIT_TO_REF": second}
    (push,) = pushed(repository, [], environ)
    snapshot = resolve_push(repository, push, environ)
    assert [file.path for file in snapshot.facts.files] == ["c"]
    assert snapshot.facts.pull_request.source_branch == "feature"
