"""Effects on running pods: which restart, which images, how many, what they reserve."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from checker.compare.effects.catalogue import effect
from checker.compare.effects.subject import (
    WORKLOADS,
    Index,
    Mapped,
    Subject,
    containers,
    named,
    pod_spec,
    pod_template_path,
    pods,
    replicas,
)
from checker.compare.pairing import identity
from checker.compare.quantities import amount, shown_bytes, shown_cpu
from checker.model.diff import Effect
from checker.model.objects import KubeObject, dig, mapping, text


def restarts(subject: Subject) -> Iterator[Effect]:
    kind = subject.kind
    template = pod_template_path(kind)
    if not subject.both or kind[1] not in WORKLOADS or not template or not subject.changed(template):
        return
    if kind[1] in ("ReplicaSet", "ReplicationController"):
        return
    count = _reached(subject)
    if count == 0 or dig(subject.after, "spec", "paused") is True:
        return
    who = "a pod on every node it runs on" if count is None else pods(count)
    strategy = dig(subject.after, "spec", "strategy" if kind[1] == "Deployment" else "updateStrategy", "type")
    if strategy == "OnDelete":
        yield effect("restarts-on-delete", f"{named(subject.obj)} has a new pod template; its pods take it when they are deleted")
        return
    yield effect("restarts-pods", f"restarts {who}{_why(subject, template)}")
    most = dig(subject.after, "spec", "strategy" if kind[1] == "Deployment" else "updateStrategy", "rollingUpdate", "maxUnavailable")
    if strategy == "Recreate":
        yield effect("recreates-pods-at-once", f"all pods of {named(subject.obj)} stop before new ones start (strategy Recreate)")
    elif most == "100%":
        yield effect("recreates-pods-at-once", f"all pods of {named(subject.obj)} may stop before new ones start (maxUnavailable 100%)")


def _reached(subject: Subject) -> int | None:
    """How many pods get the new template: of a StatefulSet those from the partition on."""
    count = replicas(subject.after, subject.kind)
    partition = dig(subject.after, "spec", "updateStrategy", "rollingUpdate", "partition")
    if count is None or subject.kind[1] != "StatefulSet" or not isinstance(partition, int) or isinstance(partition, bool):
        return count
    return max(0, count - partition)


def _why(subject: Subject, template: str) -> str:
    """Said where the reason is not the obvious one: a config it reads has a new name, or only a mark changes."""
    changes = [change for change in subject.changes if change.path.startswith(template)]
    marks = [change for change in changes if change.path.startswith(f"{template}.metadata.")]
    if changes and len(marks) == len(changes):
        return ": only labels or annotations of the template change"
    config = next((text(change.after) for change in changes if _names_config(change.path)), "")
    return f", because {config} is a new configuration" if config and len(changes) == 1 else ""


def _names_config(path: str) -> bool:
    return path.endswith(("configMap.name", "secret.secretName", "configMapRef.name", "secretRef.name", "KeyRef.name"))


def images(subject: Subject) -> Iterator[Effect]:
    before = dict(containers(pod_spec(subject.before, subject.kind)))
    for name, container in containers(pod_spec(subject.after, subject.kind)):
        old, new = text(mapping(before.get(name)).get("image")), text(container.get("image"))
        if old and new and old != new:
            yield effect("image-changed", f"{name}: {old} -> {new}")
            if "@" in old and "@" not in new:
                yield effect("image-unpinned", f"{name} is no longer pinned by digest: what {new} means may change without a commit")


def scale(subject: Subject) -> Iterator[Effect]:
    kind = subject.kind
    if not subject.both or kind[1] not in WORKLOADS or kind[1] == "DaemonSet" or not subject.changed("spec.replicas"):
        return
    before, after = replicas(subject.before, kind), replicas(subject.after, kind)
    if before == after:
        return
    if after == 0:
        yield effect("scaled-to-zero", f"{named(subject.obj)} goes from {before} to no pods")
    else:
        yield effect("scaled", f"scales from {before} to {pods(after or 0)}")
    scaler = _scaler(subject)
    if scaler and "replicas" in mapping(subject.after.get("spec")):
        yield effect("replicas-fought-over", f"{scaler} scales {named(subject.obj)} too; leave spec.replicas out of Git")


def _scaler(subject: Subject) -> str:
    scalers = subject.around.indexed("scalers", (*subject.place, subject.obj.namespace), _scalers)
    return next((named(scaler) for scaler, _ in scalers.get((subject.obj.kind, subject.obj.name), ())), "")


def _scalers(objects: Iterable[KubeObject]) -> Index:
    found: dict[tuple[str, str], list[tuple[KubeObject, str]]] = {}
    for obj in objects:
        if obj.kind in ("HorizontalPodAutoscaler", "ScaledObject"):
            target = mapping(dig(obj.body, "spec", "scaleTargetRef"))
            found.setdefault((text(target.get("kind"), "Deployment"), text(target.get("name"))), []).append((obj, ""))
    return found


def schedule(subject: Subject) -> Iterator[Effect]:
    if subject.kind != ("batch", "CronJob") or not subject.both:
        return
    if subject.changed("spec.schedule", "spec.timeZone"):
        before, after = (
            " ".join(filter(None, (text(dig(body, "spec", name)) for name in ("schedule", "timeZone"))))
            for body in (subject.before, subject.after)
        )
        yield effect("schedule-changed", f"{before} -> {after}")
    if subject.changed("spec.suspend"):
        off = dig(subject.after, "spec", "suspend") is True
        yield effect("suspends" if off else "resumes", f"{named(subject.obj)} {'no longer runs' if off else 'runs again'} on its schedule")


def jobs(subject: Subject) -> Iterator[Effect]:
    if subject.kind == ("batch", "Job") and subject.pair.before is None and dig(subject.after, "spec", "suspend") is not True:
        yield effect("runs-job", f"{named(subject.obj)} runs once it is applied")


Totals = dict[str, Fraction]


def requested(body: Mapped, kind: tuple[str, str]) -> Totals:
    """CPU and memory that all replicas request together; nothing for kinds whose number nodes or time decide.

    A pod reserves the larger of what its containers request together and of what any init container requests alone;
    init containers that keep running (restartPolicy Always) count with the containers.
    """
    count = replicas(body, kind)
    spec = pod_spec(body, kind)
    if not count or not spec:
        return {}
    running = [
        *containers(spec, "containers"),
        *(found for found in containers(spec, "initContainers") if found[1].get("restartPolicy") == "Always"),
    ]
    starting = [found for found in containers(spec, "initContainers") if found[1].get("restartPolicy") != "Always"]
    totals: Totals = {}
    for resource in ("cpu", "memory"):
        together = sum((_request(container, resource) for _, container in running), Fraction())
        alone = max((_request(container, resource) for _, container in starting), default=Fraction())
        overhead = amount(mapping(spec.get("overhead")).get(resource)) or Fraction()
        totals[resource] = (max(together, alone) + overhead) * count
    return totals


def _request(container: Mapped, resource: str) -> Fraction:
    """A limit without a request is taken as the request, as the API server does."""
    for field in ("requests", "limits"):
        found = amount(mapping(dig(container, "resources", field)).get(resource))
        if found is not None:
            return found
    return Fraction()


def requests(subject: Subject) -> Iterator[Effect]:
    if subject.kind[1] not in WORKLOADS or (not subject.both and not subject.goes and subject.pair.before is not None):
        return
    before, after = requested(subject.before, subject.kind), requested(subject.after, subject.kind)
    words = difference_words(before, after)
    if words:
        yield effect("requests-changed", f"requests {words}")


def difference_words(before: Totals, after: Totals) -> str:
    """`+100m CPU +64Mi memory`, empty where nothing differs."""
    parts = []
    for resource, shown, name in (("cpu", shown_cpu, "CPU"), ("memory", shown_bytes, "memory")):
        change = after.get(resource, Fraction()) - before.get(resource, Fraction())
        if change:
            parts.append(f"{'+' if change > 0 else ''}{shown(change)} {name}")
    return " ".join(parts)


def kind_taken_over(subject: Subject) -> Iterator[Effect]:
    """A workload gone while one of another kind has its name."""
    key = identity(subject.obj)
    if not subject.goes or key.kind not in WORKLOADS:
        return
    for kind in WORKLOADS:
        if kind != key.kind and subject.around.has(subject.place, key._replace(kind=kind)):
            yield effect("kind-changed", f"{key.kind} {key.name} is deleted and a {kind} of that name created")
            return
