"""A label or a commit trailer lifts a named rule for one change; the verdict says so and keeps what was lifted."""

from __future__ import annotations

from collections.abc import Iterator

from checker.gate.model import TEXTS, Case, GateOptions, Judgement, Rule, RuleSetting, passed
from checker.model.change import ChangeFacts
from checker.model.objects import mapping, sequence, text
from checker.model.records import replace
from checker.model.report import Mode, RuleVerdict, Verdict

BYPASS = "bypass"
TRAILER = "Gitops-Check-Bypass"


def bypassed(verdict: RuleVerdict, facts: ChangeFacts, options: GateOptions) -> RuleVerdict:
    """The verdict itself unless it is bad and something lifts it here."""
    if verdict.verdict in (Verdict.PASSED, Verdict.BYPASSED):
        return verdict
    for setting in _settings(verdict.environment, options):
        for by, rules in _lifts(setting, facts):
            if verdict.rule in rules or "*" in rules:
                return replace(verdict, verdict=Verdict.BYPASSED, message=f"bypassed by {by}: {verdict.message}")
    return verdict


def _settings(environment: str, options: GateOptions) -> list[RuleSetting]:
    """Of the environment, else of every one; `off` forbids."""
    mine = [setting for setting in options.rules if setting.rule == BYPASS]
    found = [setting for setting in mine if setting.environment == environment] or [setting for setting in mine if not setting.environment]
    return [setting for setting in found if setting.mode is not Mode.OFF]


def _lifts(setting: RuleSetting, facts: ChangeFacts) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What of this change lifts which rules. A trailer reads `Gitops-Check-Bypass: rule-id reason`, and a reason must be there."""
    labels = setting.parameters.get("labels", setting.parameters.get("value"))
    for label, rules in mapping(labels).items():
        if label in facts.pull_request.labels:
            yield f"label {label}", (rules,) if isinstance(rules, str) else tuple(text(rule) for rule in sequence(rules))
    allowed = setting.parameters.get("trailers")
    liftable = (allowed,) if isinstance(allowed, str) else tuple(text(rule) for rule in sequence(allowed))
    for key, value in facts.trailers:
        rule, _, reason = value.strip().partition(" ")
        if key.lower() == TRAILER.lower() and reason.strip() and (rule in liftable or "*" in liftable):
            yield f"trailer {TRAILER} ({reason.strip()})", (rule,)


def _judge(case: Case) -> Judgement:
    return passed(f"{case.environment} has no rule of its own here")


RULE = Rule(
    id=BYPASS,
    title="A named rule can be lifted for one change, in sight",
    why=(
        "A rule without a way out is removed after its first emergency. A bypass names the rule it lifts, holds for one change only and is "
        "printed in every report with what it lifted."
    ),
    fix="Set the label, or write the trailer `Gitops-Check-Bypass: rule-id reason` in a commit; `off` forbids it for an environment.",
    judge=_judge,
    parameters={"labels": {"type": "object", "additionalProperties": TEXTS}, "trailers": TEXTS},
    shorthand="labels",
    takes={
        "labels": "label to the rules that it lifts, * for all; whoever may set labels may lift them",
        "trailers": "rules that a commit trailer `Gitops-Check-Bypass: rule-id reason` may lift, * for all",
    },
    bad='# a bypass that lifts everything, for everybody, for ever\nrules:\n  bypass: {trailers: ["*"]}',
    good="rules:\n  bypass:\n    staging: {labels: {hotfix: [promoted-from]}, trailers: [promoted-from]}\n    production: off",
)
