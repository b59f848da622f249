"""Which tool renders a source, after the overrides that lie beside it (`.argocd-source.yaml`) have been merged in.

Sections that hold nothing count as absent, as they do once the controller has normalised the Application.
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.model.objects import JSONValue, Location, mapping
from checker.model.paths import KUSTOMIZATION_FILES, RepoPath, join
from checker.model.records import replace
from checker.model.tree import EntryKind, Tree
from checker.model.units import RenderFailure
from checker.render.argocd.context import Context, instance_name
from checker.render.argocd.shape import SOURCE, misfits

TOOLS = ("kustomize", "helm", "directory", "plugin")
RESTORED = ("chart", "path", "repoURL", "targetRevision")


def with_overrides(context: Context) -> Context:
    """The general file first, then the one named after the Application. A section that they bring counts even when it is empty."""
    source = context.source
    body = {key: value for key, value in source.body.items() if not (context.plan.is_normalised and key in TOOLS and _is_zero(key, value))}
    files = () if source.is_chart else (".argocd-source.yaml", f".argocd-source-{instance_name(context.unit)}.yaml")
    for name in files:
        path = join(source.path, name)
        if source.checkout.tree.kind(path) is EntryKind.FILE:
            body = _overridden(body, _override(source.checkout.tree, path))
    for field in RESTORED:
        body.pop(field, None)
        if field in source.body:
            body[field] = source.body[field]
    return replace(context, source=replace(source, body=body))


def tool_of(context: Context) -> str:
    """One of TOOLS. Raises RenderFailure when several are asked for."""
    body = context.source.body
    explicit = [tool for tool in TOOLS if body.get(tool) is not None]
    if len(explicit) > 1:
        raise context.broken(f"the source asks for {' and '.join(explicit)}, and Argo CD accepts only one of them")
    if explicit:
        return explicit[0]
    if context.source.is_chart:
        return "helm"
    found = "directory"
    for name in context.source.checkout.tree.entries(context.source.path):
        if name.endswith("Chart.yaml"):
            found = "helm"
        elif name in KUSTOMIZATION_FILES:
            found = "kustomize"
    return found


def mapping_merge(target: Mapping[str, JSONValue], patch: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    """A JSON merge patch (RFC 7396): maps merge, null deletes, all else replaces."""
    merged = dict(target)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            merged[key] = mapping_merge(mapping(merged.get(key)), value)
        else:
            merged[key] = value
    return merged


def _overridden(target: Mapping[str, JSONValue], patch: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    """As a JSON merge patch, but what null deletes comes back: the result is decoded over what was there, except in values."""
    merged = dict(target)
    for key, value in patch.items():
        if isinstance(value, dict):
            merged[key] = (mapping_merge if key == "valuesObject" else _overridden)(mapping(merged.get(key)), value)
        elif value is not None:
            merged[key] = value
    return merged


def _override(tree: Tree, path: RepoPath) -> Mapping[str, JSONValue]:
    from checker.tools.yaml import load_documents

    document = next(iter(load_documents(tree.read(path))), None)
    if document is not None and document.error is not None:
        raise RenderFailure(document.error.message, location=Location(path=path, line=document.error.line, column=document.error.column))
    if document is None or not isinstance(document.value, dict):
        raise RenderFailure(
            "must be a mapping that overrides fields of the source; Argo CD refuses an empty file", location=Location(path=path)
        )
    for misfit in misfits(document.value, SOURCE):
        raise RenderFailure(f"gives {misfit}", location=Location(path=path, line=document.line))
    return document.value


def _is_zero(tool: str, section: JSONValue) -> bool:
    if tool == "directory":
        body = mapping(section)
        return not any(body.get(field) for field in ("recurse", "disableExtensionFilter", "include", "exclude")) and not any(
            mapping(body.get("jsonnet")).values()
        )
    if tool == "helm" and isinstance(section, dict) and isinstance(section.get("valuesObject"), dict):
        return False
    return not any(mapping(section).values())
