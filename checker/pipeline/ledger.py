"""Which units were found in order in earlier runs: counts of checks under the digest of all that the verdict depends on,
and digests of what the objects of a unit say of themselves to policies that look at their neighbours.

Only what had nothing to say is remembered. A finding names places and neighbours and is made anew each time, so that all a
line here can do is to leave out a look at something that passed, under the same questions, in this repository.
"""

from __future__ import annotations

import json

from checker.model.findings import Counts
from checker.tools.cache import Store
from checker.tools.installation import installation

KEPT = 100_000
"""Lines at most; those of this run first, then the youngest."""
_ID = 24


class Ledger:
    def __init__(self, store: Store, repository: str) -> None:
        self._store = store
        self._name = store.name("ledger", installation(), repository)
        data = store.get(self._name)
        self._lines: dict[str, list[int] | str] = json.loads(data) if data else {}
        self._used: dict[str, list[int] | str] = {}
        self._is_new = False

    def recall(self, *parts: str) -> Counts | None:
        """The counts of a verdict that depends on these parts and nothing else; None where there is none without a finding."""
        line = self._line(parts)
        if not isinstance(line, list):
            return None
        passed, skipped = line
        return Counts(passed=passed, skipped=skipped)

    def keep(self, counts: Counts, *parts: str) -> None:
        """Remember a verdict without findings."""
        if not counts.failed and not counts.not_checked:
            self._used[self._id(parts)] = [counts.passed, counts.skipped]
            self._is_new = True

    def recall_text(self, *parts: str) -> str | None:
        """A text that depends on these parts and nothing else."""
        line = self._line(parts)
        return line if isinstance(line, str) else None

    def keep_text(self, text: str, *parts: str) -> None:
        self._used[self._id(parts)] = text
        self._is_new = True

    def _line(self, parts: tuple[str, ...]) -> list[int] | str | None:
        name = self._id(parts)
        line = self._lines.get(name)
        if line is not None:
            self._used[name] = line
        return line

    def close(self) -> None:
        if self._is_new:
            older = [(name, line) for name, line in self._lines.items() if name not in self._used]
            room = max(0, KEPT - len(self._used))
            self._store.put(self._name, json.dumps({**dict(older[len(older) - min(room, len(older)) :]), **self._used}).encode())

    def _id(self, parts: tuple[str, ...]) -> str:
        return self._store.name("verdict", *parts)[:_ID]
