"""Which workloads read a ConfigMap, Secret, claim, service account or class, and in which way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checker.compare.effects.subject import Index, Mapped, Subject, containers, pod_spec
from checker.model.objects import KubeObject, dig, mapping, sequence, text

Reference = tuple[str, str, str]
"""Kind, name, and how: `env` (read at start), `mount` (updated in place), `subpath`, `needed` (must exist)."""


def references(spec: Mapped) -> Iterator[Reference]:
    """What a PodSpec refers to and cannot start without; optional references are left out."""
    for container in (body for _, body in containers(spec)):
        yield from _variables(container)
    partial = {
        text(mapping(mount).get("name"))
        for _, body in containers(spec)
        for mount in sequence(body.get("volumeMounts"))
        if mapping(mount).get("subPath")
    }
    for volume in sequence(spec.get("volumes")):
        yield from _volume(mapping(volume), partial)
    account = text(spec.get("serviceAccountName"))
    if account:
        yield ("ServiceAccount", account, "needed")
    for field, kind in (("priorityClassName", "PriorityClass"), ("runtimeClassName", "RuntimeClass")):
        if spec.get(field):
            yield (kind, text(spec.get(field)), "needed")


def _variables(container: Mapped) -> Iterator[Reference]:
    for source in sequence(container.get("envFrom")):
        yield from _named(mapping(source), (("configMapRef", "ConfigMap"), ("secretRef", "Secret")), "env")
    for variable in sequence(container.get("env")):
        yield from _named(mapping(dig(variable, "valueFrom")), (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")), "env")


def _named(holder: Mapped, fields: tuple[tuple[str, str], ...], how: str) -> Iterator[Reference]:
    for field, kind in fields:
        reference = mapping(holder.get(field))
        if reference and reference.get("optional") is not True:
            yield (kind, text(reference.get("name")), how)


def _volume(volume: Mapped, partial: set[str]) -> Iterator[Reference]:
    how = "subpath" if text(volume.get("name")) in partial else "mount"
    yield from _named(volume, (("configMap", "ConfigMap"),), how)
    secret = mapping(volume.get("secret"))
    if secret and secret.get("optional") is not True:
        yield ("Secret", text(secret.get("secretName")), how)
    claim = text(dig(volume, "persistentVolumeClaim", "claimName"))
    if claim:
        yield ("PersistentVolumeClaim", claim, "needed")
    for source in sequence(dig(volume, "projected", "sources")):
        yield from _named(mapping(source), (("configMap", "ConfigMap"), ("secret", "Secret")), how)


_REFERRED = (
    ("", "ConfigMap"),
    ("", "PersistentVolumeClaim"),
    ("", "Secret"),
    ("", "ServiceAccount"),
    ("node.k8s.io", "RuntimeClass"),
    ("scheduling.k8s.io", "PriorityClass"),
)


def referrers(subject: Subject, *ways: str) -> Iterator[KubeObject]:
    """Workloads at head that refer to the object (in one of these ways), each once; of its namespace where it has one."""
    obj = subject.obj
    if subject.kind not in _REFERRED:
        return
    readers = subject.around.indexed("readers", (*subject.place, obj.namespace if not subject.group else None), _readers)
    seen: set[int] = set()
    for workload, how in readers.get((obj.kind, obj.name), ()):
        if (not ways or how in ways) and id(workload) not in seen:
            seen.add(id(workload))
            yield workload


def _readers(objects: Iterable[KubeObject]) -> Index:
    found: dict[tuple[str, str], list[tuple[KubeObject, str]]] = {}
    for obj in objects:
        for kind, name, how in references(pod_spec(obj.body, (obj.group, obj.kind))):
            found.setdefault((kind, name), []).append((obj, how))
    return found
