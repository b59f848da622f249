"""A Markdown report and where to post it -> the one comment on the pull request, and the status of its commit.

Nothing is rendered here and nothing of the repository is read: whoever holds the token sees a finished text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import sleep

from checker.model.findings import CheckerError, UsageError
from checker.model.posting import Posted, Posting, PostingResult, WhenEmpty
from checker.model.records import dataclass
from checker.snapshot.ci_request import FORGE_TOKENS, RequestFacts, read_request
from checker.tools.forge import Comment, Forge, Target, Uncertain, open_forge, open_pull_request

_ROUNDS = 3


def source_url(environ: Mapping[str, str]) -> str:
    """Address of a file at the head, with `{path}` and `{line}` in it; empty where the CI run names none."""
    return read_request(environ).source_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What the command line says of the pull request; what is empty is taken from the CI run."""

    forge: str = ""
    api: str = ""
    project: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """The comments of one pull request, and what is known of the run that posts there."""

    forge: Forge
    facts: RequestFacts
    pause: Callable[[float], None] = sleep


def open_thread(where: Where, environ: Mapping[str, str], pause: Callable[[float], None] = sleep) -> Thread:
    """Raises UsageError for what is missing, with where it is looked for; CheckerError for what the forge says."""
    facts = read_request(environ)
    name = where.forge or facts.forge
    if not name:
        raise UsageError("which forge is the pull request on?", "say --forge github or --forge gitlab; in their own CI it is known")
    same = name == facts.forge
    api = where.api or (facts.api if same else "")
    project = where.project or (facts.project if same else "")
    if not api or not project:
        raise UsageError("where is the pull request?", "say --api ADDRESS and --project OWNER/NAME; in CI both are known")
    if api.startswith("http://") and not where.api:
        raise UsageError(f"{api} is not encrypted, and the token would be sent there", f"say --api {api} if you mean it")
    target = Target(forge=name, api=api, project=project, number=where.number or 0, token=_token(name, environ), pause=pause)
    number = where.number or (facts.number if same else None) or _number_of_run(target, facts)
    if number is None:
        raise UsageError("which pull request?", "say --request NUMBER; in a run for a pull request it is known")
    forge = open_forge(Target(forge=target.forge, api=target.api, project=target.project, number=number, token=target.token, pause=pause))
    return Thread(forge=forge, facts=facts, pause=pause)


def _token(forge: str, environ: Mapping[str, str]) -> str:
    names = FORGE_TOKENS.get(forge, ())
    token = next((environ[name].strip() for name in names if environ.get(name, "").strip()), "")
    if not token.isascii() or not token.isprintable():
        raise UsageError("the token holds characters that no token has", f"check {', '.join(names)}")
    if not token:
        raise UsageError("there is no token to post with", f"set one of {', '.join(names)}")
    return token


def _number_of_run(target: Target, facts: RequestFacts) -> int | None:
    if target.forge != "github" or not facts.head_owner or not facts.head_branch:
        return None
    return open_pull_request(target, owner=facts.head_owner, branch=facts.head_branch, commit=facts.commit)


def post(thread: Thread, posting: Posting, when_empty: WhenEmpty, commit: str = "") -> PostingResult:
    """Create the comment, edit it, or take it away. `commit` is what the report is about: an outdated one is not posted."""
    if _outdated(thread, commit):
        return PostingResult(outcome=Posted.OUTDATED)
    if len(posting.body) > thread.forge.limit:
        raise CheckerError(
            f"the report has {len(posting.body):,} characters, and a comment may have {thread.forge.limit:,}",
            "make the report in the CI of the forge, where its limit is known",
        )
    for round_ in range(_ROUNDS):
        try:
            return _posted(thread.forge, posting, when_empty)
        except Uncertain:
            if round_ == _ROUNDS - 1:
                raise
            thread.pause(2.0 ** (round_ + 1))
    raise AssertionError


def _posted(forge: Forge, posting: Posting, when_empty: WhenEmpty) -> PostingResult:
    there = forge.comments(posting.marker)
    if posting.empty and when_empty is WhenEmpty.DELETE:
        for comment in there:
            forge.delete(comment)
        return PostingResult(outcome=Posted.DELETED if there else Posted.NOTHING)
    if not there:
        if posting.empty and when_empty is WhenEmpty.UPDATE:
            return PostingResult(outcome=Posted.NOTHING)
        return PostingResult(outcome=Posted.CREATED, url=forge.create(posting.body).url)
    first, *others = there
    for comment in others:  # two runs at once may each have made one
        forge.delete(comment)
    return _edited(forge, first, posting.body)


def _edited(forge: Forge, comment: Comment, body: str) -> PostingResult:
    # forges keep the text without the last line break, and some with other line ends
    if comment.body.replace("\r\n", "\n").strip() == body.strip():
        return PostingResult(outcome=Posted.UNCHANGED, url=comment.url)
    return PostingResult(outcome=Posted.UPDATED, url=forge.update(comment, body).url)


def mark_stale(thread: Thread, marker: str, stale: Callable[[str], str], commit: str = "") -> PostingResult:
    """Say on the comment that it is about an earlier commit; `stale` makes its new text."""
    if _outdated(thread, commit):
        return PostingResult(outcome=Posted.OUTDATED)
    there = thread.forge.comments(marker)
    if not there:
        return PostingResult(outcome=Posted.NOTHING)
    return _edited(thread.forge, there[0], stale(there[0].body.replace("\r\n", "\n")))


def _outdated(thread: Thread, commit: str) -> bool:
    wanted = commit or thread.facts.commit
    return bool(wanted) and thread.forge.head() not in ("", wanted)


def set_status(thread: Thread, posting: Posting, name: str, *, commit: str = "", url: str = "") -> None:
    """The verdict on the commit itself, where branch protection can ask for it. Raises UsageError where the verdict is not ours."""
    if thread.facts.report_is_foreign:
        raise UsageError(
            "a status is not set from a report that a fork made: the fork could have written it",
            "let the run that sets it make the report itself: gitops-check reads the fork's commit and runs nothing of it",
        )
    wanted = commit or thread.facts.commit or thread.forge.head()
    thread.forge.set_status(wanted, passed=posting.passed, name=name, summary=posting.summary, url=url or thread.facts.run_url)
