"""Effects on stored data: claims that shrink or go, what becomes of a volume whose claim goes, classes that others take by default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checker.compare.effects.catalogue import effect
from checker.compare.effects.subject import Mapped, Subject, named, replicas
from checker.compare.quantities import amount
from checker.model.diff import Effect
from checker.model.findings import Severity
from checker.model.objects import dig, mapping, sequence, text


def storage_shrinks(subject: Subject) -> Iterator[Effect]:
    if subject.kind != ("", "PersistentVolumeClaim") or not subject.both:
        return
    before, after = (mapping(dig(body, "spec", "resources", "requests")).get("storage") for body in (subject.before, subject.after))
    old, new = amount(before), amount(after)
    if old is not None and new is not None and new < old:
        yield effect("storage-shrinks", f"{subject.obj.name} cannot shrink from {before} to {after}; the API server refuses")


def reclaiming(subject: Subject) -> Iterator[Effect]:
    if not subject.both:
        return
    if subject.kind == ("", "PersistentVolume") and subject.changed("spec.persistentVolumeReclaimPolicy"):
        before, after = (text(dig(body, "spec", "persistentVolumeReclaimPolicy"), "Retain") for body in (subject.before, subject.after))
        yield _reclaimed(subject, f"the storage of {named(subject.obj)}", "its claim goes", before, after)
    if subject.kind == ("apps", "StatefulSet"):
        for field, when in (("whenDeleted", "it is deleted"), ("whenScaled", "it is scaled down")):
            before, after = (_retention(body, field) for body in (subject.before, subject.after))
            if before != after:
                yield _reclaimed(subject, f"the claims of {named(subject.obj)}", when, before, after)


def _reclaimed(subject: Subject, what: str, when: str, before: str, after: str) -> Effect:
    words = "is deleted" if subject.kind[1] == "PersistentVolume" else "are deleted"
    kept = "stays" if subject.kind[1] == "PersistentVolume" else "stay"
    fate = words if after == "Delete" else f"{kept} ({after})"
    return effect("reclaim-changed", f"{what} {fate} when {when}, was {before}", None if after == "Delete" else Severity.NOTE)


def _retention(body: Mapped, field: str) -> str:
    return text(dig(body, "spec", "persistentVolumeClaimRetentionPolicy", field), "Retain")


def scaled_away(subject: Subject) -> Iterator[Effect]:
    """Claims of the pods that a StatefulSet drops, where it deletes them with the pods."""
    if subject.kind != ("apps", "StatefulSet") or not subject.both or _retention(subject.after, "whenScaled") != "Delete":
        return
    claims = [text(dig(claim, "metadata", "name")) for claim in sequence(dig(subject.after, "spec", "volumeClaimTemplates"))]
    before, after = (replicas(body, subject.kind) or 0 for body in (subject.before, subject.after))
    if claims and after < before:
        pods = f"{before - after} pods" if before - after > 1 else "1 pod"
        yield effect("deletes-data", f"the claims ({', '.join(claims)}) of {pods} of {subject.obj.name} are deleted (whenScaled: Delete)")


_DEFAULT: Mapping[tuple[str, str], tuple[str, str]] = {
    ("networking.k8s.io", "IngressClass"): ("ingressclass.kubernetes.io/is-default-class", "an Ingress without a class"),
    ("storage.k8s.io", "StorageClass"): ("storageclass.kubernetes.io/is-default-class", "a claim without a class"),
}
"""The annotation that makes a class the default, and who takes the default."""


def default_classes(subject: Subject) -> Iterator[Effect]:
    before, after = (_is_default(body, subject.kind) for body in (subject.before, subject.after))
    if before == after or not (subject.pair.after is not None or subject.goes):
        return
    who = _DEFAULT[subject.kind][1] if subject.kind in _DEFAULT else "a pod without a class"
    words = f"takes {subject.obj.name} from now on" if after else f"no longer takes {subject.obj.name}"
    yield effect("default-changed", f"{who} {words}")


def _is_default(body: Mapped, kind: tuple[str, str]) -> bool:
    if kind == ("scheduling.k8s.io", "PriorityClass"):
        return body.get("globalDefault") is True
    if kind not in _DEFAULT:
        return False
    return text(mapping(dig(body, "metadata", "annotations")).get(_DEFAULT[kind][0])).lower() == "true"
