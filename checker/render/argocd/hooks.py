"""Which phase of a sync an object belongs to, by its Argo CD or Helm annotations (gitops-engine pkg/sync/hook, argo-cd).

An object that is a hook of no phase (a Helm test, `Skip`, an unknown word) is never applied and in no diff.
"""

from __future__ import annotations

from checker.model.objects import KubeObject, text

ARGO = "argocd.argoproj.io/hook"
HELM = "helm.sh/hook"
PHASES = frozenset({"PreSync", "Sync", "PostSync", "SyncFail", "PreDelete", "PostDelete"})
FROM_HELM = {
    "pre-install": "PreSync",
    "pre-upgrade": "PreSync",
    "post-install": "PostSync",
    "post-upgrade": "PostSync",
    "pre-delete": "PreDelete",
    "post-delete": "PostDelete",
}


def phases(obj: KubeObject) -> frozenset[str] | None:
    """The phases of a hook, empty for one that never runs; None for an ordinary object."""
    own = _words(obj, ARGO)
    if any(word in PHASES or word == "Skip" for word in own):
        return frozenset(word for word in own if word in PHASES)
    helm = [word for word in _words(obj, HELM) if word != "crd-install"]
    if helm:
        return frozenset(FROM_HELM[word] for word in helm if word in FROM_HELM)
    return frozenset() if own else None


def is_applied(obj: KubeObject) -> bool:
    """Whether a sync ever applies the object."""
    found = phases(obj)
    return found is None or bool(found)


def _words(obj: KubeObject, annotation: str) -> list[str]:
    return [word.strip() for word in text(obj.annotations.get(annotation)).split(",") if word.strip()]
