"""What a controller does with an object that leaves Git: deletes it, or leaves it running and why.

Facts: Flux Kustomization `prune`, `deletionPolicy` and the `kustomize.toolkit.fluxcd.io` marks
(https://fluxcd.io/flux/components/kustomize/kustomizations/); Argo CD automated sync and sync options
(https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/); Helm's `helm.sh/resource-policy`
(https://helm.sh/docs/howto/charts_tips_and_tricks/#tell-helm-not-to-uninstall-a-resource).
Surprise: the marks that count are those of the object in the cluster, so of the base side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from checker.model.objects import JSONValue, KubeObject, dig, mapping, sequence, text
from checker.model.units import BuiltUnit, Controller

_FLUX = "kustomize.toolkit.fluxcd.io"
_HELM_KINDS = frozenset({Controller.FLUX_HELMRELEASE, Controller.CHART})
_ARGO_FINALIZER = "resources-finalizer.argocd.argoproj.io"
HOOKS = ("argocd.argoproj.io/hook", "helm.sh/hook")

_WITHHOLDS = {"false": "", "confirm": "; somebody must confirm"}

Kept = str
"""Why a controller leaves something running; empty where it deletes it."""


def kept_by_unit(head: BuiltUnit, *, empties: bool, obj: KubeObject | None = None) -> Kept:
    """Why the unit prunes nothing, or not `obj`, whose own sync options go before those of an Application.

    `empties` says that the change leaves the unit without a single object.
    """
    spec = _spec(head)
    match head.unit.controller:
        case Controller.FLUX_KUSTOMIZATION if head.unit.declaration is not None and spec.get("prune") is not True:
            return "spec.prune of the Kustomization is not true"
        case Controller.ARGOCD_APPLICATION if head.unit.declaration is not None:
            return _by_option(spec, "Prune", obj) or _kept_by_application(spec, empties=empties)
        case Controller.ARGOCD_APPLICATIONSET:
            policy = text(dig(spec, "syncPolicy", "applicationsSync"))
            return f"applicationsSync of the ApplicationSet is {policy}" if policy in ("create-only", "create-update") else ""
        case _:
            return ""


def _kept_by_application(spec: Mapping[str, JSONValue], *, empties: bool) -> Kept:
    automated = dig(spec, "syncPolicy", "automated")
    if not isinstance(automated, dict) or automated.get("enabled") is False:
        return "the Application is synced by hand; it goes when somebody syncs with prune"
    if automated.get("prune") is not True:
        return "syncPolicy.automated.prune of the Application is not true"
    if empties and automated.get("allowEmpty") is not True:
        return "a sync that would remove every resource is refused unless syncPolicy.automated.allowEmpty is true"
    return ""


def _by_option(spec: Mapping[str, JSONValue], name: str, obj: KubeObject | None) -> Kept:
    own = _option(sync_options(obj), name) if obj is not None else ""
    value = _option([text(option) for option in sequence(dig(spec, "syncPolicy", "syncOptions"))], name)
    return "" if own or value not in _WITHHOLDS else f"the Application has the sync option {name}={value}{_WITHHOLDS[value]}"


def _option(options: Iterable[str], name: str) -> str:
    """The value of the first such option, which is the one that counts; empty where there is none."""
    return next((option.partition("=")[2] for option in options if option.startswith(f"{name}=")), "")


def kept_on_removal(base: BuiltUnit, obj: KubeObject | None = None) -> Kept:
    """Why the objects of a unit stay when the unit itself is removed from the cluster, or `obj` of them."""
    spec = _spec(base)
    if base.unit.declaration is None:
        return ""
    match base.unit.controller:
        case Controller.FLUX_KUSTOMIZATION:
            if base.suspended or spec.get("suspend") is True:
                return "the Kustomization is suspended, and a suspended one deletes nothing"
            policy = text(spec.get("deletionPolicy"), "MirrorPrune")
            if policy == "Orphan" or (policy == "MirrorPrune" and spec.get("prune") is not True):
                return f"deletionPolicy of the Kustomization is {policy}" + (" and prune is not true" if policy == "MirrorPrune" else "")
        case Controller.FLUX_HELMRELEASE if base.suspended or spec.get("suspend") is True:
            return "the HelmRelease is suspended, and a suspended one is not uninstalled"
        case Controller.ARGOCD_APPLICATION:
            finalizers = [text(name) for name in sequence(base.unit.declaration.metadata.get("finalizers"))]
            if not any(name == _ARGO_FINALIZER or name.startswith(f"{_ARGO_FINALIZER}/") for name in finalizers):
                return f"the Application has no finalizer {_ARGO_FINALIZER}"
            return _by_option(spec, "Delete", obj)
        case _:
            pass
    return ""


def deletes_with_application(generator: BuiltUnit) -> bool:
    """Whether the ApplicationSet gives its Applications the finalizer that deletes their objects, as it does unless told not to."""
    preserved = dig(_spec(generator), "syncPolicy", "preserveResourcesOnDeletion") is True
    return generator.unit.controller is Controller.ARGOCD_APPLICATIONSET and not preserved


def kept_by_object(controller: Controller, obj: KubeObject, *, unit_removed: bool = False) -> Kept:
    """Why this object is left running although its unit deletes what is gone. `obj` is the object at base."""
    for reason in _REASONS:
        kept = reason(controller, obj, unit_removed)
        if kept:
            return kept
    return ""


def _kept_as_hook(controller: Controller, obj: KubeObject, _removed: bool) -> Kept:
    concerned = controller in _HELM_KINDS or controller is Controller.ARGOCD_APPLICATION
    return "hooks are not pruned" if concerned and is_hook(obj) else ""


def _kept_by_flux(controller: Controller, obj: KubeObject, _removed: bool) -> Kept:
    if controller is not Controller.FLUX_KUSTOMIZATION:
        return ""
    for mark, value in (("prune", "disabled"), ("reconcile", "disabled"), ("ssa", "ignore")):
        if value in flux_marks(obj, mark):
            return f"it is marked {_FLUX}/{mark}: {value}"
    return ""


def _kept_by_argo(controller: Controller, obj: KubeObject, unit_removed: bool) -> Kept:
    if controller is not Controller.ARGOCD_APPLICATION:
        return ""
    name = "Delete" if unit_removed else "Prune"
    value = _option(sync_options(obj), name)
    if value in _WITHHOLDS:
        return f"it has the sync option {name}={value}{_WITHHOLDS[value]}"
    if unit_removed and obj.kind == "CustomResourceDefinition":
        return "Argo CD does not delete definitions with an Application"
    if unit_removed and _told_to_keep(obj):
        return "it is annotated helm.sh/resource-policy: keep, which Argo CD takes as Delete=false"
    return ""


def _kept_by_helm(controller: Controller, obj: KubeObject, _removed: bool) -> Kept:
    if controller not in _HELM_KINDS:
        return ""
    if _told_to_keep(obj):
        return "it is annotated helm.sh/resource-policy: keep"
    if obj.kind == "CustomResourceDefinition" and "crds" in obj.origin.path.split("/"):
        return "Helm never deletes what is in a chart's crds folder"
    return ""


def _told_to_keep(obj: KubeObject) -> bool:
    return text(obj.annotations.get("helm.sh/resource-policy")).strip().lower() == "keep"


_REASONS: tuple[Callable[[Controller, KubeObject, bool], Kept], ...] = (_kept_as_hook, _kept_by_flux, _kept_by_argo, _kept_by_helm)


def not_applied(controller: Controller, before: KubeObject | None, after: KubeObject) -> str:
    """Why a change in Git of an object does not reach the cluster; empty where it does."""
    if controller is Controller.FLUX_KUSTOMIZATION:
        for mark, value in (("reconcile", "disabled"), ("ssa", "ignore")):
            if any(value in flux_marks(obj, mark) for obj in (after, before) if obj is not None):
                return f"it is marked {_FLUX}/{mark}: {value}"
        if before is not None and "ifnotpresent" in flux_marks(after, "ssa"):
            return f"it is marked {_FLUX}/ssa: IfNotPresent and exists"
    if controller is Controller.ARGOCD_APPLICATION and hook_phases(after) == ("Skip",):
        return "it is marked argocd.argoproj.io/hook: Skip"
    return ""


def flux_marks(obj: KubeObject, mark: str) -> tuple[str, ...]:
    """Values of a Flux mark, lower-case: it may be a label or an annotation, and case does not matter."""
    name = f"{_FLUX}/{mark}"
    return tuple(text(marks.get(name)).lower() for marks in (obj.labels, obj.annotations) if name in marks)


def sync_options(obj: KubeObject) -> tuple[str, ...]:
    return tuple(_listed(obj.annotations.get("argocd.argoproj.io/sync-options")))


def hook_phases(obj: KubeObject) -> tuple[str, ...]:
    """When a hook runs, in the words of its own annotation; empty for an object that is none."""
    return next((tuple(_listed(obj.annotations[name])) for name in HOOKS if name in obj.annotations), ())


def is_hook(obj: KubeObject) -> bool:
    return bool(hook_phases(obj))


def _listed(value: object) -> Iterator[str]:
    return (part.strip() for part in text(value).split(",") if part.strip())


def _spec(built: BuiltUnit) -> Mapping[str, JSONValue]:
    return mapping(built.unit.declaration.body.get("spec")) if built.unit.declaration is not None else {}
