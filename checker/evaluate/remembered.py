"""Units whose objects passed a policy set before, under everything that the set could see of them.

For our own library that is the unit, where it runs, and the facts of its scope, which is all that its rules ask for; for
policies that we do not know it is every fact of the run. A set that may ask for the time, for chance or for the network is
never remembered, nor one that looks at the base.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import astuple
from itertools import islice

from checker.evaluate.facts import Facts, digest_of, unit_scope
from checker.evaluate.model import EvaluateOptions, Inputs, Meaning, Memory, PolicySet, UnitInputs
from checker.evaluate.verdicts import Judged
from checker.model.findings import Counts
from checker.model.units import UnitKey
from checker.tools.rego import available, identity

_IMPURE = re.compile(r"\b(?:time|rand|uuid|http|opa|net|jwt|x509|crypto|rego(?!\.v1\b)|trace)\s*\.")
"""Names of built-in functions that do not answer alike each time, and of some that do."""


class Remembered:
    """`known` are the counts of units that need no look; what was looked at and passed is kept by `keep`."""

    def __init__(self, inputs: Inputs, policies: PolicySet, facts: Facts, options: EvaluateOptions) -> None:
        self._memory = options.memory if _is_pure(policies, facts) and available() and not options.both else None
        self._about = digest_of(*(repr(astuple(module)) for module in policies.modules), repr(_told(policies, options)))
        self._facts = facts
        self.known: dict[UnitKey, Counts] = {}
        if self._memory is not None:
            self._recall(inputs, self._memory)

    def keep(self, units: Sequence[UnitInputs], results: Sequence[Judged]) -> None:
        """Only for a set of which nothing else is to be said. The results are those of all objects, in their order."""
        if self._memory is None:
            return
        left = iter(results)
        told: dict[UnitKey, tuple[UnitInputs, Counts | None]] = {}
        for unit in units:
            mine = list(islice(left, unit.size))
            if unit.unit is not None and unit.content:
                clean = not any(result.findings or result.troubles for result in mine)
                told[unit.unit] = (unit, sum((result.counts for result in mine), Counts()) if clean and unit.unit not in told else None)
        for unit, counts in told.values():
            if counts is not None:
                self._memory.keep(counts, *self._parts(unit))

    def _recall(self, inputs: Inputs, memory: Memory) -> None:
        for unit in inputs.units:
            if unit.unit is not None and unit.content and unit.unit not in self.known:
                counts = memory.recall(*self._parts(unit))
                if counts is not None:
                    self.known[unit.unit] = counts

    def _parts(self, unit: UnitInputs) -> tuple[str, ...]:
        """The content says where each object comes from, which is what a context holds besides."""
        where = repr((unit.unit, unit.environment, unit.cluster))
        return ("policies", self._about, unit.content, where, self._facts.digest(unit_scope(unit)))


def _told(policies: PolicySet, options: EvaluateOptions) -> tuple[object, ...]:
    docs = [(doc.id, doc.kinds, doc.path, doc.package) for doc in policies.docs]
    return (policies.meaning.value, policies.namespaces, docs, options.engine, identity(options.engine), astuple(options.limits))


def _is_pure(policies: PolicySet, facts: Facts) -> bool:
    if facts.wants_base:
        return False
    return policies.meaning is Meaning.LIBRARY or not any(_IMPURE.search(module.text) for module in policies.modules)
