"""Which branch a change goes into where environments are branches, and facts that somebody states."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.model.change import PullRequest
from checker.snapshot import Given, Push, open_repository, resolve_change, resolve_push
from checker.snapshot.given import read_given
from checker.snapshot.targets import branch_tips
from tests.gitrepo import GitRepo

OWN = ("env/staging", "env/production")


def is_own(branch: str) -> int | None:
    return OWN.index(branch) if branch in OWN else None


@pytest.fixture
def branches(git_repo: GitRepo) -> GitRepo:
    """`main`, and two environments that are ahead of it: production has all that staging has, and a hotfix."""
    git_repo.commit("first", files={"a": "1"})
    git_repo.branch("env/staging")
    git_repo.commit("tried", files={"a": "2"})
    git_repo.branch("env/production")
    return git_repo


def target(repo: GitRepo, **options: bool) -> str | None:
    return resolve_change(open_repository(repo.root), environ={}, is_own=is_own, **options).facts.pull_request.target_branch


def test_an_environments_own_branch_goes_into_itself(branches: GitRepo) -> None:
    assert target(branches, staged=True) == "env/production"


def test_without_settings_the_default_branch_is_the_target(branches: GitRepo) -> None:
    snapshot = resolve_change(open_repository(branches.root), environ={})
    assert snapshot.facts.pull_request.target_branch == "main"


def test_a_branch_goes_into_the_one_it_is_fewest_commits_ahead_of(branches: GitRepo) -> None:
    branches.commit("hotfix", files={"b": "1"})
    branches.branch("feature/from-production")
    branches.commit("change", files={"c": "1"})
    assert target(branches) == "env/production"
    branches.switch("main")
    branches.commit("only on main", files={"d": "1"})
    branches.branch("feature/from-main")
    assert target(branches) == "main"


def test_of_branches_that_are_equal_promotion_begins_at_the_first(branches: GitRepo) -> None:
    branches.branch("feature/x")
    branches.commit("change", files={"c": "1"})
    assert target(branches) == "env/staging"


def test_the_upstream_of_a_branch_decides(branches: GitRepo) -> None:
    branches.git("switch", "-q", "-c", "feature/x", "--track", "env/production")
    branches.commit("change", files={"c": "1"})
    assert target(branches) == "env/production"


def test_what_shares_no_commit_is_out_of_the_question(branches: GitRepo) -> None:
    branches.git("switch", "-q", "--orphan", "lonely")
    branches.commit("other", files={"z": "1"})
    branches.git("branch", "-D", "main", "env/staging")
    branches.git("branch", "env/staging")
    branches.branch("feature/x")
    branches.commit("change", files={"z": "2"})
    assert target(branches) == "env/staging"


def test_a_push_onto_an_environments_branch_is_compared_with_what_the_remote_has(branches: GitRepo, tmp_path: Path) -> None:
    base = branches.head
    head = branches.commit("by hand", files={"a": "3"})
    push = Push(head=head, base=base, source_branch="env/production", target_branch="env/production")
    facts = resolve_push(open_repository(branches.root), push, {}, is_own).facts
    assert (facts.base.commit, facts.pull_request.source_branch, facts.pull_request.target_branch) == (
        base,
        "env/production",
        "env/production",
    )


def test_a_push_of_another_branch_is_judged_as_the_request_it_becomes(branches: GitRepo) -> None:
    base = branches.head
    branches.commit("hotfix on production", files={"b": "1"})
    branches.branch("feature/x")
    head = branches.commit("change", files={"c": "1"})
    push = Push(head=head, base=None, source_branch="feature/x", target_branch="feature/x")
    facts = resolve_push(open_repository(branches.root), push, {}, is_own).facts
    assert facts.pull_request.target_branch == "env/production"
    assert facts.base.commit != base


def test_tips_are_those_of_the_remote_where_it_has_the_branch(branches: GitRepo, tmp_path: Path) -> None:
    clone = branches.clone(tmp_path / "clone")
    clone.git("config", "user.name", "x")
    clone.commit("not pushed", files={"q": "1"})
    clone.git("branch", "only-here")
    tips = branch_tips(open_repository(clone.root))
    assert set(tips) == {"main", "env/staging", "env/production", "only-here"}
    assert tips["env/production"] == branches.head
    assert tips["only-here"] == clone.head


def test_what_is_stated_wins_and_flags_win_over_variables() -> None:
    environ = {"GITOPS_CHECK_SOURCE_BRANCH": "a", "GITOPS_CHECK_LABELS": "x, y", "GITOPS_CHECK_APPROVED_BY": ""}
    given = read_given(environ, {"source_branch": None, "target_branch": "main", "labels": ("z",), "author": "bad\nname"})
    assert given == Given(source_branch="a", target_branch="main", labels=("z",), approved_by=())
    request = given.over(PullRequest(source_branch="from-ci", author="ada", labels=("q",)))
    assert request == PullRequest(source_branch="a", target_branch="main", author="ada", labels=("z",), approved_by=())
    assert read_given({}, {}).over(request) == request
