"""What was found in single files, by what was looked for: each content is looked at once, however many sides, rounds and runs ask.

Anything that is found this way must be a function of the file's path and content, and of nothing else. What was made of things at
hand is known as long as they are the very same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from checker.model.paths import RepoPath
from checker.model.tree import Tree

T = TypeVar("T")


Kept = Mapping[str, Mapping[str, tuple[str, Any]]]
"""By question and path: the identity of the content, and what was found in it as plain data."""


class Memo:
    """`known` is from an earlier run, and `read` makes of it what was found. `is_new` says whether this run had to look."""

    def __init__(self, known: Kept | None = None, read: Callable[[str, Any], Any] = lambda _question, plain: plain) -> None:
        self.is_new = False
        self._known = known or {}
        self._read = read
        self._found: dict[str, dict[tuple[RepoPath, str], Any]] = {}
        self._made: dict[tuple[Hashable, ...], tuple[Sequence[object], Any]] = {}

    def of(self, question: str, tree: Tree, path: RepoPath, find: Callable[[bytes, RepoPath], T]) -> T:
        """What `find` finds in the file as the tree has it. Raises TreeError for one that cannot be read."""
        identity = tree.identity(path) or ""
        answers = self._found.setdefault(question, {})
        if (path, identity) not in answers:
            before, plain = self._known.get(question, {}).get(path, ("", None))
            self.is_new = self.is_new or before != identity or not identity
            answers[path, identity] = self._read(question, plain) if before == identity and identity else find(tree.read(path), path)
        found: T = answers[path, identity]
        return found

    def again(self, question: str, values: Hashable, things: Sequence[object], make: Callable[[], T]) -> T:
        """What `make` makes of equal values and the same things. Nearly every round and the other side ask the same once more.

        Things are told apart by identity: objects that differ in `1` and `true` are equal to Python.
        """
        key = (question, values, *map(id, things))
        if key not in self._made:
            self._made[key] = (things, make())
        made: T = self._made[key][1]
        return made

    def __iter__(self) -> Iterator[tuple[str, RepoPath, str, Any]]:
        """Question, path, identity and what was found, as far as this run has asked."""
        for question, answers in self._found.items():
            for (path, identity), found in answers.items():
                yield question, path, identity, found
