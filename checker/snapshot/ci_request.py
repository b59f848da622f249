"""Where a CI run may post about the pull request it is for: the forge, its API, the project, the number and the commit.

Surprise: GitHub runs a workflow for a fork without secrets, and a second one (`workflow_run`) with them. Which pull request the
second is for must not be told by the first, whose files the fork could change: it follows from the event alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from checker.model.records import dataclass
from checker.snapshot.ci import read_ci
from checker.snapshot.ci_values import Environment, clean, commit_text, event_of, submapping

FORGE_TOKENS: Mapping[str, tuple[str, ...]] = {
    "github": ("GITOPS_CHECK_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"),
    "gitlab": ("GITOPS_CHECK_TOKEN", "GITLAB_TOKEN"),
}
"""Variables that may hold the token, the first that is set counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFacts:
    """What is not known is empty or None. `head_owner` and `head_branch` are told where the event names no pull request."""

    forge: str = ""
    api: str = ""
    project: str = ""
    number: int | None = None
    commit: str = ""
    run_url: str = ""
    source_url: str = ""
    """Address of a file at the head, with `{path}` and `{line}` in it."""
    head_owner: str = ""
    head_branch: str = ""
    report_is_foreign: bool = False
    """The report was made in a run that the pull request could change: it may be shown, and decides nothing."""


def read_request(environ: Environment) -> RequestFacts:
    """The facts of this run; empty outside GitHub and GitLab."""
    if environ.get("GITHUB_ACTIONS"):
        return _github(environ)
    if environ.get("GITLAB_CI"):
        return _gitlab(environ)
    return RequestFacts()


def _github(environ: Environment) -> RequestFacts:
    event = event_of(environ)
    facts = read_ci(environ)
    server, project = clean(environ.get("GITHUB_SERVER_URL")), clean(environ.get("GITHUB_REPOSITORY")) or ""
    run = f"{server}/{project}/actions/runs/{environ.get('GITHUB_RUN_ID', '')}" if server and project else ""
    request, foreign = submapping(event, "pull_request"), submapping(event, "workflow_run")
    head = submapping(request, "head")
    commit = commit_text(foreign.get("head_sha")) or commit_text(head.get("sha")) or commit_text(environ.get("GITHUB_SHA")) or ""
    return RequestFacts(
        forge="github",
        api=clean(environ.get("GITHUB_API_URL")) or "https://api.github.com",
        project=project,
        number=facts.pull_request.number if facts is not None else None,
        commit=commit,
        run_url=run,
        source_url=f"{server}/{project}/blob/{commit}/{{path}}#L{{line}}" if server and project and commit else "",
        head_owner=clean(submapping(submapping(foreign, "head_repository"), "owner").get("login")) or "",
        head_branch=clean(foreign.get("head_branch")) or "",
        report_is_foreign=_is_foreign(foreign, project),
    )


def _is_foreign(run: Mapping[str, Any], project: str) -> bool:
    """A run for a branch of the same repository was started by somebody who may write to it."""
    return bool(run) and str(submapping(run, "head_repository").get("full_name") or "").casefold() != project.casefold()


def _gitlab(environ: Environment) -> RequestFacts:
    """https://docs.gitlab.com/ci/variables/predefined_variables/."""
    facts = read_ci(environ)
    web = clean(environ.get("CI_PROJECT_URL"))
    commit = commit_text(environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")) or commit_text(environ.get("CI_COMMIT_SHA")) or ""
    return RequestFacts(
        forge="gitlab",
        api=clean(environ.get("CI_API_V4_URL")) or "https://gitlab.com/api/v4",
        project=clean(environ.get("CI_MERGE_REQUEST_PROJECT_PATH")) or clean(environ.get("CI_PROJECT_PATH")) or "",
        number=facts.pull_request.number if facts is not None else None,
        commit=commit,
        run_url=clean(environ.get("CI_JOB_URL")) or "",
        source_url=f"{web}/-/blob/{commit}/{{path}}#L{{line}}" if web and commit and re.match("https?://", web) else "",
    )
