from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.model.change import PullRequest
from checker.snapshot.ci import PROVIDERS, CiFacts, read_ci

SHA = "4f1a5b1c" * 5

PULL_REQUESTS: dict[str, tuple[dict[str, str], CiFacts]] = {
    "github": (
        {
            "GITHUB_ACTIONS": "true",
            "GITHUB_HEAD_REF": "feature",
            "GITHUB_BASE_REF": "main",
            "GITHUB_REF": "refs/pull/7/merge",
            "GITHUB_REPOSITORY": "acme/fleet",
        },
        CiFacts(
            pull_request=PullRequest(
                provider="github", number=7, source_branch="feature", target_branch="main", target_repository="acme/fleet"
            )
        ),
    ),
    "gitlab": (
        {
            "GITLAB_CI": "true",
            "CI_MERGE_REQUEST_IID": "7",
            "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "feature",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "mallory/fleet",
            "CI_MERGE_REQUEST_PROJECT_PATH": "acme/fleet",
            "CI_MERGE_REQUEST_LABELS": "prod, hotfix",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": SHA,
            "CI_MERGE_REQUEST_DRAFT": "false",
        },
        CiFacts(
            base_commit=SHA,
            pull_request=PullRequest(
                provider="gitlab",
                number=7,
                source_branch="feature",
                target_branch="main",
                source_repository="mallory/fleet",
                target_repository="acme/fleet",
                labels=("hotfix", "prod"),
                draft=False,
            ),
        ),
    ),
    "jenkins": (
        {
            "JENKINS_URL": "https://ci.example.org/",
            "CHANGE_ID": "7",
            "CHANGE_BRANCH": "feature",
            "CHANGE_TARGET": "main",
            "CHANGE_FORK": "mallory",
            "CHANGE_URL": "https://github.com/acme/fleet/pull/7",
            "CHANGE_AUTHOR": "mallory",
        },
        CiFacts(
            pull_request=PullRequest(
                provider="jenkins",
                number=7,
                source_branch="feature",
                target_branch="main",
                source_repository="mallory/fleet",
                target_repository="acme/fleet",
                author="mallory",
            )
        ),
    ),
    "bitbucket": (
        {
            "BITBUCKET_BUILD_NUMBER": "3",
            "BITBUCKET_PR_ID": "7",
            "BITBUCKET_BRANCH": "feature",
            "BITBUCKET_PR_DESTINATION_BRANCH": "main",
            "BITBUCKET_PR_DESTINATION_COMMIT": "4f1a5b1c4f1a",
            "BITBUCKET_REPO_FULL_NAME": "acme/fleet",
        },
        CiFacts(
            pull_request=PullRequest(
                provider="bitbucket",
                number=7,
                source_branch="feature",
                target_branch="main",
                source_repository="acme/fleet",
                target_repository="acme/fleet",
            )
        ),
    ),
    "azure": (
        {
            "TF_BUILD": "True",
            "SYSTEM_PULLREQUEST_PULLREQUESTID": "900",
            "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": "7",
            "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/feature",
            "SYSTEM_PULLREQUEST_TARGETBRANCH": "main",
            "SYSTEM_PULLREQUEST_ISFORK": "False",
            "BUILD_REPOSITORY_NAME": "acme/fleet",
        },
        CiFacts(
            pull_request=PullRequest(
                provider="azure",
                number=7,
                source_branch="feature",
                target_branch="main",
                source_repository="acme/fleet",
                target_repository="acme/fleet",
            )
        ),
    ),
    "buildkite": (
        {
            "BUILDKITE": "true",
            "BUILDKITE_PULL_REQUEST": "7",
            "BUILDKITE_BRANCH": "feature",
            "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main",
            "BUILDKITE_PULL_REQUEST_REPO": "https://github.com/mallory/fleet.git",
            "BUILDKITE_REPO": "git@github.com:acme/fleet.git",
            "BUILDKITE_PULL_REQUEST_LABELS": "hotfix",
            "BUILDKITE_PULL_REQUEST_DRAFT": "false",
        },
        CiFacts(
            pull_request=PullRequest(
                provider="buildkite",
                number=7,
                source_branch="feature",
                target_branch="main",
                source_repository="mallory/fleet",
                target_repository="acme/fleet",
                labels=("hotfix",),
                draft=False,
            )
        ),
    ),
    "circleci": (
        {
            "CIRCLECI": "true",
            "CIRCLE_PULL_REQUEST": "https://github.com/acme/fleet/pull/7",
            "CIRCLE_BRANCH": "feature",
            "CIRCLE_PROJECT_USERNAME": "acme",
            "CIRCLE_PROJECT_REPONAME": "fleet",
        },
        CiFacts(
            pull_request=PullRequest(
                provider="circleci", number=7, source_branch="feature", source_repository="acme/fleet", target_repository="acme/fleet"
            )
        ),
    ),
    "woodpecker": (
        {
            "CI_SYSTEM_NAME": "woodpecker",
            "CI_COMMIT_PULL_REQUEST": "7",
            "CI_COMMIT_SOURCE_BRANCH": "feature",
            "CI_COMMIT_TARGET_BRANCH": "main",
            "CI_COMMIT_PULL_REQUEST_LABELS": "hotfix",
            "CI_REPO": "acme/fleet",
        },
        CiFacts(
            pull_request=PullRequest(
                provider="woodpecker",
                number=7,
                source_branch="feature",
                target_branch="main",
                target_repository="acme/fleet",
                labels=("hotfix",),
            )
        ),
    ),
    "drone": (
        {
            "DRONE": "true",
            "DRONE_PULL_REQUEST": "7",
            "DRONE_SOURCE_BRANCH": "feature",
            "DRONE_TARGET_BRANCH": "main",
            "DRONE_REPO": "acme/fleet",
        },
        CiFacts(
            pull_request=PullRequest(
                provider="drone", number=7, source_branch="feature", target_branch="main", target_repository="acme/fleet"
            )
        ),
    ),
}

PUSHES: dict[str, dict[str, str]] = {
    "github": {"GITHUB_ACTIONS": "true", "GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "release/1", "GITHUB_REPOSITORY": "acme/fleet"},
    "gitlab": {"GITLAB_CI": "true", "CI_COMMIT_BRANCH": "release/1", "CI_PROJECT_PATH": "acme/fleet"},
    "jenkins": {"JENKINS_URL": "https://ci.example.org/", "BRANCH_NAME": "release/1"},
    "bitbucket": {"BITBUCKET_BUILD_NUMBER": "3", "BITBUCKET_BRANCH": "release/1", "BITBUCKET_REPO_FULL_NAME": "acme/fleet"},
    "azure": {"TF_BUILD": "True", "BUILD_SOURCEBRANCH": "refs/heads/release/1", "BUILD_REPOSITORY_NAME": "acme/fleet"},
    "buildkite": {
        "BUILDKITE": "true",
        "BUILDKITE_PULL_REQUEST": "false",
        "BUILDKITE_BRANCH": "release/1",
        "BUILDKITE_REPO": "https://github.com/acme/fleet",
    },
    "circleci": {"CIRCLECI": "true", "CIRCLE_BRANCH": "release/1", "CIRCLE_PROJECT_USERNAME": "acme", "CIRCLE_PROJECT_REPONAME": "fleet"},
    "woodpecker": {"CI_SYSTEM_NAME": "woodpecker", "CI_COMMIT_BRANCH": "release/1", "CI_REPO": "acme/fleet"},
    "drone": {"DRONE": "true", "DRONE_BRANCH": "release/1", "DRONE_REPO": "acme/fleet"},
}


def test_every_provider_is_tested() -> None:
    names = [provider.name for provider in PROVIDERS]
    assert sorted(names) == sorted(PULL_REQUESTS) == sorted(PUSHES)
    assert len({provider.marker for provider in PROVIDERS}) == len(names)


@pytest.mark.parametrize("name", PULL_REQUESTS)
def test_a_pull_request(name: str) -> None:
    environ, facts = PULL_REQUESTS[name]
    assert read_ci(environ) == facts


@pytest.mark.parametrize("name", PUSHES)
def test_a_push_has_a_branch_and_no_number(name: str) -> None:
    facts = read_ci(PUSHES[name])
    assert facts is not None
    request = facts.pull_request
    assert (request.provider, request.number, request.source_branch, request.target_branch) == (name, None, "release/1", None)
    assert request.from_fork in (False, None)


@pytest.mark.parametrize("name", PULL_REQUESTS)
def test_a_marker_alone_makes_nothing_known(name: str) -> None:
    marker = next(provider.marker for provider in PROVIDERS if provider.name == name)
    facts = read_ci({marker: "true"})
    assert facts == CiFacts(pull_request=PullRequest(provider=name))


def test_outside_ci_there_is_nothing() -> None:
    assert read_ci({"PATH": "/bin", "CI": "true"}) is None


def github(tmp_path: Path, event: object, **environ: str) -> CiFacts:
    path = tmp_path / "event.json"
    path.write_text(event if isinstance(event, str) else json.dumps(event))
    facts = read_ci({"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/fleet", "GITHUB_EVENT_PATH": str(path), **environ})
    assert facts is not None
    return facts


def pull_request(**changes: Any) -> dict[str, Any]:
    request = {
        "number": 12,
        "draft": True,
        "user": {"login": "ada"},
        "labels": [{"name": "prod"}, {"name": "bypass:freeze"}],
        "head": {"ref": "feature", "sha": "a" * 40, "repo": {"full_name": "mallory/fleet"}},
        "base": {"ref": "main", "sha": SHA, "repo": {"full_name": "acme/fleet"}},
    }
    return {"action": "opened", "pull_request": {**request, **changes}}


def test_githubs_event_says_more_than_its_variables(tmp_path: Path) -> None:
    facts = github(tmp_path, pull_request(), GITHUB_HEAD_REF="feature", GITHUB_BASE_REF="main")
    assert facts == CiFacts(
        base_commit=SHA,
        pull_request=PullRequest(
            provider="github",
            number=12,
            source_branch="feature",
            target_branch="main",
            source_repository="mallory/fleet",
            target_repository="acme/fleet",
            author="ada",
            labels=("bypass:freeze", "prod"),
            draft=True,
        ),
    )
    assert facts.pull_request.from_fork is True


def test_a_deleted_fork_is_an_unknown_repository(tmp_path: Path) -> None:
    facts = github(tmp_path, pull_request(head={"ref": "main", "repo": None}))
    assert facts.pull_request.source_branch == "main"
    assert facts.pull_request.from_fork is None


def test_a_merge_queue_names_its_target(tmp_path: Path) -> None:
    facts = github(
        tmp_path, {"merge_group": {"base_ref": "refs/heads/main", "base_sha": SHA, "head_ref": "refs/heads/gh-readonly-queue/main/pr-1-x"}}
    )
    assert (facts.pull_request.target_branch, facts.pull_request.source_branch, facts.base_commit) == ("main", None, SHA)


@pytest.mark.parametrize(
    "event",
    [
        "",
        "{",
        "[]",
        "null",
        '"x"',
        "[" * 100_000,
        '{"pull_request": []}',
        '{"pull_request": "x", "merge_group": 1}',
        "\udcff".encode("utf-8", "surrogateescape").decode("latin-1"),
    ],
)
def test_an_event_that_is_none_leaves_the_variables(tmp_path: Path, event: str) -> None:
    facts = github(tmp_path, event, GITHUB_HEAD_REF="feature", GITHUB_BASE_REF="main")
    assert (facts.pull_request.source_branch, facts.pull_request.target_branch) == ("feature", "main")
    assert facts.pull_request.from_fork is None
    assert facts.pull_request.labels == ()


def test_an_event_of_endless_size_is_not_read(tmp_path: Path) -> None:
    facts = github(tmp_path, json.dumps(pull_request(body="x" * 31 * 1024 * 1024)))
    assert facts.pull_request.number is None
    gone = read_ci({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(tmp_path / "gone")})
    assert gone == CiFacts(pull_request=PullRequest(provider="github"))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["\x1b[31m", "a\nb", "main", SHA, "0" * 40]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "ref", "sha", "repo", "full_name", "login"]), inner, max_size=3)
    ),
    max_leaves=12,
)
FIELDS = st.dictionaries(st.sampled_from(["number", "draft", "user", "labels", "head", "base"]), JSON)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=FIELDS)
def test_no_event_breaks_the_run_or_brings_control_characters(tmp_path: Path, fields: dict[str, Any]) -> None:
    facts = github(tmp_path, pull_request(**fields))
    request = facts.pull_request
    texts = (
        request.source_branch,
        request.target_branch,
        request.source_repository,
        request.target_repository,
        request.author,
        *request.labels,
    )
    assert {type(text) for text in texts} <= {str, type(None)}
    assert all(text is None or (text.isprintable() and text) for text in texts)
    assert type(request.number) in (int, type(None))
    assert request.number is None or request.number > 0
    assert request.draft in (True, False, None)
    assert facts.base_commit is None or facts.base_commit.strip("0")


@pytest.mark.parametrize(
    ("fork", "address", "source", "target"),
    [
        ("", "https://github.com/acme/fleet/pull/7", "acme/fleet", "acme/fleet"),
        ("mallory/other", "https://github.com/acme/fleet/pull/7", "mallory/other", "acme/fleet"),
        ("", "https://gitlab.example.org/group/sub/fleet/-/merge_requests/7", "group/sub/fleet", "group/sub/fleet"),
        ("", "https://bitbucket.org/acme/fleet/pull-requests/7", "acme/fleet", "acme/fleet"),
        ("mallory", "https://review.example.org/c/7", None, None),
        ("", "", None, None),
    ],
)
def test_jenkins_names_repositories_only_in_the_address(fork: str, address: str, source: str | None, target: str | None) -> None:
    environ = {"JENKINS_URL": "x", "CHANGE_ID": "7", "CHANGE_URL": address, **({"CHANGE_FORK": fork} if fork else {})}
    facts = read_ci(environ)
    assert facts is not None
    assert (facts.pull_request.source_repository, facts.pull_request.target_repository) == (source, target)


@pytest.mark.parametrize(("fork", "from_fork"), [("True", True), ("False", False), ("", None), ("maybe", None)])
def test_azure_says_whether_it_is_a_fork(fork: str, from_fork: bool | None) -> None:
    facts = read_ci({**PULL_REQUESTS["azure"][0], "SYSTEM_PULLREQUEST_ISFORK": fork})
    assert facts is not None
    assert facts.pull_request.from_fork is from_fork


@pytest.mark.parametrize("number", ["x", "-1", "0x7", "7" * 30, "٧"])
def test_a_number_that_is_none_is_unknown(number: str) -> None:
    facts = read_ci({**PULL_REQUESTS["gitlab"][0], "CI_MERGE_REQUEST_IID": number})
    assert facts is not None
    assert facts.pull_request.number is None


def test_a_fork_at_circleci_loses_the_name_of_its_branch() -> None:
    environ = {
        **PULL_REQUESTS["circleci"][0],
        "CIRCLE_BRANCH": "pull/7",
        "CIRCLE_PR_NUMBER": "7",
        "CIRCLE_PR_USERNAME": "mallory",
        "CIRCLE_PR_REPONAME": "fleet",
    }
    facts = read_ci(environ)
    assert facts is not None
    assert facts.pull_request.source_branch is None
    assert facts.pull_request.from_fork is True


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/acme/fleet.git", "acme/fleet"),
        ("git@github.com:acme/fleet.git", "acme/fleet"),
        ("ssh://git@git.example.com:2222/acme/deep/fleet", "acme/deep/fleet"),
        ("git://github.com/acme/fleet.git", "acme/fleet"),
        ("fleet", None),
        ("", None),
        (None, None),
    ],
)
def test_a_repository_is_named_by_the_address_of_its_clone(url: str | None, expected: str | None) -> None:
    environ = {**PULL_REQUESTS["buildkite"][0], "BUILDKITE_REPO": url or ""}
    facts = read_ci(environ)
    assert facts is not None
    assert facts.pull_request.target_repository == expected
