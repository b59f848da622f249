"""Field changes in, split into those that say something and those that only follow from a release: chart and version labels,
checksum annotations, who manages what, tracking marks.

Nothing is dropped, folded changes are counted. In a pod template even a label restarts pods, and so does another order of its
variables or volumes, so there noise is folded only where another change of the template tells of the restart already.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from checker.compare.shapes import POD_SPECS
from checker.model.diff import FieldChange

NOISE_LABELS: Mapping[str, str] = {
    "app.kubernetes.io/managed-by": "which tool wrote the manifest",
    "app.kubernetes.io/version": "the version, also told by the image",
    "chart": "chart name and version, older charts",
    "helm.sh/chart": "chart name and version",
    "heritage": "which tool wrote the manifest, older charts",
}
NOISE_ANNOTATIONS: Mapping[str, str] = {
    "argocd.argoproj.io/tracking-id": "which application owns the object",
    "config.kubernetes.io/origin": "which file the object came from",
    "kustomize.toolkit.fluxcd.io/checksum": "a digest of the whole unit",
    "meta.helm.sh/release-name": "which release owns the object",
    "meta.helm.sh/release-namespace": "which release owns the object",
}
_CHECKSUM = re.compile(r"(?:.*[./-])?checksum(?:[./-].*)?|checksum")
_MARK = re.compile(r"(?:(?P<above>.*)\.)?metadata\.(?P<kind>labels|annotations)(?:\.(?P<plain>[^.\[]+)|\[\"(?P<quoted>.*)\"\])")
_SERVER_SIDE = ("metadata.creationTimestamp", "metadata.generation", "metadata.managedFields", "metadata.resourceVersion", "metadata.uid")
_STATUS_GROUPS = ("", "apps", "autoscaling", "batch", "networking.k8s.io", "policy")
"""Groups whose kinds have a status subresource, so that an applied status is ignored."""


def split_noise(
    changes: Sequence[FieldChange], group: str, kind: str, ignored: Sequence[str], orders: Sequence[FieldChange] = ()
) -> tuple[tuple[FieldChange, ...], tuple[FieldChange, ...]]:
    """What counts and what is folded. `ignored` are JSON pointers that the controller leaves as they are in the cluster;
    `orders` are those of the changes that only put a list which is merged by key in another order."""
    pod = POD_SPECS.get((group, kind), "")
    template = f"{pod.removesuffix('.spec')}." if pod and pod != "spec" else ""
    real: list[FieldChange] = []
    noise: list[FieldChange] = []
    for change in changes:
        (noise if change in orders or _is_noise(change, group, template.rstrip("."), ignored) else real).append(change)
    if template and not any(change.path.startswith(template) for change in real):
        real += [change for change in noise if change.path.startswith(template) and not _left_alone(change, ignored)]
        noise = [change for change in noise if not change.path.startswith(template) or _left_alone(change, ignored)]
    return tuple(real), tuple(noise)


def _is_noise(change: FieldChange, group: str, template: str, ignored: Sequence[str]) -> bool:
    if change.path in _SERVER_SIDE or _left_alone(change, ignored):
        return True
    if group in _STATUS_GROUPS and (change.path == "status" or change.path.startswith("status.")):
        return True
    match = _MARK.fullmatch(change.path)
    # Elsewhere, as in a claim template, a label may be a field that cannot change.
    if match is None or (match["above"] or "") not in ("", template, "spec.jobTemplate"):
        return False
    name = match["plain"] or match["quoted"]
    if match["kind"] == "labels":
        return name in NOISE_LABELS
    return name in NOISE_ANNOTATIONS or _CHECKSUM.fullmatch(name) is not None


def _left_alone(change: FieldChange, ignored: Sequence[str]) -> bool:
    return any(change.pointer == pointer or change.pointer.startswith(f"{pointer}/") for pointer in ignored)
