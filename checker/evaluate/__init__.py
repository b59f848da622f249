"""Objects and policy sets in, findings out. Rego runs in processes of its own; nothing of it is imported without a policy.

Every object ends, for every policy that concerns it, as passed, failed, skipped (an exception) or not checked: a policy
that cannot be loaded or evaluated is a finding, and an engine that is missing says so. Findings are sorted as `merged` does.
"""

from __future__ import annotations

from collections.abc import Sequence

from checker.evaluate.model import (
    EvaluateOptions,
    EvaluationInput,
    Inputs,
    Locate,
    Meaning,
    Memory,
    PolicyDoc,
    PolicySet,
    Started,
    UnitInputs,
    by_unit,
)
from checker.model.findings import Checked, Counts, Finding, merged

__all__ = [
    "EvaluateOptions",
    "EvaluationInput",
    "Inputs",
    "Locate",
    "Meaning",
    "Memory",
    "PolicyDoc",
    "PolicySet",
    "Started",
    "UnitInputs",
    "evaluate_objects",
]


def evaluate_objects(inputs: Sequence[EvaluationInput], policies: Sequence[PolicySet], options: EvaluateOptions) -> Checked:
    """Apply every policy set to every object."""
    if not inputs or not policies:
        return Checked()
    from checker.evaluate.facts import unit_scope
    from checker.evaluate.run import evaluate_both, evaluate_set

    evaluate = evaluate_both if options.both else evaluate_set
    everything = by_unit(inputs)
    findings: list[Finding] = []
    counts = Counts()
    for policy_set in policies:
        scopes = policy_set.scopes
        concerned = everything if scopes is None else Inputs([unit for unit in everything.units if unit_scope(unit) in scopes])
        checked = evaluate(concerned, policy_set, options)
        findings.extend(checked.findings)
        counts += checked.counts
    return Checked(findings=merged(findings), counts=counts)
