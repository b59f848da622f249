"""Units whose objects passed a policy set before, under everything that the set could see of them.

For our own library that is the unit, where it runs, and the facts of its scope, which is all that its rules ask for; for
policies that we do not know it is every fact of the run. A set that may ask for the time, for chance or for the network is
never remembered, nor one that looks at the base.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple

from checker.evaluate.facts import Facts, scope_of
from checker.evaluate.model import EvaluateOptions, EvaluationInput, Meaning, Memory, PolicySet
from checker.evaluate.verdicts import Judged
from checker.model.findings import Counts
from checker.model.objects import mapping
from checker.model.units import UnitKey
from checker.tools.rego import available, identity

_IMPURE = re.compile(r"\b(?:time|rand|uuid|http|opa|net|jwt|x509|crypto|rego|trace)\s*\.")
"""Names of built-in functions that do not answer alike each time, and of some that do."""


class Remembered:
    """`known` are the counts of units that need no look; what was looked at and passed is kept by `keep`."""

    def __init__(self, inputs: Sequence[EvaluationInput], policies: PolicySet, facts: Facts, options: EvaluateOptions) -> None:
        self._memory = options.memory if _is_pure(policies, facts) and available() and not options.both else None
        self._about = _digest([repr(astuple(module)) for module in policies.modules], repr(_told(policies, options)))
        self._facts = facts
        self._is_library = policies.meaning is Meaning.LIBRARY
        self._seen: dict[str, str] = {}
        self.known: dict[UnitKey, Counts] = {}
        if self._memory is not None:
            self._recall(inputs, self._memory)

    def keep(self, items: Sequence[EvaluationInput], results: Sequence[Judged]) -> None:
        """Only for a set of which nothing else is to be said."""
        if self._memory is None:
            return
        told: dict[UnitKey, tuple[EvaluationInput, Counts | None]] = {}
        for item, result in zip(items, results, strict=True):
            if item.unit is not None and item.content:
                before = told[item.unit][1] if item.unit in told else Counts()
                clean = before is not None and not result.findings and not result.troubles
                told[item.unit] = (item, before + result.counts if clean and before is not None else None)
        for item, counts in told.values():
            if counts is not None:
                self._memory.keep(counts, *self._parts(item))

    def _recall(self, inputs: Sequence[EvaluationInput], memory: Memory) -> None:
        for item in inputs:
            if item.unit is not None and item.content and item.unit not in self.known:
                counts = memory.recall(*self._parts(item))
                if counts is not None:
                    self.known[item.unit] = counts

    def _parts(self, item: EvaluationInput) -> tuple[str, ...]:
        """The content says where each object comes from, which is what a context holds besides."""
        where = repr((item.unit, item.environment, item.cluster))
        return ("policies", self._about, item.content, where, self._facts_for(item))

    def _facts_for(self, item: EvaluationInput) -> str:
        scope = scope_of(item) if self._is_library else ""
        if scope not in self._seen:
            data: Mapping[str, object] = self._facts.data
            if self._is_library:
                own = mapping(data["gitopscheck"])
                objects = mapping(own.get("objects")).get(scope)
                data = {**data, "gitopscheck": {**own, "objects": objects}}
            self._seen[scope] = _digest([], json.dumps(data))
        return self._seen[scope]


def _told(policies: PolicySet, options: EvaluateOptions) -> tuple[object, ...]:
    docs = [(doc.id, doc.kinds, doc.path, doc.package) for doc in policies.docs]
    return (policies.meaning.value, policies.namespaces, docs, options.engine, identity(options.engine), astuple(options.limits))


def _is_pure(policies: PolicySet, facts: Facts) -> bool:
    if facts.wants_base:
        return False
    return policies.meaning is Meaning.LIBRARY or not any(_IMPURE.search(module.text) for module in policies.modules)


def _digest(parts: Sequence[str], last: str) -> str:
    digest = hashlib.blake2b(digest_size=24)
    for part in (*parts, last):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data) + data)
    return digest.hexdigest()
