"""Units whose objects passed every schema before, under the same settings, definitions and schemas.

What the schema catalog says only once in a run (a definition it cannot use, an engine that is missing) it says to the first
unit that asks: a run that had anything of the kind to say remembers nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from checker.model.findings import Checked, Counts, Finding
from checker.model.paths import ROOT
from checker.model.tree import Tree
from checker.model.units import BuiltUnit
from checker.pipeline.fingerprint import fingerprint
from checker.pipeline.ledger import Ledger
from checker.validate import ValidateOptions

ELSEWHERE = frozenset({"crds", "tree", "read_schema", "locate"})
"""Options that are accounted for below: definitions by content, schema files by the tree they are read from; places say nothing."""


SAID_ONCE = "schema-unusable"
"""The rule of everything that is said to the first unit alone; whatever else a unit is told it would be told by itself too."""


class PassedSchemas:
    def __init__(self, ledger: Ledger | None, judge: Tree) -> None:
        self._ledger = ledger
        self._judge = judge
        self._about: dict[int, str] = {}
        self._clean: list[tuple[Counts, tuple[str, ...]]] = []

    def recall(self, built: BuiltUnit, options: ValidateOptions) -> Counts | None:
        if self._ledger is None or not _is_comparable(built, options):
            return None
        return self._ledger.recall(*self._parts(built, options))

    def note(self, built: BuiltUnit, options: ValidateOptions, checked: Checked) -> None:
        if self._ledger is not None and _is_comparable(built, options) and not checked.findings:
            self._clean.append((checked.counts, self._parts(built, options)))

    def keep(self, findings: Iterable[Finding]) -> None:
        """At the end of the run, when all that it has to say is known."""
        if self._ledger is None or any(finding.rule == SAID_ONCE for finding in findings):
            return
        for counts, parts in self._clean:
            self._ledger.keep(counts, *parts)

    def _parts(self, built: BuiltUnit, options: ValidateOptions) -> tuple[str, ...]:
        about = self._about.get(id(options))
        if about is None:
            about = self._about[id(options)] = self._asked(options)
        return ("schemas", about, built.content)

    def _asked(self, options: ValidateOptions) -> str:
        definitions = json.dumps([obj.body for obj in options.crds])
        files = self._judge.identity(ROOT) if options.locations != ("default",) else ""
        return f"{fingerprint(options, unseen=ELSEWHERE)}\n{files}\n{definitions}"


def _is_comparable(built: BuiltUnit, options: ValidateOptions) -> bool:
    """Whether all that matters has a digest: schemas at an address may be others tomorrow."""
    return bool(built.content) and not any("://" in location for location in options.locations)
