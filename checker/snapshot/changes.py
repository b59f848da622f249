"""Which files differ between two trees, and at which line of the new one each begins to.

Surprise: no `git diff` is read. Both trees are known as lists of ids, so comparing them is exact for commits, index and work
tree alike, whatever a name holds and whatever diff settings or attributes the repository brings.
"""

from __future__ import annotations

import re

from checker.model.change import ChangedFile
from checker.model.paths import KUSTOMIZATION_FILES, RepoPath, basename
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
            changed.append(_modified(base, head, path))
    return tuple(sorted(changed, key=lambda file: file.path.encode("utf-8", "surrogateescape")))


def _modified(base: ListedTree, head: ListedTree, path: RepoPath) -> ChangedFile:
    if head.stored_kind(path) is not EntryKind.FILE:
        return ChangedFile(path=path, status="M")
    try:
        before, after = (tree.stored_bytes(path, SIZE_LIMIT) for tree in (base, head))
    except Unreadable:
        return ChangedFile(path=path, status="M")
    return ChangedFile(path=path, status="M", line=first_difference(before, after), inert=_is_inert(before, after, path))


_COMMENT = re.compile(rb"(?:^|\s)#[^\n]*", re.MULTILINE)


def _is_inert(before: bytes, after: bytes, path: RepoPath) -> bool:
    """Whether a kustomization or manifest says the same on both sides. Any other file may be used as the text that it is.

    Parsed are only files that are alike once what looks like comments is gone; that alone proves nothing, since a block of text may
    hold such lines.
    """
    if not path.endswith((".yaml", ".yml")) or _COMMENT.sub(b"", before).split() != _COMMENT.sub(b"", after).split():
        return False
    from checker.tools.yaml import Rules, load_documents

    old, new = (load_documents(data, rules=Rules.KUSTOMIZE) for data in (before, after))
    if any(document.error or document.duplicates for document in (*old, *new)):
        return False
    values = [document.value for document in new if document.value is not None]
    is_manifest = all(isinstance(value, dict) and "apiVersion" in value and "kind" in value for value in values)
    same = values == [document.value for document in old if document.value is not None]
    return same and (is_manifest or basename(path) in KUSTOMIZATION_FILES)


def first_difference(before: bytes, after: bytes) -> int:
    """The first line of `after` that is not as in `before`; its last line where only the end was cut off."""
    old, new = before.split(b"\n"), after.split(b"\n")
    same = next((number for number, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new)))
    last = len(new) - 1 if new[-1] == b"" else len(new)
    return max(1, min(same + 1, last))
