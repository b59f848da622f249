"""Effects of what leaves Git: what is deleted with it, what stays behind, what breaks for want of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from checker.compare.effects.catalogue import effect
from checker.compare.effects.references import referrers
from checker.compare.effects.subject import WORKLOADS, Subject, all_named, named, pods, replicas
from checker.model.diff import Change, Effect
from checker.model.objects import dig, mapping, sequence, text


def departures(subject: Subject) -> Iterator[Effect]:
    if subject.change is Change.ORPHANED:
        yield effect("orphaned", f"{named(subject.obj)} stays in the cluster: {subject.kept}")
        return
    if not subject.goes:
        return
    special = _SPECIAL.get(subject.kind)
    said = list(special(subject)) if special is not None else []
    if not said and subject.kind[1] in WORKLOADS:
        count = replicas(subject.before, subject.kind)
        said = [effect("deletes-workload", f"{named(subject.obj)} is deleted with its pods" + (f" ({pods(count)})" if count else ""))]
    yield from said or [effect("pruned", f"{named(subject.obj)} is deleted")]
    yield from _broken(subject)


def _namespace(subject: Subject) -> Iterator[Effect]:
    name = subject.obj.name
    inside = subject.around.count_before(subject.place, name)
    known = f", {inside} of them from this repository" if inside else ""
    yield effect("deletes-namespace", f"Namespace {name} is deleted with every object in it{known}")


def _definition(subject: Subject) -> Iterator[Effect]:
    group, kind = text(dig(subject.before, "spec", "group")), text(dig(subject.before, "spec", "names", "kind"))
    live = subject.around.count(subject.place, group, kind)
    still = f"; {live} of them are still in this repository" if live else ""
    yield effect("deletes-crd", f"every {kind or 'object'} of {group or subject.obj.name} in the cluster is deleted{still}")


def _claim(subject: Subject) -> Iterator[Effect]:
    size = text(dig(subject.before, "spec", "resources", "requests", "storage"))
    yield effect(
        "deletes-data", f"PersistentVolumeClaim {subject.obj.name} is deleted" + (f" with {size} of data" if size else " with its data")
    )


def _volume(subject: Subject) -> Iterator[Effect]:
    policy = text(dig(subject.before, "spec", "persistentVolumeReclaimPolicy"), "Retain")
    if policy == "Retain":
        yield effect("pruned", f"PersistentVolume {subject.obj.name} is deleted; reclaim policy Retain keeps its storage")
    else:
        yield effect("deletes-data", f"PersistentVolume {subject.obj.name} is deleted with its storage (reclaim policy {policy})")


def _stateful(subject: Subject) -> Iterator[Effect]:
    claims = [text(dig(claim, "metadata", "name")) for claim in sequence(dig(subject.before, "spec", "volumeClaimTemplates"))]
    deletes = dig(subject.before, "spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted") == "Delete"
    yield effect(
        "deletes-statefulset", f"StatefulSet {subject.obj.name} is deleted with {pods(replicas(subject.before, subject.kind) or 0)}"
    )
    if claims and deletes:
        yield effect("deletes-data", f"the claims of {subject.obj.name} ({', '.join(claims)}) are deleted too (whenDeleted: Delete)")


def _network_policy(subject: Subject) -> Iterator[Effect]:
    yield effect(
        "deletes-network-policy", f"traffic that NetworkPolicy {subject.obj.name} refused is allowed unless another policy refuses it"
    )


def _budget(subject: Subject) -> Iterator[Effect]:
    yield effect("deletes-disruption-budget", f"what PodDisruptionBudget {subject.obj.name} protected can be drained to zero")


def _secret(subject: Subject) -> Iterator[Effect]:
    yield effect("deletes-secret", f"Secret {subject.obj.name} is deleted")


def _made_secret(subject: Subject) -> Iterator[Effect]:
    """A Secret that a controller makes from this object and owns goes with it."""
    policy = text(dig(subject.before, "spec", "target", "creationPolicy"), "Owner")
    if subject.kind[1] == "SealedSecret" or policy == "Owner":
        name = text(dig(subject.before, "spec", "target", "name")) or subject.obj.name
        yield effect("deletes-secret", f"Secret {name} is deleted with the {subject.kind[1]} that it was made from")


def _api(subject: Subject) -> Iterator[Effect]:
    spec = mapping(subject.before.get("spec"))
    served = "/".join(filter(None, (text(spec.get("group")), text(spec.get("version")))))
    yield effect("deletes-api", f"the API server no longer serves {served or subject.obj.name}")


def _cron_job(subject: Subject) -> Iterator[Effect]:
    yield effect("deletes-workload", f"{named(subject.obj)} no longer runs, and its Jobs are deleted with it")


def _project(subject: Subject) -> Iterator[Effect]:
    around = subject.around.objects(subject.place, subject.obj.namespace)
    members = [one for one in around if one.kind == "Application" and text(dig(one.body, "spec", "project"), "default") == subject.obj.name]
    if members:
        belongs = "belongs" if len(members) == 1 else "belong"
        yield effect("breaks-reference", f"{all_named(members)} still {belongs} to {named(subject.obj)}; Argo CD no longer syncs that")


def _unit(subject: Subject) -> Iterator[Effect]:
    yield effect("uninstalls", f"{named(subject.obj)} is deleted; its own section says what becomes of what it deployed")


_SPECIAL: Mapping[tuple[str, str], Callable[[Subject], Iterator[Effect]]] = {
    ("", "Namespace"): _namespace,
    ("", "PersistentVolume"): _volume,
    ("", "PersistentVolumeClaim"): _claim,
    ("", "Secret"): _secret,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _definition,
    ("apiregistration.k8s.io", "APIService"): _api,
    ("apps", "StatefulSet"): _stateful,
    ("argoproj.io", "AppProject"): _project,
    ("argoproj.io", "Application"): _unit,
    ("argoproj.io", "ApplicationSet"): _unit,
    ("batch", "CronJob"): _cron_job,
    ("bitnami.com", "SealedSecret"): _made_secret,
    ("external-secrets.io", "ExternalSecret"): _made_secret,
    ("helm.toolkit.fluxcd.io", "HelmRelease"): _unit,
    ("kustomize.toolkit.fluxcd.io", "Kustomization"): _unit,
    ("networking.k8s.io", "NetworkPolicy"): _network_policy,
    ("policy", "PodDisruptionBudget"): _budget,
}


def _broken(subject: Subject) -> Iterator[Effect]:
    """Workloads at head that refer to what goes and would not start without it."""
    readers = [*referrers(subject)]
    if readers:
        refers = "refers" if len(readers) == 1 else "refer"
        yield effect("breaks-reference", f"{all_named(readers)} still {refers} to {named(subject.obj)}; new pods will not start")


def served_versions(subject: Subject) -> Iterator[Effect]:
    if subject.kind != ("apiextensions.k8s.io", "CustomResourceDefinition") or not subject.both:
        return
    kept = _served(subject.after)
    listed = [text(mapping(version).get("name")) for version in sequence(dig(subject.after, "spec", "versions"))]
    for version in _served(subject.before):
        if version not in kept:
            gone = "" if version in listed else "; the API server refuses that while status.storedVersions names it"
            yield effect("crd-version-removed", f"{subject.obj.name} no longer serves {version}{gone}")


def _served(body: Mapping[str, object]) -> list[str]:
    versions = sequence(dig(body, "spec", "versions"))
    return [text(mapping(version).get("name")) for version in versions if mapping(version).get("served") is not False]
