"""What a policy set said of units before, under everything that it could see of them.

For our own library that is the unit, where it runs, and the facts of its scope, which is all that its rules ask for; for
policies that we do not know it is every fact of the run. A set that may ask for the time, for chance or for the network is
never remembered, nor one that looks at the base.
"""

from __future__ import annotations

import re

from checker.evaluate.facts import Facts, digest_of, unit_scope
from checker.evaluate.model import EvaluateOptions, Inputs, Meaning, Memory, PolicySet, UnitInputs
from checker.model.findings import Checked, Finding
from checker.model.records import replace
from checker.tools.rego import available, identity

_IMPURE = re.compile(r"\b(?:time|rand|uuid|http|opa|net|jwt|x509|crypto|rego(?!\.v1\b)|trace)\s*\.")
"""Names of built-in functions that do not answer alike each time, and of some that do."""


class Remembered:
    """`verdict` is that of a unit which needs no look; what was said of another is kept by `keep`."""

    def __init__(self, inputs: Inputs, policies: PolicySet, facts: Facts, options: EvaluateOptions) -> None:
        self._memory = options.memory if _is_pure(policies, facts) and available() and not options.both else None
        self._about = digest_of(*map(repr, policies.modules), repr(_told(policies, options)))
        self._facts = facts
        self._is_ours = policies.meaning is Meaning.LIBRARY
        self._questions: dict[str, str] = {}
        self._known: dict[int, Checked] = {}
        if self._memory is not None:
            self._recall(inputs, self._memory)

    def verdict(self, unit: UnitInputs) -> Checked | None:
        return self._known.get(id(unit))

    def keep(self, unit: UnitInputs, checked: Checked) -> None:
        """Only of a set of which nothing else is to be said, and where every rule could be judged."""
        if self._memory is not None and unit.content and (self._is_ours or not any(map(_is_of_secret, checked.findings))):
            self._memory.keep(checked, self._question(unit, self._memory), _name(unit), [item.object for item in unit.inputs])

    def _recall(self, inputs: Inputs, memory: Memory) -> None:
        for unit in inputs.units:
            checked = memory.recall(self._question(unit, memory), _name(unit)) if unit.content else None
            if checked is not None:
                environments = (unit.environment,) if unit.environment else ()
                found = (replace(finding, unit=unit.unit, environments=environments) for finding in checked.findings)
                self._known[id(unit)] = replace(checked, findings=tuple(found)) if checked.findings else checked

    def _question(self, unit: UnitInputs, memory: Memory) -> str:
        scope = unit_scope(unit)
        if scope not in self._questions:
            self._questions[scope] = memory.digest("policies", self._about, self._facts.digest(scope))
        return self._questions[scope]


def _is_of_secret(finding: Finding) -> bool:
    """What a policy that we do not know makes of a digest may show it, which is another in each run."""
    return finding.object is not None and finding.object.kind == "Secret"


def _name(unit: UnitInputs) -> str:
    """The content says where each object comes from, which is what a context holds besides."""
    return f"{unit.content} {unit.unit!r} {unit.cluster!r} {unit.environment!r}"


def _told(policies: PolicySet, options: EvaluateOptions) -> tuple[object, ...]:
    docs = [(doc.id, doc.kinds, doc.path, doc.package) for doc in policies.docs]
    return (policies.meaning.value, policies.namespaces, docs, options.engine, identity(options.engine), options.limits)


def _is_pure(policies: PolicySet, facts: Facts) -> bool:
    if facts.wants_base:
        return False
    return policies.meaning is Meaning.LIBRARY or not any(_IMPURE.search(module.text) for module in policies.modules)
