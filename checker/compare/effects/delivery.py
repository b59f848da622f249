"""Effects on how objects reach the cluster: held back, left alone, hooks, owners, pruning, versions of sources; and on what
reads a changed ConfigMap or Secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from checker.compare.effects.catalogue import effect
from checker.compare.effects.references import referrers
from checker.compare.effects.subject import Mapped, Subject, all_named, named
from checker.compare.pruning import hook_phases, not_applied
from checker.model.diff import Change, Effect
from checker.model.objects import KubeObject, dig, mapping, sequence, text
from checker.model.units import Controller, State, UnitKey
from checker.tools.argocd import sync_of


def held_back(subject: Subject) -> Iterator[Effect]:
    if subject.pair.unit.state is State.SUSPENDED:
        yield effect("held-back", f"{subject.pair.unit.unit.key} is suspended or waits for a manual sync")


def left_alone(subject: Subject) -> Iterator[Effect]:
    after = subject.pair.after
    if after is not None:
        why = not_applied(subject.pair.unit.unit.controller, subject.pair.before, after)
        if why:
            yield effect("not-applied", f"this does not reach the cluster: {why}")


def hooks(subject: Subject) -> Iterator[Effect]:
    before, after = subject.pair.before, subject.pair.after
    phases = hook_phases(after) if after is not None else ()
    if phases and phases != ("Skip",):
        yield effect("hook", f"{named(subject.obj)} runs as a hook at the next sync ({', '.join(phases)})")
    elif before is not None and after is not None and not phases and hook_phases(before):
        yield effect("hook", f"{named(subject.obj)} is no longer a hook: it is applied and kept like the rest")


def owners(subject: Subject) -> Iterator[Effect]:
    if subject.change is not Change.MOVED or subject.pair.moved_from is None:
        return
    former, owner = subject.pair.moved_from.unit.key, subject.pair.unit.unit.key
    if subject.pair.shared_with is not None:
        yield effect("two-owners", f"{former} drops {named(subject.obj)}, which {owner} also applies: {_left_to(subject, former, owner)}")
    else:
        yield effect("moved-owner", f"{owner} takes {named(subject.obj)} over from {former}")


def _left_to(subject: Subject, former: UnitKey, owner: UnitKey) -> str:
    """Flux and Argo CD delete only what they were the last to apply, by the mark that each leaves on it. Helm knows no mark.

    Sources: https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/ and .../auto_sync/;
    internal/controller/kustomization_controller.go of kustomize-controller, where it prunes.
    """
    if subject.kept:
        return f"it stays ({subject.kept})"
    gone = "it is deleted" if former.controller is Controller.FLUX_HELMRELEASE else f"if {former} was the last to apply it, it is deleted"
    declaration = subject.pair.unit.unit.declaration
    if owner.controller is Controller.ARGOCD_APPLICATION and declaration is not None and not sync_of(declaration.body).heals:
        return f"{gone} until a sync of {owner}, which does not heal itself"
    return f"{gone} until {owner} makes it again"


def unit_switches(subject: Subject) -> Iterator[Effect]:
    """What a changed Kustomization, HelmRelease or Application means for its unit."""
    prune = _PRUNE.get(subject.kind)
    if not subject.both or subject.kind not in _SUSPEND:
        return
    if prune is not None:
        before, after = (dig(body, *prune) is True for body in (subject.before, subject.after))
        if after and not before:
            yield effect("turns-prune-on", f"{named(subject.obj)} now deletes what is not in Git")
        if before and not after:
            yield effect("turns-prune-off", f"{named(subject.obj)} no longer deletes what leaves Git")
    stopped, words = _SUSPEND[subject.kind]
    before, after = stopped(subject.before), stopped(subject.after)
    if before != after:
        yield effect("suspends" if after else "resumes", f"{named(subject.obj)} {words[0] if after else words[1]}")


_PRUNE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("argoproj.io", "Application"): ("spec", "syncPolicy", "automated", "prune"),
    ("kustomize.toolkit.fluxcd.io", "Kustomization"): ("spec", "prune"),
}


def _is_suspended(body: Mapped) -> bool:
    return dig(body, "spec", "suspend") is True


def _is_manual(body: Mapped) -> bool:
    automated = dig(body, "spec", "syncPolicy", "automated")
    return not isinstance(automated, dict) or automated.get("enabled") is False


_SUSPENDED = (_is_suspended, ("is suspended", "is resumed"))
_SUSPEND: Mapping[tuple[str, str], tuple[Callable[[Mapped], bool], tuple[str, str]]] = {
    ("argoproj.io", "Application"): (_is_manual, ("is no longer synced by itself", "is synced by itself from now on")),
    ("helm.toolkit.fluxcd.io", "HelmRelease"): _SUSPENDED,
    ("kustomize.toolkit.fluxcd.io", "Kustomization"): _SUSPENDED,
    **{
        ("source.toolkit.fluxcd.io", kind): (_is_suspended, ("brings nothing new from its source", "is fetched again"))
        for kind in ("Bucket", "GitRepository", "HelmChart", "HelmRepository", "OCIRepository")
    },
}


def sources(subject: Subject) -> Iterator[Effect]:
    if not subject.both:
        return
    before, after = dict(_versions(subject.before, subject.kind)), dict(_versions(subject.after, subject.kind))
    for what, version in after.items():
        old = before.get(what)
        if old != version:
            yield effect("source-changed", f"{what}: {old or 'unset'} -> {version or 'unset'}")


def _versions(body: Mapped, kind: tuple[str, str]) -> Iterator[tuple[str, str]]:
    spec = mapping(body.get("spec"))
    match kind:
        case ("helm.toolkit.fluxcd.io", "HelmRelease"):
            chart = mapping(dig(spec, "chart", "spec"))
            yield (f"chart {text(chart.get('chart'))}", text(chart.get("version")))
        case ("argoproj.io", "Application"):
            for source in (spec.get("source"), *sequence(spec.get("sources"))):
                parts = mapping(source)
                name = text(parts.get("chart")) or text(parts.get("path")) or text(parts.get("repoURL"))
                if parts:
                    yield (name, text(parts.get("targetRevision")))
        case ("source.toolkit.fluxcd.io", _):
            for field, value in mapping(spec.get("ref")).items():
                yield (f"ref.{field}", text(value))
        case _:
            return


def configurations(subject: Subject) -> Iterator[Effect]:
    if subject.kind not in (("", "ConfigMap"), ("", "Secret")) or not subject.both:
        return
    keys = [change.pointer for change in subject.changes if change.path.startswith(("data", "stringData", "binaryData"))]
    if not keys:
        return
    if subject.obj.kind == "Secret":
        yield effect("secret-changed", f"{_keys(keys)} of Secret {subject.obj.name} changes")
    if subject.change is Change.RENAMED:
        return  # Whoever refers to it by its generated name gets a new pod template.
    restarted = [workload for workload in referrers(subject) if _is_reloaded(workload)]
    readers = [workload for workload in referrers(subject, "env", "subpath") if workload not in restarted]
    if readers:
        yield effect("config-not-reloaded", f"running pods of {all_named(readers)} keep the old values until they restart")
    if restarted:
        yield effect("restarts-pods", f"Reloader restarts the pods of {all_named(restarted)}")


def _is_reloaded(workload: KubeObject) -> bool:
    """Whether it asks for new pods when what it reads changes (https://github.com/stakater/Reloader)."""
    template = mapping(dig(workload.body, "spec", "template", "metadata", "annotations"))
    marks = {**template, **workload.annotations}
    return any("reloader.stakater.com/" in name and value not in ("false", "") for name, value in marks.items())


def _keys(pointers: list[str]) -> str:
    """The keys below `data` that differ; all of it where it comes or goes as a whole."""
    found = [pointer.split("/")[2:3] for pointer in pointers]
    names = list(dict.fromkeys(part[0].replace("~1", "/").replace("~0", "~") if part else "all of it" for part in found))
    shown = ", ".join(names[:3])
    return shown + (f" and {len(names) - 3} more" if len(names) > 3 else "")
