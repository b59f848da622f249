"""The forge where a pull request lives, spoken to for three things: its one comment, the status of its commit, who approved it.

The rest of the project sees `Forge`; GitHub and GitLab stand behind it. The token goes to the API it belongs to, in a header,
and nowhere else: not along redirects, not into a message.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from time import sleep
from typing import Protocol

from checker.model.findings import CheckerError, UsageError
from checker.model.records import dataclass, field


class ForgeFailed(CheckerError):
    """The forge refused, or could not be reached for as long as we were ready to try."""


class Uncertain(ForgeFailed):
    """The forge did not say whether it did what was asked: look before asking again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One pull request of one project. `api` is the address of the API, without a slash at the end."""

    forge: str
    api: str
    project: str
    number: int
    token: str = field(repr=False)
    pause: Callable[[float], None] = field(default=sleep, repr=False)
    """Waits that many seconds; a test gives its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment of ours. `body` begins with the marker it was found by."""

    id: int
    body: str
    url: str = ""


class Forge(Protocol):
    limit: int
    """Characters that a comment may have."""

    def head(self) -> str:
        """The commit that the pull request stands at now."""

    def comments(self, marker: str) -> list[Comment]:
        """Those that begin with the marker and were written by whoever the token belongs to, oldest first."""

    def create(self, body: str) -> Comment:
        """Raises Uncertain where the comment may have been made all the same."""

    def update(self, comment: Comment, body: str) -> Comment: ...

    def delete(self, comment: Comment) -> None: ...

    def set_status(self, commit: str, *, passed: bool, name: str, summary: str, url: str = "") -> None: ...

    def approvers(self) -> tuple[str, ...]:
        """Login names, sorted, of those whose last word on the pull request is an approval."""


_FORGES = {"github": "checker.tools.forge.github:GitHub", "gitlab": "checker.tools.forge.gitlab:GitLab"}
FORGES = tuple(_FORGES)


def open_forge(target: Target) -> Forge:
    """Raises UsageError for a forge that we do not speak."""
    where = _FORGES.get(target.forge)
    if where is None:
        raise UsageError(f"comments are posted to {' and '.join(FORGES)}, not to {target.forge or 'an unknown forge'}")
    module, _, name = where.partition(":")
    forge: Forge = getattr(import_module(module), name)(target)
    return forge


def open_pull_request(target: Target, *, owner: str, branch: str, commit: str) -> int | None:
    """The number of the open pull request from that branch of that account which stands at that commit. GitHub alone needs this."""
    from checker.tools.forge.github import number_of

    return number_of(target, owner=owner, branch=branch, commit=commit)
