"""`templatePatch` of an ApplicationSet: rendered as one text, then a strategic merge patch on each Application.

applicationset/controllers/template/patch.go, argo-cd. The patch must read as an Application first: a number where text
belongs (`targetRevision: 1.10`) fails the whole set.
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.model.objects import JSONValue, mapping, sequence
from checker.render.argocd.appset.params import GeneratorFailed, NotExpanded
from checker.render.argocd.detect import mapping_merge
from checker.render.argocd.shape import APPLICATION, misfits


def patched(body: dict[str, JSONValue], patch: str) -> dict[str, JSONValue]:
    """Finalizers join, other lists are replaced. Project, kind and namespace stay. Raises GeneratorFailed, NotExpanded."""
    from checker.tools.yaml import load_documents

    documents = load_documents(patch.encode("utf-8", "surrogatepass"))
    if not documents or (documents[0].value is None and documents[0].error is None):
        return body
    document = documents[0]
    if document.error is not None or not isinstance(document.value, dict):
        why = document.error.message if document.error is not None else "it is not a mapping"
        raise GeneratorFailed(f"templatePatch renders to no patch: {why}")
    for misfit in misfits(document.value, APPLICATION):
        raise GeneratorFailed(f"templatePatch gives {misfit}")
    if _has_directive(document.value):
        raise NotExpanded("templatePatch uses strategic merge directives ($patch), which are not supported", remote=False)
    return _merged(body, document.value)


def _merged(body: dict[str, JSONValue], patch: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    merged = mapping_merge(body, patch)
    spec = dict(mapping(merged.get("spec")))
    before = mapping(body.get("spec"))
    spec.pop("project", None)
    if "project" in before:
        spec["project"] = before["project"]
    metadata = {**mapping(merged.get("metadata")), "namespace": mapping(body["metadata"])["namespace"]}
    known, more = (sequence(mapping(side.get("metadata")).get("finalizers")) for side in (body, patch))
    if known and more:
        metadata["finalizers"] = [*more, *(item for item in known if item not in more)]
    return {**merged, "apiVersion": body["apiVersion"], "kind": body["kind"], "metadata": metadata, "spec": spec}


def _has_directive(value: JSONValue) -> bool:
    if isinstance(value, dict):
        return any(key.startswith("$") or _has_directive(item) for key, item in value.items())
    return isinstance(value, list) and any(map(_has_directive, value))
