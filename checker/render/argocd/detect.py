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

TOOLS = ("kustomize", "helm", "directory", "plugin")
RESTORED = ("chart", "path", "repoURL", "targetRevision")


def with_overrides(context: Context) -> Context:
    """The general file first, then the one named after the Application."""
    source = context.source
    body: dict[str, JSONValue] = dict(source.body)
    if source.is_chart:
        return context
    for name in (".argocd-source.yaml", f".argocd-source-{instance_name(context.unit)}.yaml"):
        path = join(source.path, name)
        if source.checkout.tree.kind(path) is EntryKind.FILE:
            body = mapping_merge(body, _override(source.checkout.tree, path))
    for field in RESTORED:
        body.pop(field, None)
        if field in source.body:
            body[field] = source.body[field]
    return replace(context, source=replace(source, body=body))


def tool_of(context: Context) -> str:
    """One of TOOLS. Raises RenderFailure when several are asked for."""
    body = context.source.body
    if context.plan.is_normalised:
        explicit = [tool for tool in TOOLS if not _is_zero(tool, body.get(tool))]
    else:
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


def _override(tree: Tree, path: RepoPath) -> Mapping[str, JSONValue]:
    from checker.tools.yaml import load_documents

    document = next(iter(load_documents(tree.read(path))), None)
    if document is None or (document.error is None and document.value is None):
        return {}
    if document.error is not None:
        raise RenderFailure(document.error.message, location=Location(path=path, line=document.error.line, column=document.error.column))
    if not isinstance(document.value, dict):
        raise RenderFailure("must be a mapping that overrides fields of the source", location=Location(path=path, line=document.line))
    return document.value


def _is_zero(tool: str, section: JSONValue) -> bool:
    if tool == "directory":
        body = mapping(section)
        return not any(body.get(field) for field in ("recurse", "disableExtensionFilter", "include", "exclude")) and not any(
            mapping(body.get("jsonnet")).values()
        )
    if tool == "helm" and isinstance(section, dict) and isinstance(section.get("valuesObject"), dict):
        return False
    return not any(_filled(value) for value in mapping(section).values())


def _filled(value: JSONValue) -> bool:
    return bool(value)
