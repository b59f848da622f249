from __future__ import annotations

from pathlib import Path

import pytest

from checker.model.findings import CheckerError, UsageError
from checker.model.paths import ROOT, RepoPath
from checker.snapshot import open_repository
from tests.gitrepo import GitRepo


def test_a_repository_opened_from_a_subfolder_is_the_whole_of_it(git_repo: GitRepo) -> None:
    git_repo.commit(files={"a": "1", "sub/b": "2"})
    git_repo.git("config", "diff.relative", "true")
    git_repo.write("a", "edited")
    git_repo.write("new", "n")
    repository = open_repository(git_repo.root / "sub")
    assert repository.root == git_repo.root
    for tree in (repository.commit_tree("HEAD"), repository.index_tree()):
        assert tree.entries(ROOT) == ("a", "sub")
    assert repository.worktree().entries(ROOT) == ("a", "new", "sub")
    assert repository.worktree().read(RepoPath("a")) == b"edited"


def test_a_bare_repository_has_commits_only(git_repo: GitRepo, tmp_path: Path) -> None:
    git_repo.commit(files={"a": "1"})
    bare = git_repo.clone(tmp_path / "bare.git", "--bare")
    repository = open_repository(bare.root)
    assert repository.root is None
    assert repository.branch() == "main"
    assert repository.commit_tree("main").read(RepoPath("a")) == b"1"
    for ask in (repository.index_tree, repository.worktree):
        with pytest.raises(CheckerError, match="this is a bare repository") as caught:
            ask()
        assert "--base and --head" in caught.value.hint


def test_labels_say_what_is_read(git_repo: GitRepo) -> None:
    commit = git_repo.commit(files={"a": "1"})
    repository = open_repository(git_repo.root)
    assert repository.commit_tree("main").label == f"main {commit[:7]}"
    assert repository.commit_tree(commit).label == commit[:7]
    assert (repository.index_tree().label, repository.worktree().label) == ("the index", "the work tree")


def test_an_unknown_revision_is_a_usage_error(git_repo: GitRepo) -> None:
    git_repo.commit()
    with pytest.raises(UsageError, match=r"there is no commit no\\nsuch"):
        open_repository(git_repo.root).commit_tree("no\nsuch")


def test_branch_and_remotes(git_repo: GitRepo) -> None:
    repository = open_repository(git_repo.root)
    assert repository.branch() == "main"
    assert repository.remote_urls() == ()
    git_repo.commit()
    git_repo.git("remote", "add", "origin", "git@github.com:acme/fleet.git")
    git_repo.git("remote", "add", "mirror", "https://token@gitlab.com/acme/fleet")
    repository = open_repository(git_repo.root)
    assert repository.remote_urls() == ("git@github.com:acme/fleet.git", "https://gitlab.com/acme/fleet")
    git_repo.git("switch", "--quiet", "--detach")
    assert repository.branch() is None
    assert not repository.shallow
