"""Effects on how a later deletion would go, and of changes that make a controller start over: finalizers, marks that protect an
object, a Helm release that gets another name, an Application that gets another project."""

from __future__ import annotations

from collections.abc import Iterator

from checker.compare.effects.catalogue import effect
from checker.compare.effects.subject import Mapped, Subject, named
from checker.compare.pruning import kept_by_object
from checker.model.diff import Effect
from checker.model.findings import Severity
from checker.model.objects import dig, mapping, sequence, text

_CASCADES = "resources-finalizer.argocd.argoproj.io"


def protection(subject: Subject) -> Iterator[Effect]:
    """A mark that keeps an object from being deleted with its manifest or its unit comes or goes."""
    before, after = subject.pair.before, subject.pair.after
    if before is None or after is None:
        return
    controller = subject.pair.unit.unit.controller
    old, new = (kept_by_object(controller, obj) or kept_by_object(controller, obj, unit_removed=True) for obj in (before, after))
    if old and not new:
        yield effect("deletion-changed", f"{named(subject.obj)} is no longer kept when it leaves Git ({old} until now)", Severity.WARNING)
    elif new and not old:
        yield effect("deletion-changed", f"{named(subject.obj)} stays in the cluster when it leaves Git: {new}")


def finalizers(subject: Subject) -> Iterator[Effect]:
    if not subject.both:
        return
    before, after = ([text(one) for one in sequence(dig(body, "metadata", "finalizers"))] for body in (subject.before, subject.after))
    name = named(subject.obj)
    if subject.kind == ("argoproj.io", "Application"):
        old, new = (any(one.partition("/")[0] == _CASCADES for one in side) for side in (before, after))
        if new and not old:
            yield effect("deletion-changed", f"deleting {name} deletes what it deployed from now on", Severity.WARNING)
        elif old and not new:
            yield effect("deletion-changed", f"deleting {name} no longer deletes what it deployed")
        return
    for one in after:
        if one not in before:
            yield effect("deletion-changed", f"{name} cannot be deleted until {one} has done its part")
    for one in before:
        if one not in after:
            yield effect("deletion-changed", f"deleting {name} no longer waits for {one}", Severity.WARNING)


def reinstalls(subject: Subject) -> Iterator[Effect]:
    """https://fluxcd.io/flux/components/helm/helmreleases/#release-name and the sections on namespaces and on the chart template."""
    if subject.kind != ("helm.toolkit.fluxcd.io", "HelmRelease") or not subject.both:
        return
    in_place = dig(subject.after, "spec", "upgrade", "chartNameChangeStrategy") == "InPlaceUpdate"
    fields = [field for field, of in _RELEASE if of(subject.before) and of(subject.after) and of(subject.before) != of(subject.after)]
    moved = [field for field in fields if not (field == "chart" and in_place)]
    if moved:
        yield effect(
            "reinstalls", f"the release of {named(subject.obj)} is uninstalled and installed anew: its {' and '.join(moved)} changes"
        )


def _namespace(body: Mapped) -> str:
    return text(dig(body, "metadata", "namespace"))


def _target(body: Mapped) -> str:
    return text(dig(body, "spec", "targetNamespace")) or _namespace(body)


def _storage(body: Mapped) -> str:
    return text(dig(body, "spec", "storageNamespace")) or _namespace(body)


def _release(body: Mapped) -> str:
    target = text(dig(body, "spec", "targetNamespace"))
    name = text(dig(body, "metadata", "name"))
    return text(dig(body, "spec", "releaseName")) or (f"{target}-{name}" if target else name)


def _chart(body: Mapped) -> str:
    """A chart by path may be another folder of the same chart, so its last part counts."""
    return text(dig(body, "spec", "chart", "spec", "chart")).rstrip("/").rpartition("/")[2]


_RELEASE = (("name", _release), ("target namespace", _target), ("storage namespace", _storage), ("chart", _chart))


def projects(subject: Subject) -> Iterator[Effect]:
    if subject.kind != ("argoproj.io", "Application") or not subject.both:
        return
    before, after = (text(dig(body, "spec", "project"), "default") or "default" for body in (subject.before, subject.after))
    if before != after:
        yield effect("project-changed", f"{named(subject.obj)} belongs to project {after}, was {before}")
    old, new = (mapping(dig(body, "spec", "destination")) for body in (subject.before, subject.after))
    if [old.get(field) for field in ("server", "name")] != [new.get(field) for field in ("server", "name")]:
        where = " -> ".join(text(side.get("name")) or text(side.get("server")) or "unset" for side in (old, new))
        yield effect("destination-changed", f"{named(subject.obj)} deploys to another cluster: {where}")
