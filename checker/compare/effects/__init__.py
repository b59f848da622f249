"""A compared object in, what will happen out. Each detector knows one subject; the words are in `catalogue`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

from checker.compare.effects import access, admission, availability, delivery, immutable, lifecycle, loss, network, storage, workloads
from checker.compare.effects.catalogue import EFFECTS, EffectKind, effect
from checker.compare.effects.subject import WORKLOADS, Subject, Surroundings, replicas
from checker.compare.quantities import shown_bytes, shown_cpu
from checker.model.diff import Effect
from checker.model.units import BuiltUnit

__all__ = ["EFFECTS", "EffectKind", "Subject", "Surroundings", "effects_of", "totals"]

DETECTORS: tuple[Callable[[Subject], Iterable[Effect]], ...] = (
    loss.departures,
    immutable.immutable_fields,
    storage.storage_shrinks,
    storage.scaled_away,
    storage.reclaiming,
    storage.default_classes,
    loss.served_versions,
    workloads.kind_taken_over,
    workloads.restarts,
    workloads.images,
    workloads.scale,
    availability.autoscaling,
    availability.budgets,
    availability.placement,
    workloads.schedule,
    workloads.jobs,
    workloads.requests,
    access.roles,
    network.services,
    network.network_policies,
    network.hosts,
    access.privileges,
    access.namespace_levels,
    access.identities,
    admission.webhooks,
    admission.policies,
    admission.quotas,
    delivery.configurations,
    delivery.sources,
    delivery.unit_switches,
    lifecycle.reinstalls,
    lifecycle.projects,
    lifecycle.protection,
    lifecycle.finalizers,
    delivery.hooks,
    delivery.owners,
    delivery.left_alone,
    delivery.held_back,
)


def effects_of(subject: Subject) -> tuple[Effect, ...]:
    """The worst first, else in the order of the detectors."""
    found = [one for detector in DETECTORS for one in detector(subject)]
    return tuple(sorted(found, key=lambda one: -one.severity))


def totals(base: Sequence[BuiltUnit], head: Sequence[BuiltUnit]) -> tuple[Effect, ...]:
    """What the workloads of an environment request together and how many pods they keep, where that differs."""
    same = {id(built.result) for built in base} & {id(built.result) for built in head}
    changed = [[built for built in side if id(built.result) not in same] for side in (base, head)]
    if _requested(changed[0]) == _requested(changed[1]):
        return ()
    before, after = _requested(base), _requested(head)
    parts = [
        f"{name} {shown(before.get(resource, Fraction()))} -> {shown(after.get(resource, Fraction()))}"
        for resource, shown, name in (("cpu", shown_cpu, "CPU"), ("memory", shown_bytes, "memory"), ("pods", str, "pods"))
        if before.get(resource, 0) != after.get(resource, 0)
    ]
    return (effect("requests-total", f"requests in total: {', '.join(parts)}"),) if parts else ()


def _requested(side: Iterable[BuiltUnit]) -> workloads.Totals:
    total: workloads.Totals = {}
    for built in side:
        for obj in built.of_kind(*WORKLOADS, "Pod"):
            kind = (obj.group, obj.kind)
            count = Fraction(replicas(obj.body, kind) or 0)
            for resource, amount in {**workloads.requested(obj.body, kind), "pods": count}.items():
                total[resource] = total.get(resource, Fraction()) + amount
    return total
