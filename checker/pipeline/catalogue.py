"""Every id that a report may name, with what `explain` says of it: findings, policies, branch-to-environment rules, effects."""

from __future__ import annotations

from collections.abc import Mapping

from checker.pipeline.explanations import EXPLANATIONS, Explanation


def catalogue() -> tuple[Explanation, ...]:
    """Sorted by area and id."""
    entries = (*EXPLANATIONS, *_policies(), *_rules(), *_effects())
    return tuple(sorted(entries, key=lambda entry: (entry.area, entry.id)))


def rule_parameters() -> Mapping[str, tuple[str, ...]]:
    """The branch-to-environment rules, each with the names of its parameters, as settings are checked by."""
    from checker.gate import RULES

    return {rule.id: rule.parameters for rule in RULES}


def _policies() -> tuple[Explanation, ...]:
    from checker.evaluate.library import catalogue as policies

    return tuple(
        Explanation(
            id=doc.id,
            area=f"policies: {doc.area}",
            title=f"{doc.title} ({doc.severity.word}, profile {doc.profile})",
            why=doc.why,
            fix=doc.fix,
            bad=doc.bad,
            good=doc.good,
            links=(*doc.links, *doc.standards),
        )
        for doc in policies()
    )


def _rules() -> tuple[Explanation, ...]:
    from checker.gate import RULES

    return tuple(
        Explanation(id=rule.id, area="branch-to-environment rules", title=rule.title, why=rule.why, fix=rule.fix) for rule in RULES
    )


def _effects() -> tuple[Explanation, ...]:
    from checker.compare import EFFECTS

    return tuple(
        Explanation(id=kind.id, area="effects", title=kind.title, why=kind.explanation, fix="", links=(kind.link,) if kind.link else ())
        for kind in EFFECTS.values()
    )
