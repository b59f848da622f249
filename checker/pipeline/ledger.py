"""What was found of units in earlier runs: verdicts under the digest of all that they depend on, and digests of what the objects of
a unit say of themselves to policies that look at their neighbours.

A verdict of which nothing is to be said is a line of counts. One with findings holds them as well, and the files that they point
into: it comes back only while these are what they were, since an edit may move a field and render the same.

Not kept: what quotes the digest of a secret value, which is of one run.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable
from itertools import islice
from typing import Any

from checker.model.findings import Checked, Counts
from checker.model.objects import REDACTED, KubeObject
from checker.model.paths import RepoPath
from checker.model.tree import Tree, seen_identity
from checker.pipeline.stored import from_finding, to_finding
from checker.tools.cache import Store
from checker.tools.installation import installation

KEPT = 100_000
"""Lines at most; those of this run first, then the youngest."""

_Lines = dict[tuple[str, str], Any]
"""By the digest of a question and the name of a unit."""


class Ledger:
    """`tree` is where findings point into."""

    def __init__(self, store: Store, repository: str, tree: Tree) -> None:
        self._store = store
        self._tree = tree
        self._name = store.name("ledger", installation(), repository)
        data = store.get(self._name)
        self._lines: _Lines = marshal.loads(data) if data else {}  # noqa: S302 - the store has verified it
        self._used: _Lines = {}
        self._clean: dict[tuple[int, ...], Checked] = {}
        self._is_new = False

    def digest(self, *parts: str) -> str:
        """A question: what a verdict depends on besides the unit."""
        return self._store.name("question", *parts)

    def recall(self, question: str, unit: str) -> Checked | None:
        """A verdict that depends on these two and nothing else; None where there is none. Its findings name no unit."""
        line = self._line(question, unit)
        if line is None:
            return None
        counts, files, findings = line
        if not findings:
            if counts not in self._clean:
                self._clean[counts] = Checked(counts=_counts(counts))
            return self._clean[counts]
        if any(seen_identity(self._tree, RepoPath(path)) != identity for path, identity in files):
            return None
        return Checked(counts=_counts(counts), findings=tuple(map(to_finding, findings)))

    def keep(self, checked: Checked, question: str, unit: str, objects: Iterable[KubeObject]) -> None:
        """`objects` are those that the findings may be about."""
        if any(REDACTED in finding.message for finding in checked.findings):
            return
        about = {finding.object for finding in checked.findings}
        paths = {origin.path for obj in objects if obj.key in about for origin in (obj.origin, *obj.contributors)} if about else ()
        files = [(str(path), seen_identity(self._tree, path)) for path in paths]
        counts = tuple(getattr(checked.counts, name) for name in _OUTCOMES)
        self._put(question, unit, (counts, files, list(map(from_finding, checked.findings))))

    def recall_text(self, question: str, unit: str) -> str | None:
        """A text that depends on these two and nothing else."""
        text: str | None = self._line(question, unit)
        return text

    def keep_text(self, text: str, question: str, unit: str) -> None:
        self._put(question, unit, text)

    def close(self) -> None:
        if self._is_new:
            older = ((name, line) for name, line in reversed(self._lines.items()) if name not in self._used)
            kept = [*islice(older, max(0, KEPT - len(self._used)))]
            self._store.put(self._name, marshal.dumps({**dict(reversed(kept)), **self._used}))

    def _line(self, question: str, unit: str) -> Any:
        line = self._lines.get((question, unit))
        if line is not None:
            self._used[question, unit] = line
        return line

    def _put(self, question: str, unit: str, line: Any) -> None:
        self._used[question, unit] = line
        self._is_new = True


_OUTCOMES = ("passed", "failed", "skipped", "not_checked")


def _counts(stored: tuple[int, ...]) -> Counts:
    return Counts(**dict(zip(_OUTCOMES, stored, strict=True)))
