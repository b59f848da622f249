"""The compared environments and the facts about the change in, a verdict per rule and environment out.

Rules judge rendered effects. What could not be rendered or is not known never passes: it is `unknown`, which counts as
broken where the rule is enforced. To add a rule: a module with RULE, named in `rules`.
"""

from __future__ import annotations

from checker.gate.codeowners import find_owners
from checker.gate.judge import judge, parameter_errors
from checker.gate.model import COMMON_TAKES, Earlier, GateOptions, Generated, OtherBranch, Rule, RuleSetting
from checker.gate.rules import RULES

__all__ = [
    "COMMON_TAKES",
    "RULES",
    "Earlier",
    "GateOptions",
    "Generated",
    "OtherBranch",
    "Rule",
    "RuleSetting",
    "find_owners",
    "judge",
    "parameter_errors",
]
