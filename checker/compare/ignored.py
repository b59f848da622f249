"""Which fields a controller leaves as they are in the cluster, so that a change of them in Git does not arrive.

Argo CD's `ignoreDifferences` alone hides a difference from the status and still applies it; only with the sync option
RespectIgnoreDifferences=true is the field left alone (https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/).
Flux leaves what `spec.ignore` of a Kustomization names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from checker.compare.options import CompareOptions
from checker.compare.pairing import ObjectPair
from checker.model.objects import JSONValue, KubeObject, dig, mapping, sequence, text
from checker.model.units import Controller
from checker.tools.argocd import glob_matches

_PLAIN_JQ = re.compile(r"(?:\.[A-Za-z_][A-Za-z0-9_]*)+")


def ignored_pointers(pair: ObjectPair, options: CompareOptions) -> tuple[str, ...]:
    """JSON pointers whose changes are folded."""
    obj = pair.shown
    asked = (*options.ignored.get((obj.group, obj.kind), ()), *options.ignored.get(("", ""), ()))
    unit = pair.unit.head
    if unit is None or unit.unit.declaration is None or pair.before is None:
        return asked
    spec = mapping(unit.unit.declaration.body.get("spec"))
    match unit.unit.controller:
        case Controller.ARGOCD_APPLICATION if "RespectIgnoreDifferences=true" in sequence(dig(spec, "syncPolicy", "syncOptions")):
            return (*asked, *_argo(spec, obj))
        case Controller.FLUX_KUSTOMIZATION:
            return (*asked, *_flux(spec, obj))
        case _:
            return asked


def _argo(spec: Mapping[str, JSONValue], obj: KubeObject) -> Iterator[str]:
    for entry in sequence(spec.get("ignoreDifferences")):
        item = mapping(entry)
        if not glob_matches(text(item.get("group")), obj.group) or not glob_matches(text(item.get("kind")), obj.kind):
            continue
        if text(item.get("name"), obj.name) != obj.name or text(item.get("namespace"), obj.namespace) != obj.namespace:
            continue
        yield from (text(pointer) for pointer in sequence(item.get("jsonPointers")))
        # Only plain paths can be told from here; the rest of jq is left as a visible change.
        yield from (text(path).replace(".", "/") for path in sequence(item.get("jqPathExpressions")) if _PLAIN_JQ.fullmatch(text(path)))


def _flux(spec: Mapping[str, JSONValue], obj: KubeObject) -> Iterator[str]:
    for entry in sequence(spec.get("ignore")):
        item = mapping(entry)
        if _selects(mapping(item.get("target")), obj):
            yield from (text(pointer) for pointer in sequence(item.get("paths")))


def _selects(target: Mapping[str, JSONValue], obj: KubeObject) -> bool:
    """Regular expressions over the whole text; selectors by label are not evaluated, so such an entry folds nothing."""
    if "labelSelector" in target or "annotationSelector" in target:
        return False
    parts = (("group", obj.group), ("version", obj.version), ("kind", obj.kind), ("name", obj.name), ("namespace", obj.namespace))
    try:
        return all(re.fullmatch(text(target.get(part), ".*") or ".*", value) for part, value in parts)
    except re.error:
        return False
