"""Effects on how well a workload stays up: disruption budgets, autoscalers, which nodes its pods may run on."""

from __future__ import annotations

from collections.abc import Iterator

from checker.compare.effects.catalogue import effect
from checker.compare.effects.subject import Mapped, Subject, named, pod_spec, pod_template_path
from checker.model.diff import Effect
from checker.model.objects import dig, mapping, text


def budgets(subject: Subject) -> Iterator[Effect]:
    if subject.kind != ("policy", "PodDisruptionBudget") or subject.pair.after is None:
        return
    name = named(subject.obj)
    if _blocks(subject.after) and not _blocks(subject.before):
        yield effect("blocks-drains", f"{name} allows no eviction: nodes that run its pods cannot be drained")
    elif subject.both and subject.changed("spec.minAvailable", "spec.maxUnavailable", "spec.selector"):
        yield effect("disruption-budget-changed", f"{name}: {_allowed(subject.before)} -> {_allowed(subject.after)}")


def _blocks(body: Mapped) -> bool:
    """No voluntary eviction at all, as far as the budget alone says."""
    spec = mapping(body.get("spec"))
    most = spec.get("maxUnavailable")
    return most == "0%" or (most == 0 and not isinstance(most, bool)) or spec.get("minAvailable") == "100%"


def _allowed(body: Mapped) -> str:
    spec = mapping(body.get("spec"))
    for field, words in (("minAvailable", "at least {} stay"), ("maxUnavailable", "at most {} go")):
        if spec.get(field) is not None:
            return words.format(spec[field])
    return "at most 1 go"


def autoscaling(subject: Subject) -> Iterator[Effect]:
    if subject.kind != ("autoscaling", "HorizontalPodAutoscaler"):
        return
    if subject.goes:
        target = " ".join(text(dig(subject.before, "spec", "scaleTargetRef", field)) for field in ("kind", "name")).strip()
        yield effect("autoscaling-changed", f"nothing scales {target or 'its target'} any more")
    for field in ("minReplicas", "maxReplicas"):
        if subject.both and subject.changed(f"spec.{field}"):
            before, after = (_shown(dig(body, "spec", field)) for body in (subject.before, subject.after))
            yield effect("autoscaling-changed", f"{field} {before} -> {after}")


def _shown(value: object) -> str:
    return "unset" if value is None else str(value)


_PLACEMENT = ("affinity", "nodeName", "nodeSelector", "priorityClassName", "runtimeClassName", "tolerations", "topologySpreadConstraints")


def placement(subject: Subject) -> Iterator[Effect]:
    """Where new pods may run, which may be nowhere: the API server does not check that a node fits."""
    template = pod_template_path(subject.kind)
    if not subject.both or not template or not pod_spec(subject.after, subject.kind):
        return
    moved = [field for field in _PLACEMENT if subject.changed(f"{template}.spec.{field}")]
    if moved:
        yield effect("placement-changed", f"pods of {named(subject.obj)} are placed by other rules: {', '.join(moved)}")
