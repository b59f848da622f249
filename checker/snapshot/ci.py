"""What a CI system says about the change: its environment variables come in, facts about the pull request come out.

Surprise: nothing here is trusted. Variables and GitHub's event file carry what a stranger typed into a pull request, so every
value is checked for type, length and control characters, and one that fails is unknown; rules that need it fail closed.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from checker.model.change import PullRequest
from checker.model.records import dataclass
from checker.snapshot.ci_values import (
    Environment,
    branch_text,
    clean,
    commit_text,
    event_of,
    github_labels,
    labels,
    repository_name,
    request_number,
    submapping,
    truth,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CiFacts:
    """`base_commit` is the target branch's commit, or the merge base, where the system names one."""

    pull_request: PullRequest
    base_commit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A CI system: its name, the variable that every one of its runs sets, and how its variables read."""

    name: str
    marker: str
    read: Callable[[Environment], CiFacts]


def read_ci(environ: Environment) -> CiFacts | None:
    """The facts of the first system whose marker is set, None outside CI. A run for a push has branches, but no number."""
    for provider in PROVIDERS:
        if environ.get(provider.marker):
            return provider.read(environ)
    return None


def _github(environ: Environment) -> CiFacts:
    """https://docs.github.com/actions/reference/workflows-and-actions/variables and .../webhooks/webhook-events-and-payloads."""
    event = event_of(environ)
    request = submapping(event, "pull_request")
    repository = clean(environ.get("GITHUB_REPOSITORY"))
    if request:
        head, base = submapping(request, "head"), submapping(request, "base")
        draft = request.get("draft")
        return CiFacts(
            base_commit=commit_text(base.get("sha")),
            pull_request=PullRequest(
                provider="github",
                number=request_number(request.get("number")),
                source_branch=clean(head.get("ref")),
                target_branch=clean(base.get("ref")),
                # A deleted fork has no `repo`: where the commits came from is then unknown.
                source_repository=clean(submapping(head, "repo").get("full_name")),
                target_repository=clean(submapping(base, "repo").get("full_name")) or repository,
                author=clean(submapping(request, "user").get("login")),
                labels=github_labels(request.get("labels")),
                draft=draft if isinstance(draft, bool) else None,
            ),
        )
    group = submapping(event, "merge_group")
    if group:
        return CiFacts(
            base_commit=commit_text(group.get("base_sha")),
            pull_request=PullRequest(provider="github", target_branch=branch_text(group.get("base_ref")), target_repository=repository),
        )
    if environ.get("GITHUB_HEAD_REF"):
        number = re.fullmatch(r"refs/pull/(\d+)/.*", environ.get("GITHUB_REF", ""))
        return CiFacts(
            pull_request=PullRequest(
                provider="github",
                number=request_number(number[1] if number else None),
                source_branch=clean(environ.get("GITHUB_HEAD_REF")),
                target_branch=clean(environ.get("GITHUB_BASE_REF")),
                target_repository=repository,
            )
        )
    branch = clean(environ.get("GITHUB_REF_NAME")) if environ.get("GITHUB_REF_TYPE") == "branch" else None
    return _push("github", branch, repository)


def _gitlab(environ: Environment) -> CiFacts:
    """https://docs.gitlab.com/ci/variables/predefined_variables/. No variable holds the author: GITLAB_USER_* started the pipeline."""
    if not environ.get("CI_MERGE_REQUEST_IID"):
        return _push("gitlab", clean(environ.get("CI_COMMIT_BRANCH")), clean(environ.get("CI_PROJECT_PATH")))
    return CiFacts(
        base_commit=commit_text(environ.get("CI_MERGE_REQUEST_DIFF_BASE_SHA")),
        pull_request=PullRequest(
            provider="gitlab",
            number=request_number(environ.get("CI_MERGE_REQUEST_IID")),
            source_branch=clean(environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME")),
            target_branch=clean(environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")),
            source_repository=clean(environ.get("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH")),
            target_repository=clean(environ.get("CI_MERGE_REQUEST_PROJECT_PATH")),
            labels=labels((environ.get("CI_MERGE_REQUEST_LABELS") or "").split(",")),
            draft=truth(environ.get("CI_MERGE_REQUEST_DRAFT")),
        ),
    )


def _jenkins(environ: Environment) -> CiFacts:
    """The branch API's variables, listed by every Jenkins under /env-vars.html.

    CHANGE_FORK is unset for a branch of the same repository, else `owner` or `owner/name`, the name left out where it is
    the same (SCMHeadOrigin.Fork). The repository itself is only in CHANGE_URL.
    """
    if not environ.get("CHANGE_ID"):
        return _push("jenkins", clean(environ.get("BRANCH_NAME")), None)
    address = re.fullmatch(r"https?://[^/]+/(.+?)(?:/-)?/(?:pull|merge_requests|pull-requests)/\d+(?:/.*)?", environ.get("CHANGE_URL", ""))
    target = clean(address[1]) if address else None
    fork = clean(environ.get("CHANGE_FORK"))
    if target and fork and "/" not in fork:
        fork = f"{fork}/{target.rpartition('/')[2]}"
    return CiFacts(
        pull_request=PullRequest(
            provider="jenkins",
            number=request_number(environ.get("CHANGE_ID")),
            source_branch=clean(environ.get("CHANGE_BRANCH")),
            target_branch=clean(environ.get("CHANGE_TARGET")),
            source_repository=(fork or target) if target else None,
            target_repository=target,
            author=clean(environ.get("CHANGE_AUTHOR")),
        )
    )


def _bitbucket(environ: Environment) -> CiFacts:
    """https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/. A pipeline runs in the repository of the source branch."""
    repository = clean(environ.get("BITBUCKET_REPO_FULL_NAME"))
    branch = clean(environ.get("BITBUCKET_BRANCH"))
    if not environ.get("BITBUCKET_PR_ID"):
        return _push("bitbucket", branch, repository)
    return CiFacts(
        base_commit=commit_text(environ.get("BITBUCKET_PR_DESTINATION_COMMIT")),
        pull_request=PullRequest(
            provider="bitbucket",
            number=request_number(environ.get("BITBUCKET_PR_ID")),
            source_branch=branch,
            target_branch=clean(environ.get("BITBUCKET_PR_DESTINATION_BRANCH")),
            source_repository=repository,
            target_repository=repository,
        ),
    )


def _azure(environ: Environment) -> CiFacts:
    """https://learn.microsoft.com/azure/devops/pipelines/build/variables. Branches come with or without `refs/heads/`."""
    repository = clean(environ.get("BUILD_REPOSITORY_NAME"))
    number = environ.get("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER") or environ.get("SYSTEM_PULLREQUEST_PULLREQUESTID")
    if not number:
        source = environ.get("BUILD_SOURCEBRANCH", "")
        return _push("azure", branch_text(source) if source.startswith("refs/heads/") else None, repository)
    fork = truth(environ.get("SYSTEM_PULLREQUEST_ISFORK"))
    origin = clean(environ.get("SYSTEM_PULLREQUEST_SOURCEREPOSITORYURI")) or "a fork"
    return CiFacts(
        pull_request=PullRequest(
            provider="azure",
            number=request_number(number),
            source_branch=branch_text(environ.get("SYSTEM_PULLREQUEST_SOURCEBRANCH")),
            target_branch=branch_text(environ.get("SYSTEM_PULLREQUEST_TARGETBRANCH")),
            source_repository=None if fork is None else (origin if fork else repository),
            target_repository=repository,
        )
    )


def _buildkite(environ: Environment) -> CiFacts:
    """https://buildkite.com/docs/pipelines/configure/environment-variables. The repositories come as URLs of any kind."""
    number = request_number(environ.get("BUILDKITE_PULL_REQUEST"))
    ours = repository_name(environ.get("BUILDKITE_REPO"))
    branch = clean(environ.get("BUILDKITE_BRANCH"))
    if number is None:
        return _push("buildkite", branch, ours)
    return CiFacts(
        pull_request=PullRequest(
            provider="buildkite",
            number=number,
            source_branch=branch,
            target_branch=clean(environ.get("BUILDKITE_PULL_REQUEST_BASE_BRANCH")),
            source_repository=repository_name(environ.get("BUILDKITE_PULL_REQUEST_REPO")),
            target_repository=ours,
            labels=labels((environ.get("BUILDKITE_PULL_REQUEST_LABELS") or "").split(",")),
            draft=truth(environ.get("BUILDKITE_PULL_REQUEST_DRAFT")),
        )
    )


def _circleci(environ: Environment) -> CiFacts:
    """https://circleci.com/docs/variables/. No variable names the target branch; a fork's branch is called `pull/7`, its own name lost."""
    owner, name = clean(environ.get("CIRCLE_PROJECT_USERNAME")), clean(environ.get("CIRCLE_PROJECT_REPONAME"))
    ours = f"{owner}/{name}" if owner and name else None
    branch = clean(environ.get("CIRCLE_BRANCH"))
    address = re.search(r"/(?:pull|merge_requests|pull-requests)/(\d+)$", environ.get("CIRCLE_PULL_REQUEST", ""))
    if address is None:
        return _push("circleci", branch, ours)
    forker, fork = clean(environ.get("CIRCLE_PR_USERNAME")), clean(environ.get("CIRCLE_PR_REPONAME"))
    is_fork = bool(environ.get("CIRCLE_PR_NUMBER"))
    theirs = f"{forker}/{fork}" if forker and fork else None
    return CiFacts(
        pull_request=PullRequest(
            provider="circleci",
            number=request_number(address[1]),
            source_branch=None if is_fork else branch,
            source_repository=theirs if is_fork else ours,
            target_repository=ours,
        )
    )


def _woodpecker(environ: Environment) -> CiFacts:
    """https://woodpecker-ci.org/docs/usage/environment. No variable names the repository of the source branch."""
    return _named_by(environ, "woodpecker", "CI_COMMIT_PULL_REQUEST", "CI_COMMIT_SOURCE_BRANCH", "CI_COMMIT_TARGET_BRANCH", "CI_REPO")


def _drone(environ: Environment) -> CiFacts:
    """https://docs.drone.io/pipeline/environment/reference/. No variable names the repository of the source branch."""
    return _named_by(environ, "drone", "DRONE_PULL_REQUEST", "DRONE_SOURCE_BRANCH", "DRONE_TARGET_BRANCH", "DRONE_REPO")


def _named_by(environ: Environment, provider: str, number: str, source: str, target: str, repository: str) -> CiFacts:
    """Systems that say little: the source repository stays unknown, so that what needs it fails closed."""
    ours = clean(environ.get(repository))
    branch = {"woodpecker": "CI_COMMIT_BRANCH", "drone": "DRONE_BRANCH"}[provider]
    if not environ.get(number):
        return _push(provider, clean(environ.get(branch)), ours)
    return CiFacts(
        pull_request=PullRequest(
            provider=provider,
            number=request_number(environ.get(number)),
            source_branch=clean(environ.get(source)),
            target_branch=clean(environ.get(target)),
            target_repository=ours,
            labels=labels((environ.get("CI_COMMIT_PULL_REQUEST_LABELS") or "").split(",")) if provider == "woodpecker" else (),
        )
    )


PROVIDERS: tuple[Provider, ...] = (
    Provider(name="github", marker="GITHUB_ACTIONS", read=_github),
    Provider(name="gitlab", marker="GITLAB_CI", read=_gitlab),
    Provider(name="bitbucket", marker="BITBUCKET_BUILD_NUMBER", read=_bitbucket),
    Provider(name="azure", marker="TF_BUILD", read=_azure),
    Provider(name="buildkite", marker="BUILDKITE", read=_buildkite),
    Provider(name="circleci", marker="CIRCLECI", read=_circleci),
    Provider(name="woodpecker", marker="CI_SYSTEM_NAME", read=_woodpecker),
    Provider(name="drone", marker="DRONE", read=_drone),
    Provider(name="jenkins", marker="JENKINS_URL", read=_jenkins),
)


def _push(provider: str, branch: str | None, repository: str | None) -> CiFacts:
    """A run for a branch: what is on it came from this repository."""
    return CiFacts(
        pull_request=PullRequest(provider=provider, source_branch=branch, source_repository=repository, target_repository=repository)
    )
