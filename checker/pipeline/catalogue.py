"""Every id that a report may name, with what `explain` says of it: findings, policies, branch-to-environment rules, effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from checker.model.findings import UsageError
from checker.model.report import Mode
from checker.model.settings import Settings
from checker.pipeline.explanations import EXPLANATIONS, Explanation

if TYPE_CHECKING:
    from checker.gate import Rule


def catalogue() -> tuple[Explanation, ...]:
    """Sorted by area and id."""
    entries = (*EXPLANATIONS, *_policies(), *_rules(), *_effects())
    return tuple(sorted(entries, key=lambda entry: (entry.area, entry.id)))


def rule_parameters() -> Mapping[str, tuple[str, ...]]:
    """The branch-to-environment rules, each with the names of its parameters, as settings are checked by."""
    from checker.gate import RULES

    return {rule.id: tuple(rule.schema["properties"]) for rule in RULES.values()}  # type: ignore[arg-type]


def refuse_wrong_parameters(settings: Settings, place: str) -> None:
    """Raises UsageError for the first rule whose parameters are not what it takes; `place` names the settings file."""
    from checker.gate import RULES, parameter_errors

    for choice in (choice for choice in settings.rules if choice.mode is not Mode.OFF or choice.parameters):
        for error in parameter_errors(RULES[choice.rule], choice):
            where = f"rules.{choice.rule}.{choice.environment}" if choice.environment else f"rules.{choice.rule}"
            raise UsageError(f"{place}: {where}: {error}", f"`gitops-check explain {choice.rule}` says what it takes")


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
    from checker.gate import COMMON_TAKES, RULES
    from checker.gate.bypass import BYPASS

    return tuple(
        Explanation(
            id=rule.id,
            area="branch-to-environment rules",
            title=rule.title,
            why=rule.why,
            fix=rule.fix,
            bad=rule.bad,
            good=rule.good,
            takes=(
                *((name, _parameter(rule, name, text)) for name, text in rule.takes.items()),
                *(COMMON_TAKES.items() if rule.id != BYPASS else ()),
            ),
        )
        for rule in RULES.values()
    )


def _parameter(rule: Rule, name: str, text: str) -> str:
    """With what must be given, and what a bare value stands for."""
    marks = ", ".join(filter(None, ("required" if name in rule.required else "", "a bare value is this" if name == rule.shorthand else "")))
    return f"{text} ({marks})" if marks else text


def _effects() -> tuple[Explanation, ...]:
    from checker.compare import EFFECTS

    return tuple(
        Explanation(id=kind.id, area="effects", title=kind.title, why=kind.explanation, fix="", links=(kind.link,) if kind.link else ())
        for kind in EFFECTS.values()
    )
