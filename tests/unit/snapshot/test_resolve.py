from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from checker.model.findings import CheckerError, UsageError
from checker.model.paths import RepoPath
from checker.model.tree import walk
from checker.snapshot import Snapshot, open_repository, resolve_change
from tests.gitrepo import GitRepo


def change(
    repo: GitRepo,
    base: str | None = None,
    head: str | None = None,
    *,
    staged: bool = False,
    worktree: bool = False,
    environ: Mapping[str, str] = MappingProxyType({}),
) -> Snapshot:
    return resolve_change(open_repository(repo.root), base=base, head=head, staged=staged, worktree=worktree, environ=environ)


def paths(snapshot: Snapshot) -> list[str]:
    return [f"{file.status} {file.path}" for file in snapshot.facts.files]


def gitlab(target: str, source: str = "feature", base: str = "") -> dict[str, str]:
    project = {"CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "acme/fleet", "CI_MERGE_REQUEST_PROJECT_PATH": "acme/fleet"}
    branches = {"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": source, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": target}
    return {"GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "5", "CI_MERGE_REQUEST_DIFF_BASE_SHA": base, **project, **branches}


def run_hint(repo: GitRepo, hint: str) -> None:
    assert hint.startswith("git fetch ")
    subprocess.run(shlex.split(hint), cwd=repo.root, check=True, capture_output=True)


@pytest.fixture
def parted(git_repo: GitRepo) -> GitRepo:
    """`main` and `feature` have each gone on since they parted; `feature` is checked out."""
    git_repo.commit(files={"shared": "1", "old": "1"})
    git_repo.branch("feature")
    git_repo.commit("one\n\nBypass: freeze", files={"mine": "1"}, delete=["old"])
    git_repo.switch("main")
    git_repo.commit("theirs\n\nBypass: not-ours", files={"theirs": "1"})
    git_repo.switch("feature")
    return git_repo


@pytest.mark.parametrize(("base", "head"), [(None, None), ("main", None), ("main", "feature"), (None, "feature"), ("main", "HEAD")])
def test_the_base_is_where_the_branches_parted(parted: GitRepo, base: str | None, head: str | None) -> None:
    snapshot = change(parted, base, head)
    assert paths(snapshot) == ["A mine", "D old"]
    assert snapshot.facts.base.name == "main"
    assert snapshot.facts.base.commit == parted.git("merge-base", "main", "feature")
    assert (snapshot.facts.head.name, snapshot.facts.head.commit) == (head or "feature", parted.head)
    assert snapshot.facts.trailers == (("Bypass", "freeze"),)
    assert list(walk(snapshot.base)) == ["old", "shared"]
    assert list(walk(snapshot.head)) == ["mine", "shared"]
    request = snapshot.facts.pull_request
    assert (request.provider, request.number, request.source_branch, request.target_branch) == ("", None, "feature", "main")
    assert request.from_fork is False


def test_a_head_that_is_no_branch_has_no_source_branch(parted: GitRepo) -> None:
    commit = parted.head
    assert change(parted, head=commit).facts.pull_request.source_branch is None
    parted.git("switch", "--quiet", "--detach")
    snapshot = change(parted)
    assert (snapshot.facts.head.name, snapshot.facts.pull_request.source_branch) == ("HEAD", None)
    assert paths(snapshot) == ["A mine", "D old"]


def test_on_the_target_branch_nothing_differs(parted: GitRepo) -> None:
    parted.switch("main")
    snapshot = change(parted)
    assert snapshot.facts.files == ()
    assert snapshot.facts.trailers == ()
    assert snapshot.facts.base.commit == snapshot.facts.head.commit == parted.head


def test_the_staged_change_is_compared_with_head(parted: GitRepo) -> None:
    parted.write("shared", "2")
    parted.git("add", "shared")
    parted.write("shared", "3")
    parted.write("new", "x")
    snapshot = change(parted, staged=True)
    assert paths(snapshot) == ["M shared"]
    assert snapshot.head.read(RepoPath("shared")) == b"2"
    assert str(snapshot.facts.head) == "the index"
    assert snapshot.facts.base.commit == parted.head
    assert (snapshot.facts.pull_request.source_branch, snapshot.facts.pull_request.target_branch) == ("feature", "main")
    assert snapshot.facts.trailers == ()
    assert paths(change(parted, "main", staged=True)) == ["A mine", "D old", "M shared"]


def test_the_work_tree_is_compared_with_where_the_branch_parted(parted: GitRepo) -> None:
    parted.write("new", "x")
    snapshot = change(parted, worktree=True)
    assert paths(snapshot) == ["A mine", "A new", "D old"]
    assert str(snapshot.facts.head) == "the work tree"
    assert paths(change(parted, "HEAD", worktree=True)) == ["A new"]


def test_a_moved_file_is_a_deletion_and_an_addition(parted: GitRepo) -> None:
    parted.git("mv", "shared", "moved")
    assert paths(change(parted, staged=True)) == ["A moved", "D shared"]


def test_before_the_first_commit_all_that_is_staged_is_new(git_repo: GitRepo) -> None:
    git_repo.write("a", "1")
    git_repo.git("add", "a")
    git_repo.write("b", "1")
    for snapshot, found in ((change(git_repo, staged=True), ["A a"]), (change(git_repo, worktree=True), ["A a", "A b"])):
        assert paths(snapshot) == found
        assert list(walk(snapshot.base)) == []
        assert snapshot.base.label == "nothing"
        assert snapshot.facts.pull_request.source_branch == "main"
    with pytest.raises(CheckerError, match="there is no commit yet") as caught:
        change(git_repo)
    assert "--staged" in caught.value.hint


def test_the_first_commit_on_main_has_nothing_to_compare(git_repo: GitRepo) -> None:
    git_repo.commit(files={"a": "1"})
    assert change(git_repo).facts.files == ()


def test_no_target_branch_is_an_error_and_a_named_base_is_not(git_repo: GitRepo, tmp_path: Path) -> None:
    git_repo.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    first = git_repo.commit(files={"a": "1"})
    git_repo.commit(files={"a": "2"})
    with pytest.raises(CheckerError, match="no branch is known") as caught:
        change(git_repo)
    assert caught.value.hint == "name it: --base BRANCH"
    assert paths(change(git_repo, first)) == ["M a"]
    assert paths(change(git_repo, staged=True)) == []
    git_repo.git("remote", "add", "origin", "https://example.org/x")
    with pytest.raises(CheckerError, match="no branch is known") as caught:
        change(git_repo)
    assert "git fetch origin +refs/heads/main:refs/remotes/origin/main" in caught.value.hint


def test_the_default_branch_of_the_remote_is_the_target(git_repo: GitRepo, tmp_path: Path) -> None:
    git_repo.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    git_repo.commit(files={"a": "1"})
    clone = git_repo.clone(tmp_path / "clone", "--origin", "upstream")
    clone.branch("feature")
    clone.commit(files={"b": "1"})
    snapshot = change(clone)
    assert paths(snapshot) == ["A b"]
    assert (snapshot.facts.base.name, snapshot.facts.pull_request.target_branch) == ("trunk", "trunk")
    assert snapshot.facts.pull_request.source_repository == git_repo.root.as_uri()
    assert change(clone, head="upstream/trunk").facts.pull_request.source_branch == "trunk"


def test_a_local_branch_behind_the_remote_is_not_the_base(git_repo: GitRepo, tmp_path: Path) -> None:
    git_repo.commit(files={"a": "1"})
    clone = git_repo.clone(tmp_path / "clone")
    git_repo.commit(files={"b": "1"})
    clone.git("fetch", "--quiet")
    clone.git("switch", "--quiet", "--create", "feature", "--no-track", "origin/main")
    clone.commit(files={"c": "1"})
    assert paths(change(clone)) == ["A c"]
    assert paths(change(clone, "main")) == ["A b", "A c"]
    assert paths(change(clone, environ=gitlab("main"))) == ["A c"]


def test_a_branch_only_known_at_the_remote_may_be_named_plainly(git_repo: GitRepo, tmp_path: Path) -> None:
    git_repo.commit(files={"a": "1"})
    git_repo.branch("feature")
    git_repo.commit(files={"b": "1"})
    clone = git_repo.clone(tmp_path / "clone")
    snapshot = change(clone, "main")
    assert paths(snapshot) == ["A b"]
    assert snapshot.facts.pull_request.target_branch == "main"


def test_ci_names_the_target_branch(parted: GitRepo) -> None:
    parted.git("branch", "release/1", "feature~1")
    parted.git("switch", "--quiet", "--detach", "feature")
    snapshot = change(parted, environ=gitlab("release/1", "feature"))
    assert (snapshot.facts.base.name, paths(snapshot)) == ("release/1", ["A mine", "D old"])
    request = snapshot.facts.pull_request
    assert (request.provider, request.number, request.source_branch, request.target_branch, request.from_fork) == (
        "gitlab",
        5,
        "feature",
        "release/1",
        False,
    )


def test_a_push_in_ci_goes_where_it_is_compared_with(parted: GitRepo) -> None:
    parted.git("switch", "--quiet", "--detach", "feature")
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "feature", "GITHUB_REPOSITORY": "acme/fleet"}
    snapshot = change(parted, environ=environ)
    request = snapshot.facts.pull_request
    assert paths(snapshot) == ["A mine", "D old"]
    assert (request.source_branch, request.target_branch, request.from_fork) == ("feature", "main", False)


def test_a_target_branch_that_is_not_here_comes_with_the_command_that_brings_it(parted: GitRepo, tmp_path: Path) -> None:
    odd = "odd'$(name)"
    parted.git("branch", odd, "main")
    clone = parted.clone(tmp_path / "clone", "--single-branch", "--branch", "feature")
    with pytest.raises(CheckerError, match="is not in this clone") as caught:
        change(clone, environ=gitlab(odd))
    run_hint(clone, caught.value.hint)
    assert paths(change(clone, environ=gitlab(odd))) == ["A mine", "D old"]


def test_the_merge_base_that_ci_names_stands_in_for_the_branch(parted: GitRepo, tmp_path: Path) -> None:
    clone = parted.clone(tmp_path / "clone", "--single-branch", "--branch", "feature")
    base = parted.git("merge-base", "main", "feature")
    assert paths(change(clone, environ=gitlab("main", base=base))) == ["A mine", "D old"]


def test_a_shallow_clone_comes_with_the_command_that_deepens_it(parted: GitRepo, tmp_path: Path) -> None:
    parted.switch("main")
    clone = parted.clone(tmp_path / "clone", "--depth=1", "--no-single-branch", "--branch", "feature")
    for base, environ in ((None, {}), ("origin/main", {}), ("main", {}), (None, gitlab("main"))):
        with pytest.raises(CheckerError, match="this clone is shallow") as caught:
            change(clone, base, environ=environ)
    assert caught.value.hint == "git fetch --unshallow origin"
    run_hint(clone, caught.value.hint)
    assert paths(change(clone, environ=gitlab("main"))) == ["A mine", "D old"]


def test_a_shallow_clone_of_one_branch_is_mended_by_one_command(parted: GitRepo, tmp_path: Path) -> None:
    clone = parted.clone(tmp_path / "clone", "--depth=1", "--branch", "feature")
    with pytest.raises(UsageError, match="there is no commit origin/main") as caught:
        change(clone, "origin/main")
    assert caught.value.hint == "git fetch --unshallow origin +refs/heads/main:refs/remotes/origin/main"
    with pytest.raises(UsageError, match="there is no commit main") as plain:
        change(clone, "main")
    assert "git fetch --unshallow origin" in plain.value.hint
    run_hint(clone, caught.value.hint)
    assert paths(change(clone, "origin/main")) == ["A mine", "D old"]


def test_the_merge_commit_that_github_checks_out(parted: GitRepo, tmp_path: Path) -> None:
    base = parted.git("rev-parse", "main")
    parted.git("switch", "--quiet", "--detach", "main")
    parted.git("merge", "--quiet", "--no-ff", "--message", "Merge", "feature")
    parted.git("update-ref", "refs/pull/1/merge", "HEAD")
    clone = GitRepo.create(tmp_path / "checkout")
    clone.git("remote", "add", "origin", parted.root.as_uri())
    clone.git("fetch", "--quiet", "--depth=2", "origin", "+refs/pull/1/merge:refs/remotes/pull/1/merge")
    clone.git("checkout", "--quiet", "refs/remotes/pull/1/merge")
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 1, "head": {"ref": "feature"}, "base": {"ref": "main", "sha": base}}}))
    snapshot = change(clone, environ={"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(event)})
    assert paths(snapshot) == ["A mine", "D old"]
    assert snapshot.facts.base.commit == base


def test_histories_without_a_common_commit(git_repo: GitRepo) -> None:
    git_repo.commit(files={"a": "1"})
    git_repo.git("switch", "--quiet", "--orphan", "other")
    git_repo.commit(files={"b": "1"})
    with pytest.raises(CheckerError, match="main and the head have no commit in common") as caught:
        change(git_repo)
    assert "--base" in caught.value.hint
    assert paths(change(git_repo, "main")) == ["D a", "A b"]


@pytest.mark.parametrize("revision", ["no-such", "--all", "-h", "", "main:shared", "main^^^"])
def test_an_unknown_revision_is_a_usage_error(parted: GitRepo, revision: str) -> None:
    with pytest.raises(UsageError, match="there is no commit"):
        change(parted, base=revision)
    with pytest.raises(UsageError, match="there is no commit"):
        change(parted, head=revision)


def test_heads_exclude_each_other(parted: GitRepo) -> None:
    for options in ({"staged": True, "worktree": True}, {"staged": True, "head": "main"}, {"worktree": True, "head": "main"}):
        with pytest.raises(UsageError, match="exclude each other"):
            change(parted, **options)


def test_a_bare_repository_compares_commits(parted: GitRepo, tmp_path: Path) -> None:
    bare = parted.clone(tmp_path / "bare.git", "--bare")
    assert paths(change(bare, "main", "feature")) == ["A mine", "D old"]
    with pytest.raises(CheckerError, match="bare repository"):
        change(bare, staged=True)


def test_nothing_in_the_repository_is_written(parted: GitRepo) -> None:
    parted.write("shared", "edited")
    parted.write("new", "x")

    def state() -> dict[str, tuple[int, bytes]]:
        return {str(file): (file.stat().st_mtime_ns, file.read_bytes()) for file in sorted(parted.root.rglob("*")) if file.is_file()}

    before = state()
    for snapshot in (change(parted), change(parted, staged=True), change(parted, worktree=True)):
        assert all(snapshot.head.read(path) is not None for path in walk(snapshot.head))
    assert state() == before
