"""A comment to be posted: what was read from a Markdown report, and what became of it."""

from __future__ import annotations

from checker.model.enums import StrEnum
from checker.model.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """`body` begins with `marker`, by which the comment is found again."""

    marker: str
    body: str
    passed: bool
    empty: bool
    """Nothing moves, nothing is unknown and nothing was found: there may be nothing to say."""
    summary: str
    """The verdict in a sentence, as plain text."""


class WhenEmpty(StrEnum):
    """What becomes of the comment when there is nothing to say."""

    UPDATE = "update"
    """One that is there says so; none is made."""
    DELETE = "delete"
    POST = "post"


class Posted(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    NOTHING = "nothing"
    """There was nothing to say and no comment to change."""
    OUTDATED = "outdated"
    """The pull request has moved on since: its newer commit has a run of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingResult:
    outcome: Posted
    url: str = ""
