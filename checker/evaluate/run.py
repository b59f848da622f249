"""One policy set over all objects: which rules concern which object, the engine's answers, findings from them.

Objects that the same rules concern form a group, so that the engine answers all of them at once. An error of a policy is
told once, at the policy's own line, however many objects it struck.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice

from checker.evaluate.checks import Check, checks_of, conftest_problems
from checker.evaluate.facts import Facts, context_of, unit_scope
from checker.evaluate.model import EvaluateOptions, EvaluationInput, Inputs, Meaning, PolicySet, by_unit
from checker.evaluate.remembered import Remembered
from checker.evaluate.verdicts import Asked, Judged, find_pointers, judged, policy_finding, trouble_findings
from checker.model.findings import Checked, Counts, Finding, Outcome, Severity, total
from checker.model.objects import JSONValue, KubeObject, Location
from checker.model.paths import RepoPath
from checker.model.records import dataclass, replace
from checker.tools.rego import (
    Answer,
    DeadEngineError,
    EngineName,
    Loaded,
    MissingEngineError,
    Module,
    PolicyProblem,
    RegoEngine,
    Request,
    RulePath,
    open_engine,
)

ENGINES: tuple[EngineName, EngineName] = ("regorus", "opa")
PARALLEL_FROM = 1000
"""Fewer objects than this are done before a second engine has started."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """For each input the group of its rules; for each group the positions of its checks, and its rules as the engine knows them."""

    group_of: tuple[int, ...]
    members: tuple[tuple[int, ...], ...]
    rules: tuple[tuple[RulePath, ...], ...]


@dataclass(frozen=True, slots=True)
class _Load:
    """What an engine is started with."""

    modules: tuple[Module, ...]
    data: Mapping[str, JSONValue]
    facts: Facts


def evaluate_set(inputs: Sequence[EvaluationInput], policies: PolicySet, options: EvaluateOptions) -> Checked:
    """Never raises for what policies or objects are: that becomes findings."""
    try:
        if policies.meaning is Meaning.ADMISSION:
            from checker.evaluate.admitted import evaluate_admission
            from checker.tools.cel import INSTALL, is_installed

            if not is_installed():
                return _not_run(inputs, policies, f"the CEL library is not installed; {INSTALL}")
            return evaluate_admission(inputs, policies, options)
        if policies.meaning is Meaning.GATEKEEPER:
            from checker.evaluate.gatekeeper import evaluate_gatekeeper

            return evaluate_gatekeeper(inputs, policies, options)
        return _evaluate_rules(by_unit(inputs), policies, options)
    except MissingEngineError as error:
        return _not_run(inputs, policies, f"{error.message}; {error.hint}")
    except DeadEngineError as error:
        return _not_run(inputs, policies, f"loading them {error.message}")


def evaluate_both(inputs: Sequence[EvaluationInput], policies: PolicySet, options: EvaluateOptions) -> Checked:
    """The verdict of the chosen engine, and a finding for each thing that the other engine does not say too."""
    verdicts = {name: evaluate_set(inputs, policies, replace(options, engine=name)) for name in ENGINES}
    said = {name: Counter(_said(finding) for finding in checked.findings) for name, checked in verdicts.items()}
    chosen = verdicts[options.engine]
    differences = tuple(
        Finding(
            rule="rego-engines-differ",
            severity=Severity.ERROR,
            message=f"only {name} says of {text}",
            location=Location(path=RepoPath(path)),
            outcome=Outcome.NOT_CHECKED,
        )
        for name, other in zip(ENGINES, reversed(ENGINES), strict=True)
        for path, text in sorted((said[name] - said[other]).elements())
    )
    return Checked(findings=(*chosen.findings, *differences), counts=chosen.counts + Counts(not_checked=len(differences)))


def _said(finding: Finding) -> tuple[str, str]:
    """What must be the same: what is found of which object. Each engine has its own words for why it could not say anything."""
    about = str(finding.object) if finding.object is not None else finding.location.path
    text = finding.message if finding.outcome is Outcome.FAILED else finding.outcome.value
    return finding.location.path, f"{about}: {finding.rule}: {text}"


def _evaluate_rules(everything: Inputs, policies: PolicySet, options: EvaluateOptions) -> Checked:
    facts = Facts(everything, policies, options)
    remembered = Remembered(everything, policies, facts, options)
    inputs = Inputs([unit for unit in everything.units if remembered.verdict(unit) is None])
    results, unloaded = _results(inputs, facts, policies, options) if inputs else ([], [])
    left = iter(results)
    verdicts: list[Checked] = []
    for unit in everything.units:
        verdict = remembered.verdict(unit)
        if verdict is None:
            mine = [*islice(left, unit.size)]
            verdict = Checked(findings=tuple(finding for one in mine for finding in one.findings), counts=total(one.counts for one in mine))
            if not unloaded and not any(one.troubles for one in mine):
                remembered.keep(unit, verdict)
        verdicts.append(verdict)
    troubles = trouble_findings(trouble for one in results for trouble in one.troubles)
    findings = (*(finding for verdict in verdicts for finding in verdict.findings), *unloaded, *troubles)
    return Checked(findings=findings, counts=total(verdict.counts for verdict in verdicts))


def _results(inputs: Inputs, facts: Facts, policies: PolicySet, options: EvaluateOptions) -> tuple[list[Judged], list[Finding]]:
    """What the engine says of each object, and of modules that it leaves out."""
    load = _Load(policies.modules, facts.data({unit_scope(unit) for unit in inputs.units}), facts)
    started = options.started.take() if options.started is not None and options.engine == "regorus" else None
    with started or open_engine(options.engine, options.limits) as engine:
        loaded = engine.load(load.modules, load.data, rules=policies.meaning is not Meaning.LIBRARY)
        checks = checks_of(policies, loaded)
        plan = _plan(inputs, checks)
        first = engine.group(plan.rules)
        answers = _answers(engine, first, load, inputs, plan, options)
        items = [
            Asked(item, tuple(checks[position] for position in plan.members[group]), answer, first + group, context_of(item, facts))
            for item, group, answer in zip(inputs, plan.group_of, answers, strict=True)
        ]
        pointers = find_pointers(engine, items) if policies.meaning is Meaning.CONFTEST else {}
    return [judged(asked, options, pointers) for asked in items], _load_findings(loaded, policies)


def _plan(inputs: Sequence[EvaluationInput], checks: Sequence[Check]) -> _Plan:
    members: dict[tuple[int, ...], int] = {}
    by_kind: dict[str, int] = {}
    group_of = []
    for item in inputs:
        kind = kind_name(item.object)
        if kind not in by_kind:
            concerned = tuple(position for position, check in enumerate(checks) if not check.kinds or kind in check.kinds)
            by_kind[kind] = members.setdefault(concerned, len(members))
        group_of.append(by_kind[kind])
    rules = tuple(tuple(rule for position in group for rule in checks[position].rules) for group in members)
    return _Plan(tuple(group_of), tuple(members), rules)


def kind_name(obj: KubeObject) -> str:
    """`apps/Deployment`, `Service` for the core group: how policies name kinds."""
    return f"{obj.group}/{obj.kind}" if obj.group else obj.kind


def _answers(
    engine: RegoEngine, first: int, load: _Load, inputs: Sequence[EvaluationInput], plan: _Plan, options: EvaluateOptions
) -> list[Answer]:
    def part(own: RegoEngine, start: int, stop: int) -> list[Answer]:
        requests = [
            Request(
                group=first + plan.group_of[index],
                input=json.dumps(inputs[index].object.body),
                context=context_of(inputs[index], load.facts),
            )
            for index in range(start, stop)
        ]
        return own.evaluate(requests)

    if len(inputs) < PARALLEL_FROM or options.workers < 2:
        return part(engine, 0, len(inputs))

    def second_half() -> list[Answer]:
        with open_engine(options.engine, options.limits) as other:
            other.load(load.modules, load.data, rules=False)
            other.group([()] * first + list(plan.rules))
            return part(other, middle, len(inputs))

    from concurrent.futures import ThreadPoolExecutor

    middle = len(inputs) // 2

    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(second_half)
        return part(engine, 0, middle) + later.result()


def _load_findings(loaded: Loaded, policies: PolicySet) -> list[Finding]:
    """Modules that were left out, each at its line."""
    problems = [
        *policies.problems,
        *loaded.problems,
        *(conftest_problems(policies, loaded) if policies.meaning is Meaning.CONFTEST else ()),
    ]
    return [policy_finding("policy-invalid", problem, _told(problem), policies.name) for problem in problems]


def _told(problem: PolicyProblem) -> str:
    return f"this policy was not run: {problem.message}" if problem.module else f"this policy is not right: {problem.message}"


def _not_run(inputs: Sequence[EvaluationInput], policies: PolicySet, reason: str) -> Checked:
    """No engine: every object is not checked, said once. Only a warning where nobody asked for the policies by name."""
    severity = Severity.WARNING if policies.meaning is Meaning.LIBRARY or policies.deployed else Severity.ERROR
    files = (*(module.path for module in policies.modules), *(obj.origin.path for obj in policies.objects))
    place = next(iter(files), policies.name)
    objects = "1 object was" if len(inputs) == 1 else f"{len(inputs)} objects were"
    finding = Finding(
        rule="policies-not-run",
        severity=severity,
        message=f"{policies.name}: {objects} not checked: {reason}",
        location=Location(path=RepoPath(place)),
        outcome=Outcome.NOT_CHECKED,
    )
    return Checked(findings=(finding,), counts=Counts(not_checked=len(inputs)))
