"""`gitops-check comment [REPORT]`: the Markdown report of a check -> the one comment on its pull request."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli.arguments import Arguments
from checker.model.findings import UsageError
from checker.model.posting import Posted, PostingResult, WhenEmpty

if TYPE_CHECKING:
    from checker.pipeline.comment import Where

_MAX_BYTES = 4 << 20
_SAID = {
    Posted.CREATED: "comment made",
    Posted.UPDATED: "comment updated",
    Posted.UNCHANGED: "the comment says so already",
    Posted.DELETED: "comment deleted: there is nothing to say any more",
    Posted.NOTHING: "nothing to say, and no comment to change",
    Posted.OUTDATED: "not posted: the pull request has moved on to another commit",
}


def comment(arguments: Arguments) -> int:
    """Post, or say on the comment that is there that it is out of date. The verdict is no part of the exit code: `check` has said it."""
    from checker.pipeline.comment import mark_stale, open_thread, post, set_status
    from checker.report.posted import marker, read_posting, stale

    where = _where(arguments)
    if arguments.stale:
        thread = open_thread(where, arguments.environ)
        return _tell(mark_stale(thread, marker(arguments.instance), stale, arguments.commit))
    if not arguments.rule:
        raise UsageError("which report?", "gitops-check check --output markdown=report.md; gitops-check comment report.md")
    posting = read_posting(_read(arguments.rule), arguments.rule)
    thread = open_thread(where, arguments.environ)
    result = post(thread, posting, WhenEmpty(arguments.when_empty), arguments.commit)
    if arguments.status and result.outcome is not Posted.OUTDATED:
        set_status(thread, posting, arguments.status, commit=arguments.commit, url=arguments.details_url)
    return _tell(result)


def approvers(arguments: Arguments) -> int:
    """Print who approved, as the rule `owners` wants to be told."""
    from checker.pipeline.comment import open_thread

    for name in open_thread(_where(arguments), arguments.environ).forge.approvers():
        sys.stdout.write(f"{name}\n")
    return 0


def _where(arguments: Arguments) -> Where:
    from checker.pipeline.comment import Where

    return Where(forge=arguments.forge, api=arguments.api, project=arguments.project, number=arguments.request)


def _read(name: str) -> str:
    try:
        data = sys.stdin.buffer.read(_MAX_BYTES + 1) if name == "-" else _head(Path(name))
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}", "make it: gitops-check check --output markdown=FILE") from error
    if len(data) > _MAX_BYTES:
        raise UsageError(f"{name} is larger than any comment may be", "make it: gitops-check check --output markdown=FILE")
    return data.decode("utf-8", "backslashreplace").replace("\r\n", "\n")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MAX_BYTES + 1)


def _tell(result: PostingResult) -> int:
    sys.stdout.write(f"{_SAID[result.outcome]}{f': {result.url}' if result.url else ''}\n")
    return 0
