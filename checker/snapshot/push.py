"""What a push changes: the lines Git gives a pre-push hook, or pre-commit's variables, come in; commits and branches come out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checker.model.findings import UsageError
from checker.model.records import dataclass
from checker.snapshot.repository import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One branch of a push. `base` is what the remote has of it, None for a new branch or a commit this clone does not hold."""

    head: str
    base: str | None
    source_branch: str | None
    target_branch: str | None


def pushed(repository: Repository, lines: Iterable[str], environ: Mapping[str, str]) -> tuple[Push, ...]:
    """The branches about to be pushed; deletions and tags are left out.

    pre-commit reads Git's lines itself and hands on one branch in variables (https://pre-commit.com/#pre-push): where they
    are set, `lines` is not looked at. Raises UsageError for lines that are not a push.
    """
    local, remote = environ.get("PRE_COMMIT_LOCAL_BRANCH", ""), environ.get("PRE_COMMIT_REMOTE_BRANCH", "")
    if environ.get("PRE_COMMIT_TO_REF") or local:
        # Without revisions pre-commit means all of the branch: nothing of it is on the remote.
        head = repository.commit_id(environ.get("PRE_COMMIT_TO_REF") or local)
        return () if head is None else (_push(repository, local, head, remote, environ.get("PRE_COMMIT_FROM_REF", "")),)
    found = []
    for line in lines:
        if not line.strip():
            continue
        words = line.split()
        if len(words) != 4:
            raise UsageError(
                "what came in is not what Git gives a pre-push hook", "each line must be `<local ref> <local id> <remote ref> <remote id>`"
            )
        local, head_id, remote, base_id = words
        if head_id.strip("0") and remote.startswith("refs/heads/"):
            found.append(_push(repository, local, head_id, remote, base_id))
    return tuple(found)


def _push(repository: Repository, local: str, head: str, remote: str, base: str) -> Push:
    source = _branch(local) or (repository.branch() if local == "HEAD" else None)
    return Push(
        head=head, base=repository.commit_id(base) if base.strip("0") else None, source_branch=source, target_branch=_branch(remote)
    )


def _branch(ref: str) -> str | None:
    name = ref.removeprefix("refs/heads/")
    return name if name and name != ref else None
