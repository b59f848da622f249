"""Every branch-to-environment rule, one module each: the table that settings, `explain` and the judge read."""

from __future__ import annotations

from collections.abc import Mapping

from checker.gate import bypass, destructive, one_environment, promoted_from, source_branch
from checker.gate.model import Rule

RULES: Mapping[str, Rule] = {module.RULE.id: module.RULE for module in (source_branch, one_environment, promoted_from, destructive, bypass)}
