"""Which files differ between two trees, and at which line of the new one each begins to.

Surprise: no `git diff` is read. Both trees are known as lists of ids, so comparing them is exact for commits, index and work
tree alike, whatever a name holds and whatever diff settings or attributes the repository brings.
"""

from __future__ import annotations

from checker.model.change import ChangedFile
from checker.model.paths import RepoPath
from checker.model.tree import EntryKind, Unreadable
from checker.snapshot.linked import SIZE_LIMIT
from checker.snapshot.listed import ListedTree


def list_changes(base: ListedTree, head: ListedTree) -> tuple[ChangedFile, ...]:
    """Files, links and submodules whose kind or content differs, sorted by path: `A`dded, `D`eleted, `M`odified, `T`ype changed.

    A change of permission bits alone is none.
    """
    before = {record.path for record in base.records}
    after = {record.path for record in head.records}
    changed = [ChangedFile(path=path, status="D") for path in before - after]
    changed += [ChangedFile(path=path, status="A", line=1) for path in after - before]
    for path in before & after:
        if base.stored_kind(path) is not head.stored_kind(path):
            changed.append(ChangedFile(path=path, status="T", line=1))
        elif base.stored_id(path) != head.stored_id(path):
            changed.append(ChangedFile(path=path, status="M", line=_changed_line(base, head, path)))
    return tuple(sorted(changed, key=lambda file: file.path.encode("utf-8", "surrogateescape")))


def _changed_line(base: ListedTree, head: ListedTree, path: RepoPath) -> int | None:
    if head.stored_kind(path) is not EntryKind.FILE:
        return None
    try:
        return first_difference(base.stored_bytes(path, SIZE_LIMIT), head.stored_bytes(path, SIZE_LIMIT))
    except Unreadable:
        return None


def first_difference(before: bytes, after: bytes) -> int:
    """The first line of `after` that is not as in `before`; its last line where only the end was cut off."""
    old, new = before.split(b"\n"), after.split(b"\n")
    same = next((number for number, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new)))
    last = len(new) - 1 if new[-1] == b"" else len(new)
    return max(1, min(same + 1, last))
