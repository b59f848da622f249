"""The change under judgement: revisions, pull-request facts, changed files."""

from __future__ import annotations

from checker.model.enums import StrEnum
from checker.model.paths import RepoPath
from checker.model.records import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One side of the comparison. `commit` is the full id, empty for the index, the work tree and the empty tree."""

    name: str
    commit: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.commit[:7]}".strip() if not self.commit.startswith(self.name) or not self.name else self.commit[:7]


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """Facts about the change that Git alone does not hold; None or empty where unknown. Rules that need one fail closed."""

    provider: str = ""
    number: int | None = None
    source_branch: str | None = None
    target_branch: str | None = None
    source_repository: str | None = None
    target_repository: str | None = None
    author: str | None = None
    labels: tuple[str, ...] = ()
    draft: bool | None = None
    approved_by: tuple[str, ...] | None = None
    """Whose approval counts: names of people, or of the teams they approved for. Only flags, variables and the forge say it."""

    @property
    def from_fork(self) -> bool | None:
        """Whether the head is another repository; None where one side is unknown."""
        if self.source_repository is None or self.target_repository is None:
            return None
        return self.source_repository.casefold() != self.target_repository.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """A path that differs between base and head; a rename is a deletion and an addition. `line` is the first changed line at head.

    `inert` is a kustomization or manifest that differs in comments and white space alone: it moves nothing by itself.
    """

    path: RepoPath
    status: str
    line: int | None = None
    inert: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFacts:
    base: Revision
    head: Revision
    pull_request: PullRequest = PullRequest()
    files: tuple[ChangedFile, ...] = ()
    trailers: tuple[tuple[str, str], ...] = field(default=())
    """Commit trailers between base and head, as (key, value)."""


class Signature(StrEnum):
    """What Git says of a commit's signature."""

    NONE = "none"
    GOOD = "good"
    """By a key that is trusted: listed among the allowed signers, or of full trust in the keyring."""
    UNTRUSTED = "untrusted"
    """Good, by a key that nobody vouches for."""
    BAD = "bad"
    """It does not fit the commit, or its key has expired or was revoked."""
    UNCHECKED = "unchecked"
    """The key or the program is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit between base and head. `files` are those it changes itself: of a merge, those that no parent has like that."""

    id: str
    subject: str = ""
    signature: Signature = Signature.NONE
    signer: str = ""
    """Whom the key stands for, as the allowed signers or the keyring name them."""
    key: str = ""
    """The key's fingerprint."""
    merge: bool = False
    files: tuple[RepoPath, ...] = ()
