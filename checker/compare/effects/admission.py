"""Effects on what the API server lets in: webhooks, admission policies of Kubernetes, Gatekeeper and Kyverno, and quotas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from checker.compare.effects.catalogue import effect
from checker.compare.effects.subject import Mapped, Subject, named
from checker.compare.quantities import amount
from checker.model.diff import Effect
from checker.model.objects import dig, mapping, sequence, text

_GROUP = "admissionregistration.k8s.io"
_WEBHOOKS = ((_GROUP, "MutatingWebhookConfiguration"), (_GROUP, "ValidatingWebhookConfiguration"))


def webhooks(subject: Subject) -> Iterator[Effect]:
    """A webhook that must answer stops every request that it is asked about while it does not; left out, `failurePolicy` is Fail."""
    if subject.kind not in _WEBHOOKS:
        return
    before, after = _webhooks(subject.before), _webhooks(subject.after)
    name = named(subject.obj)
    for hook, must in after.items():
        if must and not before.get(hook):
            yield effect("admission-blocks", f"while {hook} does not answer, what it is asked about is refused")
    if subject.goes:
        yield effect("admission-weakened", f"{name} is deleted: what it refused or changed is let in as it comes")
    for hook, must in before.items():
        if subject.both and hook not in after:
            yield effect("admission-weakened", f"{name} no longer asks {hook}")
        elif subject.both and must and not after[hook]:
            yield effect("admission-weakened", f"while {hook} does not answer, what it would refuse is let in")


def _webhooks(body: Mapped) -> Mapping[str, bool]:
    """By name, whether requests fail without it."""
    hooks = [mapping(hook) for hook in sequence(body.get("webhooks"))]
    return {text(hook.get("name")): text(hook.get("failurePolicy"), "Fail") == "Fail" for hook in hooks}


def _binding_denies(body: Mapped) -> bool:
    return "Deny" in sequence(dig(body, "spec", "validationActions"))


def _constraint_denies(body: Mapped) -> bool:
    return text(dig(body, "spec", "enforcementAction"), "deny") == "deny"


def _kyverno_denies(body: Mapped) -> bool:
    """The action of the whole policy, or of any of its rules (https://kyverno.io/docs/policy-types/cluster-policy/validate/)."""
    rules = (dig(rule, "validate", "failureAction") for rule in sequence(dig(body, "spec", "rules")))
    actions = [text(action) for action in (dig(body, "spec", "validationFailureAction"), *rules)]
    return any(action.lower() == "enforce" for action in actions)


def _denies(kind: tuple[str, str]) -> Callable[[Mapped], bool] | None:
    if kind == (_GROUP, "ValidatingAdmissionPolicyBinding"):
        return _binding_denies
    if kind[0] == "constraints.gatekeeper.sh":
        return _constraint_denies
    return _kyverno_denies if kind in (("kyverno.io", "ClusterPolicy"), ("kyverno.io", "Policy")) else None


def policies(subject: Subject) -> Iterator[Effect]:
    denies = _denies(subject.kind)
    if denies is None:
        return
    before, after = denies(subject.before) if subject.before else False, denies(subject.after) if subject.after else False
    if before and subject.goes:
        yield effect("admission-weakened", f"{named(subject.obj)} is deleted: what it refused is let in")
    elif before and not after and subject.both:
        yield effect("admission-weakened", f"{named(subject.obj)} no longer refuses anything, it only reports")
    elif after and not before:
        yield effect("admission-blocks", f"{named(subject.obj)} now refuses what breaks it, also updates of what runs already")


def quotas(subject: Subject) -> Iterator[Effect]:
    if subject.kind != ("", "ResourceQuota") or subject.pair.after is None:
        return
    before, after = (mapping(dig(body, "spec", "hard")) for body in (subject.before, subject.after))
    for resource, limit in after.items():
        old, new = amount(before.get(resource)), amount(limit)
        if new is not None and (old is None or new < old):
            was = f", was {before[resource]}" if old is not None else ""
            yield effect("quota-lowered", f"{named(subject.obj)} allows {resource} {limit}{was}: pods beyond it are not created")
