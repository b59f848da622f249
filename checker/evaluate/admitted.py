"""Objects as the API server's ValidatingAdmissionPolicies would judge them when they are applied, without a server.

Goes in: a policy set whose objects are policies and bindings. Comes out: findings by policy, as severe as its binding's
strictest action.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from checker.evaluate.admission import (
    BINDING,
    GROUP,
    POLICY,
    Binding,
    Policy,
    Target,
    definitions,
    operation,
    plural_of,
    read_binding,
    read_policy,
)
from checker.evaluate.cel_rules import CelVerdict, Refusal, judge
from checker.evaluate.facts import scope_of
from checker.evaluate.matching import UnknownNamespaceError, selected
from checker.evaluate.model import EvaluateOptions, EvaluationInput, PolicySet
from checker.model.findings import Checked, Counts, Finding, Outcome, Severity
from checker.model.objects import JSONValue, KubeObject, Location, mapping, text
from checker.model.paths import RepoPath
from checker.model.records import dataclass


@dataclass(frozen=True, kw_only=True)
class _Bound:
    policy: Policy
    binding: Binding

    @property
    def id(self) -> str:
        return f"{POLICY}/{self.policy.name}"


@dataclass(frozen=True, kw_only=True)
class _World:
    """What objects are judged among: namespaces and parameters by scope, plurals of kinds."""

    inputs: Sequence[EvaluationInput]
    namespaces: Mapping[tuple[str, str], KubeObject]
    plurals: Mapping[tuple[str, str], str]


class MissingParameterError(ValueError):
    """The parameters that a binding names are not here."""


def evaluate_admission(inputs: Sequence[EvaluationInput], policies: PolicySet, options: EvaluateOptions) -> Checked:
    """Never raises for what policies or objects are: that becomes findings."""
    bound, findings = _bound(policies.objects)
    world = _World(
        inputs=inputs,
        namespaces={(scope_of(item), item.object.name): item.object for item in inputs if item.object.kind == "Namespace"},
        plurals=definitions(item.object for item in inputs),
    )
    counts = Counts()
    unknown: dict[tuple[str, str], list[KubeObject]] = {}
    for item in inputs:
        if item.object.group == GROUP:
            continue
        for one in bound:
            try:
                verdict = _verdict(item, one, world)
            except (UnknownNamespaceError, MissingParameterError) as error:
                verdict = CelVerdict(unknown=(str(error),))
            if verdict is None:
                continue
            findings += [_finding(item, one, refusal, options) for refusal in verdict.refusals]
            for reason in verdict.unknown:
                unknown.setdefault((one.id, reason), []).append(item.object)
            counts += _counted(verdict)
    places = {one.id: one for one in bound}
    findings += [_unknown(places[identifier], reason, objects) for (identifier, reason), objects in unknown.items()]
    return Checked(findings=tuple(findings), counts=counts)


def _counted(verdict: CelVerdict) -> Counts:
    if verdict.refusals:
        return Counts(failed=1)
    return Counts(not_checked=1) if verdict.unknown else Counts(passed=1)


def _bound(objects: Iterable[KubeObject]) -> tuple[list[_Bound], list[Finding]]:
    """Policies with each of their bindings; those without one are as if they were not there, and said."""
    listed = list(objects)
    policies = {obj.name: read_policy(obj) for obj in listed if obj.kind == POLICY}
    bindings = [read_binding(obj) for obj in listed if obj.kind == BINDING]
    findings = [
        _note(binding.object, f"binding {binding.name} names policy {binding.policy}, which is not here", Outcome.NOT_CHECKED)
        for binding in bindings
        if binding.policy not in policies
    ]
    used = {binding.policy for binding in bindings}
    findings += [
        _note(
            policy.object,
            f"policy {name} has no binding, so the API server does not apply it",
            Outcome.SKIPPED,
        )
        for name, policy in policies.items()
        if name not in used
    ]
    return [_Bound(policy=policies[one.policy], binding=one) for one in bindings if one.policy in policies], findings


def _verdict(item: EvaluationInput, one: _Bound, world: _World) -> CelVerdict | None:
    """None where the policy does not concern the object. Raises UnknownNamespaceError and MissingParameterError."""
    obj = item.object
    space = world.namespaces.get((scope_of(item), obj.namespace))
    target = Target(object=obj, plural=plural_of(obj, world.plurals), namespace=space, exists=item.base is not None)
    wanted = operation(one.policy, one.binding, target)
    if not wanted:
        return None
    values = _values(item, target, wanted)
    found: list[CelVerdict] = [judge(one.policy.rules, {**values, "params": params}) for params in _parameters(item, one, world)]
    if not any(verdict.matched for verdict in found):
        return CelVerdict() if not found else None
    return CelVerdict(
        refusals=tuple(dict.fromkeys(refusal for verdict in found for refusal in verdict.refusals)),
        unknown=tuple(dict.fromkeys(reason for verdict in found for reason in verdict.unknown)),
    )


def _values(item: EvaluationInput, target: Target, wanted: str) -> dict[str, Any]:
    """`namespaceObject` is left out where it is not known, so that what asks for it has no value."""
    obj = item.object
    request: dict[str, Any] = {
        "kind": {"group": obj.group, "version": obj.version, "kind": obj.kind},
        "resource": {"group": obj.group, "version": obj.version, "resource": target.plural},
        "name": obj.name,
        "namespace": obj.namespace,
        "operation": wanted,
        "dryRun": False,
    }
    values: dict[str, Any] = {
        "object": dict(obj.body),
        "oldObject": dict(item.base) if wanted == "UPDATE" and item.base is not None else None,
        "request": request,
    }
    if target.namespace is not None or not obj.namespace:
        values["namespaceObject"] = dict(target.namespace.body) if target.namespace is not None else None
    return values


def _parameters(item: EvaluationInput, one: _Bound, world: _World) -> Iterator[JSONValue]:
    """Each object that the binding refers to; null for a policy without parameters. Raises MissingParameterError."""
    if one.policy.params is None or not one.binding.param_ref:
        yield None
        return
    found = [other for other in world.inputs if scope_of(other) == scope_of(item) and _referred(other.object, item.object, one)]
    yield from (dict(other.object.body) for other in found)
    if not found and text(one.binding.param_ref.get("parameterNotFoundAction"), "Deny") != "Allow":
        named = text(one.binding.param_ref.get("name")) or "its selector"
        raise MissingParameterError(f"its parameters, {one.policy.params[1]} {named}, are not among what is rendered here")


def _referred(obj: KubeObject, judged: KubeObject, one: _Bound) -> bool:
    assert one.policy.params is not None
    reference = one.binding.param_ref
    if (obj.api_version, obj.kind) != one.policy.params:
        return False
    if obj.namespace and obj.namespace != (text(reference.get("namespace")) or judged.namespace):
        return False
    if reference.get("name"):
        return obj.name == reference["name"]
    return selected(mapping(reference.get("selector")), obj.labels)


def _finding(item: EvaluationInput, one: _Bound, refusal: Refusal, options: EvaluateOptions) -> Finding:
    return Finding(
        rule=one.id,
        severity=one.binding.severity,
        message=refusal.message,
        location=options.locate(item.object, refusal.pointer, False),
        object=item.object.key,
        pointer=refusal.pointer,
        unit=item.unit,
        environments=(item.environment,) if item.environment else (),
    )


def _unknown(one: _Bound, reason: str, objects: Sequence[KubeObject]) -> Finding:
    more = f" and {len(objects) - 1} more" if len(objects) > 1 else ""
    message = f"{one.id}: not checked on {objects[0].key}{more}: {reason}"
    place = one.policy.object.origin
    return Finding(
        rule=one.id,
        severity=min(one.binding.severity, Severity.WARNING),
        message=message,
        location=Location(path=place.path, line=place.line),
        outcome=Outcome.NOT_CHECKED,
    )


def _note(obj: KubeObject, message: str, outcome: Outcome) -> Finding:
    place = Location(path=RepoPath(obj.origin.path), line=obj.origin.line)
    return Finding(rule="policy-unbound", severity=Severity.NOTE, message=message, location=place, outcome=outcome)
