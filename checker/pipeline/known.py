"""What schemas said of units in earlier runs, under the same settings, definitions and schemas.

What the schema catalog says only once in a run (a definition it cannot use, an engine that is missing) it says to the first
unit that asks: a run that had anything of the kind to say remembers nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from checker.model.findings import Checked, Finding
from checker.model.paths import ROOT
from checker.model.tree import Tree
from checker.model.units import BuiltUnit
from checker.pipeline.fingerprint import fingerprint
from checker.pipeline.ledger import Ledger
from checker.validate import ValidateOptions

ELSEWHERE = frozenset({"crds", "tree", "read_schema", "locate"})
"""Options that are accounted for below: definitions by content, schema files by the tree they are read from, places by the ledger."""


SAID_ONCE = "schema-unusable"
"""The rule of everything that is said to the first unit alone; whatever else a unit is told it would be told by itself too."""


class KnownVerdicts:
    def __init__(self, ledger: Ledger | None, judge: Tree) -> None:
        self._ledger = ledger
        self._judge = judge
        self._questions: dict[int, str] = {}
        self._fresh: list[tuple[BuiltUnit, str, Checked]] = []

    def recall(self, built: BuiltUnit, options: ValidateOptions) -> Checked | None:
        if self._ledger is None or not _is_comparable(built, options):
            return None
        return self._ledger.recall(self._question(options, self._ledger), built.content)

    def note(self, built: BuiltUnit, options: ValidateOptions, checked: Checked) -> None:
        if self._ledger is not None and _is_comparable(built, options):
            self._fresh.append((built, self._question(options, self._ledger), checked))

    def keep(self, findings: Iterable[Finding]) -> None:
        """At the end of the run, when all that it has to say is known."""
        if self._ledger is None or any(finding.rule == SAID_ONCE for finding in findings):
            return
        for built, question, checked in self._fresh:
            self._ledger.keep(checked, question, built.content, built.objects)

    def _question(self, options: ValidateOptions, ledger: Ledger) -> str:
        known = self._questions.get(id(options))
        if known is None:
            definitions = json.dumps([obj.body for obj in options.crds])
            files = self._judge.identity(ROOT) if options.locations != ("default",) else None
            known = ledger.digest("schemas", fingerprint(options, unseen=ELSEWHERE), files or "", definitions)
            self._questions[id(options)] = known
        return known


def _is_comparable(built: BuiltUnit, options: ValidateOptions) -> bool:
    """Whether all that matters has a digest: schemas at an address may be others tomorrow."""
    return bool(built.content) and not any("://" in location for location in options.locations)
