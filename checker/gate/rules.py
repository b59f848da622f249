"""Every branch-to-environment rule, one module each: the table that settings, `explain` and the judge read."""

from __future__ import annotations

from collections.abc import Mapping

from checker.gate import (
    blast_radius,
    bypass,
    destructive,
    freeze,
    generated_branch,
    mirror,
    no_change,
    one_environment,
    owners,
    project_bounds,
    promoted_from,
    revision_policy,
    signed_commits,
    source_branch,
    version_order,
)
from checker.gate.model import Rule

RULES: Mapping[str, Rule] = {
    module.RULE.id: module.RULE
    for module in (
        source_branch,
        one_environment,
        promoted_from,
        version_order,
        revision_policy,
        project_bounds,
        mirror,
        no_change,
        blast_radius,
        destructive,
        freeze,
        owners,
        signed_commits,
        generated_branch,
        bypass,
    )
}
